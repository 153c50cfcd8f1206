package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"katydid/stats"
)

// terminal is a small virtual terminal: a grid with scrollback that wraps long lines again when it is resized. It fails
// the test on any control character or sequence that it does not know.
type terminal struct {
	t             *testing.T
	width, height int
	lines         [][]string // cells; the scrollback and the screen
	wrapped       map[int]bool
	top, x, y     int // first line of the screen, and the cursor in lines
	noWrap        bool
	hidden        bool
	writes, bytes int
}

func newTerminal(t *testing.T, width, height int) *terminal {
	return &terminal{t: t, width: width, height: height, lines: make([][]string, 1), wrapped: map[int]bool{}}
}

func (v *terminal) size() (int, int) { return v.width, v.height }

var sequence = regexp.MustCompile(`^\x1b\[(\??)(\d*)([A-Za-z])`)

// Write implements io.Writer.
func (v *terminal) Write(b []byte) (int, error) {
	v.writes++
	v.bytes += len(b)
	for s := string(b); s != ""; {
		if s[0] == '\x1b' {
			if m := sequence.FindStringSubmatch(s); m != nil {
				v.control(m[1]+m[3], m[2])
				s = s[len(m[0]):]
				continue
			}
		}
		r, n := utf8.DecodeRuneInString(s)
		s = s[n:]
		switch {
		case r == '\r':
			v.x = 0
		case r == '\n': // the line discipline puts a CR before it
			v.x = 0
			v.down()
		case r != '\t' && stats.Printable(string(r)) != string(r):
			v.t.Errorf("unknown control character %q before %q", r, s)
		default:
			v.put(string(r))
		}
	}
	return len(b), nil
}

func (v *terminal) control(kind, number string) {
	n, _ := strconv.Atoi(number)
	switch kind + number {
	case "?l25", "?h25":
		v.hidden = kind == "?l"
		return
	case "?l7", "?h7":
		v.noWrap = kind == "?l"
		return
	}
	switch kind {
	case "A":
		v.y = max(v.y-max(n, 1), v.top)
	case "C":
		v.x = min(v.x+max(n, 1), v.width-1)
	case "J":
		if v.x == 0 && v.y == v.top { // tmux saves a screen that is cleared as a whole
			v.top, v.y = len(v.lines), len(v.lines)
			v.lines = append(v.lines, nil)
			return
		}
		v.cut()
		v.lines = v.lines[:v.y+1]
	case "K":
		v.cut()
	case "m":
	default:
		v.t.Errorf("unknown sequence %q %s", kind, number)
	}
}

// cut erases from the cursor to the end of the line; after the last column it takes the character there, as xterm does.
func (v *terminal) cut() {
	v.lines[v.y] = v.lines[v.y][:min(len(v.lines[v.y]), min(v.x, v.width-1))]
	v.wrapped[v.y] = false
}

func (v *terminal) down() {
	if v.y++; v.y == len(v.lines) {
		v.lines = append(v.lines, nil)
		v.wrapped[v.y] = false
	}
	v.top = max(v.top, v.y+1-v.height)
}

func (v *terminal) put(r string) {
	n := stats.Columns(r)
	if v.x+n > v.width {
		if v.noWrap {
			v.x = v.width - n
		} else {
			v.wrapped[v.y] = true
			v.x = 0
			v.down()
		}
	}
	for len(v.lines[v.y]) < v.x+n {
		v.lines[v.y] = append(v.lines[v.y], " ")
	}
	for i := range n {
		v.lines[v.y][v.x+i] = ""
	}
	v.lines[v.y][v.x] = r
	v.x += n
}

// text is everything that was ever left on the terminal, line by line as it was sent.
func (v *terminal) text() string {
	var b strings.Builder
	for i, l := range v.lines {
		b.WriteString(strings.Join(l, ""))
		if !v.wrapped[i] {
			b.WriteString("\n")
		}
	}
	return strings.TrimRight(b.String(), "\n")
}

// resize wraps all lines anew. The cursor must be at the start of the last line.
func (v *terminal) resize(width, height int) {
	if v.x != 0 || v.y != len(v.lines)-1 {
		v.t.Fatalf("the cursor is at %d,%d of %d lines", v.x, v.y, len(v.lines))
	}
	fresh := newTerminal(v.t, width, height)
	_, _ = fresh.Write([]byte(v.text() + "\n"))
	fresh.hidden, fresh.writes, fresh.bytes = v.hidden, v.writes, v.bytes
	*v = *fresh
}

// newTestScreen is a live screen on a virtual terminal.
func newTestScreen(t *testing.T, width, height int) (*liveScreen, *terminal) {
	v := newTerminal(t, width, height)
	return &liveScreen{w: v, size: v.size, colour: true}, v
}

// wantScreen compares all that stands on the terminal with the log and the view below it.
func wantScreen(t *testing.T, step string, v *terminal, log, view []string) {
	t.Helper()
	want := strings.Join(slices.Concat(log, view), "\n")
	if got := v.text(); got != want {
		t.Fatalf("%s: got\n%s\nwant\n%s", step, got, want)
	}
	if v.x != 0 || v.noWrap {
		t.Fatalf("%s: the cursor is in column %d, wrapping is off: %v", step, v.x, v.noWrap)
	}
}

func say(t *testing.T, l *liveScreen, entry string) {
	t.Helper()
	if n, err := io.WriteString(l, entry); n != len(entry) || err != nil {
		t.Fatalf("Write(%q) = %d, %v", entry, n, err)
	}
}

// TestLiveScreen goes through a run: log and view take turns, and in the end only the log is left.
func TestLiveScreen(t *testing.T) {
	l, v := newTestScreen(t, 80, 24)
	view := func(s *stats.Snapshot) []string { return drawLive(s, liveStatus, 80, 24, false) }
	few, many := liveSnapshot(liveRow("GET", "/", 3, 1, time.Second)), withFailures(manyNames(100), 3)

	say(t, l, "starting\n")
	wantScreen(t, "before the first view", v, []string{"starting"}, nil)
	l.Show(few, liveStatus)
	wantScreen(t, "first view", v, []string{"starting"}, view(few))
	if !v.hidden {
		t.Error("the cursor is not hidden")
	}
	long := strings.Repeat("0123456789", 20)
	say(t, l, long+"\nsecond line\n")
	wantScreen(t, "long log line", v, []string{"starting", long, "second line"}, view(few))
	l.Show(many, liveStatus)
	wantScreen(t, "larger view", v, []string{"starting", long, "second line"}, view(many))
	say(t, l, "no line end")
	log := []string{"starting", long, "second line", "no line end"}
	wantScreen(t, "no line end", v, log, view(many))
	l.Show(few, liveStatus)
	wantScreen(t, "smaller view", v, log, view(few))
	_, _ = v.Write([]byte("^C"))
	l.Show(few, liveStatus)
	wantScreen(t, "after ^C was typed", v, log, view(few))

	l.Close()
	wantScreen(t, "closed", v, log, nil)
	if v.hidden {
		t.Error("the cursor is still hidden")
	}
	writes := v.writes
	l.Close()
	l.Show(few, liveStatus)
	if v.writes != writes {
		t.Error("something was written after Close")
	}
	say(t, l, "after\n")
	wantScreen(t, "after Close", v, append(log, "after"), nil)
}

// TestLiveScreenWritesOnce: whatever happens is one write, so that no half of it is seen.
func TestLiveScreenWritesOnce(t *testing.T) {
	l, v := newTestScreen(t, 80, 24)
	for i, step := range []func(){
		func() { l.Show(manyNames(9), liveStatus) }, func() { l.Show(manyNames(3), liveStatus) },
		func() { say(t, l, "a\nb\n") }, func() { l.Show(manyNames(3), liveStatus) }, l.Close,
	} {
		if step(); v.writes != i+1 {
			t.Errorf("%d writes after %d steps", v.writes, i+1)
		}
	}
}

// TestLiveScreenAnyOrder plays long random runs with log entries of all lengths, and a terminal that is resized.
func TestLiveScreenAnyOrder(t *testing.T) {
	for seed := range uint64(10) {
		random := rand.New(rand.NewPCG(seed, 1))
		l, v := newTestScreen(t, 100, 80)
		s := liveSnapshot()
		l.Show(s, liveStatus)
		var log []string
		for i := range 100 {
			step := fmt.Sprintf("seed %d, step %d", seed, i)
			switch random.IntN(4) {
			case 0, 1:
				entry := fmt.Sprintf("%d %s", i, strings.Repeat("x", random.IntN(250)))
				log = append(log, entry)
				say(t, l, entry+"\n")
			case 2:
				s = withFailures(manyNames(random.IntN(6)), random.IntN(4))
				l.Show(s, liveStatus)
			case 3:
				v.resize(30+random.IntN(120), 80)
				l.Show(s, liveStatus)
			}
			wantScreen(t, step, v, log, drawLive(s, liveStatus, v.width, v.height, false))
		}
		l.Close()
		wantScreen(t, "closed", v, log, nil)
	}
}

// TestLiveScreenResized: what the view needs after the terminal has changed, if a log entry is the first to see it.
func TestLiveScreenResized(t *testing.T) {
	s := withFailures(liveSnapshot(liveRow("GET", "/", 3, 1, time.Second)), 3)
	for _, size := range [][2]int{{200, 50}, {100, 40}, {50, 40}, {40, 40}, {39, 40}, {10, 80}, {100, 12}, {100, 5}, {100, 2}} {
		l, v := newTestScreen(t, 100, 40)
		l.Show(s, liveStatus)
		v.resize(size[0], size[1])
		say(t, l, "resized\n")
		view := drawLive(s, liveStatus, size[0], size[1], false)
		if size[1] < 12 { // the upper part of the old view has left the screen and cannot be reached any more
			if got := v.text(); !strings.HasSuffix(got, "\nresized\n"+strings.Join(view, "\n")) {
				t.Errorf("%v: got\n%s", size, got)
			}
			continue
		}
		wantScreen(t, fmt.Sprint(size), v, []string{"resized"}, view)
	}
}

// TestLiveScreenStorm: a script that logs without end does not pay for the view with every line.
func TestLiveScreenStorm(t *testing.T) {
	l, v := newTestScreen(t, 120, 30)
	s := withFailures(manyNames(100), 3)
	l.Show(s, liveStatus)
	var log []string
	for i := range 20_000 {
		log = append(log, fmt.Sprint("line ", i))
		say(t, l, log[i]+"\n")
	}
	wantScreen(t, "in the storm", v, log, nil)
	if v.bytes > 2<<20 {
		t.Errorf("%d bytes were written for 20,000 log lines", v.bytes)
	}
	l.Show(s, liveStatus)
	wantScreen(t, "after the storm", v, log, drawLive(s, liveStatus, 120, 30, false))
	say(t, l, "calm\n")
	wantScreen(t, "calm", v, append(log, "calm"), drawLive(s, liveStatus, 120, 30, false))
}

func TestLiveScreenTogether(t *testing.T) {
	l, v := newTestScreen(t, 100, 30)
	s := withFailures(manyNames(100), 3)
	var all sync.WaitGroup
	for g := range 8 {
		all.Go(func() {
			for i := range 50 {
				say(t, l, fmt.Sprintf("%d: %d\n", g, i))
			}
		})
	}
	all.Go(func() {
		for range 50 {
			l.Show(s, liveStatus)
		}
	})
	all.Wait()
	l.Show(s, liveStatus)
	l.Close()
	all.Go(l.Close)
	all.Go(func() { l.Show(s, liveStatus) })
	all.Wait()
	next := map[string]int{}
	for line := range strings.SplitSeq(v.text(), "\n") {
		g, i, _ := strings.Cut(line, ": ")
		if i != fmt.Sprint(next[g]) {
			t.Fatalf("line %q after %d of its goroutine", line, next[g])
		}
		next[g]++
	}
	for g, n := range next {
		if n != 50 || len(next) != 8 {
			t.Errorf("%d lines of goroutine %q, %d goroutines", n, g, len(next))
		}
	}
}

func TestLiveScreenQuiet(t *testing.T) {
	l, v := newTestScreen(t, 100, 30)
	st := liveStatus
	st.quiet = true
	l.Show(manyNames(3), st)
	say(t, l, "log\n")
	l.Close()
	if v.text() != "log" || v.bytes != len("log\n") {
		t.Errorf("got %q in %d bytes", v.text(), v.bytes)
	}
}

func TestLiveScreenTooSmallToDraw(t *testing.T) {
	l, v := newTestScreen(t, 80, 1)
	l.Show(manyNames(3), liveStatus)
	say(t, l, "log\n")
	wantScreen(t, "one line", v, []string{"log"}, nil)
	l.Close()
	wantScreen(t, "closed", v, []string{"log"}, nil)
}

// deaf is a terminal that is gone.
type deaf struct{}

func (deaf) Write([]byte) (int, error) { return 0, errors.New("input/output error") }

func TestLiveScreenWithoutTerminal(t *testing.T) {
	l := &liveScreen{w: deaf{}, size: func() (int, int) { return 80, 24 }}
	l.Show(manyNames(3), liveStatus)
	if _, err := io.WriteString(l, "x"); err == nil {
		t.Error("no error")
	}
	l.Show(manyNames(3), liveStatus)
	l.Close()
}

func TestHarmless(t *testing.T) {
	for entry, want := range map[string]string{
		"plain\ttext\n宽é":        "plain\ttext\n宽é",
		"dos\r\nline\r\n":        "dos\nline\n",
		"over\rwrite":            `over\rwrite`,
		"\x1b[2J\x1b]0;t\x07\b":  `\x1b[2J\x1b]0;t\x07\x08`,
		"\x1b[31mred\x1b[0m":     "\x1b[31mred\x1b[0m\x1b[m\n",
		"\x1b[38;5;9mred\n":      "\x1b[38;5;9mred\x1b[m\n",
		"\u009b2J \x9b2J \x7f":   `\x9b2J ` + "\ufffd2J " + `\x7f`,
		"\x1b[31\x1b[1A\x1b\x1b": `\x1b[31\x1b[1A\x1b\x1b`,
	} {
		if got := harmless(entry); got != want {
			t.Errorf("harmless(%q) = %q, want %q", entry, got, want)
		}
	}
}

func TestCanLive(t *testing.T) {
	for _, test := range []struct {
		env  map[string]string
		want bool
	}{
		{map[string]string{"TERM": "xterm-256color"}, true},
		{map[string]string{"TERM": "xterm", "NO_COLOR": "1", "CI": ""}, true},
		{map[string]string{"TERM": "dumb"}, false},
		{map[string]string{}, false},
		{map[string]string{"TERM": "xterm", "CI": "true"}, false},
	} {
		want := test.want && runtime.GOOS != "windows"
		if got := canLive(func(name string) string { return test.env[name] }); got != want {
			t.Errorf("%v: %v, want %v", test.env, got, want)
		}
	}
}

func TestScreenOfNoTerminalIsPlain(t *testing.T) {
	t.Setenv("TERM", "xterm")
	t.Setenv("CI", "")
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	for _, out := range []io.Writer{&bytes.Buffer{}, w} {
		if s, ok := newScreen(out, os.Getenv).(*plainScreen); !ok {
			t.Errorf("%T for %T", s, out)
		}
	}
}

func BenchmarkLiveFrame(b *testing.B) {
	l := &liveScreen{w: io.Discard, size: func() (int, int) { return 200, 60 }, colour: true}
	s := withFailures(manyNames(1000), 50)
	for b.Loop() {
		l.Show(s, liveStatus)
	}
}
