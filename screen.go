package main

import (
	"bytes"
	"io"
	"net/url"
	"os"
	"regexp"
	"sync"
	"time"

	"golang.org/x/term"

	"katydid/runtime/load"
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

	open   bool    // an open run: users is what it has made, target what it may
	starts float64 // a second, as planned now
	tally  load.Tally

	dropped int64 // iterations of a k6 script

	generator *generatorNow // nil if nobody has asked
	hint      string        // the keys that may be pressed; "" if none are read
	trend     *trend        // of the last seconds, filled in by the live view; nil before
	ascii     bool          // the terminal knows no other characters; filled in as well
}

// generatorNow is how the generator fares while the run goes on.
type generatorNow struct {
	cpu     float64       // share of its processors in the last second; below 0 if not known
	verdict stats.Verdict // on the run so far; "" as long as there is too little to judge
	reasons []string
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
			host = shownHost(c.Host)
			break
		}
	}
	st := status{
		state: r.state.Load().(string), users: live, target: target, elapsed: time.Since(r.started), runTime: r.opts.runTime,
		script: r.scriptName(), host: host, quiet: r.quiet(), hint: r.keysHint(),
	}
	if r.k6 != nil {
		r.k6.show(&st)
	}
	if r.open != nil {
		now := time.Now()
		st.open, st.starts, st.tally = true, r.open.Level(now), r.starts(now)
		if length := r.plan.Shape.Length(); length < endless {
			st.runTime = length
		}
	}
	return st
}

// newScreen chooses the live view for a terminal, else plain tables. NO_COLOR (no-color.org) keeps it without colours.
func newScreen(w io.Writer, getenv func(string) string) screen {
	f := terminalOf(w)
	if f == nil || !canLive(getenv) {
		return &plainScreen{w: w}
	}
	live := newLiveScreen(f, getenv("NO_COLOR") == "")
	live.w, live.ascii = w, !isUTF8(getenv)
	return live
}

// showsLive says that the run is shown in a live view. It is asked before the load begins.
func (r *run) showsLive() bool {
	_, live := r.screen.(*liveScreen)
	return live && !r.quiet()
}

// quiet says that figures are shown at the end only. Who has the web UI sees them there.
func (r *run) quiet() bool { return r.opts.onlySummary || r.watch != nil && !r.opts.printStats }

// terminalOf is the terminal that w writes to, nil if it is none.
func terminalOf(w io.Writer) *os.File {
	if through, ok := w.(*feed); ok {
		w = through.w
	}
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return f
	}
	return nil
}

// shownHost is a base URL without its user and password.
func shownHost(host string) string {
	u, err := url.Parse(host)
	if err != nil {
		return withoutUser(host)
	}
	u.User = nil
	return u.String()
}

// userInfo is what stands before the name of a host in a URL. Names and passwords that are not encoded as they should
// be may hold anything, so it ends at the last @ of the line.
var userInfo = regexp.MustCompile(`(://).*@`)

// bareUser is the same where the scheme was forgotten.
var bareUser = regexp.MustCompile(`[^\s/:@]+:[^\s/@]*@`)

// withoutUser leaves the user and the password out of the URL in a text, which is to be shown to people.
func withoutUser(text string) string {
	return bareUser.ReplaceAllString(userInfo.ReplaceAllString(text, "$1"), "")
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
	var b bytes.Buffer
	_ = stats.WriteTable(&b, s, 0, true) // a buffer takes everything
	b.WriteByte('\n')
	_, _ = p.Write(b.Bytes()) // a terminal or pipe that cannot be written to leaves nowhere to say so
}

// Close implements screen.
func (p *plainScreen) Close() {}
