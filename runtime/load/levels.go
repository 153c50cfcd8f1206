package load

import (
	"iter"
	"math/bits"
	"time"
)

// Levels says how many virtual users of a script loop at any time: Start of
// them at first, then stage after stage. It is data, as a Shape is, and takes
// no more memory for more users.
type Levels struct {
	Start  int
	Stages []LevelStage
}

// A LevelStage goes to To users in a straight line, in whole users: from a to
// b in a time D the number gets to u after D*|u-a|/|b-a|, so the last step is at
// the very end. Without a duration it is a jump.
type LevelStage struct {
	For time.Duration
	To  int
}

// Hold is one level; a length of 0 means that it goes on without an end.
func Hold(users int, length time.Duration) Levels {
	if length <= 0 {
		length = maxLength
	}
	return Levels{users, []LevelStage{{length, users}}}
}

// Length is the time of all stages together.
func (l Levels) Length() (sum time.Duration) {
	for _, s := range l.Stages {
		sum += s.For
	}
	return sum
}

// At is the level at time t, 0 or later; it does not change before next. From
// the end on it is the last target.
func (l Levels) At(t time.Duration) (level int, next time.Duration) {
	level = l.Start
	begin := time.Duration(0)
	for _, s := range l.Stages {
		if t < begin+s.For {
			level, next = s.at(level, t-begin)
			return level, begin + next
		}
		level = s.To
		begin += s.For
	}
	return level, maxLength
}

// at is the level at time t, before the end of the stage, and when it changes.
// The products need more than 64 bits for many users over hours.
func (s LevelStage) at(from int, t time.Duration) (level int, next time.Duration) {
	up, steps := 1, s.To-from
	if steps < 0 {
		up, steps = -1, -steps
	}
	if steps == 0 {
		return from, s.For
	}
	// Step u is at floor(D*u/steps); the last one at t or before is the largest u with D*u/steps < t+1.
	hi, lo := bits.Mul64(uint64(t)+1, uint64(steps))
	lo, borrow := bits.Sub64(lo, 1, 0)
	done, _ := bits.Div64(hi-borrow, lo, uint64(s.For))
	hi, lo = bits.Mul64(uint64(s.For), done+1)
	at, _ := bits.Div64(hi, lo, uint64(steps))
	return from + up*int(done), time.Duration(at)
}

// Peak is the highest level from one time to another, both included.
func (l Levels) Peak(from, to time.Duration) int {
	first, _ := l.At(max(0, from))
	last, _ := l.At(max(0, to))
	peak := max(first, last)
	// In between it is highest where two stages meet.
	begin := time.Duration(0)
	for _, s := range l.Stages {
		begin += s.For
		if from < begin && begin <= to {
			peak = max(peak, s.To)
		}
	}
	return peak
}

// Max is the highest level of all.
func (l Levels) Max() int { return l.Peak(0, l.Length()) }

// rises are the times, before the end, at which there may be more users than just before.
func (l Levels) rises() iter.Seq[time.Duration] {
	return func(yield func(time.Duration) bool) {
		level, length := 0, l.Length()
		for t := time.Duration(0); t < length; {
			now, next := l.At(t)
			if now > level && !yield(t) {
				return
			}
			level, t = now, next
		}
	}
}
