package web

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"encoding/binary"
	"math"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// perOctave is how many buckets a doubling of the time has in the histograms of a report: a percentile is then within
// 2.2 % of the true one. Those of the tables are not made from them.
const perOctave = 16

// counts is a histogram of microseconds: n[i] of them are in bucket first+i, which begins at 2^(bucket/perOctave).
// The zero value is empty. Short counts halve what histories take: 32 bits are enough for a bucket of one of the hundreds of
// intervals of a run.
type counts struct {
	first int
	n     []uint32
}

// bucketOf is the bucket of a time in microseconds; what is shorter than one is in the first.
func bucketOf(micros int64) int {
	return int(perOctave * math.Log2(float64(max(micros, 1))))
}

// add counts all of h, which may be nil.
func (c *counts) add(h *hdrhistogram.PackedHistogram) {
	if h == nil || h.TotalCount() == 0 {
		return
	}
	c.reach(bucketOf(h.Min()), bucketOf(h.Max()))
	for value, count := range h.ForEachBucket {
		b := bucketOf(value)
		c.reach(b, b) // a bucket of h may begin below its least value
		c.n[b-c.first] += uint32(count)
	}
}

func (c *counts) merge(o *counts) {
	if len(o.n) == 0 {
		return
	}
	c.reach(o.first, o.first+len(o.n)-1)
	for i, n := range o.n {
		c.n[o.first-c.first+i] += n
	}
}

// reach makes room for the buckets from low to high.
func (c *counts) reach(low, high int) {
	if len(c.n) == 0 {
		c.first, c.n = low, make([]uint32, high-low+1)
		return
	}
	if before := c.first - low; before > 0 {
		c.first, c.n = low, append(make([]uint32, before), c.n...)
	}
	if more := high + 1 - c.first - len(c.n); more > 0 {
		c.n = append(c.n, make([]uint32, more)...)
	}
}

// pack encodes histograms for the page: of each the first bucket, the number of buckets and their counts, as unsigned
// varints; all that deflated, in base64. It is empty if all of them are.
func pack(points []point, of func(*point) *counts) string {
	var raw []byte
	any := false
	for i := range points {
		c := of(&points[i])
		raw = binary.AppendUvarint(raw, uint64(c.first))
		raw = binary.AppendUvarint(raw, uint64(len(c.n)))
		for _, n := range c.n {
			raw = binary.AppendUvarint(raw, uint64(n))
			any = true
		}
	}
	if !any {
		return ""
	}
	var b bytes.Buffer
	z, _ := flate.NewWriter(&b, flate.BestCompression) // fails only for a level that does not exist
	_, _ = z.Write(raw)                                // a buffer takes everything
	_ = z.Close()
	return base64.StdEncoding.EncodeToString(b.Bytes())
}
