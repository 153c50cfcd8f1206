package load

import (
	"math/rand/v2"
	"time"
)

// A Plan is a shape and how its starts are spaced: evenly, or as visitors who
// know nothing of each other come (a Poisson process whose rate is the shape).
// Seed makes a Poisson plan repeatable.
type Plan struct {
	Shape   Shape
	Poisson bool
	Seed    uint64
	// First is where the first of evenly spaced starts is on the shape's
	// integral. A start is due when the integral leaves its place or, with
	// Reach, when it gets there: then what falls on a pause is due at its
	// beginning, and there may be one at the very end of the shape.
	First float64
	Reach bool
	// Shard says which of the starts are made here. Each class is dealt by
	// itself: were it all starts together, two classes of equal weight would
	// end up on a shard each.
	Shard Shard
}

// arrivals are the starts of a plan one after another. Both spacings are steps
// on the axis of the shape's integral, of 1 or of an exponential variable of
// mean 1, mapped through its inverse (time rescaling: Cox and Isham, Point
// Processes, 1980, section 4.2).
type arrivals struct {
	when func(area float64) (time.Duration, bool)
	step func() float64
	at   float64 // of the next start, on that axis
}

// when is the inverse of the shape's integral by which the plan's starts are due.
func (p Plan) when() func(area float64) (time.Duration, bool) {
	if p.Reach {
		return p.Shape.reach
	}
	return p.Shape.when
}

func (p Plan) arrivals() *arrivals {
	a := &arrivals{when: p.when(), step: func() float64 { return 1 }, at: p.First}
	if p.Poisson {
		a.step = rand.New(rand.NewPCG(p.Seed, 0)).ExpFloat64
		a.at = a.step()
	}
	return a
}

// next is when the next start is due; false after the last, however often it is asked.
func (a *arrivals) next() (due time.Duration, ok bool) {
	if due, ok = a.when(a.at); ok {
		a.at += a.step()
	}
	return due, ok
}

// stream is the starts of one class: those of the plan whose turn is its, and
// of these a shard's.
type stream struct {
	all   *arrivals
	turns turns
	class int
	shard Shard
	dealt int64         // starts of the class so far, those of other shards included
	held  bool          // its next start has a place on the axis of the integral
	place float64       // that place
	due   time.Duration // of the next start
	more  bool          // there is one
}

// stream gives the starts of a class that are the shard's.
func (p Plan) stream(weights []float64, class int, shard Shard) *stream {
	if shard.idle() {
		return &stream{}
	}
	s := &stream{all: p.arrivals(), turns: newTurns(weights), class: class, shard: shard}
	s.advance()
	return s
}

// advance goes on to the next start.
func (s *stream) advance() {
	for {
		place := s.all.at
		s.due, s.more = s.all.next()
		if s.held = s.more; !s.more {
			return
		}
		if s.turns.next() == s.class {
			s.dealt++
			if s.shard.Owns(s.dealt - 1) {
				s.place = place
				return
			}
		}
	}
}

// reshape lets the stream go on by another shape, which is the same up to the time t. Starts that were due by then stay due;
// the others keep their places on the axis of the integral, so that all streams of a plan still agree.
func (s *stream) reshape(t time.Duration, when func(area float64) (time.Duration, bool)) {
	if s.all == nil {
		return // of a shard that has no starts of the class
	}
	s.all.when = when
	switch {
	case s.more && s.due <= t:
	case s.held:
		s.due, s.more = when(s.place)
	default:
		s.advance()
	}
}

// turns deals starts to classes by weight: the next is for the class whose
// share is furthest behind (Sainte-Laguë: the smallest (dealt+1/2)/weight).
// Unlike picker's logarithms this is exact for as many starts as there can be.
type turns []turn

type turn struct {
	class         int
	weight, dealt float64
}

func newTurns(weights []float64) turns {
	var t turns
	for class, w := range weights {
		if w > 0 {
			t = append(t, turn{class: class, weight: w})
		}
	}
	return t
}

func (t turns) next() (class int) {
	best := &t[0]
	for i := range t[1:] {
		if c := &t[i+1]; (c.dealt+0.5)*best.weight < (best.dealt+0.5)*c.weight {
			best = c
		}
	}
	best.dealt++
	return best.class
}
