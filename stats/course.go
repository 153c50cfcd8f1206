package stats

import (
	"maps"
	"slices"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// Course is the course of a run that several processes make: their moments, added up by seconds of the clock. The zero
// value is empty. One goroutine uses it.
type Course struct{ seconds map[int64]*second }

// second is what happened in a second of the clock.
type second struct {
	reset                  bool
	users                  int
	count, failed, bytes   int64
	planned, started       int64
	cpu                    float64 // the most of any
	service, response, lag total
}

// Add adds a moment of one process.
func (c *Course) Add(m *Moment) error {
	at := m.At.Unix()
	if c.seconds == nil {
		c.seconds = map[int64]*second{}
	}
	s := c.seconds[at]
	if s == nil {
		s = &second{cpu: -1}
		c.seconds[at] = s
	}
	s.reset = s.reset || m.Reset
	s.users += m.Users
	s.count += m.Count
	s.failed += m.Failed
	s.bytes += m.Bytes
	s.planned += m.Planned
	s.started += m.Started
	s.cpu = max(s.cpu, m.CPU)
	for _, add := range []struct {
		to   *total
		dist Dist
	}{{&s.service, m.Service}, {&s.response, m.Response}, {&s.lag, m.Lag}} {
		if add.dist.Count == 0 {
			continue
		}
		if add.dist.Buckets == nil { // lag of a run that plans nothing: only its sum is known
			add.to.tally.merge(&tally{add.dist.Count, add.dist.Min, add.dist.Max, add.dist.Sum})
			continue
		}
		if err := add.to.addDist(&add.dist); err != nil {
			return err
		}
	}
	return nil
}

// Gone says that a process ended at a moment without a word, when it had so many users.
func (c *Course) Gone(at time.Time, users int) {
	_ = c.Add(&Moment{At: at, Users: -users, CPU: -1}) // has no counts that may be damaged
}

// CourseSecond is one second of a Course.
type CourseSecond struct {
	// Snapshot is the state at the end of the second, with an interval; of the rows it has the total only.
	Snapshot         *Snapshot
	Planned, Started int64   // starts of an open run so far
	CPU              float64 // of the process that took most; below 0 if not known
}

// Each calls fn with all seconds in order, those included in which nothing happened.
func (c *Course) Each(fn func(CourseSecond)) {
	var r CourseReader
	r.Read(c, time.Time{}, fn)
}

// CourseReader reads a course that still grows piece by piece. The zero value begins with the first second.
type CourseReader struct {
	next int64 // the second to be read
	sum  courseSum
}

// Read calls fn with the seconds that are over at a moment and were not read yet, in order, those included in which nothing
// happened; the zero moment is the end. What is added later to a second that was read is in no second.
func (r *CourseReader) Read(c *Course, until time.Time, fn func(CourseSecond)) {
	moments := slices.Sorted(maps.Keys(c.seconds))
	if len(moments) == 0 {
		return
	}
	end := moments[len(moments)-1] + 1
	if !until.IsZero() {
		end = min(end, until.Unix())
	}
	if r.next == 0 {
		r.next = moments[0]
		r.sum.start = r.next
	}
	for ; r.next < end; r.next++ {
		s := c.seconds[r.next]
		if s == nil {
			s = &second{cpu: -1}
		}
		fn(r.sum.add(r.next, s))
	}
}

// courseSum is a course up to some second.
type courseSum struct {
	start  int64
	all    second
	counts [courseWindow]int64 // requests up to each of the last seconds
	failed [courseWindow]int64
}

// courseWindow is what the window of recent rates looks back.
const courseWindow = 13

func (c *courseSum) add(at int64, s *second) CourseSecond {
	a := &c.all
	if s.reset {
		*c = courseSum{start: at, all: second{users: a.users, planned: a.planned, started: a.started}}
		a = &c.all
	}
	a.users += s.users
	a.count += s.count
	a.failed += s.failed
	a.bytes += s.bytes
	a.planned += s.planned
	a.started += s.started
	a.service.addTotal(&s.service)
	a.response.addTotal(&s.response)
	a.lag.tally.merge(&s.lag.tally)
	c.counts[at%courseWindow], c.failed[at%courseWindow] = a.count, a.failed
	end := time.Unix(at, 0).UTC()
	row := Row{Key: Key{Name: "Aggregated"}, Count: a.count, Failures: a.failed, Bytes: a.bytes, Service: a.service.times(), Response: a.response.times()}
	row.Lag = Times{Count: a.lag.n, Min: a.lag.min, Max: a.lag.max, Sum: a.lag.sum}
	row.RecentRPS, row.RecentFPS = c.rate(&c.counts, at), c.rate(&c.failed, at)
	return CourseSecond{
		Snapshot: &Snapshot{
			Start: time.Unix(c.start, 0).UTC(), At: end.Add(time.Second / 2), LastDone: end, Users: a.users, Total: row,
			Interval: &Interval{
				Start: end, End: end.Add(time.Second), Total: orEmpty(s.service.counts.histogram()),
				Response: s.response.counts.histogram(), Lag: s.lag.counts.histogram(),
			},
		},
		Planned: a.planned, Started: a.started, CPU: s.cpu,
	}
}

// rate is the mean of the ten seconds that end two before at, or of as many as there were: window.rates of a course.
func (c *courseSum) rate(upTo *[courseWindow]int64, at int64) float64 {
	to := at - 2
	from := max(at-12, c.start)
	if to <= from {
		return 0
	}
	n := upTo[to%courseWindow]
	if from > c.start {
		n -= upTo[from%courseWindow]
	}
	return float64(n) / float64(to-from)
}

func orEmpty(h *hdrhistogram.PackedHistogram) *hdrhistogram.PackedHistogram {
	if h == nil {
		return newHistogram(totalDigits)
	}
	return h
}
