package stats

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// overJSON is what another process gets of a document.
func overJSON[T any](t *testing.T, in *T) *T {
	t.Helper()
	text, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	out := new(T)
	if err := json.Unmarshal(text, out); err != nil {
		t.Fatal(err)
	}
	return out
}

// randomSamples are requests of a minute, with all that can be known of one.
func randomSamples(start time.Time, n int, planned bool) (all []Sample) {
	for range n {
		sent := start.Add(time.Duration(rand.Int64N(int64(time.Minute))))
		took := time.Duration(rand.ExpFloat64() * float64(20*time.Millisecond))
		s := Sample{
			Key: Key{[]string{"GET", "POST"}[rand.IntN(2)], fmt.Sprintf("/%d", rand.IntN(5))}, Sent: sent, Done: sent.Add(took),
			Bytes: rand.Int64N(5000), Stamped: rand.IntN(4) > 0, WakeLag: time.Duration(rand.IntN(300)) * time.Microsecond,
			Phases: Phases{Send: took / 10, Wait: took / 2, Receive: took / 5}, Untimed: rand.IntN(50) == 0, StartLag: -1,
		}
		if rand.IntN(10) == 0 {
			s.Failure = fmt.Sprintf("HTTPError('%d')", 500+rand.IntN(4))
		}
		if planned && rand.IntN(3) > 0 {
			s.StartLag = time.Duration(rand.IntN(900)) * time.Microsecond
			s.Planned = sent.Add(-s.StartLag - time.Duration(rand.IntN(2))*time.Millisecond)
		}
		all = append(all, s)
	}
	return all
}

// Frames of several recorders add up to exactly what one recorder would say that has had all samples: counts, times,
// percentiles and their confidence intervals, phases, lags, failures and exceptions.
func TestSumIsOneRecorder(t *testing.T) {
	for _, planned := range []bool{false, true} {
		for _, shards := range []int{1, 2, 7, 16} {
			start := time.Date(2026, 11, 22, 20, 0, 0, 0, time.UTC)
			one := NewRecorder(start, Options{})
			recorders := make([]*Recorder, shards)
			for i := range recorders {
				recorders[i] = NewRecorder(start, Options{})
			}
			for i, s := range randomSamples(start, 20_000, planned) {
				one.Record(s)
				recorders[i%shards].Record(s)
				if i%5000 == 0 {
					e := Exception{Message: "no", Traceback: fmt.Sprintf("trace %d", i%3), At: start.Add(time.Duration(i) * time.Millisecond)}
					one.Exception(e)
					recorders[i%shards].Exception(e)
				}
				if i%999 == 0 { // in the middle of things
					recorders[i%shards].Collect(start, 0)
				}
			}
			end := start.Add(time.Minute + time.Second)
			want := one.Collect(end, 3*shards)
			var sum Sum
			for _, r := range recorders {
				if err := sum.Add(overJSON(t, r.Frame(r.Collect(end, 3)))); err != nil {
					t.Fatal(err)
				}
			}
			got := sum.Snapshot()
			for i := range want.Rows {
				if !reflect.DeepEqual(norecent(got.Rows[i]), norecent(want.Rows[i])) {
					t.Errorf("%d shards: row %+v\nwant %+v", shards, got.Rows[i], want.Rows[i])
				}
			}
			got.Rows, want.Rows = nil, nil
			got.Total, want.Total = norecent(got.Total), norecent(want.Total)
			if !reflect.DeepEqual(got, want) {
				t.Errorf("%d shards, planned %v:\n%+v\nwant\n%+v", shards, planned, got, want)
			}
			var a, b int64
			sum.Histograms(func(k Key, service, response *hdrhistogram.PackedHistogram) { a += service.TotalCount() })
			one.Histograms(func(k Key, service, response *hdrhistogram.PackedHistogram) { b += service.TotalCount() })
			if a != b || a == 0 {
				t.Errorf("%d in the histograms, want %d", a, b)
			}
		}
	}
}

func norecent(r Row) Row { r.RecentRPS, r.RecentFPS = 0, 0; return r }

func TestFrameShift(t *testing.T) {
	start := time.Date(2026, 11, 22, 20, 0, 0, 0, time.UTC)
	r := NewRecorder(start, Options{})
	r.Record(Sample{Key: Key{"GET", "/"}, Sent: start, Done: start.Add(time.Second), Failure: "x"})
	r.Exception(Exception{Traceback: "t", At: start})
	s := r.Collect(start.Add(2*time.Second), 1)
	f := r.Frame(s)
	f.Shift(-5 * time.Minute)
	five := start.Add(-5 * time.Minute)
	if !f.Start.Equal(five) || !f.At.Equal(five.Add(2*time.Second)) || !f.LastDone.Equal(five.Add(time.Second)) ||
		!f.Failures[0].First.Equal(five.Add(time.Second)) || !f.Exceptions[0].At.Equal(five) {
		t.Errorf("%+v", f)
	}
	if !s.Failures[0].First.Equal(start.Add(time.Second)) {
		t.Error("the snapshot has changed")
	}
}

func TestSumBounds(t *testing.T) {
	start := time.Unix(1000, 0)
	var sum Sum
	for i := range 20 {
		r := NewRecorder(start, Options{})
		for j := range 900 {
			r.Record(Sample{Key: Key{"GET", fmt.Sprintf("/%d/%d", i, j)}, Sent: start, Done: start, Failure: fmt.Sprint(i, j)})
		}
		if err := sum.Add(r.Frame(r.Collect(start, 0))); err != nil {
			t.Fatal(err)
		}
	}
	s := sum.Snapshot()
	if len(s.Rows) != sumRows+1 || s.Total.Count != 18_000 || s.Folded != 18_000-sumRows {
		t.Errorf("%d rows, %d requests, %d folded", len(s.Rows), s.Total.Count, s.Folded)
	}
	if len(s.Failures) > sumFailures+sumRows+1 { // as in a Recorder each row may have an Other
		t.Errorf("%d failures", len(s.Failures))
	}
}

func TestDamagedFrames(t *testing.T) {
	good := pack(func(yield func(index, n int64) bool) { _ = yield(3, 5) && yield(900, 1) })
	for name, d := range map[string]Dist{
		"cut off": {Count: 6, Buckets: good[:len(good)-1]}, "other count": {Count: 7, Buckets: good},
		"too far": {Count: 1, Buckets: Buckets{0xff, 0xff, 0x7f, 1}}, "backwards": {Count: 1, Buckets: Buckets{0, 1}},
		"none": {Count: 1},
	} {
		var sum Sum
		if err := sum.Add(&Frame{Rows: []FrameRow{{Key: Key{"GET", "/"}, Count: 1, Service: d}}}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	var sum Sum
	if err := sum.Add(&Frame{Rows: []FrameRow{{Key: Key{"GET", "/"}, Count: 6, Service: Dist{Count: 6, Buckets: good}}}}); err != nil {
		t.Error(err)
	}
}

// The course of several recorders is that of one: the history file of both is the same but for rates, whose seconds are
// those of collecting.
func TestCourse(t *testing.T) {
	const shards = 5
	start := time.Date(2026, 11, 22, 20, 0, 0, 0, time.UTC)
	samples := randomSamples(start, 6000, true)
	slices.SortFunc(samples, func(a, b Sample) int { return a.Done.Compare(b.Done) })
	one := NewRecorder(start, Options{IntervalLog: true})
	var recorders [shards]*Recorder
	var before [shards]*Snapshot
	for i := range recorders {
		recorders[i] = NewRecorder(start, Options{IntervalLog: true})
	}
	var course Course
	var want []*Snapshot
	for second := range 60 {
		at := start.Add(time.Duration(second)*time.Second + time.Second/2)
		for len(samples) > 0 && samples[0].Done.Before(at) {
			one.Record(samples[0])
			recorders[len(samples)%shards].Record(samples[0])
			samples = samples[1:]
		}
		want = append(want, one.Collect(at, shards*second))
		for i, r := range recorders {
			if second == 30 && i == 2 {
				continue // late: the next moment has two seconds
			}
			s := r.Collect(at.Add(time.Duration(i)*time.Millisecond), second)
			m := MomentOf(before[i], s)
			m.Planned, m.CPU = 2, float64(i)/10
			if err := course.Add(overJSON(t, &m)); err != nil {
				t.Fatal(err)
			}
			before[i] = s
		}
	}
	course.Gone(start.Add(70*time.Second), 59)
	n := 0
	course.Each(func(s CourseSecond) {
		got := s.Snapshot
		if n >= 60 {
			if got.Users != map[bool]int{true: 4 * 59, false: 5 * 59}[n == 70] || got.Interval.Total.TotalCount() != 0 {
				t.Errorf("second %d: %d users", n, got.Users)
			}
			n++
			return
		}
		w := want[n]
		if n == 30 || n == 31 { // the late one
			n++
			return
		}
		if got.Users != w.Users || got.Total.Count != w.Total.Count || got.Total.Service != w.Total.Service || got.Total.Response != w.Total.Response ||
			got.Total.Failures != w.Total.Failures || got.Total.Bytes != w.Total.Bytes || got.Total.Lag.Sum != w.Total.Lag.Sum {
			t.Errorf("second %d: %+v\nwant %+v", n, got.Total, w.Total)
		}
		if n != 29 && n != 32 && n > 0 && (got.Interval.Total.TotalCount() != w.Interval.Total.TotalCount() || got.Interval.Response.TotalCount() != w.Interval.Response.TotalCount()) {
			t.Errorf("second %d: interval of %d, want %d", n, got.Interval.Total.TotalCount(), w.Interval.Total.TotalCount())
		}
		if n > 15 && (got.Total.RecentRPS < 0.85*w.Total.RecentRPS || got.Total.RecentRPS > 1.15*w.Total.RecentRPS) {
			t.Errorf("second %d: %f a second, want %f", n, got.Total.RecentRPS, w.Total.RecentRPS)
		}
		if s.CPU != 0.4 || n < 30 && s.Planned != int64(10*(n+1)) {
			t.Errorf("second %d: %+v", n, s)
		}
		n++
	})
	if n != 71 {
		t.Errorf("%d seconds", n)
	}
}

// A reset forgets what was before, as the history of one process does.
func TestCourseReset(t *testing.T) {
	start := time.Unix(1000, 0)
	r := NewRecorder(start, Options{IntervalLog: true})
	var course Course
	var before *Snapshot
	for second := range 4 {
		at := start.Add(time.Duration(second) * time.Second)
		if second == 2 {
			r.Reset(at)
		}
		r.Record(Sample{Key: Key{"GET", "/"}, Sent: at, Done: at.Add(time.Millisecond)})
		s := r.Collect(at.Add(time.Second/2), 3)
		m := MomentOf(before, s)
		if err := course.Add(&m); err != nil {
			t.Fatal(err)
		}
		before = s
	}
	var got []string
	course.Each(func(s CourseSecond) {
		got = append(got, fmt.Sprint(s.Snapshot.Users, s.Snapshot.Total.Count, s.Snapshot.Total.Service.Count, s.Snapshot.Start.Unix()))
	})
	if want := "[3 1 1 1000 3 2 2 1000 3 1 1 1002 3 2 2 1002]"; fmt.Sprint(got) != want {
		t.Errorf("%v\nwant %v", got, want)
	}
}

// Who reads a course while it grows gets the seconds of Each, those that are over, each once.
func TestCourseReader(t *testing.T) {
	start := time.Unix(1000, 0)
	r := NewRecorder(start, Options{IntervalLog: true})
	var course Course
	var reader CourseReader
	var before *Snapshot
	var read, all []string
	show := func(to *[]string) func(CourseSecond) {
		return func(s CourseSecond) {
			*to = append(*to, fmt.Sprint(s.Snapshot.Interval.Start.Unix(), s.Snapshot.Total.Count, s.Snapshot.Total.Service.Sum, s.Planned))
		}
	}
	reader.Read(&course, start.Add(time.Hour), show(&read)) // nothing is there yet
	for second := range 7 {
		at := start.Add(time.Duration(second) * time.Second)
		if second != 3 { // in which nothing is heard
			for range second + 1 {
				r.Record(Sample{Key: Key{"GET", "/"}, Sent: at, Done: at.Add(time.Duration(second) * time.Millisecond)})
			}
			s := r.Collect(at.Add(time.Second/2), 3)
			m := MomentOf(before, s)
			m.Planned = 2
			if err := course.Add(&m); err != nil {
				t.Fatal(err)
			}
			before = s
		}
		reader.Read(&course, at.Add(-time.Second/2), show(&read))
		if want := max(second-1, 0); len(read) != want {
			t.Errorf("after second %d %d were read, want %d", second, len(read), want)
		}
	}
	reader.Read(&course, time.Time{}, show(&read))
	reader.Read(&course, time.Time{}, show(&read))
	course.Each(show(&all))
	if len(all) != 7 || !slices.Equal(read, all) {
		t.Errorf("read  %q\nwant %q", read, all)
	}
}

// The rows of a log whose rows cover several intervals add up as those of any other.
func TestHLogRows(t *testing.T) {
	start := time.Unix(1000, 0)
	r := NewRecorder(start, Options{})
	var b bytes.Buffer
	log, err := NewHLog(&b, start)
	if err != nil {
		t.Fatal(err)
	}
	var before Sum
	for range 3 {
		for _, s := range randomSamples(start, 1000, true) {
			r.Record(s)
		}
		var sum Sum
		if err := sum.Add(r.Frame(r.Collect(start, 0))); err != nil {
			t.Fatal(err)
		}
		if err := log.Write(&Interval{Start: start, End: start, Total: newHistogram(totalDigits)}); err != nil {
			t.Fatal(err)
		}
		if err := log.WriteRows(start, start.Add(time.Minute), sum.Since(&before)); err != nil {
			t.Fatal(err)
		}
		before = sum
	}
	var total LogSum
	if _, err := ReadHLog(&b, LogHandler{Interval: total.Add}); err != nil {
		t.Fatal(err)
	}
	want := r.Collect(start, 0)
	got := total.Summary(start)
	for i, row := range want.Rows {
		if got.Requests[i].Name != row.Name || got.Requests[i].Count != row.Service.Count || *got.Requests[i].ServiceMS.P90 != Millis(row.Service.Quantile[4]) {
			t.Errorf("%+v\nwant %+v", got.Requests[i], row)
		}
	}
}
