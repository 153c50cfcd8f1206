//go:build unix

package fleet

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"strconv"
	"syscall"
	"testing"
	"time"

	"katydid/metrics"
	"katydid/stats"
)

// simulated makes what a run of shards leaves in the store, by the code that shards use, but with a clock that is moved: so
// it takes no time.
type simulated struct {
	r                    *memory
	shards, names        int
	perSecond            int // requests of a shard
	length               time.Duration
	puts                 int64
	bytes, largest, kept int64
}

func (s *simulated) run(t testing.TB) {
	t.Helper()
	start := time.Date(2026, 11, 22, 20, 0, 0, 0, time.UTC)
	plan := Plan{Shards: s.shards, Script: "scene.js", Sums: map[string]string{}, Length: s.length}
	var members []int
	for i := range s.shards {
		members = append(members, i)
	}
	s.store(t, "r/plan", begun{Plan: plan, At: start})
	s.store(t, "r/roll", roll{Members: members, At: start})
	s.store(t, "r/start", startRecord{At: start})
	for i := range s.shards {
		if i < different {
			s.shard(t, i, plan, start)
			continue
		}
		for segment := 0; ; segment++ { // it would be no other, and takes long to make
			data, err := s.r.Get(t.Context(), run("r").live(i%different, segment))
			if errors.Is(err, ErrAbsent) {
				break
			}
			must(t, err)
			must(t, s.r.Put(t.Context(), run("r").live(i, segment), data))
		}
	}
	s.puts, s.bytes = s.puts*int64(s.shards/different), s.bytes*int64(s.shards/different)
	for _, data := range s.r.blobs {
		s.kept += int64(len(data))
	}
}

func (s *simulated) store(t testing.TB, name string, v any) {
	data, err := json.Marshal(v)
	must(t, err)
	must(t, s.r.Put(t.Context(), name, data))
}

// different is how many of the shards have measured something of their own.
const different = 20

// shard plays through one shard's load.
func (s *simulated) shard(t testing.TB, index int, plan Plan, start time.Time) {
	now := start
	m := &Member{o: Options{Plan: plan, Pace: 1, Now: func() time.Time { return now }}, run: "r", me: Claim{Index: index, Host: fmt.Sprint("host-", index)}}
	m.o.setDefaults()
	m.start = Start{At: start, Members: []int{index}}
	m.live.segments, m.live.more = newSegments(1), make(chan struct{}, 1)
	m.live.report = report{Claim: m.me, State: Running, Began: start}
	recorder, engine := stats.NewRecorder(start, stats.Options{IntervalLog: true}), metrics.New()
	rng := rand.New(rand.NewPCG(uint64(index), 7))
	n := int64(0)
	var keys []stats.Key
	for i := range s.names {
		keys = append(keys, stats.Key{Method: "GET", Name: fmt.Sprintf("/api/v1/resource-%d", i)})
	}
	for second := time.Duration(1); second <= s.length/time.Second; second++ {
		now = start.Add(second * time.Second)
		for range s.perSecond {
			took := time.Duration((5 + 20*rng.ExpFloat64()) * float64(time.Millisecond))
			recorder.Record(stats.Sample{Key: keys[rng.IntN(len(keys))], Sent: now.Add(-took), Done: now, Bytes: 500, Phases: stats.Phases{Wait: took}, Stamped: true, WakeLag: 50 * time.Microsecond})
			engine.AddRequest(&metrics.Request{Waiting: took, Verdict: metrics.Expected}, nil, now)
			n++
		}
		snapshot := recorder.Collect(now, 100)
		if second == s.length/time.Second {
			m.live.report.State = Ended
			m.live.due = time.Time{}
		}
		m.Record(Tick{
			Snapshot: snapshot, Frame: func() *stats.Frame { return recorder.Frame(snapshot) },
			Metrics: func() *metrics.Frame { return engine.Collect(now).Frame() }, Health: stats.Health{StealShare: -1, CPUShare: 0.5}, CPU: 0.5,
		})
		for _, p := range m.live.waiting {
			s.puts++
			s.bytes += int64(len(p.data))
			s.largest = max(s.largest, int64(len(p.data)))
			must(t, s.r.Put(t.Context(), m.run.live(index, p.segment), p.data))
		}
		m.live.waiting = nil
	}
}

// A thousand shards: the merge finds all, and takes no more than a machine has. The figures are in docs/scale-out.md.
func TestThousandShards(t *testing.T) {
	s := &simulated{r: newMemory(), shards: 1000, names: 10, perSecond: 20, length: time.Minute + 5*time.Second}
	if n, err := strconv.Atoi(os.Getenv("KATYDID_SCALE")); err == nil { // names, in a run of ten minutes, for the documentation
		s.names, s.length = n, 10*time.Minute
	}
	began := time.Now()
	s.run(t)
	t.Logf("%d shards, %d names, %s: %d puts, %.1f MB sent (%.1f KB each, largest %.1f KB), %.1f MB kept; made in %s", s.shards, s.names, s.length, s.puts,
		mega(s.bytes), float64(s.bytes)/float64(s.puts)/1e3, float64(s.largest)/1e3, mega(s.kept), time.Since(began).Round(time.Millisecond))
	used, heap, m := s.merge(t)
	want := int64(s.shards * s.perSecond * int(s.length/time.Second))
	if m.Snapshot.Total.Count != want || !m.Over || len(m.Shards) != s.shards || m.Partial || m.Snapshot.Users != 100*s.shards {
		t.Errorf("%d requests of %d, over %v", m.Snapshot.Total.Count, want, m.Over)
	}
	if used > 30*time.Second || heap > 1<<30 {
		t.Errorf("it took %s of processor time and %d MB", used, heap>>20)
	}
	seconds := 0
	m.Course(func(c stats.CourseSecond) { seconds++ })
	if seconds != int(s.length/time.Second) {
		t.Errorf("%d seconds", seconds)
	}
}

func mega(n int64) float64 { return float64(n) / 1e6 }

// processorTime is what this process has used.
func processorTime() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u) // cannot fail with valid arguments
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// merge is what a process does that comes when the run is over.
func (s *simulated) merge(t testing.TB) (used time.Duration, heap int64, m *Merged) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	began, cpu := time.Now(), processorTime()
	w, err := Watch(t.Context(), s.r, "r")
	must(t, err)
	m, err = w.Refresh(t.Context())
	must(t, err)
	refreshed := time.Since(began)
	for _, f := range m.Files() {
		var b bytes.Buffer
		must(t, f.Write(&b))
	}
	took := time.Since(began)
	used = processorTime() - cpu
	runtime.GC()
	runtime.ReadMemStats(&after)
	heap = int64(after.HeapAlloc) - int64(before.HeapAlloc)
	again := time.Now()
	_, err = w.Refresh(t.Context())
	must(t, err)
	r := w.Requests()
	t.Logf("merge: %s, with all files %s, %s of processor time; %d gets, %.1f MB read; %d MB of memory kept; another look %s", refreshed.Round(time.Millisecond), took.Round(time.Millisecond), used.Round(time.Millisecond),
		r.Gets, mega(r.Got), heap>>20, time.Since(again).Round(time.Millisecond))
	runtime.KeepAlive(w)
	return used, heap, m
}

// The number of blobs of a shard grows slower than the time.
func TestSegments(t *testing.T) {
	for length, want := range map[time.Duration]int{time.Minute: 1, 10 * time.Minute: 10, time.Hour: 52, 24 * time.Hour: 215} {
		n := 0
		for s := newSegments(1); s.from < length; s.next() {
			n++
		}
		if n != want {
			t.Errorf("%s has %d segments, want %d", length, n, want)
		}
	}
}
