package main

import (
	"io"
	"os"
	"sync"
	"time"

	"golang.org/x/term"

	"katydid/stats"
)

// status is what the screen shows beside the statistics.
type status struct {
	state         string // Locust's word: spawning, running, stopping, ...
	users, target int
	elapsed       time.Duration
	runTime       time.Duration // 0: without an end
	script        string
	host          string
	quiet         bool // --only-summary
}

// screen is where a run shows itself while it goes on: log lines through Write (one whole entry a call, from any
// goroutine), and Show once a second. After Close, Write goes straight to the terminal.
type screen interface {
	io.Writer
	Show(s *stats.Snapshot, st status)
	Close()
}

// status is the run's present state.
func (r *run) status() status {
	live, target := r.users()
	host := ""
	for _, c := range r.env.Classes {
		if c.Host != "" {
			host = c.Host
			break
		}
	}
	return status{
		state: r.state.Load().(string), users: live, target: target, elapsed: time.Since(r.started), runTime: r.opts.runTime,
		script: r.scriptName(), host: host, quiet: r.opts.onlySummary,
	}
}

// newScreen chooses the live view for a terminal, else plain tables. NO_COLOR (no-color.org) keeps it without colours.
func newScreen(w io.Writer) screen {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) || !canLive(os.Getenv) {
		return &plainScreen{w: w}
	}
	return newLiveScreen(f, os.Getenv("NO_COLOR") == "")
}

// tableEvery is Locust's interval between two tables.
const tableEvery = 2 * time.Second

// plainScreen prints log lines and, every two seconds, Locust's table.
type plainScreen struct {
	mu   sync.Mutex
	w    io.Writer
	last time.Time // of the last table
}

// Write implements io.Writer.
func (p *plainScreen) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.w.Write(b)
}

// Show implements screen.
func (p *plainScreen) Show(s *stats.Snapshot, st status) {
	if st.quiet || s.At.Sub(p.last) < tableEvery-tableEvery/4 {
		return
	}
	p.last = s.At
	p.mu.Lock()
	defer p.mu.Unlock()
	// A terminal or pipe that cannot be written to leaves nowhere to say so.
	_ = stats.WriteTable(p.w, s, 0, true)
	_, _ = io.WriteString(p.w, "\n")
}

// Close implements screen.
func (p *plainScreen) Close() {}
