package fleet

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"katydid/metrics"
	"katydid/stats"
)

// The states of a shard, as it says itself.
const (
	Running = "running" // the load goes on
	Ended   = "ended"   // its load is over
)

// report is what a shard has measured: all that it knows since the start, and what happened second by second in one
// segment of the time. The last one of a shard is enough for the totals; the course is in all of them. Times are by the
// store's clock.
type report struct {
	Claim   Claim          `json:"claim"`
	Segment int            `json:"segment"`
	Number  int            `json:"number"` // grows with each: a sign of life
	At      time.Time      `json:"at"`
	State   string         `json:"state"`
	Full    bool           `json:"full,omitempty"` // another segment follows
	Frame   *stats.Frame   `json:"frame"`
	Metrics *metrics.Frame `json:"metrics,omitempty"`
	Moments []stats.Moment `json:"moments"`
	Health  stats.Health   `json:"health"`
	Usage   Usage          `json:"usage"`
	Began   time.Time      `json:"began"`  // when the load began here
	Offset  time.Duration  `json:"offset"` // of the clock
	Bound   time.Duration  `json:"bound"`
	LagP99  time.Duration  `json:"lagP99"`
	Verdict stats.Verdict  `json:"verdict"`
	Reasons []string       `json:"reasons,omitempty"`
	Exit    int            `json:"exit"` // code of its own, at its end
}

// Usage is what a shard took of its machine.
type Usage struct {
	CPU      time.Duration `json:"cpu"`
	RSSMax   int64         `json:"rssMax"` // bytes
	UsersMax int           `json:"usersMax"`
}

// pack is the report as it is stored.
func (r *report) pack() ([]byte, error) {
	var b bytes.Buffer
	z, _ := gzip.NewWriterLevel(&b, gzip.BestSpeed) // fails only for a level that does not exist
	if err := json.NewEncoder(z).Encode(r); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// mostUnpacked bounds a report, in bytes: whoever can write to the store could fill this machine's memory.
const mostUnpacked = 256 << 20

func unpack(data []byte) (*report, error) {
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	var r report
	if err := json.NewDecoder(io.LimitReader(z, mostUnpacked)).Decode(&r); err != nil {
		return nil, err
	}
	if r.Frame == nil {
		return nil, fmt.Errorf("it has no frame")
	}
	return &r, nil
}

// longestRun is longer than any load test: a course has something for each second of it.
const longestRun = 366 * 24 * time.Hour

// check says what no shard can have stored in a segment of a load that began at start: whoever can write to the store
// could keep a reader busy for ever.
func (r *report) check(segment int, start time.Time) error {
	if r.Segment != segment {
		return fmt.Errorf("it is segment %d in the place of %d", r.Segment, segment)
	}
	times := []time.Time{r.At, r.Frame.At}
	for i := range r.Moments {
		times = append(times, r.Moments[i].At)
	}
	for _, at := range times {
		if since := at.Sub(start); since < -time.Minute || since > longestRun {
			return fmt.Errorf("it has something of %s, and the load began at %s", at.Format(time.RFC3339), start.Format(time.RFC3339))
		}
	}
	return nil
}

// A segment is a part of the time whose course is in one blob, which is written again and again until it is over: so a
// reader who comes late has few blobs to read, and a blob that is written is not large. Segments are the same for all
// shards. They become longer with the run, so that there are not too many, up to a limit.
const (
	shortestSegment = time.Minute
	longestSegment  = 10 * time.Minute
	segmentShare    = 30 // of the time before it
)

// segments gives the segments one after the other.
type segments struct {
	number   int
	from, to time.Duration // since the start
	pace     float64
}

func newSegments(pace float64) segments {
	s := segments{pace: pace}
	s.to = s.length()
	return s
}

func (s *segments) length() time.Duration {
	scale := func(d time.Duration) time.Duration { return time.Duration(float64(d) / s.pace) }
	return min(max(scale(shortestSegment), s.from/segmentShare), scale(longestSegment))
}

func (s *segments) next() {
	s.number++
	s.from = s.to
	s.to = s.from + s.length()
}
