package main

import (
	"testing"
	"time"
)

// What is to be done is done by the one that serves, before do returns, and not at all once the load is over.
func TestDo(t *testing.T) {
	r := &run{commands: make(chan func()), over: make(chan struct{})}
	go func() {
		for range 2 {
			(<-r.commands)()
		}
		close(r.over)
	}()
	sum := 0
	for i := 1; i <= 2; i++ {
		if !r.do(func() { time.Sleep(10 * time.Millisecond); sum += i }) {
			t.Errorf("command %d was refused", i)
		}
	}
	if r.do(func() { sum = -1 }) || sum != 3 {
		t.Errorf("after the end: %d", sum)
	}
}

func TestSingleKeys(t *testing.T) {
	for typed, want := range map[string]string{
		"wWsS?q": "wWsS?q", "\x1b[As": "s", "w\x1bOS\x1b[1;5Sw": "ww", "\x1bs": "", "\x1b": "\x1b", "\x1b[": "", "\x1b[15~S": "S", "": "",
	} {
		if got := string(singleKeys([]byte(typed))); got != want {
			t.Errorf("%q: %q, want %q", typed, got, want)
		}
	}
}
