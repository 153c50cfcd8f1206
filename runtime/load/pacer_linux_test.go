package load

import (
	"testing"
	"time"
)

// A Wake may be held up between its two steps, until the Until that it has ended is over and the next has begun: then
// that one goes on, and still hears the next Wake.
func TestPacerStaleWake(t *testing.T) {
	p, ok := NewPacer().(*fdPacer)
	if !ok {
		t.Fatal("no timer of the kernel is to be had here")
	}
	defer p.Close()
	go func() {
		time.Sleep(5 * ms)
		_ = p.file.SetReadDeadline(time.Unix(0, 0)) // the second step
		time.Sleep(5 * ms)
		p.Wake()
	}()
	p.Until(time.Now().Add(time.Hour))
	due := time.Now().Add(20 * ms)
	go func() { _ = p.file.SetReadDeadline(time.Unix(0, 0)) }()
	p.Until(due)
	if early := time.Until(due); early > 0 {
		t.Errorf("%s early", early)
	}
}
