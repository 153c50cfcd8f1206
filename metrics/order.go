package metrics

import (
	"slices"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
)

// family is a metric and its submetrics. own is nil if the summary shows submetrics only.
type family struct {
	own  *Series
	subs []*Series
}

// families is the metrics by name, each with its submetrics by theirs, in the order in which k6 shows them: that of a
// dictionary, where punctuation comes before digits and they before letters, whatever their case.
func (s *State) families() []*family {
	sorted := slices.Clone(s.Series)
	order := collate.New(language.English)
	slices.SortStableFunc(sorted, func(a, b *Series) int { return order.CompareString(a.Key, b.Key) })
	byMetric := map[*Metric]*family{}
	var all []*family
	of := func(m *Metric) *family {
		if byMetric[m] == nil {
			byMetric[m] = &family{}
			all = append(all, byMetric[m])
		}
		return byMetric[m]
	}
	for _, series := range sorted {
		if f := of(series.Metric); series.Tags == nil {
			f.own = series
		} else {
			f.subs = append(f.subs, series)
		}
	}
	return all
}
