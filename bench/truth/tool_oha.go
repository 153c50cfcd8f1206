package main

import (
	"encoding/json"
	"fmt"
	"strconv"
)

// oha counts from when it sent, or, told so, from when it had planned to send.
var (
	oha          = tool{name: "oha", ask: "--version", open: true, closed: true, prepare: prepareOha, read: readOha}
	ohaCorrected = tool{
		name: "oha-corrected", program: "oha", ask: "--version", open: true, responds: true, prepare: prepareOha, read: readOha,
	}
)

func prepareOha(c *call) {
	c.args = []string{"--no-tui", "--output-format", "json", "-z", c.seconds() + "s", "-c", strconv.Itoa(c.load.users)}
	if c.load.rate > 0 {
		c.args = append(c.args, "-q", c.rate())
	}
	if c.tool.responds {
		c.args = append(c.args, "--latency-correction")
	}
	c.args = append(c.args, c.url+"/")
}

// readOha reads the document that it prints, in seconds.
func readOha(c *call) (*report, error) {
	var s struct {
		Summary     struct{ Slowest float64 }
		Percentiles struct {
			P50  float64 `json:"p50"`
			P90  float64 `json:"p90"`
			P99  float64 `json:"p99"`
			P999 float64 `json:"p99.9"`
		} `json:"latencyPercentiles"`
		Statuses map[string]int64 `json:"statusCodeDistribution"`
		Errors   map[string]int64 `json:"errorDistribution"`
	}
	if err := json.Unmarshal(c.stdout, &s); err != nil {
		return nil, fmt.Errorf("oha's output: %w", err)
	}
	r := newReport()
	for status, n := range s.Statuses {
		if r.requests += n; status >= "400" {
			r.failures += n
		}
	}
	for what, n := range s.Errors {
		if what != "aborted due to deadline" { // cut off by the end of the run
			r.requests, r.failures = r.requests+n, r.failures+n
		}
	}
	found := times{1000 * s.Percentiles.P50, 1000 * s.Percentiles.P90, 1000 * s.Percentiles.P99, 1000 * s.Percentiles.P999,
		1000 * s.Summary.Slowest}
	if c.tool.responds {
		r.response = found
	} else {
		r.service = found
	}
	return r, nil
}
