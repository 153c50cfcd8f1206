// Package fleet lets several processes, the shards, make one load test. None of them is the master: they meet over the
// blob store that holds the results, where a conditional PUT decides everything that only one may decide.
//
// The life of a shard: Join claims an index, Wait is the barrier before the start, Record takes what is measured once a
// second and brings it to the store, Commands has what is asked of all, and Finish gives the figures and the decision that
// are the same for every shard. Watch and Merge are for whoever looks on, also while the run goes on.
// docs/decisions/020-shards.md has the rules and their reasons.
package fleet

import (
	"fmt"
	"path"
	"regexp"
	"time"
)

// What is in the store, below the run's own folder. What is created once is never changed.
//
//	date            nothing: who writes it learns what time it is where a store tells it to writers only
//	plan            what all shards have to agree on; created by the first
//	claim/0007      who shard 7 is; created by it
//	roll            the shards that take part; created by whoever first sees all claims, or the end of the wait
//	setup           who runs setup; created by it
//	start           when the load begins, or why it does not; created by whoever has run setup
//	live/0007/0003  what shard 7 has measured up to the end of segment 3; written again and again until that is over
//	control/000001  the first thing that was asked of all; created by whoever asks
//	teardown        who runs teardown; created by it
//	result          what the run came to; created by the first shard that finds all others at their end
func (r run) date() string   { return path.Join(string(r), "date") }
func (r run) plan() string   { return path.Join(string(r), "plan") }
func (r run) claims() string { return path.Join(string(r), "claim") + "/" }
func (r run) claim(index int) string {
	return path.Join(string(r), "claim", fmt.Sprintf("%04d", index))
}
func (r run) roll() string     { return path.Join(string(r), "roll") }
func (r run) setup() string    { return path.Join(string(r), "setup") }
func (r run) start() string    { return path.Join(string(r), "start") }
func (r run) controls() string { return path.Join(string(r), "control") + "/" }
func (r run) control(number int) string {
	return path.Join(string(r), "control", fmt.Sprintf("%06d", number))
}
func (r run) teardown() string { return path.Join(string(r), "teardown") }
func (r run) result() string   { return path.Join(string(r), "result") }
func (r run) live(index, seg int) string {
	return path.Join(string(r), "live", fmt.Sprintf("%04d/%04d", index, seg))
}

// run is the name of a run, --run-id, and so of its folder.
type run string

// MostShards bounds their number.
const MostShards = 10_000

var runForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$`)

func parseRun(name string) (run, error) {
	if !runForm.MatchString(name) {
		return "", fmt.Errorf("run id %q: it takes 1 to 100 letters, digits, dots, dashes and underscores, letter or digit first", name)
	}
	return run(name), nil
}

// Times that grow with the number of shards, so that the requests to the store do not grow without end: up to manyShards
// they are as they are, then in proportion.
const (
	manyShards   = 300
	barrierPoll  = time.Second     // how often a shard that waits for the start looks
	liveInterval = 3 * time.Second // how often what was measured is stored
	controlPoll  = 2 * time.Second // how often a shard looks whether something is asked of it
)

func scaled(d time.Duration, shards int) time.Duration {
	if shards <= manyShards {
		return d
	}
	return d * time.Duration(shards) / manyShards
}

// turn is how often the shard of a rank does what one is enough for, if the lowest does it every d: the others do it the
// more seldom, so that all of them together do it less than twice as often, and if the lowest has died it is still done.
func turn(d time.Duration, rank int) time.Duration {
	n := time.Duration(min(rank, 1000) + 1)
	return d * n * n
}
