package fleet

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"katydid/metrics"
	"katydid/stats"
)

// testShard is a shard that makes up what it measures, from the start on for some seconds: at each hundredth of a second
// one request. How long they take depends on the shard and its number only.
type testShard struct {
	o      Options
	r      Rendezvous
	length time.Duration
	setup  func(context.Context) (json.RawMessage, error)
	slow   time.Duration         // added to what requests take
	tear   func(context.Context) // teardown
	hook   func(point string)    // called at "claimed", "started", "half", "ended"
	exit   int                   // of its own troubles
	away   time.Duration         // see Ending

	mu       sync.Mutex
	log      []string
	begun    time.Time // when it began, by the real clock
	start    *Start
	result   *Result
	merged   *Merged
	samples  []stats.Sample
	commands []Command
	requests Requests
}

// pace makes the package's own intervals shorter.
const pace = 10

func (s *testShard) options(run string, index, of int) *testShard {
	s.o.Run, s.o.Index, s.o.Plan.Shards, s.o.Pace = run, index, of, pace
	s.o.Plan.Script, s.o.Plan.Profile = "scene.js", "night"
	if s.o.Plan.Sums == nil {
		s.o.Plan.Sums = map[string]string{"script": "abc", "options": "def"}
	}
	if s.o.Silence == 0 {
		s.o.Silence = 10 * time.Second
	}
	if s.o.Now == nil {
		s.o.Now = time.Now
	}
	s.o.Ready = 100 * time.Millisecond
	s.o.Log = func(_ slog.Level, text string) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.log = append(s.log, text)
	}
	return s
}

func (s *testShard) at(point string) {
	if s.hook != nil {
		s.hook(point)
	}
}

// run is the shard's whole life.
func (s *testShard) run(ctx context.Context) error {
	m, err := Join(ctx, s.r, s.o)
	if err != nil {
		return err
	}
	s.at("claimed")
	s.start, err = m.Wait(ctx, s.setup)
	if err != nil {
		return err
	}
	if err := m.sleepUntil(ctx, s.start.At); err != nil {
		return err
	}
	s.begun = time.Now()
	s.at("started")
	m.Begin()
	last := s.load(ctx, m)
	s.at("ended")
	s.result, s.merged, err = m.Finish(ctx, Ending{Last: last, Away: s.away, Teardown: s.tear})
	s.requests = m.Requests()
	return err
}

// load measures until its time is over or all are asked to stop.
func (s *testShard) load(ctx context.Context, m *Member) (last func() (Tick, int)) {
	recorder, engine := stats.NewRecorder(m.o.Now(), stats.Options{IntervalLog: true}), metrics.New()
	must := func(err error) {
		if err != nil {
			panic(err)
		}
	}
	must(engine.Thresholds(s.o.Plan.Thresholds))
	must(engine.Validate())
	planned := int64(0)
	tick := func(users int) Tick {
		snapshot := recorder.Collect(m.o.Now(), users)
		return Tick{
			Snapshot: snapshot, Frame: func() *stats.Frame { return recorder.Frame(snapshot) },
			Metrics: func() *metrics.Frame { return engine.Collect(snapshot.At).Frame() },
			Health:  stats.Health{StealShare: -1, Planned: planned}, Usage: Usage{CPU: time.Second, UsersMax: 2}, Planned: planned, Started: planned, CPU: 0.5,
		}
	}
	rng := rand.New(rand.NewPCG(uint64(m.Index()), 1))
	second, each := time.NewTicker(time.Second/pace), time.NewTicker(10*time.Millisecond)
	defer second.Stop()
	defer each.Stop()
	half := time.AfterFunc(s.length/2, func() { s.at("half") })
	defer half.Stop()
	end := time.After(s.length)
	for over := false; !over; {
		select {
		case <-end:
			over = true
		case <-ctx.Done():
			over = true
		case c, ok := <-m.Commands():
			if ok {
				s.commands = append(s.commands, c)
				over = c.Kind == Stop || c.Kind == Abort
			}
		case <-second.C:
			m.Record(tick(2))
		case <-each.C:
			planned++
			done := m.o.Now()
			took := time.Duration(rng.ExpFloat64()*float64(20*time.Millisecond)) + s.slow
			sample := stats.Sample{Key: stats.Key{Method: "GET", Name: fmt.Sprint("/", planned%3)}, Sent: done.Add(-took), Done: done, Bytes: 100}
			if planned%20 == 0 {
				sample.Failure = "HTTPError('500')"
			}
			s.samples = append(s.samples, sample)
			recorder.Record(sample)
			engine.AddRequest(&metrics.Request{Waiting: took, Verdict: metrics.Expected}, nil, done)
			engine.Check("", "fine", planned%20 != 0, nil, done)
		}
	}
	return func() (Tick, int) { return tick(0), s.exit }
}

// runAll runs shards at the same time, and gives their errors.
func runAll(t *testing.T, shards ...*testShard) []error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var all sync.WaitGroup
	errs := make([]error, len(shards))
	for i, s := range shards {
		all.Go(func() { errs[i] = s.run(ctx) })
	}
	all.Wait()
	return errs
}

// fleet makes shards of one run.
func fleet(r Rendezvous, run string, of int, each func(i int, s *testShard)) (all []*testShard) {
	for i := range of {
		s := &testShard{r: r, length: 2 * time.Second}
		if each != nil {
			each(i, s)
		}
		all = append(all, s.options(run, i, of))
	}
	return all
}

// oneRecorder is what one process would say that has made all samples.
func oneRecorder(shards []*testShard) *stats.Snapshot {
	var all []stats.Sample
	for _, s := range shards {
		all = append(all, s.samples...)
	}
	slices.SortFunc(all, func(a, b stats.Sample) int { return a.Done.Compare(b.Done) })
	r := stats.NewRecorder(time.Now(), stats.Options{})
	for _, s := range all {
		r.Record(s)
	}
	return r.Collect(time.Now(), 0)
}
