package stats

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// Locust's percentiles for tiny counts: the sample of rank int(n*q), from 0.
func TestQuantileRank(t *testing.T) {
	const ms = time.Millisecond
	tests := []struct {
		name      string
		durations []time.Duration
		want      [len(Quantiles)]time.Duration
	}{
		{"one", []time.Duration{2 * ms}, [...]time.Duration{2 * ms, 2 * ms, 2 * ms, 2 * ms, 2 * ms, 2 * ms, 2 * ms, 2 * ms, 2 * ms, 2 * ms, 2 * ms}},
		{"two", []time.Duration{3 * ms, 2 * ms}, [...]time.Duration{3 * ms, 3 * ms, 3 * ms, 3 * ms, 3 * ms, 3 * ms, 3 * ms, 3 * ms, 3 * ms, 3 * ms, 3 * ms}},
		{"three", []time.Duration{1 * ms, 3 * ms, 2 * ms}, [...]time.Duration{2 * ms, 2 * ms, 3 * ms, 3 * ms, 3 * ms, 3 * ms, 3 * ms, 3 * ms, 3 * ms, 3 * ms, 3 * ms}},
		{"four", []time.Duration{4 * ms / 4, 1 * ms / 4, 3 * ms / 4, 2 * ms / 4}, [...]time.Duration{3 * ms / 4, 3 * ms / 4, ms, ms, ms, ms, ms, ms, ms, ms, ms}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := &durations{}
			for _, v := range tt.durations {
				d.add(v, totalDigits)
			}
			got := d.times().Quantile
			for i, want := range tt.want {
				if got[i] != want {
					t.Errorf("%v: %v, want %v", Quantiles[i], got[i], want)
				}
			}
		})
	}
}

func TestRankSurvivesThePercentage(t *testing.T) {
	h := newHistogram(totalDigits)
	for v := range int64(2000) { // values below 2048 have a bucket each
		_ = h.RecordValue(v)
		for _, rank := range []int64{0, v / 3, v / 2, v - 1, v} {
			if got := h.ValueAtPercentile(percentAtRank(max(rank, 0), v+1)); got != max(rank, 0) {
				t.Fatalf("rank %d of %d: %d", rank, v+1, got)
			}
		}
	}
}

// distributions make durations of very different shapes.
var distributions = map[string]func(*rand.Rand) time.Duration{
	"uniform":     func(r *rand.Rand) time.Duration { return time.Duration(r.Int64N(int64(3 * time.Second))) },
	"lognormal":   func(r *rand.Rand) time.Duration { return time.Duration(2e7 * math.Exp(r.NormFloat64())) },
	"exponential": func(r *rand.Rand) time.Duration { return time.Duration(1e6 * r.ExpFloat64()) },
	"pareto":      func(r *rand.Rand) time.Duration { return time.Duration(min(1e5/math.Pow(r.Float64(), 2), 3.5e12)) },
	"two peaks":   func(r *rand.Rand) time.Duration { return time.Duration(1e6 + 1e9*r.Int64N(2) + r.Int64N(1000)) },
	"constant":    func(*rand.Rand) time.Duration { return 123456789 },
}

// Every quantile is the exact order statistic to 0.1 % or half a microsecond, whichever is more, for any distribution
// and number, collected in any number of intervals.
func TestQuantilesAgainstSortedSamples(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for name, draw := range distributions {
		for range 400 {
			exact := make([]time.Duration, 1+r.IntN(1<<r.IntN(12)))
			d := &distribution{}
			for i := range exact {
				exact[i] = draw(r)
				d.pending.add(exact[i], totalDigits)
				if r.IntN(20) == 0 {
					d.settle()
				}
			}
			d.settle()
			checkTimes(t, name, d.all.times(), exact)
		}
	}
}

func checkTimes(t *testing.T, name string, got Times, exact []time.Duration) {
	t.Helper()
	slices.Sort(exact)
	n := len(exact)
	var sum time.Duration
	for _, d := range exact {
		sum += d
	}
	if got.Count != int64(n) || got.Min != exact[0] || got.Max != exact[n-1] || got.Sum != sum {
		t.Fatalf("%s: %+v of %d samples, min %v max %v sum %v", name, got, n, exact[0], exact[n-1], sum)
	}
	for i, q := range Quantiles {
		want := exact[min(int(float64(n)*q), n-1)]
		off := (got.Quantile[i] - want).Abs()
		if off > max(want/1000, time.Microsecond/2) {
			t.Fatalf("%s: quantile %v of %d samples is %v, want %v", name, q, n, got.Quantile[i], want)
		}
	}
}

func TestExtremeDurations(t *testing.T) {
	const us = time.Microsecond
	tests := []struct {
		name           string
		took           time.Duration
		untimed        bool
		count          int64
		want, quantile time.Duration
	}{
		{name: "zero", count: 1},
		{name: "clock set back", took: -time.Second, count: 1},
		{name: "below half a microsecond", took: 400, count: 1, want: 400, quantile: 400},
		{name: "between microseconds", took: 1600, count: 1, want: 1600, quantile: 1600},
		{name: "one hour", took: time.Hour, count: 1, want: time.Hour, quantile: time.Hour},
		{name: "two hours", took: 2 * time.Hour, count: 1, want: 2 * time.Hour, quantile: 2 * time.Hour},
		{name: "untimed", took: time.Second, untimed: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := NewRecorder(t0, Options{})
			s := sampleAt("/", 0, tt.took)
			s.Untimed = tt.untimed
			s.Planned = s.Sent
			r.Record(s)
			row := r.Collect(t0, 0).Rows[0]
			got := row.Service
			if row.Count != 1 || got.Count != tt.count || got.Min != tt.want || got.Max != tt.want || got.Sum != tt.want || got.Quantile[0] != tt.quantile {
				t.Errorf("%+v", got)
			}
			if row.Response != got {
				t.Errorf("planned when sent, but response is %+v", row.Response)
			}
		})
	}
	// Beyond an hour the histogram knows no more than "an hour or longer".
	d := &durations{}
	for _, v := range []time.Duration{us, 2 * time.Hour, 3 * time.Hour} {
		d.add(v, totalDigits)
	}
	got := d.times().Quantile
	if got[0] < time.Hour || got[0] > time.Hour+4*time.Second || got[len(got)-1] != 3*time.Hour {
		t.Errorf("quantiles of 1 us, 2 h, 3 h are %v", got)
	}
}
