package metrics

import "math"

// histogram counts float64 values of any sign and size in buckets that are narrow in proportion to the value: bucketBits
// of the mantissa tell buckets apart, so one is at most 1/256 of its lower limit wide, 0.4 %. (Only below 2.3e-308, where
// floats lose bits themselves, are they wider.) Buckets are the same in every histogram, so two add up without loss.
//
// A microsecond to a minute in milliseconds is 26 doublings, or 52 KiB; it cannot take more than 8 MiB whatever comes.
type histogram struct {
	zeros    int64
	positive side
	negative side // by absolute value
}

const (
	bucketBits  = 8
	bucketShift = 52 - bucketBits // of the bits of a float64 without its sign
	pageBuckets = 64
)

// side is the buckets of one sign, in pages of neighbours. Page i of pages is page first+i of all; nil if it is empty.
type side struct {
	first int
	pages []*page
}

type page [pageBuckets]int64

// add counts n values v. v must not be NaN.
func (h *histogram) add(v float64, n int64) {
	switch {
	case v > 0:
		h.positive.add(v, n)
	case v < 0:
		h.negative.add(-v, n)
	default:
		h.zeros += n
	}
}

func (s *side) add(v float64, n int64) {
	bucket := int(math.Float64bits(v) >> bucketShift)
	s.page(bucket / pageBuckets)[bucket%pageBuckets] += n
}

// page is the page of that number, which is made if there is none.
func (s *side) page(number int) *page {
	at := number - s.first
	if at < 0 || at >= len(s.pages) {
		at = s.reach(number)
	}
	if s.pages[at] == nil {
		s.pages[at] = new(page)
	}
	return s.pages[at]
}

// reach makes s.pages long enough for a page and gives its place there.
func (s *side) reach(number int) int {
	if len(s.pages) == 0 {
		s.first = number
	}
	if before := s.first - number; before > 0 {
		longer := make([]*page, before+len(s.pages))
		copy(longer[before:], s.pages)
		s.first, s.pages = number, longer
	}
	for number-s.first >= len(s.pages) {
		s.pages = append(s.pages, nil)
	}
	return number - s.first
}

// merge adds all of o.
func (h *histogram) merge(o *histogram) {
	h.zeros += o.zeros
	h.positive.merge(&o.positive)
	h.negative.merge(&o.negative)
}

func (s *side) merge(o *side) {
	for i, from := range o.pages {
		if from == nil {
			continue
		}
		into := s.page(o.first + i)
		for slot, n := range from {
			into[slot] += n
		}
	}
}

func (h *histogram) clone() *histogram {
	c := &histogram{}
	c.merge(h)
	return c
}

// at is about the value of the given rank (from 0) of all in ascending order. The values of a bucket are taken as spread
// evenly over it.
func (h *histogram) at(rank int64) float64 {
	below := h.negative.count()
	if rank < below {
		return -h.negative.at(below - 1 - rank)
	}
	if rank < below+h.zeros {
		return 0
	}
	return h.positive.at(rank - below - h.zeros)
}

func (s *side) count() (n int64) {
	for _, p := range s.pages {
		if p != nil {
			n += p.count()
		}
	}
	return n
}

func (p *page) count() (n int64) {
	for _, count := range p {
		n += count
	}
	return n
}

func (s *side) at(rank int64) float64 {
	var below int64
	for i, p := range s.pages {
		if p == nil {
			continue
		}
		if n := p.count(); rank >= below+n {
			below += n
			continue
		}
		for slot, n := range p {
			if rank < below+n {
				share := (float64(rank-below) + 0.5) / float64(n)
				return within((s.first+i)*pageBuckets+slot, share)
			}
			below += n
		}
	}
	return math.Inf(1) // not reached: the caller knows how many there are
}

// within is the value at a share of the way through a bucket.
func within(bucket int, share float64) float64 {
	low := math.Float64frombits(uint64(bucket) << bucketShift)
	high := math.Float64frombits(uint64(bucket+1) << bucketShift)
	if math.IsInf(high, 1) || math.IsInf(low, 1) || math.IsNaN(high) {
		return low
	}
	return low + (high-low)*share
}
