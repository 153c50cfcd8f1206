package web

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"encoding/binary"
	"math"
	"math/bits"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// perOctave is how many buckets a doubling of the time has in a history: the middle of a bucket is within 2.2 % of all times
// in it, and a percentile of what pack has written within 3 % of the true one. The figures of a whole run are not made
// from them.
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

// coarser is the same with buckets of twice the width.
func (c *counts) coarser() counts {
	var wide counts
	for i, n := range c.n {
		b := (c.first + i) / 2
		wide.reach(b, b)
		wide.n[b-wide.first] += n
	}
	return wide
}

// pack encodes histograms for the page: their first bucket and how many there are from it on, as unsigned varints, then of
// the first bucket a byte for each histogram (see short), then of the next one, and so on; all that deflated, in base64.
// Bucket by bucket equals are together, which deflates to a quarter less than one histogram after the other.
// It is empty if all of them are.
func pack(all []counts) string {
	low, end := math.MaxInt, 0
	for i := range all {
		if c := &all[i]; len(c.n) > 0 {
			low, end = min(low, c.first), max(end, c.first+len(c.n))
		}
	}
	if end == 0 {
		return ""
	}
	raw := binary.AppendUvarint(binary.AppendUvarint(nil, uint64(low)), uint64(end-low))
	head := len(raw)
	raw = append(raw, make([]byte, (end-low)*len(all))...)
	for i := range all {
		for j, b := range shorten(all[i].n) {
			raw[head+(all[i].first+j-low)*len(all)+i] = b
		}
	}
	return deflated(raw)
}

// shorten makes a byte of each count. What is lost by that it carries to the next shorter times, so that no more than a
// quarter of the requests of a bucket, those next to its lower end, get into the one below, or an eighth of that below into
// it. The tail, where percentiles hang on a few requests, stays as it is; and so does the size of a report, however many
// requests there were: further digits would be noise, which does not deflate.
func shorten(n []uint32) []byte {
	list, carried := make([]byte, len(n)), int64(0)
	for i := len(n) - 1; i >= 0; i-- {
		v := int64(n[i]) + carried
		b := short(v)
		// Rounded up is what can be taken from the next one: else all that is below a gap would seem to have another rank.
		if over := long(b+1) - v; over <= v-long(b) && (i == 0 || over <= int64(n[i-1])) {
			b++
		}
		list[i], carried = b, v-long(b)
	}
	return list
}

// short is the byte for a count, or for the next lower one that has a byte: 0 to 7, and 4 to 7 times a power of two.
func short(n int64) byte {
	shift := max(bits.Len64(uint64(n))-3, 0)
	if shift == 0 {
		return byte(n)
	}
	return byte(4*shift + int(n>>shift))
}

// long is the count that a byte stands for.
func long(b byte) int64 {
	if b < 8 {
		return int64(b)
	}
	return int64(4+b%4) << (b/4 - 1)
}

// packNumbers encodes numbers that are not negative for the page: as unsigned varints, deflated, in base64.
func packNumbers(list []int64) string {
	var raw []byte
	for _, n := range list {
		raw = binary.AppendUvarint(raw, uint64(n))
	}
	return deflated(raw)
}

func deflated(raw []byte) string {
	var b bytes.Buffer
	z, _ := flate.NewWriter(&b, flate.BestCompression) // fails only for a level that does not exist
	_, _ = z.Write(raw)                                // a buffer takes everything
	_ = z.Close()
	return base64.StdEncoding.EncodeToString(b.Bytes())
}
