package metrics

import "time"

// State is what is known at one moment. It is immutable: any goroutine may read it, nobody may change it.
type State struct {
	At     time.Time
	Series []*Series // those with samples, and those that thresholds are about; in the order in which they were made
	Root   *Group
	Checks []Check // all of Root, in the order of their first appearance
}

// Series is a metric or submetric and its values.
type Series struct {
	Metric *Metric
	Key    string // the metric's name, or the submetric's as its threshold writes it
	Tags   []Tag  // of a submetric; nil for a metric
	Values Values
}

// Group is a group of a script, or the root, which has no name.
type Group struct {
	Name   string
	Path   string // of names with :: before each; "" for the root
	ID     string // MD5 of the path, in hexadecimal
	Groups []*Group
	Checks []Check
}

// Check is a check of a script and how often it was passed and failed.
type Check struct {
	Name, Path, ID string // Path: the group's, ::, the name
	Passes, Fails  int64
}

// Collect counts what was parked and gives the state. It is to be called once a second, and when all is over.
func (e *Engine) Collect(now time.Time) *State {
	e.mu.Lock()
	defer e.mu.Unlock()
	for i := range e.shards {
		e.drain(&e.shards[i])
	}
	state := &State{At: now}
	for _, s := range e.series {
		if s.values.Samples == 0 && !s.named {
			continue
		}
		if s.frozen == nil {
			s.frozen = &Series{Metric: s.metric, Key: s.key, Tags: s.tags, Values: s.values.clone()}
		}
		state.Series = append(state.Series, s.frozen)
	}
	state.Root, state.Checks = e.tree.snapshot(e.checks)
	return state
}

// Find is the series of that key, nil if there is none.
func (s *State) Find(key string) *Series {
	for _, series := range s.Series {
		if series.Key == key {
			return series
		}
	}
	return nil
}
