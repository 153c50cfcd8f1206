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
