package vu

import (
	"testing"
	"testing/synctest"
	"time"
)

// The event loop: due timers run in order of their times, equal ones in the order in which they were set, and a timer
// that is set while others run waits for the next turn.
func TestLoopTimers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLoop()
		now := time.Now()
		got := ""
		say := func(s string) func() { return func() { got += s } }
		l.add(now.Add(2*time.Second), 0, say("c"))
		l.add(now.Add(time.Second), 0, say("a"))
		l.add(now.Add(time.Second), 0, func() { got += "b"; l.add(now, 0, say("d")) })
		dropped := l.add(now.Add(time.Second), 0, say("never"))
		l.clear(dropped)
		l.clear(99)
		l.add(now.Add(2500*time.Millisecond), time.Second, say("i"))
		for _, want := range []string{"", "ab", "abdc", "abdci", "abdcii"} {
			l.ready(time.Now())
			if got != want {
				t.Errorf("after %s: %q, want %q", time.Since(now), got, want)
			}
			time.Sleep(time.Second)
		}
		if due, ok := l.next(); !ok || l.idle() || due.Sub(now) != 5*time.Second {
			t.Error(due.Sub(now), ok)
		}
	})
}

// Jobs of other goroutines are never lost and run in the loop's.
func TestLoopPost(t *testing.T) {
	l := newLoop()
	sum := 0 // only the loop's goroutine touches it
	l.pending = 1
	go func() {
		for i := range 1000 {
			l.post(func() { sum += i })
		}
		l.post(func() { l.pending-- })
	}()
	for !l.idle() {
		if !l.ready(time.Now()) {
			<-l.wake
		}
	}
	if sum != 1000*999/2 {
		t.Error(sum)
	}
}

func TestPasses(t *testing.T) {
	for _, c := range []struct {
		tags, want, not []string
		passes          bool
	}{
		{nil, nil, nil, true},
		{nil, []string{"a"}, nil, false},
		{nil, nil, []string{"a"}, true},
		{[]string{"a", "b"}, []string{"b", "c"}, nil, true},
		{[]string{"a", "b"}, []string{"a"}, []string{"b"}, false},
		{[]string{"a"}, nil, []string{"b"}, true},
	} {
		if got := passes(c.tags, c.want, c.not); got != c.passes {
			t.Errorf("%v with %v without %v: %v", c.tags, c.want, c.not, got)
		}
	}
}

func TestShort(t *testing.T) {
	for _, c := range [][2]string{{"abc", "abc"}, {"abcd", "abc..."}, {"abé", "ab..."}, {"", ""}} {
		if got := short(c[0], 3); got != c[1] {
			t.Errorf("%q: %q, want %q", c[0], got, c[1])
		}
	}
}

func TestTicksAreEqual(t *testing.T) {
	a := Tick{1, 2, []string{"A", "B"}}
	if !a.Equal(Tick{1, 2, []string{"A", "B"}}) || a.Equal(Tick{1, 2, []string{"AB"}}) || a.Equal(Tick{1, 3, a.Classes}) || a.Equal(Tick{2, 2, a.Classes}) {
		t.Error("Equal is wrong")
	}
}
