package stats

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// seconds counts a row's requests by the second in which they finished, since the start; see Options.Seconds.
type seconds struct {
	first, last time.Duration // done, of the first and the latest request
	each        []secondCount // ascending; a second without requests has none
	old         bool          // the row is from before a reset
}

type secondCount struct {
	second    int64 // Unix
	n, failed uint32
}

// count counts a request. Records come nearly in order: the place is at the end or close to it.
func (s *seconds) count(done time.Duration, second int64, failed bool) {
	if len(s.each) == 0 || done < s.first {
		s.first = done
	}
	if len(s.each) == 0 || done > s.last {
		s.last = done
	}
	at := len(s.each)
	for at > 0 && s.each[at-1].second > second {
		at--
	}
	if at == 0 || s.each[at-1].second != second {
		s.each = slices.Insert(s.each, at, secondCount{second: second})
		at++
	}
	c := &s.each[at-1]
	c.n++
	if failed {
		c.failed++
	}
}

// Entry is a row as Locust's --json has it. Times are in milliseconds, moments in seconds since 1970.
type Entry struct {
	Name          string `json:"name"`
	Method        string `json:"method"`
	LastRequest   *Float `json:"last_request_timestamp"` // null if there was none
	Start         Float  `json:"start_time"`             // when its first request ended, or of the reset
	Requests      int64  `json:"num_requests"`
	Untimed       int64  `json:"num_none_requests"`
	Failures      int64  `json:"num_failures"`
	TotalTime     Float  `json:"total_response_time"`
	MaxTime       Float  `json:"max_response_time"`
	MinTime       *Float `json:"min_response_time"` // null if nothing was timed
	ContentLength int64  `json:"total_content_length"`
	Times         Counts `json:"response_times"` // requests by their time, rounded as Locust does
	PerSecond     Counts `json:"num_reqs_per_sec"`
	FailedPer     Counts `json:"num_fail_per_sec"`
}

// Float is a number that Python reads as a float: it always has a point or an exponent.
type Float float64

// MarshalJSON implements json.Marshaler.
func (f Float) MarshalJSON() ([]byte, error) { return []byte(ReprFloat(float64(f))), nil }

// Counts is an object of counts by whole numbers, ascending.
type Counts []count

type count struct{ number, n int64 }

// MarshalJSON implements json.Marshaler.
func (c Counts) MarshalJSON() ([]byte, error) {
	b := []byte{'{'}
	for i, e := range c {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(append(b, '"'), e.number, 10)
		b = strconv.AppendInt(append(b, '"', ':'), e.n, 10)
	}
	return append(b, '}'), nil
}

// Entries are the rows as of the last Collect, in the order in which they were first met. It needs Options.Seconds.
func (r *Recorder) Entries() []Entry {
	r.mu.Lock()
	defer r.mu.Unlock()
	list := []Entry{}
	for _, row := range r.state.rows {
		if row.seen {
			list = append(list, r.state.entry(row))
		}
	}
	return list
}

func (s *state) entry(row *rowState) Entry {
	t := row.service.all.tally
	e := Entry{
		Name: row.key.Name, Method: row.key.Method, Start: unixFloat(s.start),
		Requests: row.row.Count, Untimed: row.row.Count - t.n, Failures: row.row.Failures, ContentLength: row.row.Bytes,
		TotalTime: Float(millis(t.sum)), MaxTime: Float(millis(t.max)), Times: locustTimes(row.service.all.counts.histogram()),
	}
	if t.n > 0 {
		least := Float(millis(t.min))
		e.MinTime = &least
	}
	of := row.seconds
	if of == nil || len(of.each) == 0 {
		return e
	}
	if !of.old {
		e.Start = unixFloat(s.epoch.Add(of.first))
	}
	last := unixFloat(s.epoch.Add(of.last))
	e.LastRequest = &last
	for _, c := range of.each {
		e.PerSecond = append(e.PerSecond, count{c.second, int64(c.n)})
		if c.failed > 0 {
			e.FailedPer = append(e.FailedPer, count{c.second, int64(c.failed)})
		}
	}
	return e
}

// unixFloat is Python's time.time(): seconds with six decimals.
func unixFloat(t time.Time) Float { return Float(float64(t.UnixMicro()) / 1e6) }

// locustTimes counts times by Locust's rounded milliseconds.
func locustTimes(h *hdrhistogram.PackedHistogram) (counts Counts) {
	if h == nil {
		return nil
	}
	for micros, n := range h.ForEachBucket {
		ms := LocustRound(float64(micros) / 1000)
		if last := len(counts) - 1; last >= 0 && counts[last].number == ms {
			counts[last].n += n
			continue
		}
		counts = append(counts, count{ms, n})
	}
	return counts
}

// LocustRound is the milliseconds under which Locust counts a time. It keeps whole milliseconds up to 100, then two digits, then hundreds, from 10 s on seconds; halves go to even
// numbers.
func LocustRound(ms float64) int64 {
	unit := 1.0
	switch {
	case ms >= 10_000:
		unit = 1000
	case ms >= 1000:
		unit = 100
	case ms >= 100:
		unit = 10
	}
	return int64(math.RoundToEven(ms/unit) * unit)
}

// WriteEntries writes them as Locust's --json: a list, indented by four spaces, without a line end.
func WriteEntries(w io.Writer, list []Entry) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "    ")
	if err := e.Encode(list); err != nil {
		return err
	}
	_, err := w.Write(bytes.TrimSuffix(b.Bytes(), []byte("\n")))
	return err
}
