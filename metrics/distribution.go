package metrics

import "slices"

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

// clone is a copy for whoever only reads. Raw values are sorted in it.
func (d *distribution) clone() distribution {
	if d.buckets != nil {
		return distribution{buckets: d.buckets.clone()}
	}
	sorted := slices.Clone(d.raw)
	slices.Sort(sorted)
	return distribution{raw: sorted}
}

// at is the value of the given rank (from 0) of a clone.
func (d *distribution) at(rank int64) float64 {
	if d.buckets != nil {
		return d.buckets.at(rank)
	}
	return d.raw[rank]
}
