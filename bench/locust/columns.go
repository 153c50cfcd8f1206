package main

import (
	"fmt"
	"math"
	"strings"
)

// rule judges two cells of one row.
type rule func(row, locust, katydid string) (verdict, reason)

// column compares one column of two tables that have the same rows, and adds one check: the worst verdict of all rows,
// with the row where it was found.
func (s *section) column(name string, locust, katydid *table, judge rule) {
	l, k := locust.cells(name), katydid.cells(name)
	names := katydid.cells("Name")
	c := check{what: name}
	for i := range min(len(l), len(k)) {
		v, r := judge(names[i], l[i], k[i])
		if i == 0 || v > c.verdict {
			c = check{fmt.Sprintf("%s (shown: %s)", name, names[i]), l[i], k[i], v, r}
		}
	}
	s.checks = append(s.checks, c)
}

func exact(_, locust, katydid string) (verdict, reason) {
	if locust == katydid {
		return same, ""
	}
	return differs, ""
}

// reportedTime judges average, minimum and maximum: those that the script itself reports are equal, those that were
// measured are a float of the same form, and a plain 0 where nothing was.
func reportedTime(row, locust, katydid string) (verdict, reason) {
	l, okL := number(locust)
	k, okK := number(katydid)
	near := okL && okK && math.Abs(l-k) <= 1e-6*max(1, l) // katydid keeps nanoseconds
	sameForm := strings.Contains(locust, ".") == strings.Contains(katydid, ".")
	switch {
	case row == "whole" && near && !sameForm:
		return meant, onlyFloats
	case near && sameForm, okL && okK && sameForm && !reported[row]:
		return same, ""
	}
	return differs, ""
}

// reported are the rows whose times the script makes up.
var reported = map[string]bool{"fractions": true, "whole": true, "untimed": true}

// roundedTime judges median and percentiles: whole numbers in Locust, rounded to two digits; true values in katydid.
func roundedTime(row, locust, katydid string) (verdict, reason) {
	l, okL := number(locust)
	k, okK := number(katydid)
	switch {
	case locust == katydid:
		return same, ""
	case !okL || !okK || reported[row] && math.Abs(l-k) > bucket(l)/2+0.001*k+0.5:
		return differs, "" // half of Locust's step, katydid's 0.1 %, and half a millisecond for the printed figure
	case reported[row] && l == k && strings.HasSuffix(locust, ".0"):
		return meant, median212
	}
	return meant, trueValues
}

// bucket is the step, in milliseconds, to which Locust rounds a time.
func bucket(ms float64) float64 {
	switch {
	case ms < 100:
		return 1
	case ms < 1000:
		return 10
	case ms < 10000:
		return 100
	}
	return 1000
}

// list shortens a list for the report.
func list(items []string) string {
	text := strings.Join(items, " ")
	if len(text) > 60 {
		return fmt.Sprintf("%d: %.40s...", len(items), text)
	}
	return text
}
