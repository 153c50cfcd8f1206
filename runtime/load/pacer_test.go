package load

import (
	"testing"
	"time"
)

// A pacer never returns early of itself, and Wake ends a wait that goes on, or
// the next one. How late it is, is for bench/pacer to say.
func TestPacer(t *testing.T) {
	for name, make := range map[string]func() Pacer{"precise": NewPacer, "timer": newTimerPacer} {
		t.Run(name, func(t *testing.T) {
			p := make()
			defer p.Close()
			for _, d := range []time.Duration{-time.Second, 0, 1, 50 * time.Microsecond, ms, 3 * ms, 20 * ms} {
				due := time.Now().Add(d)
				p.Until(due)
				if early := time.Until(due); early > 0 {
					t.Errorf("%s early", early)
				}
			}
			p.Wake()
			p.Until(time.Now().Add(time.Hour))
			for range 200 { // the two meet at any point
				go p.Wake()
				p.Until(time.Now().Add(time.Hour))
			}
			due := time.Now().Add(ms)
			for time.Until(due) > 0 { // a Wake may have come after its Until had ended
				p.Until(due)
			}
		})
	}
}
