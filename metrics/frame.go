package metrics

import (
	"encoding/binary"
	"errors"
	"iter"
	"math"
	"strconv"
	"strings"
	"time"
)

// Frame is all that a State knows, without loss, for another process to add up with the frames of others, see Sum. It is
// a document: its JSON is what processes exchange.
type Frame struct {
	At     time.Time     `json:"at"`
	Series []FrameSeries `json:"series"`
	Groups []string      `json:"groups,omitempty"` // paths
	Checks []FrameCheck  `json:"checks,omitempty"`
}

// FrameSeries is a metric or submetric and its values.
type FrameSeries struct {
	Key      string   `json:"key"`
	Metric   string   `json:"metric"`
	Type     Type     `json:"type"`
	Contains Contains `json:"contains"`
	Tags     []Tag    `json:"tags,omitempty"`
	Samples  int64    `json:"n"`
	Sum      Float    `json:"sum"`
	Min      Float    `json:"min"`
	Max      Float    `json:"max"`
	Last     Float    `json:"last,omitempty"`
	LastAt   int64    `json:"lastAt,omitempty"` // in nanoseconds since 1970
	Passes   int64    `json:"passes,omitempty"`
	Raw      []Float  `json:"raw,omitempty"` // of a trend: all values
	Zeros    int64    `json:"zeros,omitempty"`
	Positive Buckets  `json:"b,omitempty"` // or the counts of buckets, if there are many values
	Negative Buckets  `json:"neg,omitempty"`
}

// FrameCheck is a check and how often it was passed and failed.
type FrameCheck struct {
	Group  string `json:"group"`
	Name   string `json:"name"`
	Passes int64  `json:"passes"`
	Fails  int64  `json:"fails"`
}

// Float is a number, which in JSON may also be infinite.
type Float float64

// MarshalJSON writes a number, or a text for what JSON has no number for.
func (f Float) MarshalJSON() ([]byte, error) {
	if math.IsInf(float64(f), 0) {
		return strconv.AppendQuote(nil, strconv.FormatFloat(float64(f), 'g', -1, 64)), nil
	}
	return strconv.AppendFloat(nil, float64(f), 'g', -1, 64), nil
}

// UnmarshalJSON reads what MarshalJSON has written.
func (f *Float) UnmarshalJSON(b []byte) error {
	v, err := strconv.ParseFloat(strings.Trim(string(b), `"`), 64)
	if err == nil && math.IsNaN(v) {
		err = errors.New("NaN is no value")
	}
	*f = Float(v)
	return err
}

// Buckets are the counts of a histogram that are not 0: for each the distance of its number from the one before, and the
// count, both as unsigned varints.
type Buckets []byte

// Frame is the state as a document.
func (s *State) Frame() *Frame {
	f := &Frame{At: s.At}
	for _, series := range s.Series {
		f.Series = append(f.Series, series.frame())
	}
	s.Root.paths(func(path string) { f.Groups = append(f.Groups, path) })
	for _, c := range s.Checks {
		group := strings.TrimSuffix(c.Path, separator+c.Name)
		f.Checks = append(f.Checks, FrameCheck{group, c.Name, c.Passes, c.Fails})
	}
	return f
}

// Shift moves all moments by d: from this machine's clock to one that all share.
func (f *Frame) Shift(d time.Duration) {
	f.At = f.At.Add(d).UTC()
	for i := range f.Series {
		if f.Series[i].LastAt != 0 {
			f.Series[i].LastAt += int64(d)
		}
	}
}

func (s *Series) frame() FrameSeries {
	v, m := &s.Values, s.Metric
	f := FrameSeries{
		Key: s.Key, Metric: m.Name, Type: m.Type, Contains: m.Contains, Tags: s.Tags,
		Samples: v.Samples, Sum: Float(v.Sum), Min: Float(v.Min), Max: Float(v.Max), Last: Float(v.Last), LastAt: v.lastAt, Passes: v.Passes,
	}
	for _, value := range v.spread.raw {
		f.Raw = append(f.Raw, Float(value))
	}
	if h := v.spread.buckets; h != nil {
		f.Zeros, f.Positive, f.Negative = h.zeros, pack(h.positive.counts), pack(h.negative.counts)
	}
	return f
}

// paths calls fn with the path of each group in g.
func (g *Group) paths(fn func(path string)) {
	for _, in := range g.Groups {
		fn(in.Path)
		in.paths(fn)
	}
}

// counts are the buckets that are not empty, in ascending order.
func (s *side) counts(yield func(bucket int, n int64) bool) {
	for i, p := range s.pages {
		if p == nil {
			continue
		}
		for slot, n := range p {
			if n > 0 && !yield((s.first+i)*pageBuckets+slot, n) {
				return
			}
		}
	}
}

func pack(counts iter.Seq2[int, int64]) (b Buckets) {
	last := -1
	for bucket, n := range counts {
		b = binary.AppendUvarint(b, uint64(bucket-last))
		b = binary.AppendUvarint(b, uint64(n))
		last = bucket
	}
	return b
}

// buckets is how many buckets a side has at most.
const buckets = 1 << (63 - bucketShift)

// into adds the counts to a side and gives their sum; false for what nobody has packed.
func (b Buckets) into(s *side) (sum int64, ok bool) {
	bucket := -1
	for len(b) > 0 {
		distance, used := binary.Uvarint(b)
		n, more := binary.Uvarint(b[max(used, 0):])
		if used <= 0 || more <= 0 || distance == 0 || distance > buckets || n > 1<<62 {
			return 0, false
		}
		if bucket += int(distance); bucket >= buckets {
			return 0, false
		}
		s.page(bucket / pageBuckets)[bucket%pageBuckets] += int64(n)
		sum += int64(n)
		b = b[used+more:]
	}
	return sum, true
}
