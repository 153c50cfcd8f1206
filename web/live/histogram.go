package live

import (
	"math"
	"sort"

	"github.com/HdrHistogram/hdrhistogram-go"
	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"katydid/stats"
)

// upperBounds of the classic buckets, in microseconds: what Prometheus' own default is, from a millisecond to a minute.
var upperBounds = []int64{
	1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000, 30_000_000, 60_000_000,
}

// schema of the native histograms: 8 buckets for each doubling, so that a percentile is within 4.4 % of the true one.
const schema = 3

// buckets are a histogram of katydid's as Prometheus has it, in both of its ways.
type buckets struct {
	count   uint64
	sum     float64            // seconds
	classic map[float64]uint64 // by upper bound, cumulative
	native  map[int]int64
	zeros   uint64
}

// bucketsFor sorts a histogram of microseconds. All that is in it only grows from one scrape to the next: so does the sum,
// which the exact one of a frame, taken a moment earlier or later, would not.
func bucketsFor(h *hdrhistogram.PackedHistogram) *buckets {
	b := &buckets{classic: make(map[float64]uint64, len(upperBounds)), native: map[int]int64{}}
	var micros int64
	below := make([]uint64, len(upperBounds)+1)
	for value, n := range h.ForEachBucket {
		b.count += uint64(n)
		micros += value * n
		below[sort.Search(len(upperBounds), func(i int) bool { return value <= upperBounds[i] })] += uint64(n)
		if value == 0 {
			b.zeros += uint64(n)
		} else {
			b.native[int(math.Ceil(math.Log2(float64(value)/1e6)*(1<<schema)))] += n
		}
	}
	b.sum = float64(micros) / 1e6
	sum := uint64(0)
	for i, bound := range upperBounds {
		sum += below[i]
		b.classic[float64(bound)/1e6] = sum
	}
	return b
}

// both is one metric with classic and native buckets: readers of the text get the former, Prometheus takes the latter if it
// is told to (scrape_native_histograms).
type both struct{ classic, native prometheus.Metric }

// Desc is that of both.
func (m both) Desc() *prometheus.Desc { return m.classic.Desc() }

// Write puts one on top of the other.
func (m both) Write(out *dto.Metric) error {
	if err := m.classic.Write(out); err != nil {
		return err
	}
	var native dto.Metric
	if err := m.native.Write(&native); err != nil {
		return err
	}
	h, n := out.GetHistogram(), native.GetHistogram()
	h.Schema, h.ZeroThreshold, h.ZeroCount, h.PositiveSpan, h.PositiveDelta = n.Schema, n.ZeroThreshold, n.ZeroCount, n.PositiveSpan, n.PositiveDelta
	return nil
}

// histograms sends the times of every row.
func (e *emitter) histograms() stats.HistogramFunc {
	return func(k stats.Key, service, response *hdrhistogram.PackedHistogram) {
		e.histogram(descService, service, k)
		e.histogram(descResponse, response, k)
	}
}

func (e *emitter) histogram(d *prometheus.Desc, h *hdrhistogram.PackedHistogram, k stats.Key) {
	if h == nil || h.TotalCount() == 0 {
		return
	}
	labels, ok := e.fresh(d, []string{k.Method, k.Name})
	if !ok {
		return
	}
	b := bucketsFor(h)
	e.to <- both{
		prometheus.MustNewConstHistogramWithCreatedTimestamp(d, b.count, b.sum, b.classic, e.start, labels...),
		prometheus.MustNewConstNativeHistogram(d, b.count, b.sum, b.native, nil, b.zeros, schema, prometheus.DefNativeHistogramZeroThreshold, e.start, labels...),
	}
}
