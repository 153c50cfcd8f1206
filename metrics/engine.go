package metrics

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// foldAt is how many samples, or requests, wait in a shard before the goroutine that adds the last of them folds them. It
// bounds memory between two collects, and keeps a shard within the processor's cache.
const foldAt = 2048

// Engine counts samples and knows the thresholds. Metric, Add, AddRequest, Check and Group may be called from any
// goroutine at any time, also during and after a Collect; Collect and Evaluate from one goroutine at a time;
// Thresholds, Validate and Raw before the first sample.
//
// A sample is first parked in one of several shards, as a record without pointers, and counted later ("folded"): by
// Collect, or by the goroutine that fills a shard. So a distribution exists once, not once a shard, and memory grows with
// the number of metrics, checks and groups only, of which the last two are bounded.
type Engine struct {
	Builtin Builtin

	shards []shard
	next   atomic.Uint32 // shard for the next token
	tokens sync.Pool     // *shard. A processor keeps getting its own one back, so its lock is uncontended

	raw         *raw // nil if nobody wants the samples themselves
	tree        tree
	thresholds  []threshold
	requestSubs *filterIndex // submetrics of the metrics that AddRequest counts
	expected    int32        // the series of http_req_duration{expected_response:true}

	mu     sync.Mutex // guards all below. Taken before a shard's lock, never after it
	byName map[string]*Metric
	series []*series
	checks []tally // by index in tree.checks
	spare  buffers // empty, for the next shard to be folded
}

// series is the samples of a metric or of a submetric.
type series struct {
	metric *Metric
	key    string // the metric's name, or the submetric's as the threshold writes it
	tags   []Tag  // of a submetric
	named  bool   // a threshold names it or one of its submetrics: it is shown without samples, too
	values Values
	frozen *Series // what the latest State shows; nil if there are samples since
}

// tally is how often a check was passed and failed.
type tally struct{ passes, fails int64 }

// New makes an engine that has the built-in metrics.
func New() *Engine {
	e := &Engine{byName: map[string]*Metric{}, tree: newTree()}
	e.addBuiltin()
	// k6 always has this one. AddRequest knows what is in it without looking at tags.
	e.expected = e.newSeries(&series{
		metric: e.Builtin.HTTPReqDuration, key: expectedKey, tags: []Tag{{expectedTag, "true"}},
	})
	// Twice as many as processors: tokens are dealt out in turn after each garbage collection, and two processors
	// seldom get the same shard then.
	e.shards = make([]shard, 2*runtime.GOMAXPROCS(0))
	for i := range e.shards {
		e.shards[i].checks = map[checkKey]int32{}
	}
	e.tokens.New = func() any { return &e.shards[int(e.next.Add(1))%len(e.shards)] }
	return e
}
