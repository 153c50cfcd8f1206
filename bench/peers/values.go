package main

import (
	"fmt"
	"math"
	"slices"
)

// values has one value for each repeat, in their order; NaN is a repeat that failed.
type values []float64

// zip combines the values of the same repeat.
func zip(a, b values, f func(x, y float64) float64) values {
	all := make(values, min(len(a), len(b)))
	for i := range all {
		all[i] = f(a[i], b[i])
	}
	return all
}

// over is the ratio to what was measured in the same repeat.
func (v values) over(base values) values {
	return zip(v, base, func(x, y float64) float64 { return x / y })
}

// above is the difference to what was measured in the same repeat.
func (v values) above(base values) values {
	return zip(v, base, func(x, y float64) float64 { return x - y })
}

// scaled multiplies every value.
func (v values) scaled(by float64) values {
	return zip(v, v, func(x, _ float64) float64 { return by * x })
}

// spread is the median of the values that there are, with the smallest and the largest; NaN if there is none.
func (v values) spread() (median, least, most float64) {
	there := slices.DeleteFunc(slices.Sorted(slices.Values(v)), math.IsNaN)
	if len(there) == 0 {
		return math.NaN(), math.NaN(), math.NaN()
	}
	n := len(there)
	return (there[(n-1)/2] + there[n/2]) / 2, there[0], there[n-1]
}

func (v values) median() float64 {
	median, _, _ := v.spread()
	return median
}

// text shows the median and, if there is more than one value, the range. Nothing measured is "-".
func (v values) text(format string) string {
	median, least, most := v.spread()
	switch {
	case math.IsNaN(median):
		return "-"
	case len(v) == 1:
		return fmt.Sprintf(format, median)
	}
	return fmt.Sprintf(format+" ("+format+" to "+format+")", median, least, most)
}

// line fits y = a + slope*x by least squares. The scatter is the standard deviation of y about that line.
func line(x, y []float64) (slope, scatter float64) {
	n := float64(len(x))
	var sumX, sumY float64
	for i := range x {
		sumX, sumY = sumX+x[i], sumY+y[i]
	}
	meanX, meanY := sumX/n, sumY/n
	var xx, xy float64
	for i := range x {
		xx += (x[i] - meanX) * (x[i] - meanX)
		xy += (x[i] - meanX) * (y[i] - meanY)
	}
	slope = xy / xx
	var squares float64
	for i := range x {
		off := y[i] - meanY - slope*(x[i]-meanX)
		squares += off * off
	}
	return slope, math.Sqrt(squares / (n - 2))
}
