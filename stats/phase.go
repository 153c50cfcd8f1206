package stats

import (
	"math/bits"
	"time"
)

// The buckets of a phase: whole microseconds, 32 to a doubling, so that the middle of one is within 1.6 % of what is in it.
// A page has those of one doubling; the first has 0 to 31 us exactly, and none is there before it is needed: the times
// of one phase seldom span more than ten doublings. Counting in them takes a tenth of the time that a sparse
// HdrHistogram takes, which matters as each request has three phases at least.
const (
	phasePageBits = 5
	phasePage     = 1 << phasePageBits
	phasePages    = 32 - phasePageBits + 1
)

// phase counts the times of one phase of one row. The zero value is empty.
type phase struct {
	n        int64
	sum, max time.Duration
	pages    [phasePages]*[phasePage]int64
}

// add counts a time in microseconds.
func (p *phase) add(us uint32) {
	d := time.Duration(us) * time.Microsecond
	p.n++
	p.sum += d
	p.max = max(p.max, d)
	page := max(bits.Len32(us)-phasePageBits, 0)
	at := p.pages[page]
	if at == nil {
		at = new([phasePage]int64)
		p.pages[page] = at
	}
	at[us>>max(page-1, 0)&(phasePage-1)]++
}

// times summarises the phase.
func (p *phase) times() PhaseTimes {
	t := PhaseTimes{Count: p.n, Sum: p.sum, Max: p.max}
	if p.n == 0 {
		return t
	}
	t.P50, t.P99 = p.at(0.50), p.at(0.99)
	return t
}

// at is the quantile q, by the same rule as all others: the sample of rank int(n*q).
func (p *phase) at(q float64) time.Duration {
	left := min(int64(float64(p.n)*q), p.n-1)
	for page, counts := range p.pages {
		if counts == nil {
			continue
		}
		for slot, n := range counts {
			if left -= n; left < 0 {
				return min(phaseMiddle(page, slot), p.max)
			}
		}
	}
	return p.max
}

// phaseMiddle is the middle of a bucket.
func phaseMiddle(page, slot int) time.Duration {
	if page == 0 {
		return time.Duration(slot) * time.Microsecond
	}
	width := time.Duration(1) << (page - 1) * time.Microsecond
	return time.Duration(phasePage+slot)*width + width/2
}
