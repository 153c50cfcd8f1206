package stats

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

// A ledger has, count by count, what the library's histogram has after the same additions, and the same percentiles.
func TestLedgerIsTheLibrarys(t *testing.T) {
	rnd := rand.New(rand.NewPCG(21, 22))
	for name, draw := range distributions {
		for run := range 30 {
			var l ledger
			want := newHistogram(totalDigits)
			for range 1 + rnd.IntN(5) {
				part := newHistogram(totalDigits)
				for range rnd.IntN(1 << rnd.IntN(12)) {
					_ = part.RecordValues(micros(draw(rnd)), 1+rnd.Int64N(1<<rnd.IntN(40))) // of every width
				}
				l.add(part)
				want.Merge(part)
			}
			if want.TotalCount() == 0 {
				if l.histogram() != nil {
					t.Errorf("%s: something came of nothing", name)
				}
				continue
			}
			equalHistograms(t, fmt.Sprint(name, run), l.histogram(), want)
			ranks := []int64{0, want.TotalCount() / 3, want.TotalCount() / 3, want.TotalCount() * 99 / 100, want.TotalCount() - 1}
			got, other := make([]time.Duration, len(ranks)), make([]time.Duration, len(ranks))
			l.values(ranks, got)
			(&durations{tally: tally{n: want.TotalCount()}, h: want}).at(ranks, other)
			for i := range ranks {
				if want.TotalCount() < 1<<40 && got[i] != other[i] { // beyond that the library's percentages are not exact
					t.Errorf("%s: rank %d of %d is %v, want %v", name, ranks[i], want.TotalCount(), got[i], other[i])
				}
			}
		}
	}
}

// The width of a page grows just when a count needs it, and takes the counts along.
func TestPageWidth(t *testing.T) {
	p := page{width: 1, counts: make([]byte, pageBuckets)}
	p.add(3, 7)
	sum := int64(0)
	for _, step := range []struct {
		add   int64
		width uint8
	}{{255, 1}, {1, 2}, {65535 - 256, 2}, {1, 4}, {1<<32 - 1 - 65536, 4}, {1, 8}, {1 << 60, 8}} {
		sum += step.add
		p.add(5, step.add)
		if p.width != step.width || p.get(5) != sum || p.get(3) != 7 || p.n != sum+7 || len(p.counts) != pageBuckets*int(step.width) {
			t.Errorf("after %d: width %d, counts %d and %d, sum %d", sum, p.width, p.get(5), p.get(3), p.n)
		}
	}
}

// Buckets end where the next begins.
func TestHighestValue(t *testing.T) {
	for i := range bucketIndex(highestMicros) {
		v := highestValue(i)
		if bucketIndex(v) != i || bucketIndex(v+1) != i+1 {
			t.Fatalf("bucket %d ends at %d, which is in %d; then comes %d", i, v, bucketIndex(v), bucketIndex(v+1))
		}
	}
}
