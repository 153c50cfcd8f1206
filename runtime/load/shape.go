package load

import "time"

// A Shape is a level that changes with time, stage by stage: a number of users
// or of starts per second.
type Shape []Stage

// A Stage goes in a straight line from From to To in the time For. With For 0
// it is a jump to To.
type Stage struct {
	From, To float64
	For      time.Duration
}

// Level is the level at time t: 0 before the start, the last To after the end.
// Where two stages meet, the later one holds.
func (s Shape) Level(t time.Duration) float64 {
	if t < 0 || len(s) == 0 {
		return 0
	}
	for _, stage := range s {
		if t < stage.For {
			return stage.From + (stage.To-stage.From)*(float64(t)/float64(stage.For))
		}
		t -= stage.For
	}
	return s[len(s)-1].To
}

// Duration is the length of all stages.
func (s Shape) Duration() (sum time.Duration) {
	for _, stage := range s {
		sum += stage.For
	}
	return sum
}

// Steps is a plan for Closed, one goal after the other.
type Steps []Step

// A Step holds the goal of Users, approached at Rate users per second, for the
// time For.
type Step struct {
	For   time.Duration
	Users int
	Rate  float64
}

// At is the step in force at time t; it reports false after the last one.
func (s Steps) At(t time.Duration) (Step, bool) {
	for _, step := range s {
		if t < step.For {
			return step, true
		}
		t -= step.For
	}
	return Step{}, false
}

// Duration is the length of all steps.
func (s Steps) Duration() (sum time.Duration) {
	for _, step := range s {
		sum += step.For
	}
	return sum
}
