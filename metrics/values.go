package metrics

import (
	"math"
	"time"
)

// Values is what is known of the samples of one metric or submetric. Those of a State are never changed.
type Values struct {
	Samples  int64
	Sum      float64 // what a Counter has counted; correctly rounded but for the unluckiest numbers
	Min, Max float64 // 0 if there are no samples
	Last     float64 // a Gauge's latest value
	Passes   int64   // a Rate's samples that were not 0

	lost   float64 // by rounding Sum. A clone's Sum has it
	lastAt int64   // of Last, in nanoseconds
	spread distribution
}

// add counts a sample. at is in nanoseconds, and matters for a gauge only.
func (v *Values) add(t Type, value float64, at int64) {
	if v.Samples == 0 {
		v.Min, v.Max = value, value
	} else {
		v.Min, v.Max = min(v.Min, value), max(v.Max, value)
	}
	v.Samples++
	v.sum(value)
	switch t {
	case Gauge:
		if v.Samples == 1 || at >= v.lastAt {
			v.Last, v.lastAt = value, at
		}
	case Rate:
		if value != 0 {
			v.Passes++
		}
	case Trend:
		v.spread.add(value)
	}
}

// sum adds to Sum and keeps what is lost, so that the result does not depend on the order in which goroutines have
// added: Neumaier, Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen (1974).
func (v *Values) sum(value float64) {
	sum := v.Sum + value
	if math.Abs(v.Sum) >= math.Abs(value) {
		v.lost += v.Sum - sum + value
	} else {
		v.lost += value - sum + v.Sum
	}
	v.Sum = sum
}

func (v *Values) clone() Values {
	c := *v
	if !math.IsInf(c.Sum, 0) {
		c.Sum, c.lost = c.Sum+c.lost, 0
	}
	c.spread = v.spread.clone()
	return c
}

// Share is the part of the samples that was not 0, from 0 to 1; 0 if there are none.
func (v *Values) Share() float64 {
	if v.Samples == 0 {
		return 0
	}
	return float64(v.Passes) / float64(v.Samples)
}

// PerSecond is the sum for each second of a run; 0 for one that took no time.
func (v *Values) PerSecond(run time.Duration) float64 { return perSecond(v.Sum, run) }

func perSecond(n float64, run time.Duration) float64 {
	if run <= 0 {
		return 0
	}
	return n / run.Seconds()
}

// Mean is the arithmetic mean; 0 if there are no samples.
func (v *Values) Mean() float64 {
	if v.Samples == 0 {
		return 0
	}
	return v.Sum / float64(v.Samples)
}

// Percentile is the value of a Trend below which p percent of the samples lie, p from 0 to 100, interpolated between the
// two closest ranks, of which 0 is the lowest and Samples-1 the highest: k6's rule. Up to 128 samples it is exact, and
// what k6 says; above, it is within 0.5 %. It never lies outside of Min and Max, and is 0 if there are no samples.
func (v *Values) Percentile(p float64) float64 {
	if v.Samples == 0 {
		return 0
	}
	place := p / 100 * float64(v.Samples-1)
	low := math.Floor(place)
	value := v.at(int64(low))
	if low == place {
		return value
	}
	next := v.at(int64(low) + 1)
	if math.IsInf(value, 0) || math.IsInf(next, 0) {
		return value
	}
	return min(value+(next-value)*(place-low), next)
}

// at is the value of the given rank. The lowest and the highest are known exactly, and a bucket may reach beyond them.
func (v *Values) at(rank int64) float64 {
	switch rank {
	case 0:
		return v.Min
	case v.Samples - 1:
		return v.Max
	}
	return min(max(v.spread.at(rank), v.Min), v.Max)
}

// of is the value of a threshold's method.
func (v *Values) of(x *Expr, t Type, run time.Duration) float64 {
	switch x.Method {
	case "count":
		return v.Sum
	case "rate":
		if t == Rate {
			return v.Share()
		}
		return v.PerSecond(run)
	case "value":
		return v.Last
	case "avg":
		return v.Mean()
	case "min":
		return v.Min
	case "max":
		return v.Max
	case "med":
		return v.Percentile(50)
	}
	return v.Percentile(x.Percentile)
}
