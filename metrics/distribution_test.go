package metrics

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func valuesOf(of Type, values ...float64) Values {
	var v Values
	for i, value := range values {
		v.add(of, value, int64(i))
	}
	return v.clone()
}

// Percentiles of few values are k6's to the last digit: figures of its binary.
func TestFewValuesGiveTheFiguresOfK6(t *testing.T) {
	v := valuesOf(Trend, 3, 1, 4, 1, 5, 9, 2, 6, 5, 3.5)
	for p, want := range map[float64]float64{0: 1, 12.5: 1.125, 33: 2.97, 50: 3.75, 99.9: 8.973000000000004, 100: 9} {
		if got := v.Percentile(p); got != want {
			t.Errorf("p(%v) = %v, want %v", p, got, want)
		}
	}
	if got := valuesOf(Trend, 7.5); got.Percentile(0) != 7.5 || got.Percentile(99.9) != 7.5 {
		t.Error("one value is not every percentile")
	}
	var none Values
	if got := none.Percentile(95); got != 0 {
		t.Errorf("of nothing: %v", got)
	}
}

// exact is the same percentile of all values.
func exact(values []float64, p float64) float64 {
	sorted := slices.Clone(values)
	slices.Sort(sorted)
	v := Values{Samples: int64(len(sorted)), Min: sorted[0], Max: sorted[len(sorted)-1], spread: distribution{raw: sorted}}
	return v.Percentile(p)
}

func TestManyValuesAreWithinHalfAPercent(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for name, draw := range map[string]func() float64{
		"latencies":  func() float64 { return math.Exp(random.NormFloat64()) * 20 },
		"negative":   func() float64 { return -math.Exp(random.NormFloat64()) * 20 },
		"both signs": func() float64 { return random.NormFloat64() * 1000 },
		"with zeros": func() float64 { return math.Max(0, random.NormFloat64()) },
		"tiny":       func() float64 { return random.Float64() * 1e-300 },
		"huge":       func() float64 { return random.Float64() * 1e300 },
		"any size":   func() float64 { return math.Pow(10, random.Float64()*600-300) },
		"whole":      func() float64 { return float64(random.IntN(1000)) },
		"the same":   func() float64 { return 42 },
	} {
		var all []float64
		for range 20_000 {
			all = append(all, draw())
		}
		v := valuesOf(Trend, all...)
		for _, p := range []float64{0, 0.1, 1, 10, 25, 50, 75, 90, 95, 99, 99.9, 99.99, 100} {
			got, want := v.Percentile(p), exact(all, p)
			if math.Abs(got-want) > 0.005*math.Abs(want) {
				t.Errorf("%s: p(%v) = %v, want %v within 0.5 %%", name, p, got, want)
			}
		}
		if v.Min != slices.Min(all) || v.Max != slices.Max(all) || v.Percentile(0) != v.Min || v.Percentile(100) != v.Max {
			t.Errorf("%s: %v to %v", name, v.Min, v.Max)
		}
	}
}

func TestInfiniteValues(t *testing.T) {
	var v Values
	for i := range 1000 {
		v.add(Trend, float64(i), 0)
	}
	v.add(Trend, math.Inf(1), 0)
	v.add(Trend, math.Inf(-1), 0)
	c := v.clone()
	if p0, p100 := c.Percentile(0), c.Percentile(100); !math.IsInf(p0, -1) || !math.IsInf(p100, 1) {
		t.Errorf("from %v to %v", p0, p100)
	}
	if got := c.Percentile(50); math.Abs(got-499.5) > 2.5 {
		t.Errorf("median %v", got)
	}
	v = Values{}
	v.add(Trend, 1, 0)
	v.add(Trend, math.Inf(-1), 0)
	if c := v.clone(); math.IsNaN(c.Percentile(50)) {
		t.Error("half of minus infinity is no number")
	}
	v = Values{}
	v.add(Trend, math.Inf(1), 0)
	v.add(Trend, math.Inf(1), 0)
	if c := v.clone(); !math.IsInf(c.Percentile(50), 1) {
		t.Errorf("median of infinite values %v", c.Percentile(50))
	}
}

// The buckets are the same everywhere, so what two engines have counted can be added up.
func TestMergedHistogramsAreOne(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	var a, b, together histogram
	for i := range 2000 {
		value := math.Round(random.NormFloat64()*1000) / 100
		if i%3 == 0 {
			a.add(value, 1)
		} else {
			b.add(value, 1)
		}
		together.add(value, 1)
	}
	a.merge(&b)
	a.add(5, 3)
	together.add(5, 3)
	for rank := range int64(2003) {
		if got, want := a.at(rank), together.at(rank); got != want {
			t.Errorf("rank %d: %v, want %v", rank, got, want)
		}
	}
	if n := b.positive.count() + b.zeros + b.negative.count(); n != 2000-667 {
		t.Errorf("the source has %d values", n)
	}
}

// Whatever comes, a trend takes no more than the pages of all floats.
func TestTrendIsBounded(t *testing.T) {
	var v Values
	random := rand.New(rand.NewPCG(5, 6))
	for range 300_000 {
		f := math.Float64frombits(random.Uint64())
		if !math.IsNaN(f) {
			v.add(Trend, f, 0)
		}
	}
	h := v.spread.buckets
	if n := len(h.positive.pages) + len(h.negative.pages); n > 2*2048*(1<<bucketBits)/pageBuckets || v.spread.raw != nil {
		t.Errorf("%d pages", n)
	}
	v = Values{}
	for range 100_000 {
		v.add(Trend, math.Exp(random.NormFloat64()*2), 0)
	}
	if n := len(v.spread.buckets.positive.pages); n > 120 {
		t.Errorf("%d pages for a usual distribution", n)
	}
}

func TestSumDoesNotDependOnTheOrder(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	var all []float64
	for range 1000 {
		all = append(all, float64(random.IntN(1_000_000))/1000)
	}
	want := valuesOf(Counter, all...).Sum
	for range 20 {
		random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		if got := valuesOf(Counter, all...).Sum; got != want {
			t.Errorf("%v, in another order %v", want, got)
		}
	}
	if got := valuesOf(Counter, 1e100, 1, -1e100).Sum; got != 1 {
		t.Errorf("1e100 + 1 - 1e100 = %v", got)
	}
	if got := valuesOf(Counter, 1, math.Inf(1), 2).Sum; !math.IsInf(got, 1) {
		t.Errorf("sum of an infinite value: %v", got)
	}
}
