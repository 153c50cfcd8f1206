// Package web makes what people look at in a browser: the report of a run, one file that needs nothing else.
package web

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"math"

	"katydid/stats"
)

// Run is what a report is made of.
type Run struct {
	Summary *stats.Summary
	History *History  // nil if the course of the run is not known
	Options []Setting // that the run was given; what is secret has no value
	Scripts []Source
	Redact  func(string) string // takes out secrets that are known; nil for none
	Failed  bool                // of a run without a summary: how many requests failed is known
}

// TableRow is a row of the table of requests, and what is known of it.
type TableRow struct {
	stats.SummaryFigures
	Failed, Received bool
}

// Row is the row of a name. A histogram log has the times of names, but neither their failures nor their bytes.
func (r *Run) Row(f stats.SummaryFigures) TableRow {
	summed := r.Summary.Katydid != ""
	return TableRow{f, summed, summed}
}

// All is the row of all requests.
func (r *Run) All() TableRow {
	row := r.Row(r.Summary.Total)
	row.Failed = row.Failed || r.Failed
	return row
}

// clean is what may be shown of a text.
func (r *Run) clean(text string) string {
	if r.Redact != nil {
		text = r.Redact(text)
	}
	return redact(text)
}

// Setting is an option, and where it was set.
type Setting struct{ Name, Value, From string }

// Source is the text of a script.
type Source struct{ Name, Text string }

// Built by "go generate ./web" from assets/; see bundle_test.go.
var (
	//go:embed assets/report.html
	page string
	//go:embed assets/dist/report.js
	script string
	//go:embed assets/dist/report.css
	style string
)

// templates are only cloned, never executed: then they could not be cloned any more.
var templates = template.Must(template.New("").Funcs(template.FuncMap{
	"ms": millis, "n": grouped, "pct": percent, "dec": decimal, "bytes": byteSize, "clean": redact, "at": moment, "took": duration,
	"times": figuresTimes, "lower": pillClass, "share": shareFailed, "broken": broken, "holding": holding, "failing": failing, "passing": passing,
}).Parse(page))

// NotEnded stands in the place of a report as long as the run goes on.
const NotEnded = "<!doctype html><meta charset=\"utf-8\"><title>katydid</title><p>The run has not ended, or it was killed: there is no report.\n"

// document is what every page has.
type document struct {
	Title  string
	Policy string
	Style  template.CSS
	Script template.JS
}

// newDocument allows the page its own script and style, and nothing else: not even text that got into it as a script.
func newDocument(title string) document {
	sum := sha256.Sum256([]byte(script))
	return document{
		Title: title, Style: template.CSS(style), Script: template.JS(script),
		Policy: fmt.Sprintf("default-src 'none'; base-uri 'none'; form-action 'none'; style-src 'unsafe-inline'; script-src 'sha256-%s'",
			base64.StdEncoding.EncodeToString(sum[:])),
	}
}

// WriteReport writes the report of a run as one HTML file.
func WriteReport(w io.Writer, r *Run) error {
	t, err := templates.Clone()
	if err != nil {
		return err
	}
	t.Funcs(template.FuncMap{"clean": r.clean})
	data := template.HTML("")
	if e := dataOf(r); e != nil {
		if data, err = packJSON(e); err != nil {
			return err
		}
	}
	return t.ExecuteTemplate(w, "report", struct {
		document
		*Run
		Data template.HTML // see packJSON; "" if the course is not known
		Open bool
		Lags []namedTimes
	}{
		document: newDocument(r.clean("katydid: " + nameOf(r.Summary))), Run: r, Data: data,
		Open: r.Summary.Total.ResponseMS != nil, Lags: lagsOf(&r.Summary.Generator),
	})
}

func nameOf(s *stats.Summary) string {
	if s.Script == "" {
		return "a run"
	}
	return s.Script
}

// Course is a history as the pages' scripts get it: a list each with a value for every interval, the oldest first.
type Course struct {
	Widths    []int64    `json:"widths"` // of the intervals, milliseconds
	Requests  []int64    `json:"requests"`
	Failures  []int64    `json:"failures"`
	Users     []int      `json:"users"`
	Lag       []*int64   `json:"lag"`     // on average, microseconds; null where it is not known
	CPU       []*float64 `json:"cpu"`     // share of the generator's processors at the busiest; null where it is not known
	Planned   []int64    `json:"planned"` // starts of an open run; empty in a closed one
	Started   []int64    `json:"started"`
	PerOctave int        `json:"perOctave"`
	Service   string     `json:"service"` // see pack
	Response  string     `json:"response"`
	Most      int        `json:"most"` // intervals that there may be
}

// Course is nil if nothing is known.
func (h *History) Course() *Course {
	if h == nil || len(h.points) == 0 {
		return nil
	}
	c := &Course{PerOctave: perOctave, Most: h.limit()}
	last, open := int64(0), false
	for i := range h.points {
		p := &h.points[i]
		end := p.end.Milliseconds()
		c.Widths = append(c.Widths, end-last)
		last = end
		c.Requests = append(c.Requests, p.requests)
		c.Failures = append(c.Failures, p.failures)
		c.Users = append(c.Users, p.users)
		var lag *int64
		if p.lags > 0 {
			mean := p.lag.Microseconds() / p.lags
			lag = &mean
		}
		c.Lag = append(c.Lag, lag)
		var cpu *float64
		if p.cpu >= 0 {
			share := math.Round(1000*p.cpu) / 1000
			cpu = &share
		}
		c.CPU = append(c.CPU, cpu)
		c.Planned, c.Started = append(c.Planned, p.planned), append(c.Started, p.started)
		open = open || p.planned > 0
	}
	if !open {
		c.Planned, c.Started = nil, nil
	}
	var service, response []counts
	for i := range h.points {
		service, response = append(service, h.points[i].service), append(response, h.points[i].response)
	}
	c.Service, c.Response = pack(service), pack(response)
	return c
}

type namedTimes struct {
	Name  string
	Times *stats.SummaryTimes
}

func lagsOf(g *stats.SummaryGenerator) (list []namedTimes) {
	if g.StartLagMS != nil {
		list = []namedTimes{{"late starts", g.StartLagMS}}
	}
	if g.WakeLagMS != nil {
		list = append(list, namedTimes{"noticed answers after", g.WakeLagMS})
	}
	return list
}
