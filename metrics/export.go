package metrics

import (
	"bytes"
	"encoding/json"
	"io"

	"katydid/internal/ordered"
)

// WriteExport writes the file of k6's --summary-export. It is older than the data of handleSummary and flat: metrics are
// their figures, groups and checks are found by name, the share of a Rate is called value, and a threshold is true if it
// does not hold.
func (s *Summary) WriteExport(w io.Writer) error {
	data := object{{"root_group", s.State.Root.export()}, {"metrics", s.metrics(s.metricExport)}}
	if s.SetupData != nil {
		data = append(data, member{"setup_data", s.SetupData})
	}
	text, err := ordered.Marshal(data)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := json.Indent(&b, text, "", "    "); err != nil {
		return err
	}
	_, err = w.Write(b.Bytes())
	return err
}

func (s *Summary) metricExport(series *Series) object {
	data := s.values(series, "value")
	if thresholds := s.thresholds(series.Key, func(ok bool) any { return !ok }); thresholds != nil {
		data = append(data, member{"thresholds", thresholds})
	}
	return data
}

func (g *Group) export() object {
	groups, checks := object{}, object{}
	for _, in := range g.Groups {
		groups = append(groups, member{in.Name, in.export()})
	}
	for i := range g.Checks {
		checks = append(checks, member{g.Checks[i].Name, g.Checks[i].data()})
	}
	return object{{"name", g.Name}, {"path", g.Path}, {"id", g.ID}, {"groups", groups}, {"checks", checks}}
}
