package main

import (
	"bufio"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"
)

// entry is one request in the server's log. Times are monotonic and count from the first request.
type entry struct {
	Read  time.Duration // its last byte had been read
	Due   time.Duration // it had to be answered
	Write time.Duration // its answer had been handed to the kernel
}

// writeLog writes the entries as plain little-endian numbers of nanoseconds, three for each.
func writeLog(file string, log []entry) error {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 1<<20)
	for i := range log {
		if err := binary.Write(w, binary.LittleEndian, &log[i]); err != nil {
			return errors.Join(err, f.Close())
		}
	}
	return errors.Join(w.Flush(), f.Close())
}

// readLog returns the entries in the order in which they were read.
func readLog(file string) ([]entry, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var log []entry
	for r := bufio.NewReaderSize(f, 1<<20); ; {
		var e entry
		switch err := binary.Read(r, binary.LittleEndian, &e); {
		case errors.Is(err, io.EOF):
			slices.SortStableFunc(log, func(a, b entry) int { return cmp.Compare(a.Read, b.Read) })
			return log, nil
		case err != nil:
			return nil, fmt.Errorf("read the server's log: %w", err)
		}
		log = append(log, e)
	}
}

// served is how long the server had each request that it read from a time on.
func served(log []entry, from time.Duration) []time.Duration {
	var all []time.Duration
	for _, e := range log {
		if e.Read >= from {
			all = append(all, e.Write-e.Read)
		}
	}
	return all
}

// replayed is the time from when each request was planned to its answer, for even arrivals at a rate a second: the n-th
// request read is the n-th planned. The plan begins as late as no request came before it was due. Requests read before a
// time are left out, and have no part in the plan: tools are not even at their start. It is right only if the tool sends
// all that it plans.
func replayed(log []entry, rate float64, from time.Duration) []time.Duration {
	for len(log) > 0 && log[0].Read < from {
		log = log[1:]
	}
	if len(log) == 0 {
		return nil
	}
	planned := func(i int) time.Duration { return time.Duration(float64(i) / rate * float64(time.Second)) }
	began := log[0].Read
	for i, e := range log {
		began = min(began, e.Read-planned(i))
	}
	all := make([]time.Duration, len(log))
	for i, e := range log {
		all[i] = e.Write - began - planned(i)
	}
	return all
}

// lateness is how long after they were due the answers were given: the server's own error.
func lateness(log []entry) []time.Duration {
	all := make([]time.Duration, len(log))
	for i, e := range log {
		all[i] = e.Write - e.Due
	}
	return all
}
