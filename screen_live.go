package main

import (
	"fmt"
	"io"
	"os"
	"regexp"
	"runtime"
	"strings"
	"sync"

	"golang.org/x/term"

	"katydid/stats"
)

// Control sequences of ECMA-48 and DEC that every terminal of today knows.
const (
	hideCursor = "\x1b[?25l"
	showCursor = "\x1b[?25h"
	noWrap     = "\x1b[?7l"
	wrap       = "\x1b[?7h"
	eraseLine  = "\x1b[K" // from the cursor to the end of the line

	// From the first column to the end of the screen. The step to the right keeps tmux from taking it for a clearing of
	// the whole screen when the view begins in its first line: then it would save the view in the scrollback.
	eraseBelow = eraseLine + "\x1b[C\x1b[J\r"
)

// liveScreen keeps a view of the run at the end of a terminal's output: log lines are put above it, and Close erases it.
// The cursor waits on the empty line below the view, so that what others print (the ^C of the keyboard, a crash) starts
// a line of its own. All methods may be called from any goroutine. A terminal that fails leaves nowhere to say so.
//
// The cursor is hidden from the first Show to Close; a process that is killed in between leaves it hidden.
type liveScreen struct {
	w      io.Writer
	size   func() (width, height int)
	colour bool
	ascii  bool

	mu            sync.Mutex
	trend         trend
	snapshot      *stats.Snapshot // what Show was given last; nil before the first
	status        status
	view          []string // drawn of them for a terminal of this size
	width, height int
	rows          []string // what stands on the screen: view, or nothing
	redraws       int      // for log entries, since the last Show
	paused        bool
	closed        bool
}

// maxRedraws is how many log entries a second bring the view along. A script that logs more than that is not to pay for
// kilobytes with each line: the view then returns with the next Show.
const maxRedraws = 100

// canLive says whether the environment has nothing against a live view on a terminal.
func canLive(env func(string) string) bool {
	kind := env("TERM")
	// The console of Windows wants a mode of its own before it understands control sequences.
	return kind != "" && kind != "dumb" && env("CI") == "" && runtime.GOOS != "windows"
}

// newLiveScreen is a live view on a terminal.
func newLiveScreen(f *os.File, colour bool) *liveScreen {
	size := func() (int, int) {
		width, height, err := term.GetSize(int(f.Fd()))
		if err != nil || width <= 0 || height <= 0 {
			return 80, 24 // a serial line or a container's terminal that nobody told its size
		}
		return width, height
	}
	return &liveScreen{w: f, size: size, colour: colour}
}

// Write implements io.Writer: one log entry, put above the view.
func (l *liveScreen) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed || l.snapshot == nil || l.paused {
		return l.w.Write(b)
	}
	text := harmless(string(b))
	if !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	l.redraws++
	if err := l.frame(text, l.redraws <= maxRedraws); err != nil {
		return 0, err
	}
	return len(b), nil
}

// Show implements screen.
func (l *liveScreen) Show(s *stats.Snapshot, st status) {
	if st.quiet {
		return // only the log
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return
	}
	text := ""
	if l.snapshot == nil {
		text = hideCursor
	}
	l.trend.add(s)
	st.trend, st.ascii = &l.trend, l.ascii
	l.snapshot, l.status, l.view, l.redraws = s, st, nil, 0
	if !l.paused {
		_ = l.frame(text, true)
	}
}

// pause, if on, takes the view from the screen and shows the cursor, for a shell that is to have the terminal. The log
// goes on. It returns when that has reached the terminal, unless nobody takes it.
func (l *liveScreen) pause(on bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed || l.paused == on {
		return
	}
	if l.paused = on; l.snapshot == nil {
		return
	}
	if !on {
		_ = l.frame(hideCursor, true)
		return
	}
	_ = l.frame(showCursor, false)
	if through, ok := l.w.(*feed); ok {
		through.flush(feedPatience)
	}
}

// Close implements screen: it leaves the log, and the cursor where the view began. Later calls do nothing.
func (l *liveScreen) Close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.closed && l.snapshot != nil && !l.paused {
		_ = l.frame(showCursor, false)
	}
	l.closed = true
}

// frame replaces what stands on the screen by text and, if shown, the view; in one write so that no half of it is ever to
// be seen. Without text, lines are overwritten and not erased first, which would flicker.
func (l *liveScreen) frame(text string, shown bool) error {
	width, height := l.size()
	var b strings.Builder
	b.WriteByte('\r')
	if up := l.taken(width); up > 0 {
		fmt.Fprintf(&b, "\x1b[%dA", up)
	}
	if text != "" || width != l.width { // a wrapped line that is only overwritten would still count as wrapped
		b.WriteString(eraseBelow + text)
	}
	l.rows = nil
	if shown {
		if l.view == nil || width != l.width || height != l.height {
			l.view, l.width, l.height = drawLive(l.snapshot, l.status, width, height, l.colour), width, height
		}
		l.rows = l.view
	}
	// Terminals do not agree on the width of every character: one that finds a line too long must not wrap it.
	b.WriteString(noWrap)
	for _, s := range l.rows {
		b.WriteString(s)
		// After the last column some terminals would erase what stands in it.
		if columnsOf(s) < width {
			b.WriteString(eraseLine)
		}
		b.WriteString("\r\n")
	}
	b.WriteString(wrap + eraseBelow)
	_, err := io.WriteString(l.w, b.String())
	return err
}

// taken is how many rows of the screen the view takes now that the terminal has that width. One that has become narrower
// has wrapped the lines that no longer fit, as nearly all terminals do.
func (l *liveScreen) taken(width int) int {
	if width >= l.width {
		return len(l.rows)
	}
	n := 0
	for _, s := range l.rows {
		n += max((columnsOf(s)+width-1)/width, 1)
	}
	return n
}

// colourSequence sets colours and weights of text.
var colourSequence = regexp.MustCompile(`\x1b\[[0-9;:]*m`)

// plainText is s without its colours.
func plainText(s string) string { return colourSequence.ReplaceAllString(s, "") }

// columnsOf is how many columns a line of the view takes.
func columnsOf(line string) int { return stats.Columns(plainText(line)) }

// unwanted finds what a log entry must not hold: all control characters but tab, line end, and those of colours.
var unwanted = regexp.MustCompile(`\x1b\[[0-9;:]*m|\r\n|[\x00-\x08\x0b-\x1f\x7f-\x{9f}]`)

// harmless makes visible what would move the cursor out of the place where the view expects it, and ends colours.
func harmless(entry string) string {
	entry = strings.ToValidUTF8(entry, "\ufffd")
	coloured := false
	entry = unwanted.ReplaceAllStringFunc(entry, func(s string) string {
		switch {
		case s == "\r\n":
			return "\n"
		case len(s) > 2:
			coloured = true
			return s
		}
		return stats.Printable(s)
	})
	if coloured {
		entry = strings.TrimSuffix(entry, "\n") + "\x1b[m\n"
	}
	return entry
}
