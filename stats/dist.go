package stats

import "errors"

var errDamaged = errors.New("the counts of a histogram are damaged")

// lastBucket is the highest bucket that a time can be in.
var lastBucket = bucketIndex(highestMicros)

// addDist adds a set of another process.
func (t *total) addDist(d *Dist) error {
	if d.Count == 0 {
		return nil
	}
	t.tally.merge(&tally{d.Count, d.Min, d.Max, d.Sum})
	at, sum, fits := 0, int64(0), true
	whole := d.Buckets.each(func(index, n int64) {
		sum += n
		if fits = fits && index <= lastBucket; fits {
			at = t.counts.put(at, index, n)
		}
	})
	if !whole || !fits || sum != d.Count {
		return errDamaged
	}
	return nil
}

// addTotal adds all of o.
func (t *total) addTotal(o *total) {
	t.tally.merge(&o.tally)
	at := 0
	for index, n := range o.counts.buckets {
		at = t.counts.put(at, index, n)
	}
}

// put counts n in a bucket. Its page is that of number at or a later one; the result is where it was.
func (l *ledger) put(at int, index, n int64) int {
	number := int32(index / pageBuckets)
	for at < len(l.pages) && l.pages[at].number < number {
		at++
	}
	if at == len(l.pages) || l.pages[at].number != number {
		l.insert(at, number)
	}
	l.pages[at].add(int(index%pageBuckets), n)
	return at
}

// addFrame adds the times of another process.
func (p *phase) addFrame(f *FramePhase) error {
	sum, fits := int64(0), true
	whole := f.Buckets.each(func(index, n int64) {
		sum += n
		if fits = fits && index < phasePages*phasePage; fits {
			p.put(index, n)
		}
	})
	p.n += f.Count
	p.sum += f.Sum
	p.max = max(p.max, f.Max)
	if !whole || !fits || sum != f.Count {
		return errDamaged
	}
	return nil
}

func (p *phase) addPhase(o *phase) {
	p.n += o.n
	p.sum += o.sum
	p.max = max(p.max, o.max)
	for index, n := range o.buckets {
		p.put(index, n)
	}
}

func (p *phase) put(index, n int64) {
	page := &p.pages[index/phasePage]
	if *page == nil {
		*page = new([phasePage]int64)
	}
	(*page)[index%phasePage] += n
}
