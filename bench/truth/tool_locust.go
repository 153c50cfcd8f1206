package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
)

// Locust keeps a rate only as long as its users get answers in time; both kinds of its HTTP users are tried.
var (
	locustRequests = tool{
		name: "locust", ask: "--version", closed: true, paced: true, prepare: prepareLocust("Requests"), read: readLocust,
	}
	locustFast = tool{
		name: "locust-fast", program: "locust", ask: "--version", closed: true, paced: true, prepare: prepareLocust("Fast"), read: readLocust,
	}
)

// prepareLocust returns the call for a user class of locustfile.py.
func prepareLocust(class string) func(*call) {
	return func(c *call) {
		users := strconv.Itoa(c.load.users)
		c.args = []string{"-f", c.script("locustfile.py"), class, "--headless", "--only-summary", "-H", c.url,
			"-u", users, "-r", users, "-t", c.seconds() + "s", "--csv", c.file("run")}
		c.env = []string{fmt.Sprint("RATE=", c.load.rate/float64(c.load.users))}
	}
}

// readLocust reads the row of the sum in the file of statistics.
func readLocust(c *call) (*report, error) {
	text, err := os.ReadFile(c.file("run_stats.csv"))
	if err != nil {
		return nil, err
	}
	rows, err := csv.NewReader(strings.NewReader(string(text))).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("locust's statistics: %w", err)
	}
	if len(rows) < 2 {
		return nil, errors.New("locust's statistics have no row")
	}
	cells := map[string]float64{}
	for i, name := range rows[0] {
		if value, err := strconv.ParseFloat(rows[len(rows)-1][i], 64); err == nil { // others are texts and N/A
			cells[name] = value
		}
	}
	r := newReport()
	for i, name := range []string{"50%", "90%", "99%", "99.9%", "100%"} {
		if value, ok := cells[name]; ok {
			r.service[i] = value
		}
	}
	r.requests, r.failures = int64(cells["Request Count"]), int64(cells["Failure Count"])
	for line := range strings.Lines(string(c.stderr)) {
		if strings.Contains(line, "CPU usage") {
			r.says = append(r.says, strings.TrimSpace(line[strings.LastIndex(line, ":")+1:]))
			break
		}
	}
	return r, nil
}
