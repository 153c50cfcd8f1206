package metrics

import (
	"math"
	"time"
)

// Values is what is known of the samples of one metric or submetric. Those of a State are never changed.
type Values struct {
	Samples  int64
	Sum      float64 // exact but for the rounding of floats; what a Counter has counted
	Min, Max float64 // 0 if there are no samples
	Last     float64 // a Gauge's latest value
	Passes   int64   // a Rate's samples that were not 0

	lastAt int64 // of Last, in nanoseconds
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
	v.Sum += value
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

// merge adds the samples of o, of which v has none.
func (v *Values) merge(o *Values) {
	if o.Samples == 0 {
		return
	}
	if v.Samples == 0 {
		v.Min, v.Max, v.Last, v.lastAt = o.Min, o.Max, o.Last, o.lastAt
	}
	v.Min, v.Max = min(v.Min, o.Min), max(v.Max, o.Max)
	if o.lastAt > v.lastAt {
		v.Last, v.lastAt = o.Last, o.lastAt
	}
	v.Samples += o.Samples
	v.Sum += o.Sum
	v.Passes += o.Passes
	v.spread.merge(&o.spread)
}

func (v *Values) clone() Values {
	c := *v
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
func (v *Values) PerSecond(run time.Duration) float64 {
	if run <= 0 {
		return 0
	}
	return v.Sum / run.Seconds()
}

// Mean is the arithmetic mean; 0 if there are no samples.
func (v *Values) Mean() float64 {
	if v.Samples == 0 {
		return 0
	}
	return v.Sum / float64(v.Samples)
}

// Percentile is the value of a Trend below which p percent of the samples lie, p from 0 to 100. Up to 128 samples it is
// exact, and what k6 says; above, it is within 0.5 %. It never lies outside of Min and Max, and is 0 if there are no
// samples.
func (v *Values) Percentile(p float64) float64 {
	if v.Samples == 0 || math.IsNaN(p) {
		return 0
	}
	return min(max(v.spread.percentile(p, v.Samples), v.Min), v.Max)
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
