package stats

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// The counts from which on a percentile can be told: for p99.9 and p99.99 those of the literature.
func TestSupported(t *testing.T) {
	for i, least := range map[int]int64{0: 5, 4: 29, 5: 59, 6: 149, 7: 299, 8: 2995, 9: 29956, 10: 1} {
		if (&Times{Count: least - 1}).Supported(i) || !(&Times{Count: least}).Supported(i) {
			t.Errorf("%v is not told from %d samples on", Quantiles[i], least)
		}
	}
}

func TestConfidenceRanks(t *testing.T) {
	for _, tc := range []struct {
		q         float64
		n         int64
		low, high int64
	}{
		{0.5, 100, 40, 60},         // 50 +- 9.8
		{0.99, 1000, 983, 997},     // 990 +- 6.2
		{0.99, 10_000, 9880, 9920}, // 9900 +- 19.5
		{0.5, 1, 0, 0},
		{0.999, 100, 99, 99},
	} {
		if low, high := confidence(tc.q, tc.n); low != tc.low || high != tc.high {
			t.Errorf("%v of %d: %d to %d, want %d to %d", tc.q, tc.n, low, high, tc.low, tc.high)
		}
	}
}

// In 95 of 100 runs the interval holds the true percentile.
func TestConfidenceHolds(t *testing.T) {
	const runs, n = 400, 2000
	rnd := rand.New(rand.NewPCG(5, 6))
	missed := map[int]int{}
	for range runs {
		var d durations
		for range n {
			d.add(time.Duration(rnd.ExpFloat64()*float64(time.Second)), totalDigits)
		}
		got := d.times()
		for _, i := range []int{0, 4, 7} {
			truth := time.Duration(-math.Log(1-Quantiles[i]) * float64(time.Second))
			if truth < got.Low[i]*999/1000 || truth > got.High[i]*1001/1000 { // the histogram's own width
				missed[i]++
			}
			if got.Low[i] > got.Quantile[i] || got.High[i] < got.Quantile[i] {
				t.Fatalf("%v: %v is not in %v to %v", Quantiles[i], got.Quantile[i], got.Low[i], got.High[i])
			}
		}
	}
	for i, n := range missed {
		if n > runs*8/100 { // 20 of 400 are expected, with a deviation of 4
			t.Errorf("%v: %d of %d intervals do not hold the truth", Quantiles[i], n, runs)
		}
	}
}
