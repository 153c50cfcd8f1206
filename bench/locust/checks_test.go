package main

import (
	"strings"
	"testing"
	"time"
)

const statsHead = "Type,Name,Request Count,Failure Count,50%,Requests/s,Failures/s\r\n"

func mustParse(t *testing.T, raw string) *table {
	t.Helper()
	parsed, err := parseTable(raw)
	if err != nil {
		t.Fatal(err)
	}
	return &parsed
}

func TestParseTable(t *testing.T) {
	parsed := mustParse(t, "A,B\r\n1,\"x, \"\"y\"\"\nz\"\r\n")
	if parsed.header != "A,B" || len(parsed.rows) != 1 || parsed.rows[0][1] != "\"x, \"\"y\"\"\nz\"" {
		t.Errorf("got %q", parsed)
	}
	for raw, want := range map[string]string{
		"":                       "empty",
		"A,B\n1,2\n":             "LF",
		"A,B\r\n1,2\n":           "row 2: it ends with LF",
		"A,B\r\n1,2":             "cut off",
		"A,B\r\n1,\"2\r\n":       "cut off",
		"A,B\r\n1,2,3\r\n":       "3 cells",
		"A,B\r\n1,2\r\n\r\n":     "1 cells",
		"A,B\r\n\"1\r\n2\",3\n1": "LF",
	} {
		if _, err := parseTable(raw); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("parseTable(%q) says %v, want %q", raw, err, want)
		}
	}
}

func TestRules(t *testing.T) {
	tests := []struct {
		judge                rule
		row, locust, katydid string
		want                 verdict
	}{
		{exact, "/ok", "3", "3", same},
		{exact, "/ok", "3", "4", differs},
		{reportedTime, "/ok", "1.5", "0.25", same}, // measured: only the form counts
		{reportedTime, "/ok", "1.5", "0", differs},
		{reportedTime, "fractions", "30000.7", "30000.7", same},
		{reportedTime, "fractions", "30000.7", "30000.8", differs},
		{reportedTime, "whole", "7", "7.0", meant},
		{reportedTime, "whole", "7", "8.0", differs},
		{roundedTime, "/ok", "3", "0.35", meant},
		{roundedTime, "/ok", "N/A", "0.35", differs},
		{roundedTime, "fractions", "150", "145", meant},
		{roundedTime, "fractions", "150", "139", differs},
		{roundedTime, "fractions", "12000", "12354", meant},
		{roundedTime, "fractions", "12000", "12600", differs},
		{roundedTime, "whole", "7.0", "7", meant},
		{roundedTime, "untimed", "0", "0", same},
	}
	for _, test := range tests {
		if got, _ := test.judge(test.row, test.locust, test.katydid); got != test.want {
			t.Errorf("%s: %s against %s is %v, want %v", test.row, test.locust, test.katydid, got, test.want)
		}
	}
}

func TestColumnShowsTheWorstRow(t *testing.T) {
	l := mustParse(t, statsHead+"GET,/a,1,0,3,1.0,0.0\r\nGET,/b,2,0,3,2.0,0.0\r\n")
	k := mustParse(t, statsHead+"GET,/a,1,0,3,1.0,0.0\r\nGET,/b,3,0,3,2.0,0.0\r\n")
	var s section
	s.column("Request Count", l, k, exact)
	if c := s.checks[0]; c.verdict != differs || !strings.Contains(c.what, "/b") || c.locust != "2" || c.katydid != "3" {
		t.Errorf("got %+v", c)
	}
}

func TestOneDenominator(t *testing.T) {
	good := mustParse(t, statsHead+"GET,/a,10,0,3,2.5,0.0\r\n,Aggregated,20,0,3,5.0,0.0\r\n")
	if seconds, ok := oneDenominator(good, "Request Count", "Requests/s"); !ok || seconds != 4 {
		t.Errorf("got %v s, %v, want 4 s", seconds, ok)
	}
	bad := mustParse(t, statsHead+"GET,/a,10,0,3,2.4,0.0\r\n,Aggregated,20,0,3,5.0,0.0\r\n")
	if _, ok := oneDenominator(bad, "Request Count", "Requests/s"); ok {
		t.Error("two denominators pass for one")
	}
	if good.sum("Request Count") != 10 {
		t.Errorf("sum is %d, want 10: without the aggregated row", good.sum("Request Count"))
	}
}

func TestStarts(t *testing.T) {
	tasks := []time.Duration{0, 120 * time.Millisecond}
	for _, test := range []struct {
		run, late time.Duration
		want      int
	}{
		{time.Millisecond, 0, 1},
		{500 * time.Millisecond, 0, 1}, // a task due at the very end does not start
		{501 * time.Millisecond, 0, 2},
		{7 * time.Second, 0, 13}, // 0, 0.5, 1.12, 1.62 ... 6.72
		{7 * time.Second, 50 * time.Millisecond, 12},
	} {
		if got := starts(test.run, 500*time.Millisecond, test.late, tasks); got != test.want {
			t.Errorf("%v, each %v late: %d tasks start, want %d", test.run, test.late, got, test.want)
		}
	}
}

func TestFailuresFindsEachDifference(t *testing.T) {
	const head = "Method,Name,Error,Occurrences,First Seen,Last Seen\r\n"
	const seen = ",2026-11-22T20:56:33Z,2026-11-22T20:56:48Z\r\n"
	locust := head + "GET,/404,HTTPError('404'),3" + seen + "GET,/refused,ConnectionRefusedError(111),2" + seen
	for text, want := range map[string]int{
		locust: 0,
		strings.Replace(locust, "ConnectionRefusedError(111)", "ConnectionError('refused')", 1): 0,
		strings.Replace(locust, "HTTPError('404')", "HTTPError('403')", 1):                      1,
		strings.Replace(locust, "'),3", "'),4", 1):                                              1,
		strings.Replace(locust, "GET,/404", "PUT,/404", 1):                                      1,
		strings.Replace(locust, ":48Z", ":48", 1):                                               1,
	} {
		var s section
		s.failures(false, mustParse(t, locust), mustParse(t, text))
		if got := count([]*section{&s}, differs); got < want || want == 0 && got > 0 {
			t.Errorf("%d differences, want %d, in\n%s\n%+v", got, want, text, s.checks)
		}
	}
}

func TestHistory(t *testing.T) {
	h := mustParse(t, "Timestamp,User Count,Type,Name,Requests/s\r\n10,0,,Aggregated,0.000000\r\n11,5,,Aggregated,1.000000\r\n"+
		"11,5,GET,/a,1.000000\r\n13,10,,Aggregated,2.500000\r\n14,0,,Aggregated,2.500000\r\n")
	if least(gaps(h)) != 1 || most(gaps(h)) != 2 || len(gaps(h)) != 3 {
		t.Errorf("gaps are %v, want 1 2 1", gaps(h))
	}
	if !climbs(h, 10) || climbs(h, 11) {
		t.Error("the user count climbs to 10")
	}
	if peak(h) != 10 || lastRate(h) != 2.5 || lastGroup(h) != "Aggregated" || !all(h, "Requests/s", isRate) {
		t.Errorf("peak %d, last rate %v, last group %q", peak(h), lastRate(h), lastGroup(h))
	}
}

func TestBatches(t *testing.T) {
	start := time.Unix(1e9, 0)
	log := []arrival{
		{start, "/start?class=Beta"}, {start, "/start?class=Alpha"},
		{start.Add(mixPause), "/start?class=Alpha"}, {start.Add(mixPause + 100*time.Millisecond), "/start?class=Alpha"},
	}
	if got := joined(batches(log)); got != "AB AA" {
		t.Errorf("batches are %q, want AB AA", got)
	}
	if got := perClass(log); got != "Alpha 3, Beta 1" {
		t.Errorf("classes are %q", got)
	}
	if got := late(log); got != 100*time.Millisecond {
		t.Errorf("late by %v, want 100ms", got)
	}
	log[2].at = start
	if got := late(log); got != time.Hour {
		t.Errorf("a user that comes early is late by %v, want an hour", got)
	}
}
