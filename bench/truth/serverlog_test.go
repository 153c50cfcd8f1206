package main

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

const msec = time.Millisecond

func TestServerLogIsKept(t *testing.T) {
	file := filepath.Join(t.TempDir(), "log")
	log := []entry{{30 * msec, 35 * msec, 36 * msec}, {0, 1, 2}, {10 * msec, 50 * msec, 51 * msec}}
	if err := writeLog(file, log); err != nil {
		t.Fatal(err)
	}
	got, err := readLog(file)
	if want := []entry{log[1], log[2], log[0]}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, %v, want %v, in the order of reading", got, err, want)
	}
	if err := os.Truncate(file, 40); err != nil {
		t.Fatal(err)
	}
	if _, err := readLog(file); err == nil {
		t.Error("half an entry is read without an error")
	}
}

// TestReplay: 1,000 requests a second; the third is sent 4 ms late, the first one 1 ms, as all are; the answers take 2 ms.
func TestReplay(t *testing.T) {
	log := []entry{{Read: 0, Write: 2 * msec}, {Read: msec, Write: 3 * msec}, {Read: 6 * msec, Write: 8 * msec}, {Read: 6 * msec, Write: 8 * msec}}
	want := []time.Duration{2 * msec, 2 * msec, 6 * msec, 5 * msec}
	if got := replayed(log, 1000, 0); !slices.Equal(got, want) {
		t.Errorf("replayed %v, want %v", got, want)
	}
	// After 2 ms, the plan begins one millisecond before the two that came together.
	if got := replayed(log, 1000, 2*msec); !slices.Equal(got, []time.Duration{3 * msec, 2 * msec}) {
		t.Errorf("from 2 ms on replayed %v", got)
	}
	if got := served(log, 6*msec); !slices.Equal(got, []time.Duration{2 * msec, 2 * msec}) {
		t.Errorf("served %v", got)
	}
	// A first request that came late itself does not make the plan late.
	late := []entry{{Read: 0, Write: 0}, {Read: 0, Write: 0}, {Read: msec, Write: msec}}
	if got := replayed(late, 1000, 0); !slices.Equal(got, []time.Duration{msec, 0, 0}) {
		t.Errorf("with a late start replayed %v", got)
	}
	if got := replayed(nil, 1000, 0); got != nil {
		t.Errorf("nothing is replayed as %v", got)
	}
}
