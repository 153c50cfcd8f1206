package main

import (
	"sync"

	"katydid/web/live"
)

// logTail keeps the last lines of the log for the web UI. A nil receiver keeps none. Any goroutine may use it.
type logTail struct {
	mu    sync.Mutex
	lines []live.Line // the oldest first
	n     int64       // of the last
}

// maxLine bounds one entry, in bytes: a script may log anything.
const maxLine = 4 << 10

func (t *logTail) add(text string) {
	if t == nil {
		return
	}
	if len(text) > maxLine {
		text = text[:maxLine] + "..."
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.n++
	if len(t.lines) == live.LogLines {
		copy(t.lines, t.lines[1:])
		t.lines = t.lines[:live.LogLines-1]
	}
	t.lines = append(t.lines, live.Line{N: t.n, Text: text})
}

// since gives the lines after number n that are still kept.
func (t *logTail) since(n int64) []live.Line {
	t.mu.Lock()
	defer t.mu.Unlock()
	missing := min(int64(len(t.lines)), t.n-n)
	if missing <= 0 {
		return nil
	}
	return append([]live.Line{}, t.lines[int64(len(t.lines))-missing:]...)
}
