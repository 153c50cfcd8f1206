package stats

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// Range and resolution of every histogram: whole microseconds up to one hour. Totals and the interval log keep three
// significant digits, the ten-second windows two.
const (
	highestMicros = int64(time.Hour / time.Microsecond)
	totalDigits   = 3
	windowDigits  = 2
)

// newHistogram returns an empty sparse histogram. Sparse, because a dense one takes 184 KiB and there are up to four a
// name, while the latencies of one name seldom fill more than some hundred buckets.
func newHistogram(digits int) *hdrhistogram.PackedHistogram {
	return hdrhistogram.NewPacked(1, highestMicros, digits)
}

// micros is the histogram's value for d: the nearest microsecond, so that the error stays within half of one.
func micros(d time.Duration) int64 {
	return int64((min(d, time.Hour) + time.Microsecond/2) / time.Microsecond)
}

// tally is what is known exactly about a set of durations.
type tally struct {
	n        int64
	min, max time.Duration
	sum      time.Duration
}

func (t *tally) add(d time.Duration) {
	if t.n == 0 || d < t.min {
		t.min = d
	}
	t.max = max(t.max, d)
	t.sum += d
	t.n++
}

func (t *tally) merge(o *tally) {
	if o.n == 0 {
		return
	}
	if t.n == 0 || o.min < t.min {
		t.min = o.min
	}
	t.max = max(t.max, o.max)
	t.sum += o.sum
	t.n += o.n
}

// durations is a set of durations: the exact part and the histogram. The zero value is empty and takes no memory.
type durations struct {
	tally
	h *hdrhistogram.PackedHistogram
}

// add counts t, which must not be negative. digits is the precision of the histogram, always the same for one set.
func (d *durations) add(t time.Duration, digits int) {
	if d.h == nil {
		d.h = newHistogram(digits)
	}
	d.tally.add(t)
	// Fails only for a value out of range, which micros excludes, and for a count beyond 63 bits.
	_ = d.h.RecordValue(micros(t))
}

func (d *durations) merge(o *durations, digits int) {
	if o.n == 0 {
		return
	}
	if d.h == nil {
		d.h = newHistogram(digits)
	}
	d.tally.merge(&o.tally)
	d.h.Merge(o.h)
}

// gather makes d the sum of one set of each row. A dense histogram, which must be empty and is so again afterwards,
// adds a row up in the time its own buckets take; merging them pairwise would walk the sum for each row.
func (d *durations) gather(dense *hdrhistogram.Histogram, rows []*rowState, of func(*rowState) *durations) {
	d.reset()
	for _, row := range rows {
		if o := of(row); o.n > 0 {
			d.tally.merge(&o.tally)
			o.h.MergeInto(dense)
		}
	}
	if d.n == 0 {
		return
	}
	if d.h == nil {
		d.h = newHistogram(totalDigits)
	}
	d.h.MergeFrom(dense)
	dense.Reset()
}

// reset empties the set and keeps its memory.
func (d *durations) reset() {
	d.tally = tally{}
	if d.h != nil {
		d.h.Reset()
	}
}

// times summarises the set.
func (d *durations) times() Times {
	out := Times{Count: d.n, Min: d.min, Max: d.max, Sum: d.sum}
	if d.n == 0 {
		return out
	}
	var ranks threeRanks
	for i, q := range Quantiles {
		low, high := confidence(q, d.n)
		ranks[3*i], ranks[3*i+1], ranks[3*i+2] = min(int64(float64(d.n)*q), d.n-1), low, high
	}
	values := d.at(&ranks)
	for i := range Quantiles {
		out.Quantile[i], out.Low[i], out.High[i] = values[3*i], values[3*i+1], values[3*i+2]
	}
	last := len(Quantiles) - 1
	out.Quantile[last], out.Low[last], out.High[last] = d.max, d.max, d.max
	return out
}

// threeRanks are the ranks (from 0) of each of Quantiles, and of its two limits.
type threeRanks [3 * len(Quantiles)]int64

// at gives the durations of the ranks, which may come in any order.
func (d *durations) at(ranks *threeRanks) (out [len(threeRanks{})]time.Duration) {
	var order [len(ranks)]int
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order[:], func(a, b int) int { return cmp.Compare(ranks[a], ranks[b]) })
	var percent [len(ranks)]float64 // ascending, as the library wants them
	for i, at := range order {
		percent[i] = percentAtRank(ranks[at], d.n)
	}
	for i, v := range d.h.ValueAtPercentilesSlice(percent[:]) {
		out[order[i]] = min(max(time.Duration(v)*time.Microsecond, d.min), d.max)
	}
	return out
}

// confidenceLevel is the probability with which the intervals hold the true percentiles, and confidenceZ how many
// standard deviations of a normal distribution that is.
const (
	confidenceLevel = 0.95
	confidenceZ     = 1.96
)

// fewBeyond is how many samples have to be expected beyond a percentile for their number to be taken as normal.
const fewBeyond = 20

// confidence gives the ranks (from 0) of the order statistics between which the true percentile q lies with a probability
// of 95 %: the number of n samples below it is binomial, with mean n*q and variance n*q*(1-q), taken as normal if
// it is large. See Conover, Practical Nonparametric Statistics, 3.2. Where a rank is beyond the first or the last sample,
// that stands for it.
func confidence(q float64, n int64) (low, high int64) {
	if float64(n)*(1-q) < fewBeyond {
		fewest, most := binomialTails(n, 1-q, (1-confidenceLevel)/2)
		return max(n-1-most, 0), min(n-fewest, n-1)
	}
	mean, off := float64(n)*q, confidenceZ*math.Sqrt(float64(n)*q*(1-q))
	low, high = int64(math.Floor(mean-off)), int64(math.Ceil(mean+off))
	return min(max(low, 0), n-1), min(high, n-1)
}

// binomialTails gives the numbers between which the successes of n trials lie, each of probability p: it is fewer than the
// first, or more than the second, with no more than the given probability each. It adds up the distribution from 0 on.
func binomialTails(n int64, p, tail float64) (fewest, most int64) {
	exactly := math.Pow(1-p, float64(n))
	fewest = -1
	for k, upTo := int64(0), exactly; ; k, upTo = k+1, upTo+exactly {
		if fewest < 0 && upTo > tail {
			fewest = k
		}
		if upTo >= 1-tail || k == n {
			return fewest, k
		}
		exactly *= float64(n-k) / float64(k+1) * p / (1 - p)
	}
}

// percentAtRank is the percentage for which the library answers with the value of the given rank (from 0) of n.
// Locust takes the sample of rank int(n*q), the library that of rank int(n*q+0.5)-1; on small counts they differ, and
// the tables have to agree with Locust's. The library turns the percentage back into rank+1.5 and truncates.
func percentAtRank(rank, n int64) float64 {
	return 100 * (float64(rank) + 1) / float64(n)
}

// distribution is the durations since the start, with those since the last collect kept apart: recording goes into a
// small histogram, the large one is touched once a second, and the small one is a line of the interval log.
type distribution struct {
	pending, all durations
}

// settle moves what is pending into the whole.
func (d *distribution) settle() {
	d.all.merge(&d.pending, totalDigits)
	d.pending.reset()
}
