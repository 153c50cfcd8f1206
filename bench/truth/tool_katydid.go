package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strconv"
)

var katydid = tool{
	name: "katydid", ask: "version", open: true, closed: true, poisson: true, grows: true, responds: true,
	prepare: prepareKatydid, read: readKatydid,
}

func prepareKatydid(c *call) {
	c.args = []string{"run", c.script("katydid.js"), "-H", c.url, "-t", c.seconds() + "s", "-s", "10s", "-u", strconv.Itoa(c.load.users),
		"--only-summary", "--summary", c.file("summary.json"), "--csv", c.file("run")}
	if c.load.rate == 0 {
		c.args = append(c.args, "-r", strconv.Itoa(cmp.Or(c.load.spawn, c.load.users)))
		return
	}
	arrivals := "uniform"
	if c.load.poisson {
		arrivals = "poisson"
	}
	c.args = append(c.args, "--rate", c.rate(), "--arrivals", arrivals)
}

// katydidTimes are the fields of a distribution in katydid's summary; nil is one that was not measured, or a percentile
// for which there were too few samples.
type katydidTimes struct {
	P50  *float64 `json:"p50"`
	P90  *float64 `json:"p90"`
	P99  *float64 `json:"p99"`
	P999 *float64 `json:"p99.9"`
	Max  *float64 `json:"max"`
}

func (k *katydidTimes) times() times {
	t := noTimes()
	if k == nil {
		return t
	}
	for i, value := range []*float64{k.P50, k.P90, k.P99, k.P999, k.Max} {
		if value != nil {
			t[i] = *value
		}
	}
	return t
}

// readKatydid reads the document of --summary.
func readKatydid(c *call) (*report, error) {
	text, err := os.ReadFile(c.file("summary.json"))
	if err != nil {
		return nil, err
	}
	var s struct {
		Verdict *string
		Reasons []string `json:"verdict_reasons"`
		Total   struct {
			Count, Failures int64
			Service         *katydidTimes `json:"service_ms"`
			Response        *katydidTimes `json:"response_ms"`
		}
		Generator struct {
			Lag                       *katydidTimes `json:"lag_ms"`
			Planned, Started, Omitted *int64
		}
	}
	if err := json.Unmarshal(text, &s); err != nil {
		return nil, fmt.Errorf("katydid's summary: %w", err)
	}
	r := newReport()
	r.service, r.response, r.lag = s.Total.Service.times(), s.Total.Response.times(), s.Generator.Lag.times()
	r.requests, r.failures = s.Total.Count, s.Total.Failures
	if g := s.Generator; g.Planned != nil && g.Started != nil && g.Omitted != nil {
		r.planned, r.started, r.omitted = *g.Planned, *g.Started, *g.Omitted
	}
	if s.Verdict != nil {
		r.says = append([]string{*s.Verdict}, s.Reasons...)
	}
	return r, nil
}

// reported says whether there is any value.
func (t times) reported() bool {
	for _, v := range t {
		if !math.IsNaN(v) {
			return true
		}
	}
	return false
}
