package metrics

import (
	"math"
	"slices"
)

// rawValues is how many values a distribution keeps as they are. So a short run gets exactly the percentiles that k6
// would give; with more of them, buckets take over, and their error is within half a percent.
const rawValues = 128

// distribution is a set of values of which percentiles are asked. The zero value is empty.
type distribution struct {
	raw     []float64  // all of them, until there are more than rawValues
	buckets *histogram // all of them, from then on
}

func (d *distribution) add(v float64) {
	if d.buckets != nil {
		d.buckets.add(v, 1)
		return
	}
	d.raw = append(d.raw, v)
	if len(d.raw) > rawValues {
		d.pour()
	}
}

// pour puts the raw values into buckets.
func (d *distribution) pour() {
	d.buckets = &histogram{}
	for _, v := range d.raw {
		d.buckets.add(v, 1)
	}
	d.raw = nil
}

func (d *distribution) merge(o *distribution) {
	for _, v := range o.raw {
		d.add(v)
	}
	if o.buckets != nil {
		if d.buckets == nil {
			d.pour()
		}
		d.buckets.merge(o.buckets)
	}
}

// clone is a copy for whoever only reads. Raw values are sorted in it.
func (d *distribution) clone() distribution {
	if d.buckets != nil {
		return distribution{buckets: d.buckets.clone()}
	}
	sorted := slices.Clone(d.raw)
	slices.Sort(sorted)
	return distribution{raw: sorted}
}

// percentile is the value below which p percent of the n values of a clone lie, interpolated between the two closest
// ranks, of which 0 is the lowest and n-1 the highest: k6's rule.
func (d *distribution) percentile(p float64, n int64) float64 {
	place := p / 100 * float64(n-1)
	low := math.Floor(place)
	share := place - low
	value := d.at(int64(low))
	if share == 0 {
		return value
	}
	next := d.at(int64(low) + 1)
	if next == value { // also if both are infinite
		return value
	}
	return value + (next-value)*share
}

func (d *distribution) at(rank int64) float64 {
	if d.buckets != nil {
		return d.buckets.at(rank)
	}
	return d.raw[rank]
}
