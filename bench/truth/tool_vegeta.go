package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

var vegeta = tool{
	name: "vegeta", ask: "-version", open: true, closed: true, grows: true, prepare: prepareVegeta, read: readVegeta,
}

// prepareVegeta has it write its binary results. A rate of 0 is as fast as its workers get answers.
func prepareVegeta(c *call) {
	c.input = "GET " + c.url + "/\n"
	c.args = []string{"attack", "-rate", c.rate(), "-duration", c.seconds() + "s", "-max-workers", strconv.Itoa(c.load.users),
		"-workers", strconv.Itoa(min(c.load.users, 10)), "-output", c.file("results.bin")}
}

// readVegeta has vegeta itself report on its results.
func readVegeta(c *call) (*report, error) {
	var texts [2][]byte
	for i, kind := range []string{"json", "hdrplot"} {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		text, err := exec.CommandContext(ctx, c.tool.path, "report", "-type", kind, c.file("results.bin")).Output()
		cancel()
		if err != nil {
			return nil, fmt.Errorf("vegeta report -type %s: %w", kind, err)
		}
		texts[i] = text
	}
	return parseVegeta(texts[0], string(texts[1]))
}

// parseVegeta reads vegeta's JSON report, in nanoseconds, and the 99.9th percentile, which only the table for
// HdrHistogram's plotter has, in milliseconds.
func parseVegeta(summary []byte, plot string) (*report, error) {
	var s struct {
		Latencies struct {
			P50 float64 `json:"50th"`
			P90 float64 `json:"90th"`
			P99 float64 `json:"99th"`
			Max float64
		}
		Requests int64
		Success  float64
	}
	err := json.Unmarshal(summary, &s)
	if err != nil {
		return nil, fmt.Errorf("vegeta's report: %w", err)
	}
	r := newReport()
	r.requests = s.Requests
	r.failures = s.Requests - int64(s.Success*float64(s.Requests)+0.5)
	r.service = times{s.Latencies.P50 / 1e6, s.Latencies.P90 / 1e6, s.Latencies.P99 / 1e6, r.service[3], s.Latencies.Max / 1e6}
	r.service[3], err = plotQuantile(plot, 0.999)
	return r, err
}

// plotQuantile reads the value at a quantile from a table for HdrHistogram's plotter, between two rows on the straight
// line between their values.
func plotQuantile(plot string, p float64) (float64, error) {
	var before, after [2]float64 // quantile and value
	for line := range strings.Lines(plot) {
		columns := strings.Fields(line)
		if len(columns) != 4 || columns[0] == "Value(ms)" {
			continue
		}
		value, err := strconv.ParseFloat(columns[0], 64)
		at, err2 := strconv.ParseFloat(columns[1], 64)
		if err := errors.Join(err, err2); err != nil {
			return 0, fmt.Errorf("vegeta's table: %w", err)
		}
		before, after = after, [2]float64{at, value}
		if at >= p {
			break
		}
	}
	if after[0] < p || after[0] == before[0] {
		return 0, fmt.Errorf("vegeta's table does not reach %g", p)
	}
	return before[1] + (after[1]-before[1])*(p-before[0])/(after[0]-before[0]), nil
}
