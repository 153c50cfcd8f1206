package main

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// reader takes what is written only while its gate is open.
type reader struct {
	gate chan struct{}
	b    bytes.Buffer
}

func (r *reader) Write(b []byte) (int, error) {
	<-r.gate
	return r.b.Write(b)
}

func TestFeedKeepsAllInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &reader{gate: make(chan struct{})}
		close(r.gate)
		f := newFeed(r)
		var want strings.Builder
		for i := range 50_000 { // more than there is room for
			fmt.Fprintf(f, "line %d, %s\n", i, strings.Repeat("x", 50))
			fmt.Fprintf(&want, "line %d, %s\n", i, strings.Repeat("x", 50))
		}
		f.close()
		if r.b.String() != want.String() {
			t.Errorf("%d bytes, want %d", r.b.Len(), want.Len())
		}
		fmt.Fprintln(f, "late") // no panic, no wait
	})
}

// With a reader that has stopped a writer waits once, then drops; the gap is told when the reader goes on.
func TestFeedOfAStalledReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &reader{gate: make(chan struct{})}
		f := newFeed(r)
		line := strings.Repeat("x", 1023) + "\n"
		began := time.Now()
		for range 1024 + 10 {
			fmt.Fprint(f, line)
		}
		if took := time.Since(began); took < feedPatience || took > feedPatience+100*time.Millisecond {
			t.Errorf("the writer had to wait for %s", took)
		}
		close(r.gate)
		synctest.Wait()
		fmt.Fprint(f, "again\n")
		f.close()
		if want := strings.Repeat(line, 1024) + "katydid: 10 lines are missing here: nobody read them in time\nagain\n"; r.b.String() != want {
			t.Errorf("%d bytes, want %d, the end is %q", r.b.Len(), len(want), r.b.String()[max(0, r.b.Len()-200):])
		}
	})
}

func TestFeedClosesWithoutAReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &reader{gate: make(chan struct{})}
		f := newFeed(r)
		fmt.Fprintln(f, "a")
		began := time.Now()
		f.close()
		if took := time.Since(began); took < feedEnd || took > feedEnd+time.Second {
			t.Errorf("close took %s", took)
		}
		close(r.gate)
	})
}
