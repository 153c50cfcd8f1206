package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
)

var k6 = tool{name: "k6", ask: "version", open: true, closed: true, grows: true, prepare: prepareK6, read: readK6}

func prepareK6(c *call) {
	c.args = []string{"run", "--quiet", "--no-usage-report", "--summary-export", c.file("summary.json"), c.script("k6.js")}
	c.env = []string{"TARGET=" + c.url + "/", "RATE=" + c.rate(), "SECONDS=" + c.seconds(), fmt.Sprint("USERS=", c.load.users)}
}

// readK6 reads the file of --summary-export. Times are milliseconds, of sending, waiting and receiving.
func readK6(c *call) (*report, error) {
	text, err := os.ReadFile(c.file("summary.json"))
	if err != nil {
		return nil, err
	}
	var s struct {
		Metrics struct {
			Duration map[string]float64     `json:"http_req_duration"`
			Requests struct{ Count int64 }  `json:"http_reqs"`
			Failed   struct{ Passes int64 } `json:"http_req_failed"`
			Dropped  *struct{ Count int64 } `json:"dropped_iterations"`
			Started  struct{ Count int64 }  `json:"iterations"`
		}
	}
	if err := json.Unmarshal(text, &s); err != nil {
		return nil, fmt.Errorf("k6's summary: %w", err)
	}
	r := newReport()
	d := s.Metrics.Duration
	for i, name := range []string{"med", "p(90)", "p(99)", "p(99.9)", "max"} {
		value, ok := d[name]
		if !ok {
			return nil, fmt.Errorf("k6's summary has no %s of http_req_duration", name)
		}
		r.service[i] = value
	}
	r.requests, r.failures = s.Metrics.Requests.Count, s.Metrics.Failed.Passes
	if s.Metrics.Dropped != nil {
		r.started, r.omitted = s.Metrics.Started.Count, s.Metrics.Dropped.Count
		r.planned = r.started + r.omitted
		r.says = append(r.says, fmt.Sprintf("dropped_iterations %d", r.omitted))
	}
	if strings.Contains(string(c.stderr), "Insufficient VUs") {
		r.says = append(r.says, "Insufficient VUs")
	}
	return r, nil
}
