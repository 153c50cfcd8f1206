package stats

import (
	"encoding/binary"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// ledger is a histogram with the buckets of one of three digits, for what only grows. The library's sparse one keeps four
// bytes beside each count to say which it is, and all counts as wide as the largest; in a long run a name has
// thousands of buckets, nearly all of them small and side by side. So they are kept in pages of neighbours, each as
// wide as it has to be. The zero value is empty.
type ledger struct{ pages []page } // ascending

// page is some neighbouring buckets. The counts are little-endian, of 1, 2, 4 or 8 bytes each.
type page struct {
	number int32 // of its first bucket, in pages
	width  uint8
	n      int64 // sum of its counts
	counts []byte
}

const pageBuckets = 64

// add adds all of h.
func (l *ledger) add(h *hdrhistogram.PackedHistogram) {
	at := 0
	for value, count := range h.ForEachBucket {
		at = l.put(at, bucketIndex(value), count)
	}
}

// insert makes an empty page.
func (l *ledger) insert(at int, number int32) {
	if len(l.pages) == cap(l.pages) { // a quarter more: there is one ledger for each name, and doubling wastes half of it
		grown := make([]page, len(l.pages), len(l.pages)*5/4+4)
		copy(grown, l.pages)
		l.pages = grown
	}
	l.pages = append(l.pages, page{})
	copy(l.pages[at+1:], l.pages[at:])
	l.pages[at] = page{number: number, width: 1, counts: make([]byte, pageBuckets)}
}

func (p *page) add(slot int, count int64) {
	p.n += count
	sum := p.get(slot) + count
	if bits := 8 * uint(p.width); bits < 64 && uint64(sum) >= 1<<bits {
		p.widen(sum)
	}
	p.set(slot, sum)
}

// widen makes room for a count.
func (p *page) widen(count int64) {
	wide := page{number: p.number, width: 2, n: p.n}
	for ; wide.width < 8 && uint64(count) >= 1<<(8*uint(wide.width)); wide.width *= 2 {
	}
	wide.counts = make([]byte, pageBuckets*int(wide.width))
	for slot := range pageBuckets {
		wide.set(slot, p.get(slot))
	}
	*p = wide
}

// bucket is the index of a slot's bucket among all.
func (p *page) bucket(slot int) int64 { return int64(p.number)*pageBuckets + int64(slot) }

func (p *page) get(slot int) int64 {
	switch p.width {
	case 1:
		return int64(p.counts[slot])
	case 2:
		return int64(binary.LittleEndian.Uint16(p.counts[2*slot:]))
	case 4:
		return int64(binary.LittleEndian.Uint32(p.counts[4*slot:]))
	}
	return int64(binary.LittleEndian.Uint64(p.counts[8*slot:]))
}

func (p *page) set(slot int, n int64) {
	switch p.width {
	case 1:
		p.counts[slot] = byte(n)
	case 2:
		binary.LittleEndian.PutUint16(p.counts[2*slot:], uint16(n))
	case 4:
		binary.LittleEndian.PutUint32(p.counts[4*slot:], uint32(n))
	default:
		binary.LittleEndian.PutUint64(p.counts[8*slot:], uint64(n))
	}
}

// values gives, for ranks (from 0) in ascending order, the highest value of the bucket in which the sample of that rank is.
// All must be below the number of samples.
func (l *ledger) values(ranks []int64, out []time.Duration) {
	i, below := 0, int64(0)
	for at := range l.pages {
		p := &l.pages[at]
		if i < len(ranks) && ranks[i] >= below+p.n { // none of them is here
			below += p.n
			continue
		}
		for slot := 0; slot < pageBuckets && i < len(ranks); slot++ {
			below += p.get(slot)
			for ; i < len(ranks) && ranks[i] < below; i++ {
				out[i] = time.Duration(highestValue(p.bucket(slot))) * time.Microsecond
			}
		}
	}
}

// histogram is the same as one of the library's; nil if there is nothing.
func (l *ledger) histogram() *hdrhistogram.PackedHistogram {
	if len(l.pages) == 0 {
		return nil
	}
	h := newHistogram(totalDigits)
	for at := range l.pages {
		for slot := range pageBuckets {
			if n := l.pages[at].get(slot); n > 0 {
				_ = h.RecordValues(highestValue(l.pages[at].bucket(slot)), n) // in range, as it came from there
			}
		}
	}
	return h
}

// highestValue is the highest value of a bucket, see bucketIndex.
func highestValue(index int64) int64 {
	const half = 1024
	doublings := max(index/half-1, 0)
	return (index-doublings*half+1)<<doublings - 1
}

// total is a set of durations that only grows.
type total struct {
	tally
	counts ledger
}

// add adds a set whose histogram has totalDigits.
func (t *total) add(d *durations) {
	if d.n == 0 {
		return
	}
	t.tally.merge(&d.tally)
	t.counts.add(d.h)
}

// times summarises the set.
func (t *total) times() Times { return t.tally.times(t.counts.values) }
