package locustworker

import (
	"maps"
	"time"

	"katydid/stats"
)

// tally is what was measured and is not reported yet. It belongs to the worker's goroutine, the only one that collects.
type tally struct {
	recorder   *stats.Recorder
	start, end time.Time // of the run, and of its last request; end is zero before the first
	rows       map[stats.Key]*row
	failures   map[stats.Failure]*failure // by key and text; the rest is zero
	exceptions map[string]*exception      // by traceback
	sent       int64                      // requests of this run that were reported
	seen       func(*stats.Snapshot)
}

// row is a row of the statistics: what was collected, and what of it waits.
type row struct {
	key     stats.Key
	all     counts // collected since the start of the run
	waiting counts
	ahead   int64 // requests that waiting or a report before has in a second, but not in a count
	seconds map[int64]second
	min     time.Duration // since the start of the run, as is max
	max     time.Duration
}

// counts are figures that are added up.
type counts struct {
	requests, timed, failures, bytes int64
	sum                              time.Duration
	times                            map[int64]int64  // requests by milliseconds, see bucket
	seconds                          map[int64]second // by unix second; of waiting only
}

// second is the requests that ended in a second.
type second struct{ requests, failures int64 }

type failure struct {
	all, waiting int64
	first, last  time.Time
}

type exception struct {
	stats.Exception
	all, waiting int64
}

func newTally(r *stats.Recorder) *tally {
	t := &tally{recorder: r}
	t.forget()
	return t
}

// begin lets a run begin: what was measured before is forgotten.
func (t *tally) begin(now time.Time) {
	t.recorder.Reset(now)
	t.forget()
	t.start = now
}

func (t *tally) forget() {
	t.end, t.sent = time.Time{}, 0
	t.rows, t.failures, t.exceptions = map[stats.Key]*row{}, map[stats.Failure]*failure{}, map[string]*exception{}
}

// collect adds what was recorded until now. It has to be called every ten seconds at least, see stats.Recorder.Seconds.
func (t *tally) collect(now time.Time, users int) {
	s := t.recorder.Collect(now, users)
	t.end = s.LastDone
	for i := range s.Rows {
		t.addRow(&s.Rows[i])
	}
	if s.Interval != nil {
		for _, iv := range s.Interval.Rows {
			times := t.rows[iv.Key].waiting.times
			for micros, n := range iv.Times.ForEachBucket {
				times[stats.LocustRound(float64(micros)/1000)] += n
			}
		}
	}
	t.addSeconds()
	for i := range s.Failures {
		t.addFailure(&s.Failures[i])
	}
	for i := range s.Exceptions {
		t.addException(&s.Exceptions[i])
	}
	if t.seen != nil {
		t.seen(s)
	}
}

func (t *tally) addRow(s *stats.Row) {
	r := t.rows[s.Key]
	if r == nil {
		r = &row{key: s.Key, seconds: map[int64]second{}}
		r.waiting.clear()
		t.rows[s.Key] = r
	}
	all := counts{requests: s.Count, timed: s.Service.Count, failures: s.Failures, bytes: s.Bytes, sum: s.Service.Sum}
	r.waiting.requests += all.requests - r.all.requests
	r.waiting.timed += all.timed - r.all.timed
	r.waiting.failures += all.failures - r.all.failures
	r.waiting.bytes += all.bytes - r.all.bytes
	r.waiting.sum += all.sum - r.all.sum
	r.ahead -= all.requests - r.all.requests
	r.all, r.min, r.max = all, s.Service.Min, s.Service.Max
}

// addSeconds puts the requests into their seconds.
func (t *tally) addSeconds() {
	t.recorder.Seconds(func(k stats.Key, at, requests, failures int64) {
		r := t.rows[k]
		if r == nil {
			return // recorded after the last collect: the next one has it
		}
		before := r.seconds[at]
		r.seconds[at] = second{requests, failures}
		r.waiting.add(at, second{requests - before.requests, failures - before.failures})
		r.ahead += requests - before.requests
	})
	oldest := t.end.Unix() - 60
	for _, r := range t.rows {
		maps.DeleteFunc(r.seconds, func(at int64, _ second) bool { return at < oldest })
		if r.ahead < 0 { // they were recorded too late for their second
			r.waiting.add(t.end.Unix(), second{requests: -r.ahead})
			r.ahead = 0
		}
	}
}

func (t *tally) addFailure(s *stats.Failure) {
	k := stats.Failure{Key: s.Key, Text: s.Text}
	f := t.failures[k]
	if f == nil {
		f = &failure{}
		t.failures[k] = f
	}
	f.waiting += s.Count - f.all
	f.all, f.first, f.last = s.Count, s.First, s.Last
}

func (t *tally) addException(s *stats.ExceptionRow) {
	x := t.exceptions[s.Traceback]
	if x == nil {
		x = &exception{Exception: s.Exception}
		t.exceptions[s.Traceback] = x
	}
	x.waiting += s.Count - x.all
	x.all = s.Count
}

// waiting is how many requests are not reported.
func (t *tally) waiting() (n int64) {
	for _, r := range t.rows {
		n += r.waiting.requests
	}
	return n
}

// silent is how many exceptions are not reported.
func (t *tally) silent() (n int64) {
	for _, x := range t.exceptions {
		n += x.waiting
	}
	return n
}

// reported says that all that waited, but for exceptions, has been sent.
func (t *tally) reported() {
	t.sent += t.waiting()
	for _, r := range t.rows {
		r.waiting.clear()
	}
	for _, f := range t.failures {
		f.waiting = 0
	}
}

func (c *counts) clear() {
	*c = counts{times: map[int64]int64{}, seconds: map[int64]second{}}
}

func (c *counts) add(at int64, s second) {
	if s == (second{}) {
		return
	}
	sum := c.seconds[at]
	c.seconds[at] = second{sum.requests + s.requests, sum.failures + s.failures}
}

// merge adds o to c.
func (c *counts) merge(o *counts) {
	c.requests += o.requests
	c.timed += o.timed
	c.failures += o.failures
	c.bytes += o.bytes
	c.sum += o.sum
	for ms, n := range o.times {
		c.times[ms] += n
	}
	for at, s := range o.seconds {
		c.add(at, s)
	}
}
