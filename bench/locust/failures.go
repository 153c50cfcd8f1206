package main

import (
	"fmt"
	"slices"
	"strings"
)

// failures compares the failures files. They are sorted by a hash of method, name and text, so a row with another text
// may stand elsewhere; the order of the others has to be the same.
func (s *section) failures(old bool, l, k *table) {
	var left, right [][]string
	for _, row := range l.rows {
		other := find(k, row[0], row[1])
		what := fmt.Sprintf("failures: %s %s", row[0], row[1])
		if other == nil {
			s.is(false, what, row[2], "no such row")
			continue
		}
		s.equal(what+", Occurrences", row[3], other[3])
		why, allowed := errorWords, row[1] == "/refused" && strings.HasPrefix(other[2], "ConnectionError(")
		if old && strings.HasPrefix(row[2], "HTTPError(") {
			why, allowed = urlIn212, withoutHost(row[2]) == other[2]
		}
		s.equalOr(why, allowed, what+", Error", row[2], other[2])
		if row[2] == other[2] {
			left, right = append(left, row), append(right, other)
		}
	}
	s.equal("failures: number of rows", len(l.rows), len(k.rows))
	slices.SortFunc(right, func(a, b []string) int { return index(k, a) - index(k, b) })
	s.equal("failures: order of the rows whose text is the same", names(left), names(right))
	if !old {
		seen := func(t *table) bool { return all(t, "First Seen", isTime) && all(t, "Last Seen", isTime) }
		s.is(seen(l) && seen(k), "failures: First Seen, Last Seen as 2006-01-02T15:04:05Z", l.last("Last Seen"), k.last("Last Seen"))
	}
}

// exceptions compares the exceptions files but for the traceback, which belongs to the language.
func (s *section) exceptions(l, k *table) {
	s.equal("exceptions: number of rows", len(l.rows), len(k.rows))
	for _, name := range []string{"Count", "Message", "Nodes"} {
		s.equal("exceptions: "+name+", in order, with quotes", strings.Join(l.cells(name), " "), strings.Join(k.cells(name), " "))
	}
	a, b := l.last("Traceback"), k.last("Traceback")
	s.equalOr(stackTrace, strings.HasPrefix(a, `"  File `) && strings.HasPrefix(b, `"Error: bang`), "exceptions: Traceback", short(a), short(b))
}

func find(t *table, method, name string) []string {
	for _, row := range t.rows {
		if row[0] == method && row[1] == name {
			return row
		}
	}
	return nil
}

func index(t *table, row []string) int {
	return slices.IndexFunc(t.rows, func(r []string) bool { return r[0] == row[0] && r[1] == row[1] })
}

func names(rows [][]string) string {
	var all []string
	for _, row := range rows {
		all = append(all, row[1])
	}
	return strings.Join(all, " ")
}

// withoutHost takes scheme, host and port out of the text of an HTTPError.
func withoutHost(text string) string {
	before, url, found := strings.Cut(text, "http://")
	_, path, _ := strings.Cut(url, "/")
	if !found {
		return text
	}
	return before + "/" + path
}

// short is the beginning of a cell of many lines.
func short(cell string) string {
	line, _, more := strings.Cut(cell, "\n")
	if more {
		line += " ..."
	}
	return line
}
