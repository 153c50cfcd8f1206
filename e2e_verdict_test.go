//go:build unix

package main

import (
	"path/filepath"
	"runtime"
	"testing"

	"katydid/stats"
)

// A run of which nothing was measured is no run; whoever wants to hear of that does.
func TestRequireValid(t *testing.T) {
	t.Parallel()
	idle := folder(t, map[string]string{"a.js": user("home() {}")})
	for code, args := range map[int][]string{0: nil, exitInvalid: {"--require-valid"}} {
		p := katydid(t, idle, append([]string{"run", "a.js", "-t", "300ms"}, args...)...)
		p.expect(code)
		p.says("Verdict: INVALID: no request was measured")
	}
	// A failed request is said by a code of its own when the figures are what they seem.
	failing := folder(t, map[string]string{"a.js": user("home() { this.client.get('/nope'); }")})
	katydid(t, failing, "run", "a.js", "-t", "1s", "--require-valid").expect(1)
}

// What the summary says of the generator.
func TestHealthOfARun(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{"a.js": user("static waitTime = constant(0.002);")})
	p := katydid(t, dir, "run", "a.js", "-u", "10", "-r", "10", "-t", "2s", "--summary", "s.json")
	p.expect(0)
	s := readDocument(t, filepath.Join(dir, "s.json"))
	g := s.Generator
	if s.Verdict == stats.Invalid || g.CPUShare <= 0 || g.CPUShare > 1.1 || g.GCShare < 0 || g.GCShare > 1 || g.Planned != 0 || g.Omitted != 0 {
		t.Errorf("%s %q %+v", s.Verdict, s.Reasons, g)
	}
	if s.Total.ServiceMS.P95 == nil || len(s.Total.ServiceMS.CI95) == 0 || s.Total.PhasesMS["send"].Count != s.Total.Count {
		t.Errorf("%+v", s.Total)
	}
	if runtime.GOOS != "linux" {
		return
	}
	// The kernel begins to stamp a moment after it was asked for the first time on the machine.
	if g.StampedShare == nil || *g.StampedShare < 0.5 || g.WakeLagMS == nil || g.StealShare == nil {
		t.Errorf("%+v", g)
	}
}
