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
		{0.99, 1000, 982, 996},     // 4 to 17 beyond it: not symmetric
		{0.99, 10_000, 9880, 9920}, // 9900 +- 19.5
		{0.5, 1, 0, 0},
		{0.999, 100, 98, 99},
	} {
		if low, high := confidence(tc.q, tc.n); low != tc.low || high != tc.high {
			t.Errorf("%v of %d: %d to %d, want %d to %d", tc.q, tc.n, low, high, tc.low, tc.high)
		}
	}
}

// Where few samples are beyond a percentile each limit is exact: it misses the truth with a probability of no more than
// 2.5 %, and the next nearer rank would miss it with more.
func TestConfidenceIsExactForFew(t *testing.T) {
	for _, q := range Quantiles[:len(Quantiles)-1] {
		for _, n := range []int64{1, 2, 10, 39, 100, 299, 500, 1999, 2995, 19_000, 29_956, 199_000} {
			if float64(n)*(1-q) >= fewBeyond {
				continue
			}
			low, high := confidence(q, n)
			// The truth is below the sample of rank low if more than n-1-low are beyond it, and above that of
			// rank high if fewer than n-high are.
			if miss := 1 - atMost(n, 1-q, n-1-low); low > 0 && miss > 0.025 {
				t.Errorf("%v of %d: below rank %d with a probability of %v", q, n, low, miss)
			}
			if miss := 1 - atMost(n, 1-q, n-2-low); low < n-1 && miss <= 0.025 {
				t.Errorf("%v of %d: rank %d is too low", q, n, low)
			}
			if miss := atMost(n, 1-q, n-1-high); high < n-1 && miss > 0.025 {
				t.Errorf("%v of %d: above rank %d with a probability of %v", q, n, high, miss)
			}
			if miss := atMost(n, 1-q, n-high); high > 0 && miss <= 0.025 {
				t.Errorf("%v of %d: rank %d is too high", q, n, high)
			}
		}
	}
}

// atMost is the probability that no more than k of n trials succeed, each with probability p.
func atMost(n int64, p float64, k int64) float64 {
	logFactorial := func(n int64) float64 { f, _ := math.Lgamma(float64(n) + 1); return f }
	sum := 0.0
	for i := int64(0); i <= k; i++ {
		sum += math.Exp(logFactorial(n) - logFactorial(i) - logFactorial(n-i) + float64(i)*math.Log(p) + float64(n-i)*math.Log1p(-p))
	}
	return sum
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
