package main

import (
	"bytes"
	"fmt"
	"io"
	"sync"
	"time"
)

const (
	feedRoom     = 1 << 20         // bytes that may wait for the reader
	feedPatience = time.Second     // how long a writer waits for a reader that takes nothing
	feedEnd      = 2 * time.Second // how long close does
	feedMost     = 8 * time.Second // how long close waits for one that is only slow
)

// feed stands before a stream whose reader may stall: a pipe that nobody reads, a terminal that Ctrl-S has stopped. What
// is written waits in memory and goes on in the background, one write for each. When there is no more room the writer
// waits, as it would for the stream itself; but when the reader has taken nothing for feedPatience the write is dropped,
// and the lines in it are counted: a test must not hang because nobody looks. Any goroutine may use it.
type feed struct {
	w    io.Writer
	more chan struct{} // one place: there is something in the queue, or it is closed
	done chan struct{} // closed when all has been written after close

	mu      sync.Mutex
	queue   [][]byte
	size    int       // bytes that wait, those included that are being written
	since   time.Time // when the write under way began; zero if there is none
	dropped int       // lines since the last note about them
	closed  bool
}

func newFeed(w io.Writer) *feed {
	f := &feed{w: w, more: make(chan struct{}, 1), done: make(chan struct{})}
	go f.pump()
	return f
}

// Write implements io.Writer. It never fails: there is no place left to say so.
func (f *feed) Write(b []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for f.size > 0 && f.size+len(b) > feedRoom && !f.closed && !f.stalled(feedPatience) {
		f.mu.Unlock()
		time.Sleep(10 * time.Millisecond)
		f.mu.Lock()
	}
	if f.closed || f.size > 0 && f.size+len(b) > feedRoom {
		f.dropped += max(bytes.Count(b, []byte("\n")), 1)
		return len(b), nil
	}
	f.note()
	f.add(bytes.Clone(b))
	return len(b), nil
}

// stalled says that the reader has taken nothing for a while. Called with f.mu held, as are note and add.
func (f *feed) stalled(d time.Duration) bool { return !f.since.IsZero() && time.Since(f.since) > d }

// note says in the stream, at the place of the gap, what was dropped.
func (f *feed) note() {
	if f.dropped > 0 {
		f.add(fmt.Appendf(nil, "katydid: %d lines are missing here: nobody read them in time\n", f.dropped))
		f.dropped = 0
	}
}

func (f *feed) add(b []byte) {
	f.queue = append(f.queue, b)
	f.size += len(b)
	f.wake()
}

func (f *feed) wake() {
	select {
	case f.more <- struct{}{}:
	default:
	}
}

// pump writes what is in the queue until it is closed and empty.
func (f *feed) pump() {
	defer close(f.done)
	for {
		b, open := f.take()
		switch {
		case b != nil:
			_, _ = f.w.Write(b)
			f.mu.Lock()
			f.size -= len(b)
			f.since = time.Time{}
			f.mu.Unlock()
		case !open:
			return
		default:
			<-f.more
		}
	}
}

// take is the next to write, nil if there is nothing.
func (f *feed) take() (b []byte, open bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.queue) > 0 {
		b, f.queue = f.queue[0], f.queue[1:]
		f.since = time.Now()
	}
	return b, !f.closed
}

// flush waits until all has been written, but no longer than d.
func (f *feed) flush(d time.Duration) {
	for end := time.Now().Add(d); time.Now().Before(end); time.Sleep(time.Millisecond) {
		f.mu.Lock()
		size := f.size
		f.mu.Unlock()
		if size == 0 {
			return
		}
	}
}

// close lets the reader have what is left, as long as it takes something. What is written from now on is dropped.
func (f *feed) close() {
	f.mu.Lock()
	f.note()
	f.closed = true
	f.wake()
	f.mu.Unlock()
	began, every := time.Now(), time.NewTicker(10*time.Millisecond)
	defer every.Stop()
	for {
		select {
		case <-f.done:
			return
		case now := <-every.C:
			f.mu.Lock()
			stalled := f.stalled(feedEnd)
			f.mu.Unlock()
			if took := now.Sub(began); took > feedMost || took > feedEnd && stalled {
				return
			}
		}
	}
}
