package web

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/HdrHistogram/hdrhistogram-go"
)

func TestShortCounts(t *testing.T) {
	for n, want := range map[int64]byte{0: 0, 1: 1, 7: 7, 8: 8, 9: 8, 10: 9, 15: 11, 16: 12, 1000: 35, math.MaxInt64: 247} {
		if got := short(n); got != want {
			t.Errorf("short(%d) = %d, want %d", n, got, want)
		}
	}
	for b := range byte(247) {
		if long(b) >= long(b+1) || short(long(b)) != b || short(long(b+1)-1) != b {
			t.Errorf("%d stands for %d, %d for %d", b, long(b), b+1, long(b+1))
		}
	}
	for _, tt := range []struct{ n, want []uint32 }{
		{[]uint32{}, nil},
		{[]uint32{3, 7, 5}, []uint32{3, 7, 5}},
		{[]uint32{100, 9, 0, 1}, []uint32{96, 10, 0, 1}},     // rounded up, and repaid
		{[]uint32{0, 0, 15, 7}, []uint32{0, 1, 14, 7}},       // nothing to repay it with: rounded down, and made up for
		{[]uint32{1023}, []uint32{1024}},                     // nothing is below it
		{[]uint32{500, 0, 0, 900}, []uint32{512, 0, 4, 896}}, // what is below a gap keeps its rank
	} {
		var got []uint32
		for _, b := range shorten(tt.n) {
			got = append(got, uint32(long(b)))
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%d is shortened to %d, want %d", tt.n, got, tt.want)
		}
	}
}

// The precision that the page states holds for times of every kind, also in buckets twice as wide.
func TestPercentilesOfShortCounts(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for name, draw := range map[string]func() float64{
		"lognormal": func() float64 { return 2000 * math.Exp(r.NormFloat64()) },
		"narrow":    func() float64 { return 50_000 + 500*r.NormFloat64() },
		"constant":  func() float64 { return 1_000_000 },
		"fast":      func() float64 { return 40 * math.Exp(0.3*r.NormFloat64()) },
		"two humps": func() float64 {
			if r.IntN(100) < 3 {
				return 2e6 + 1e5*r.NormFloat64()
			}
			return 300 * math.Exp(0.2*r.NormFloat64())
		},
		"exponential": func() float64 { return 1000 + 20_000*r.ExpFloat64() },
	} {
		for _, n := range []int{400, 20_000, 200_000} {
			h, all := hdrhistogram.NewPacked(1, 3_600_000_000, 3), make([]int64, n)
			for i := range all {
				all[i] = int64(draw())
				if err := h.RecordValue(all[i]); err != nil {
					t.Fatal(err)
				}
			}
			slices.Sort(all)
			at := func(q float64) float64 { return float64(all[min(int(q*float64(n)), n-1)]) }
			var c counts
			c.add(h)
			for _, octave := range []struct {
				per    int
				c      counts
				within float64
			}{{perOctave, c, 1.03}, {perOctave / 2, c.coarser(), 1.06}} {
				packed := unpacked(t, pack([]counts{{}, octave.c}), 2)
				if len(packed[0].n) != 0 {
					t.Errorf("an empty histogram became %v", packed[0])
				}
				for _, q := range []float64{0.5, 0.9, 0.95, 0.99} {
					// Many requests may have the same time, next to a bucket's end: so a rank may be off by one in 500.
					low, high := at(q-0.002)/octave.within, at(q+0.002)*octave.within
					if got := shownPercentile(packed[1], q, octave.per); got < low || got > high {
						t.Errorf("%s, %d requests, %d buckets an octave: the percentile %g is %.1f µs, want %.1f", name, n, octave.per, q, got, at(q))
					}
				}
			}
		}
	}
}

// shownPercentile is what the page's script makes of a histogram.
func shownPercentile(c counts, q float64, perOctave int) float64 {
	sum, below := int64(0), int64(0)
	for _, n := range c.n {
		sum += int64(n)
	}
	for i, n := range c.n {
		if below += int64(n); below > int64(q*float64(sum)) {
			return math.Pow(2, (float64(c.first+i)+0.5)/float64(perOctave))
		}
	}
	return 0
}

func TestCoarser(t *testing.T) {
	for _, tt := range []struct{ c, want counts }{
		{counts{}, counts{}},
		{counts{first: 3, n: []uint32{1, 2, 3, 4}}, counts{first: 1, n: []uint32{1, 5, 4}}},
		{counts{first: 4, n: []uint32{1, 2}}, counts{first: 2, n: []uint32{3}}},
	} {
		if got := tt.c.coarser(); fmt.Sprint(got) != fmt.Sprint(tt.want) {
			t.Errorf("%v becomes %v, want %v", tt.c, got, tt.want)
		}
	}
}
