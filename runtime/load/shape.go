package load

import (
	"errors"
	"fmt"
	"math"
	"time"
)

// A Shape says how many starts a second there are over time, stage after
// stage. It is data: it can be printed, drawn, checked, and asked about any
// time. Times count from the beginning of the first stage.
type Shape []Stage

// A Stage is a part of a shape in which the rate goes from From to To, both in
// starts per second, in a straight line.
type Stage struct {
	From, To float64
	For      time.Duration
}

// A RateStage goes to a rate in a straight line; without a duration it is a
// jump.
type RateStage struct {
	For time.Duration
	To  float64
}

// Ramps is the shape that goes from a rate through stages, each of which begins
// where the one before it ended. Rates are in starts per unit.
func Ramps(from float64, unit time.Duration, stages []RateStage) Shape {
	var s Shape
	for _, g := range stages {
		if g.For > 0 {
			s = append(s, Stage{from / unit.Seconds(), g.To / unit.Seconds(), g.For})
		}
		from = g.To
	}
	return s
}

// maxLength bounds shapes, so that no sum of times overflows.
const maxLength = 100 * 365 * 24 * time.Hour

// Constant is a shape of one rate; a length of 0 means that it goes on without
// an end.
func Constant(rate float64, length time.Duration) Shape {
	if length <= 0 {
		length = maxLength
	}
	return Shape{{rate, rate, length}}
}

// Check says what is wrong with a shape.
func (s Shape) Check() error {
	sum, starts := time.Duration(0), 0.0
	for i, g := range s {
		for _, rate := range []float64{g.From, g.To} {
			if !(rate >= 0) || math.IsInf(rate, 0) {
				return fmt.Errorf("stage %d: the rate must be a number of 0 or more, not %v", i+1, rate)
			}
		}
		if g.For <= 0 || g.For > maxLength-sum {
			return fmt.Errorf("stage %d: the duration must be more than 0, and that of all stages at most 100 years", i+1)
		}
		sum += g.For
		starts += g.starts()
	}
	if starts == 0 {
		return errors.New("no stage has a rate above 0: nothing would ever start")
	}
	return nil
}

// Length is the time of all stages together.
func (s Shape) Length() (sum time.Duration) {
	for _, g := range s {
		sum += g.For
	}
	return sum
}

// Cut is what there is of the shape before t.
func (s Shape) Cut(t time.Duration) Shape {
	var cut Shape
	for _, g := range s {
		if t <= 0 {
			break
		}
		if g.For > t {
			g = Stage{g.From, g.level(t), t}
		}
		cut = append(cut, g)
		t -= g.For
	}
	return cut
}

// Change is the shape up to t, and from then on a constant rate up to the shape's end.
func (s Shape) Change(t time.Duration, rate float64) Shape {
	rest := s.Length() - t
	if rest <= 0 {
		return s
	}
	return append(s.Cut(t), Stage{rate, rate, rest})
}

// Level is the rate at time t; 0 before the first stage and after the last.
func (s Shape) Level(t time.Duration) float64 {
	if t < 0 {
		return 0
	}
	for _, g := range s {
		if t < g.For {
			return g.level(t)
		}
		t -= g.For
	}
	return 0
}

// Due is when start n, counted from 0, has to happen: when the integral of the
// rate leaves n, so the first is due at once, and one that falls on a pause is
// due at its end. A stage has as many starts as its area says, whatever the
// shape before it. It reports false if the shape has no start n.
func (s Shape) Due(n int64) (time.Duration, bool) { return s.when(float64(n)) }

// Count is how many starts are due at time t or before.
func (s Shape) Count(t time.Duration) int64 {
	n := int64(s.integral(t))
	// The integral and its inverse may be off by a rounding; Due decides.
	for n > 0 && !s.dueBy(n-1, t) {
		n--
	}
	for s.dueBy(n, t) {
		n++
	}
	return n
}

func (s Shape) dueBy(n int64, t time.Duration) bool {
	due, ok := s.Due(n)
	return ok && due <= t
}

// when is the inverse of the integral. It is computed anew for each value from
// the beginning of the stage, so that no error adds up.
func (s Shape) when(area float64) (time.Duration, bool) {
	begin := time.Duration(0)
	for _, g := range s {
		// 0.07 a second for 100 s are 7.000000000000001: the tolerance keeps
		// what is due at the very end of a stage out of it.
		all := g.starts()
		if area < all*(1-1e-12) {
			return begin + g.when(area), true
		}
		area = max(0, area-all)
		begin += g.For
	}
	return 0, false
}

// reach is the other inverse: when the integral gets to a value, not when it
// goes beyond it. The two differ for what falls on a pause or on the end.
func (s Shape) reach(area float64) (time.Duration, bool) {
	begin := time.Duration(0)
	for _, g := range s {
		all := g.starts()
		if area <= all*(1+1e-12)+1e-9 { // what is left over of a sum of stages may be off by a rounding
			return begin + min(g.solve(area), g.For), true
		}
		area -= all
		begin += g.For
	}
	return 0, false
}

func (s Shape) integral(t time.Duration) (sum float64) {
	for _, g := range s {
		if t < g.For {
			return sum + g.integral(t)
		}
		sum += g.starts()
		t -= g.For
	}
	return sum
}

func (g Stage) level(t time.Duration) float64 {
	return g.From + (g.To-g.From)*float64(t)/float64(g.For)
}

// starts is the area of the stage.
func (g Stage) starts() float64 { return g.integral(g.For) }

func (g Stage) integral(t time.Duration) float64 {
	if t <= 0 {
		return 0
	}
	return (g.From + g.level(t)) / 2 * t.Seconds()
}

// when is solve, but never at the end of the stage.
func (g Stage) when(area float64) time.Duration { return min(g.solve(area), g.For-1) }

// solve solves From*t + slope/2*t*t = area for t: in the form that does not
// cancel for small slopes, and holds for a slope of 0.
func (g Stage) solve(area float64) time.Duration {
	if area <= 0 {
		return 0
	}
	slope := (g.To - g.From) / g.For.Seconds()
	root := math.Sqrt(max(0, g.From*g.From+2*slope*area))
	ns := 2 * area * float64(time.Second) / (g.From + root)
	return time.Duration(min(math.Round(ns), float64(g.For)))
}
