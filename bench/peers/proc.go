package main

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// resident is the resident memory of the process now, in bytes.
func (p *process) resident() (int64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	return parseResident(string(text))
}

// parseResident reads VmRSS of a text of /proc/PID/status, in bytes. A process that has ended has none.
func parseResident(status string) (int64, error) {
	for line := range strings.Lines(status) {
		rest, ok := strings.CutPrefix(line, "VmRSS:")
		if !ok {
			continue
		}
		kib, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
		if err != nil {
			return 0, fmt.Errorf("VmRSS: %w", err)
		}
		return 1024 * kib, nil
	}
	return 0, errors.New("no VmRSS: the process has ended")
}

// spent is the processor time of the process until now, with the 10 ms that the kernel counts in.
func (p *process) spent() (time.Duration, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	return parseSpent(string(text))
}

// tick is the unit of times in /proc on every architecture that Go knows (USER_HZ is 100).
const tick = 10 * time.Millisecond

// parseSpent reads user and system time, the 14th and the 15th field of a text of /proc/PID/stat. The second field is
// the name in brackets, which may have blanks and brackets itself.
func parseSpent(stat string) (time.Duration, error) {
	fields := strings.Fields(stat[strings.LastIndex(stat, ")")+1:])
	if len(fields) < 13 {
		return 0, fmt.Errorf("stat %q: too few fields", stat)
	}
	var sum int64
	for _, field := range fields[11:13] {
		ticks, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			return 0, fmt.Errorf("stat %q: %w", stat, err)
		}
		sum += ticks
	}
	return time.Duration(sum) * tick, nil
}
