package metrics

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// TextOptions says how the text for people looks.
type TextOptions struct {
	Color bool
	Full  bool // all metrics of requests, not only the most telling
}

// What is painted, as codes of ANSI terminals.
const (
	bold       = "\x1b[1m"
	red        = "\x1b[31m"
	green      = "\x1b[32m"
	cyan       = "\x1b[36m"
	white      = "\x1b[37m"
	faintCyan  = "\x1b[2;36m"
	faintWhite = "\x1b[2;37m"
	unpainted  = "\x1b[0m"
)

const (
	passed = "✓"
	failed = "✗"
)

// text is a summary under construction.
type text struct {
	bytes.Buffer
	*Summary
	TextOptions
}

// WriteText writes the summary that k6 shows at the end of a run.
func (s *Summary) WriteText(w io.Writer, o TextOptions) error {
	t := &text{Summary: s, TextOptions: o}
	t.WriteString("\n")
	if len(s.Results) > 0 {
		t.title("THRESHOLDS")
		t.thresholds()
	}
	t.title("TOTAL RESULTS")
	t.checks()
	t.sections()
	t.WriteString("\n\n")
	_, err := w.Write(t.Bytes())
	return err
}

func (t *text) paint(color, s string) string {
	if !t.Color {
		return s
	}
	return color + s + unpainted
}

func (t *text) title(s string) { fmt.Fprintf(t, "\n  █ %s \n\n", t.paint(bold, s)) }

// thresholds writes those of a metric, and those of its submetrics below it; if it has none itself, each by its full name.
func (t *text) thresholds() {
	for _, f := range t.State.families() {
		indent := "    "
		if f.own != nil {
			if results := t.resultsOf(f.own.Key); results != nil {
				t.thresholdsOf(indent, f.own.Key, f.own.Metric, results)
				indent += "  "
			}
		}
		for _, sub := range f.subs {
			results := t.resultsOf(sub.Key)
			if results == nil {
				continue
			}
			name := sub.Key
			if len(indent) > 4 {
				name = strings.TrimPrefix(name, sub.Metric.Name)
			}
			t.thresholdsOf(indent, name, sub.Metric, results)
		}
	}
}

func (t *text) thresholdsOf(indent, name string, m *Metric, results []Result) {
	fmt.Fprintf(t, "%s%s\n", indent, name)
	for _, r := range results {
		value := t.TimeUnit.quantity(r.Value, m.Contains)
		switch {
		case m.Type == Rate:
			value = percent(r.Value)
		case r.Method == "rate":
			value += "/s"
		}
		mark := t.paint(green, passed)
		if !r.OK {
			mark = t.paint(red, failed)
		}
		fmt.Fprintf(t, "%s%s %s %s=%s\n", indent, mark, t.paint(white, "'"+r.Expr+"'"), t.paint(white, r.Method), t.paint(cyan, value))
	}
	t.WriteString("\n")
}

// checks writes how many have passed, and each of them. Those of one name are one here, whatever their group.
func (t *text) checks() {
	series := t.State.Find("checks")
	if series == nil {
		return
	}
	v := &series.Values
	fails := *v
	fails.Passes = v.Samples - v.Passes
	outOf := func(v *Values) string { return fmt.Sprintf("%d out of %d", v.Passes, v.Samples) }
	t.table([]row{
		{name: "checks_total", value: fmt.Sprint(v.Samples), extras: []string{plain(perSecond(float64(v.Samples), t.Run)) + "/s"}},
		{name: "checks_succeeded", value: percent(v.Share()), extras: []string{outOf(v)}},
		{name: "checks_failed", value: percent(fails.Share()), extras: []string{outOf(&fails)}},
	})
	t.WriteString("\n")
	for _, c := range byName(t.State.Checks) {
		if c.Fails == 0 {
			fmt.Fprintf(t, "    %s\n", t.paint(green, passed+" "+c.Name))
			continue
		}
		share := fmt.Sprintf("↳  %d%% — %s %d / %s %d", 100*c.Passes/(c.Passes+c.Fails), passed, c.Passes, failed, c.Fails)
		fmt.Fprintf(t, "    %s\n      %s\n", t.paint(red, failed+" "+c.Name), t.paint(red, share))
	}
	t.WriteString("\n")
}

// byName adds up the checks of each name.
func byName(checks []Check) (merged []Check) {
	at := map[string]int{}
	for _, c := range checks {
		i, ok := at[c.Name]
		if !ok {
			at[c.Name] = len(merged)
			merged = append(merged, c)
			continue
		}
		merged[i].Passes += c.Passes
		merged[i].Fails += c.Fails
	}
	return merged
}

// width is how many places a text takes.
func width(s string) int { return utf8.RuneCountInString(s) }
