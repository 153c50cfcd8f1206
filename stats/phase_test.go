package stats

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// The percentiles of phases are within 1.6 % of the exact ones, and exact below 32 us.
func TestPhasePercentiles(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	for name, draw := range distributions {
		for _, n := range []int{1, 2, 299, 10_000} {
			var p phase
			var all []time.Duration
			for range n {
				us := (&Phases{Wait: draw(rnd) + 1}).micros()[4]
				p.add(us)
				all = append(all, time.Duration(us)*time.Microsecond)
			}
			slices.Sort(all)
			got := p.times()
			for q, d := range map[float64]time.Duration{0.50: got.P50, 0.99: got.P99} {
				exact := all[min(int(float64(n)*q), n-1)]
				off := max(d-exact, exact-d)
				if off > exact/64 || exact < 32*time.Microsecond && off > 0 {
					t.Errorf("%s, %d samples: %v is %v, want %v", name, n, q, d, exact)
				}
			}
			if got.Count != int64(n) || got.Max != all[n-1] {
				t.Errorf("%s, %d samples: %+v", name, n, got)
			}
		}
	}
}

// Each time is in a bucket that is no wider than 1/32 of it, at either end of each page.
func TestPhaseBuckets(t *testing.T) {
	for bit := range 32 {
		for _, us := range []uint32{1 << bit, 1<<bit + 1, 1<<bit | (1<<bit - 1), math.MaxUint32} {
			var p phase
			p.add(us)
			p.max = math.MaxInt64 // at may not take refuge in it
			d, want := p.at(0.5), time.Duration(us)*time.Microsecond
			if off := max(d-want, want-d); off > want/64 {
				t.Errorf("%d us: %v", us, d)
			}
		}
	}
}
