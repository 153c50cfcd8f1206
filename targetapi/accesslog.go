package targetapi

import (
	"fmt"
	"io"
	"strconv"
	"sync"
	"time"
)

const (
	logFlushBytes = 32 << 10
	logFlushEvery = 200 * time.Millisecond // short enough for somebody who watches
	logStamp      = "2006-01-02T15:04:05.000Z07:00"
)

// accessLog writes one line per request:
//
//	2026-01-31T12:00:00.000Z GET /volatile 200 1000.123ms
//
// that is the time of the answer in UTC, method, escaped path without the query,
// status, and the time from the request's arrival at the handler to its answer.
//
// Lines are collected and written together, since a write for each would cost
// more than the answer itself. A timer, not a goroutine, writes out the last
// ones, so that an API needs no closing.
type accessLog struct {
	mu     sync.Mutex
	out    io.Writer
	lines  []byte // whole lines not yet written
	timing bool   // the timer that will write them is running
	err    error  // the first one met; nothing is written after it
}

// newAccessLog returns nil, a log that drops every line, when out is nil.
func newAccessLog(out io.Writer) *accessLog {
	if out == nil {
		return nil
	}
	return &accessLog{out: out}
}

func (l *accessLog) request(method, path string, status int, began, ended time.Time) {
	if l == nil {
		return
	}
	if path == "" {
		path = "-" // CONNECT has none
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	b := ended.UTC().AppendFormat(l.lines, logStamp)
	b = append(append(b, ' '), method...)
	b = append(append(b, ' '), path...)
	b = strconv.AppendInt(append(b, ' '), int64(status), 10)
	ms := float64(ended.Sub(began)) / float64(time.Millisecond)
	b = strconv.AppendFloat(append(b, ' '), ms, 'f', 3, 64)
	l.lines = append(b, "ms\n"...)
	l.added()
}

// Write takes a line from net/http's error log.
func (l *accessLog) Write(line []byte) (int, error) {
	if l == nil {
		return len(line), nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, line...)
	l.added()
	return len(line), nil
}

// Flush writes out the lines collected so far and returns the first error met.
func (l *accessLog) Flush() error {
	if l == nil {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.timing = false
	l.flush()
	return l.err
}

// added sees to it that a line just collected will be written. mu is held.
func (l *accessLog) added() {
	if len(l.lines) >= logFlushBytes {
		l.flush()
	} else if !l.timing {
		l.timing = true
		time.AfterFunc(logFlushEvery, func() { l.Flush() }) // Serve, or the owner's Flush, reports the error
	}
}

// flush writes the lines collected, or drops them after an error. mu is held.
func (l *accessLog) flush() {
	if l.err == nil && len(l.lines) > 0 {
		if _, err := l.out.Write(l.lines); err != nil {
			l.err = fmt.Errorf("write the request log: %w", err)
		}
	}
	l.lines = l.lines[:0]
}
