package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"
)

var wrk = tool{name: "wrk", ask: "-v", closed: true, prepare: prepareWrk, read: readWrk}

// wrk2 reports nothing of its first ten seconds, in which it calibrates itself.
var wrk2 = tool{
	name: "wrk2", ask: "-v", open: true, responds: true, warmup: 10 * time.Second, prepare: prepareWrk, read: readWrk,
}

func prepareWrk(c *call) {
	c.args = []string{"-t", "1", "-c", strconv.Itoa(c.load.users), "-d", c.seconds() + "s", "-s", c.script("done.lua")}
	if c.tool.open {
		c.args = append(c.args, "-R", c.rate())
	}
	c.args = append(c.args, c.url+"/")
}

// readWrk reads the line that done.lua prints, in microseconds.
func readWrk(c *call) (*report, error) {
	var s struct {
		Requests, Failures int64
		P50, P90, P99, Max float64
		P999               float64 `json:"p99.9"`
	}
	at := bytes.LastIndex(c.stdout, []byte("\n{"))
	if at < 0 {
		return nil, errors.New("no line of the script in the output")
	}
	if err := json.Unmarshal(c.stdout[at:], &s); err != nil {
		return nil, fmt.Errorf("the line of the script: %w", err)
	}
	r := newReport()
	r.requests, r.failures = s.Requests, s.Failures
	found := times{s.P50 / 1000, s.P90 / 1000, s.P99 / 1000, s.P999 / 1000, s.Max / 1000}
	if c.tool.responds {
		r.response = found
	} else {
		r.service = found
	}
	return r, nil
}
