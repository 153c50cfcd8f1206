package stats

import (
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"
)

var t0 = time.Date(2026, 11, 22, 21, 0, 0, 250e6, time.UTC)

// sampleAt is a closed-model GET of name that finished done after t0 and took the given time.
func sampleAt(name string, done, took time.Duration) Sample {
	at := t0.Add(done)
	return Sample{Key: Key{"GET", name}, Sent: at.Add(-took), Done: at, Bytes: 7}
}

func TestCollectSeesEverythingRecordedBefore(t *testing.T) {
	r := NewRecorder(t0, Options{})
	want := int64(0)
	for i, n := range []int{0, 1, 17, foldAt - 1, foldAt, foldAt + 1, 5 * foldAt} {
		for range n {
			r.Record(sampleAt("/", time.Second, time.Millisecond))
			want++
		}
		if got := r.Collect(t0.Add(time.Second), i).Total.Count; got != want {
			t.Fatalf("after %d more: %d counted, want %d", n, got, want)
		}
	}
}

// Recording goes on while snapshots are taken: nothing is lost, nothing counted twice, totals equal the sum of the
// rows in every snapshot, and what was recorded before a collect began is in it.
func TestRecordWhileCollecting(t *testing.T) {
	const workers, each = 8, 6000
	r := NewRecorder(t0, Options{MaxNames: 5, IntervalLog: true, RecentTimes: true})
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := range each {
				s := sampleAt(fmt.Sprint("/", i%9), time.Duration(i)*time.Millisecond, time.Duration(w*each+i)*time.Microsecond)
				if i%10 == 0 {
					s.Failure = fmt.Sprintf("Kind('%d')", i%3)
				}
				s.Planned = s.Sent.Add(-time.Millisecond)
				r.Record(s)
				if i%1000 == 0 {
					r.Exception(Exception{Message: "m", Traceback: fmt.Sprint(w), At: s.Done})
				}
			}
		})
	}
	done := make(chan struct{})
	go func() { wg.Wait(); close(done) }()
	intervals := int64(0)
	last := int64(0)
	for running := true; running; runtime.Gosched() {
		select {
		case <-done:
			running = false
		default:
		}
		s := r.Collect(t0.Add(time.Second), 3)
		checkSums(t, s)
		intervals += s.Interval.Total.TotalCount()
		if s.Total.Count < last {
			t.Fatalf("count fell from %d to %d", last, s.Total.Count)
		}
		last = s.Total.Count
	}
	s := r.Collect(t0.Add(time.Second), 3)
	const n = workers * each
	if s.Total.Count != n || s.Total.Failures != n/10 || s.Total.Bytes != 7*n || intervals != n {
		t.Errorf("count %d failures %d bytes %d intervals %d, want %d %d %d %d",
			s.Total.Count, s.Total.Failures, s.Total.Bytes, intervals, n, n/10, 7*n, n)
	}
	if want := time.Duration(n*(n-1)/2) * time.Microsecond; s.Total.Service.Sum != want {
		t.Errorf("sum %v, want %v", s.Total.Service.Sum, want)
	}
	if len(s.Exceptions) != workers || s.Exceptions[0].Count != each/1000 {
		t.Errorf("exceptions: %v", s.Exceptions)
	}
}

// While somebody folds, recording goes on; once a shard is far too full, it waits; nothing is lost.
func TestRecordWhileFoldingIsUnderWay(t *testing.T) {
	r := NewRecorder(t0, Options{})
	r.mu.Lock()
	for range 2 * foldAt { // would never end if it waited
		r.Record(sampleAt("/", 0, 0))
	}
	rest := int64(5 * foldAt * len(r.shards))
	done := make(chan struct{})
	go func() {
		for range rest {
			r.Record(sampleAt("/", 0, 0))
		}
		close(done)
	}()
	for !tooFull(r) {
		runtime.Gosched()
	}
	r.mu.Unlock()
	<-done
	if got := r.Collect(t0, 0).Total.Count; got != rest+2*foldAt {
		t.Errorf("%d counted, want %d", got, rest+2*foldAt)
	}
}

func tooFull(r *Recorder) bool {
	for i := range r.shards {
		sh := &r.shards[i]
		sh.mu.Lock()
		n := len(sh.buf)
		sh.mu.Unlock()
		if n >= 4*foldAt {
			return true
		}
	}
	return false
}

func TestOversizedBuffersAreGivenBack(t *testing.T) {
	r := NewRecorder(t0, Options{})
	r.Record(sampleAt("/", 0, 0))
	for i := range r.shards {
		r.shards[i].buf = slices.Grow(r.shards[i].buf, 8*foldAt)
	}
	for range 3 * len(r.shards) { // every shard, also where the race detector lets tokens be lost
		r.Record(sampleAt("/", 0, 0))
	}
	r.Collect(t0, 0)
	if c := cap(r.spare); c > 4*foldAt {
		t.Errorf("room for %d kept", c)
	}
}

func checkSums(t *testing.T, s *Snapshot) {
	t.Helper()
	var sum Row
	for _, r := range s.Rows {
		sum.Count += r.Count
		sum.Failures += r.Failures
		sum.Service.Count += r.Service.Count
		sum.Service.Sum += r.Service.Sum
		sum.Response.Sum += r.Response.Sum
		sum.RecentService.Count += r.RecentService.Count
	}
	failures := int64(0)
	for _, f := range s.Failures {
		failures += f.Count
	}
	switch tot := &s.Total; {
	case sum.Count != tot.Count, sum.Failures != tot.Failures, failures != tot.Failures,
		sum.Service.Count != tot.Service.Count, sum.Service.Sum != tot.Service.Sum, sum.Response.Sum != tot.Response.Sum,
		sum.RecentService.Count != tot.RecentService.Count:
		t.Fatalf("rows add up to %+v, failures to %d, total is %+v", sum, failures, *tot)
	}
}

func TestRecordDoesNotAllocate(t *testing.T) {
	r := NewRecorder(t0, Options{})
	samples := []Sample{sampleAt("/", 0, time.Millisecond), sampleAt("/volatile", 0, time.Second)}
	samples[1].Failure = "HTTPError('500')"
	record := func() {
		for _, s := range samples {
			r.Record(s)
		}
	}
	for range 4 * foldAt * len(r.shards) { // until every buffer has reached its size
		record()
	}
	if n := testing.AllocsPerRun(2*foldAt, record); n != 0 {
		t.Errorf("%v allocations for two samples", n)
	}
}

func TestNamesBeyondTheBound(t *testing.T) {
	r := NewRecorder(t0, Options{MaxNames: 2, MaxFailures: 2})
	for i := range 10 {
		for _, method := range []string{"GET", "PUT"} {
			s := sampleAt(fmt.Sprint("/", i), 0, 0)
			s.Method = method
			s.Failure = fmt.Sprintf("Kind('%d')", i)
			r.Record(s)
		}
	}
	s := r.Collect(t0, 0)
	checkSums(t, s)
	var got string
	for _, row := range s.Rows {
		got += fmt.Sprintln(row.Method, row.Name, row.Count)
	}
	if want := "GET (other) 9\nPUT (other) 9\nGET /0 1\nPUT /0 1\n"; got != want {
		t.Errorf("rows:\n%swant:\n%s", got, want)
	}
	if s.Folded != 18 {
		t.Errorf("folded %d, want 18", s.Folded)
	}
	counts := map[string]int64{}
	for _, f := range s.Failures {
		counts[f.Method+" "+f.Name+" "+f.Text] = f.Count
	}
	if len(counts) != 4 || counts["GET /0 Kind('0')"] != 1 || counts["PUT (other) (other)"] != 9 {
		t.Errorf("failures: %v", counts)
	}
}

// A script that makes up methods and names without end still takes a bounded number of rows.
func TestMethodsBeyondTheBound(t *testing.T) {
	r := NewRecorder(t0, Options{MaxNames: 1})
	for i := range 1000 {
		s := sampleAt(fmt.Sprint("/", i), 0, 0)
		s.Method = fmt.Sprint("M", i)
		r.Record(s)
		if i%300 == 0 {
			r.Collect(t0, 0)
		}
	}
	s := r.Collect(t0, 0)
	checkSums(t, s)
	if n := len(s.Rows); n != 1+maxOtherMethods+1 {
		t.Errorf("%d rows", n)
	}
	if s.Folded != 999 || s.Total.Count != 1000 {
		t.Errorf("folded %d of %d", s.Folded, s.Total.Count)
	}
}

func TestExceptions(t *testing.T) {
	r := NewRecorder(t0, Options{MaxExceptions: 2})
	for i, trace := range []string{"a", "b", "a", "c", "d", "b"} {
		r.Exception(Exception{Message: "m" + trace, Traceback: trace, At: t0.Add(time.Duration(i))})
	}
	got := r.Collect(t0, 0).Exceptions
	want := []ExceptionRow{
		{Exception{"ma", "a", t0}, 2},
		{Exception{"mb", "b", t0.Add(1)}, 2},
		{Exception{Other, Other, t0.Add(3)}, 2},
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

// usual is a sample as the bridge makes it on a kept connection.
func usual(name string, done, took time.Duration) Sample {
	s := sampleAt(name, done, took)
	s.Stamped, s.WakeLag = true, took/100
	s.Phases = Phases{Send: 8 * time.Microsecond, Wait: took - took/10, Receive: took / 10}
	return s
}

func BenchmarkRecord(b *testing.B) {
	r := NewRecorder(t0, Options{})
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		s := usual("/volatile", time.Second, time.Millisecond)
		for i := 0; pb.Next(); i++ {
			s.Sent = s.Done.Add(-time.Duration(i%5000) * time.Microsecond)
			r.Record(s)
		}
	})
}
