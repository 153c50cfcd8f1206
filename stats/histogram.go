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
func (d *durations) times() Times { return d.tally.times(d.at) }

// at gives the durations of ranks (from 0) in ascending order.
func (d *durations) at(ranks []int64, out []time.Duration) {
	percent := make([]float64, len(ranks))
	for i, rank := range ranks {
		percent[i] = percentAtRank(rank, d.n)
	}
	for i, micros := range d.h.ValueAtPercentilesSlice(percent) {
		out[i] = time.Duration(micros) * time.Microsecond
	}
}

// times summarises a set whose histogram is asked by at for the durations of ranks (from 0), which are in ascending order.
func (t *tally) times(at func(ranks []int64, out []time.Duration)) Times {
	out := Times{Count: t.n, Min: t.min, Max: t.max, Sum: t.sum}
	if t.n == 0 {
		return out
	}
	const each, count = 3, 3 * len(Quantiles)
	var ranks, sorted [count]int64 // of each quantile, and of its two limits
	var order [count]int
	for i, q := range Quantiles {
		low, high := confidence(q, t.n)
		ranks[each*i], ranks[each*i+1], ranks[each*i+2] = min(int64(float64(t.n)*q), t.n-1), low, high
	}
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order[:], func(a, b int) int { return cmp.Compare(ranks[a], ranks[b]) })
	for i, from := range order {
		sorted[i] = ranks[from]
	}
	var found, values [count]time.Duration
	at(sorted[:], found[:])
	for i, to := range order {
		values[to] = min(max(found[i], t.min), t.max) // a bucket may reach beyond what is in it
	}
	for i := range Quantiles {
		out.Quantile[i], out.Low[i], out.High[i] = values[each*i], values[each*i+1], values[each*i+2]
	}
	last := len(Quantiles) - 1
	out.Quantile[last], out.Low[last], out.High[last] = t.max, t.max, t.max
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
	pending durations
	all     total
}

// settle moves what is pending into the whole.
func (d *distribution) settle() {
	d.all.add(&d.pending)
	d.pending.reset()
}
