package metrics

import (
	"fmt"
	"strings"
)

// row is a metric in the text summary.
type row struct {
	name   string
	value  string
	extras []string
	stats  []string // of a trend, which has no value and extras
}

// sections are the parts of the text summary with the built-in metrics that belong there; see section.
var sections = []string{"CUSTOM", "HTTP", "EXECUTION", "NETWORK", "GRPC", "WEBSOCKET"}

// section is where a metric is shown; "" is nowhere.
func (t *text) section(m *Metric) string {
	switch m.Name {
	case "checks", "group_duration": // there is a part of its own for checks, and none for groups
		return ""
	case "http_req_duration", "http_req_failed", "http_reqs":
		return "HTTP"
	case "http_req_blocked", "http_req_connecting", "http_req_tls_handshaking", "http_req_sending", "http_req_waiting", "http_req_receiving":
		if !t.Full {
			return ""
		}
		return "HTTP"
	case "iterations", "iteration_duration", "dropped_iterations", "vus", "vus_max":
		return "EXECUTION"
	case "data_sent", "data_received":
		return "NETWORK"
	}
	switch { // modules make some of these themselves
	case strings.HasPrefix(m.Name, "grpc_"):
		return "GRPC"
	case strings.HasPrefix(m.Name, "ws_"):
		return "WEBSOCKET"
	}
	return "CUSTOM"
}

// sections writes all metrics, aligned with each other.
func (t *text) sections() {
	rows := map[string][]row{}
	for _, f := range t.State.families() {
		if f.own == nil {
			continue // not there in a state: a submetric comes with its metric
		}
		section := t.section(f.own.Metric)
		if section == "" {
			continue
		}
		rows[section] = append(rows[section], t.row(f.own.Metric.Name, f.own))
		for _, sub := range f.subs {
			inner := strings.TrimPrefix(sub.Key, sub.Metric.Name)
			name := fmt.Sprintf("  { %s }", inner[1:len(inner)-1])
			rows[section] = append(rows[section], t.row(name, sub))
		}
	}
	var all []row
	for _, of := range rows {
		all = append(all, of...)
	}
	columns := t.measure(all)
	for _, section := range sections {
		if rows[section] == nil {
			continue
		}
		fmt.Fprintf(t, "    %s\n", t.paint(bold, section))
		t.rows(rows[section], columns)
		t.WriteString("\n")
	}
}

// row is a metric with its figures as text.
func (t *text) row(name string, s *Series) row {
	v, contains := &s.Values, s.Metric.Contains
	r := row{name: name}
	switch s.Metric.Type {
	case Counter:
		r.value = t.TimeUnit.quantity(v.Sum, contains)
		r.extras = []string{t.TimeUnit.quantity(v.PerSecond(t.Run), contains) + "/s"}
	case Gauge:
		r.value = t.TimeUnit.quantity(v.Last, contains)
		r.extras = []string{"min=" + t.TimeUnit.quantity(v.Min, contains), "max=" + t.TimeUnit.quantity(v.Max, contains)}
	case Rate:
		r.value = percent(v.Share())
		r.extras = []string{fmt.Sprintf("%d out of %d", v.Passes, v.Samples)}
	case Trend:
		for i := range t.TrendStats {
			stat := &t.TrendStats[i]
			figure := stat.of(v)
			if stat.Name == "count" {
				r.stats = append(r.stats, plain(figure))
			} else {
				r.stats = append(r.stats, t.TimeUnit.quantity(figure, contains))
			}
		}
	}
	return r
}

// columns is how wide the columns of a table are.
type columns struct {
	name, value   int
	extras, stats []int
}

func (t *text) measure(rows []row) columns {
	c := columns{extras: make([]int, 2), stats: make([]int, len(t.TrendStats))}
	for _, r := range rows {
		c.name, c.value = max(c.name, width(r.name)), max(c.value, width(r.value))
		for i, extra := range r.extras {
			c.extras[i] = max(c.extras[i], width(extra))
		}
		for i, stat := range r.stats {
			c.stats[i] = max(c.stats[i], width(stat))
		}
	}
	return c
}

// table writes rows that are aligned with no others.
func (t *text) table(rows []row) { t.rows(rows, t.measure(rows)) }

func (t *text) rows(rows []row, c columns) {
	for _, r := range rows {
		dots := strings.Repeat(".", c.name-width(r.name)+3) + ":"
		fmt.Fprintf(t, "    %s%s ", r.name, t.paint(faintWhite, dots))
		var cells []string
		for i, stat := range r.stats {
			cells = append(cells, t.TrendStats[i].Name+"="+t.paint(cyan, stat)+padding(stat, c.stats[i]))
		}
		if r.stats == nil && r.value != "" {
			cells = append(cells, t.paint(cyan, r.value)+padding(r.value, c.value))
		}
		for i, extra := range r.extras {
			cell := t.paint(faintCyan, extra)
			if len(r.extras) > 1 {
				cell += padding(extra, c.extras[i])
			}
			cells = append(cells, cell)
		}
		t.WriteString(strings.Join(cells, " ") + "\n")
	}
}

func padding(s string, to int) string { return strings.Repeat(" ", to-width(s)) }
