package exporter

import (
	"bytes"
	"context"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// begin starts an export to m, in a synctest bubble.
func begin(t *testing.T, m *memory) (*Exporter, *said) {
	t.Helper()
	var heard said
	x := New(m, Options{Results: someResults(t), Log: heard.log})
	must(t, x.Preflight(t.Context(), someRun))
	if got := m.taken(); !slices.Equal(got, []string{runFile}) {
		t.Fatalf("Preflight put %v", got)
	}
	x.Start(t.Context())
	return x, &heard
}

func after(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func add(t *testing.T, path, text string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	must(t, err)
	_, err = f.WriteString(text)
	must(t, err)
	must(t, f.Close())
}

func TestRoundsSendWhatChanged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var m memory
		x, _ := begin(t, &m)
		after(29 * time.Second)
		if got := m.taken(); got != nil {
			t.Errorf("before the first round: %v", got)
		}
		after(2 * time.Second)
		if got := m.taken(); !slices.Equal(got, []string{"scene_1_stats.csv", "scene_1_failures.csv", "scene_1_exceptions.csv", "scene_1_stats_history.csv", "scene_1.hlog"}) {
			t.Errorf("first round: %v", got)
		}
		after(30 * time.Second)
		if got := m.taken(); got != nil || x.Status().Unchanged != 5 {
			t.Errorf("nothing new: %v, %+v", got, x.Status())
		}
		history := x.o.Results + "_stats_history.csv"
		whole := readFile(t, history)
		add(t, history, "whole line\r\nhalf a li")
		must(t, os.WriteFile(x.o.Results+".new", []byte("replaced\r\n"), 0o666))
		must(t, os.Rename(x.o.Results+".new", x.o.Results+"_stats.csv"))
		after(30 * time.Second)
		if got := m.taken(); !slices.Equal(got, []string{"scene_1_stats.csv", "scene_1_stats_history.csv"}) {
			t.Errorf("two changed: %v", got)
		}
		if got := m.object("scene_1_stats_history.csv"); got != whole+"whole line\r\n" {
			t.Errorf("the history is %q", got)
		}
		if got := m.object("scene_1_stats.csv"); got != "replaced\r\n" {
			t.Errorf("the stats are %q", got)
		}
		must(t, x.Flush(t.Context(), finishedRun()))
		if got := m.object("scene_1_stats_history.csv"); got != whole+"whole line\r\nhalf a li" {
			t.Errorf("in the end the history is %q", got)
		}
		if got := m.taken(); len(got) != 2 || !strings.Contains(m.object(runFile), `"state": "finished"`) {
			t.Errorf("Flush put %v and\n%s", got, m.object(runFile))
		}
		must(t, x.Close())
	})
}

// A long file waits for some rounds, and is read slowly.
func TestRoundsAreGentle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var m memory
		x, _ := begin(t, &m)
		history := x.o.Results + "_stats_history.csv"
		must(t, os.WriteFile(history, bytes.Repeat([]byte("0123456\n"), 9<<20/8), 0o666))
		after(30 * time.Second)
		before := time.Now()
		for len(m.object("scene_1_stats_history.csv")) == 0 {
			after(10 * time.Millisecond)
		}
		if took := time.Since(before); took < 2*time.Second || took > 3*time.Second { // read twice, 9 MiB at 8 MiB/s
			t.Errorf("9 MiB took %v", took)
		}
		m.taken()
		for round := range 3 {
			add(t, history, "more\n")
			after(30 * time.Second)
			if sent := len(m.taken()) > 0; sent != (round == 2) {
				t.Errorf("round %d sends the long file: %v", round, sent)
			}
		}
		if s := x.Status(); s.Deferred != 2 {
			t.Errorf("status %+v", s)
		}
		must(t, x.Close())
	})
}

func TestRoundsGoOnAfterTrouble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var m memory
		x, heard := begin(t, &m)
		m.behave(hanging)
		for range 4 {
			after(30 * time.Second)
		}
		if text := heard.text(); strings.Count(text, "WARN") != 2 || !strings.Contains(text, "no answer within 5s") {
			t.Errorf("in two minutes of trouble it said\n%s", text)
		}
		if names := slices.Compact(m.taken()); !slices.Equal(names, []string{"scene_1_stats.csv"}) {
			t.Errorf("it went on to other files: %v", names)
		}
		m.behave(saying(syscall.ECONNREFUSED))
		after(25 * time.Second)
		m.behave(nil)
		after(30 * time.Second)
		if got := x.Status(); got.Uploads != 6 || got.LastError != nil {
			t.Errorf("after the trouble: %+v", got)
		}
		must(t, x.Close())
	})
}

// What is on its way when the run ends arrives before the final content, not after it.
func TestFlushWaitsForTheRound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var m memory
		x, _ := begin(t, &m)
		m.behave(slow(2 * time.Second))
		after(31 * time.Second) // in the middle of the first file
		must(t, os.WriteFile(x.o.Results+"_stats.csv", []byte("final"), 0o666))
		must(t, x.Flush(t.Context(), finishedRun()))
		if got := m.object("scene_1_stats.csv"); got != "final" {
			t.Errorf("the store has %q", got)
		}
		if s := x.Status(); s.Failed != 0 {
			t.Errorf("the file on its way was cut off: %+v", s)
		}
		if got := m.taken(); got[0] != "scene_1_stats.csv" || !slices.Contains(got[1:], "scene_1_stats.csv") {
			t.Errorf("it put %v", got)
		}
		must(t, x.Close())
	})
}

func TestAPanicOfALibraryEndsOnlyTheRounds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var m memory
		x, heard := begin(t, &m)
		m.behave(func(_ context.Context, name string) error { panic("bad sig=abc " + name) })
		after(31 * time.Second)
		if text := heard.text(); !strings.Contains(text, "ERROR the export stopped: internal error: bad sig=[redacted]") {
			t.Errorf("it said\n%s", text)
		}
		if err := x.Flush(t.Context(), finishedRun()); err == nil || !strings.Contains(err.Error(), "6 of 6 files") || !strings.Contains(err.Error(), "internal error: bad sig=[redacted]") {
			t.Errorf("Flush says %v", err)
		}
		must(t, x.Close())
	})
}
