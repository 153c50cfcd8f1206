package main

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

var (
	timePattern = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$`)
	ratePattern = regexp.MustCompile(`^\d+\.\d{6}$`)
)

func isTime(cell string) bool { return timePattern.MatchString(cell) }
func isRate(cell string) bool { return ratePattern.MatchString(cell) }

// all says whether a column has cells and each is as it should be.
func all(t *table, column string, good func(string) bool) bool {
	cells := t.cells(column)
	return len(cells) > 0 && !slices.ContainsFunc(cells, func(c string) bool { return !good(c) })
}

// history compares the history files of runs that end with seconds of silence.
func (s *section) history(old bool, users int, l, k *files) {
	s.firstRow(&l.history, &k.history)
	s.seconds(&l.history, &k.history)
	s.is(all(&l.history, "Requests/s", isRate) && all(&k.history, "Requests/s", isRate),
		"history: rates with six decimals", l.history.last("Requests/s"), k.history.last("Requests/s"))
	s.is(climbs(&k.history, users) && (old || climbs(&l.history, users)), fmt.Sprintf("history: User Count climbs to %d and stays there", users),
		list(l.history.cells("User Count")), list(k.history.cells("User Count")))
	s.ends(unflushed212, old, "Total Request Count", "Request Count", l, k)
	s.ends(unflushed212, old, "Total Failure Count", "Failure Count", l, k)
	for _, p := range []string{"50%", "95%", "100%"} {
		s.is(k.history.last(p) == k.stats.last(p) && (old || l.history.last(p) == l.stats.last(p)),
			"history: last "+p+" is that of stats, since the start", l.history.last(p), k.history.last(p))
	}
	s.equalOr(unflushed212, old, "history: User Count before the end", peak(&l.history), peak(&k.history))
	s.equalOr(noUsersAtEnd, k.history.last("User Count") == "0", "history: User Count of the last row",
		l.history.last("User Count"), k.history.last("User Count"))
	s.equalOr(wallClock, true, "history: Requests/s of the last row, seconds after the last request",
		l.history.last("Requests/s"), k.history.last("Requests/s"))
}

// firstRow compares the rows before the first user.
func (s *section) firstRow(l, k *table) {
	first := func(t *table) string {
		if len(t.rows) == 0 {
			return ""
		}
		return strings.Join(t.rows[0][1:], ",")
	}
	s.equal("history: first row but for its time", first(l), first(k))
}

// ends compares a total of the history's last row with the statistics of the same run; Locust's may differ if allowed.
func (s *section) ends(r reason, allowed bool, inHistory, inStats string, l, k *files) {
	s.equal("history: last "+inHistory+" of katydid is that of stats", k.stats.last(inStats), k.history.last(inHistory))
	s.equalOr(r, allowed, "history: last "+inHistory, l.history.last(inHistory), k.history.last(inHistory))
}

// seconds compares the times of rows: increasing, and one second apart.
func (s *section) seconds(l, k *table) {
	a, b := gaps(l), gaps(k)
	s.is(least(a) > 0 && least(b) > 0, "history: times increase", fmt.Sprintf("%d rows", len(l.rows)), fmt.Sprintf("%d rows", len(k.rows)))
	s.is(most(b) <= 1, "history: katydid has a row every second", fmt.Sprintf("at most %d s apart", most(a)), fmt.Sprintf("at most %d s apart", most(b)))
	s.equalOr(everySecond, most(a) == 2, "history: seconds between rows, at most", max(1, most(a)), max(1, most(b)))
}

// gaps are the seconds between rows with different times; 0 or less where the time goes back.
func gaps(t *table) []int {
	var found []int
	var before string
	for _, cell := range t.cells("Timestamp") {
		if before != "" && cell != before {
			from, _ := strconv.Atoi(before)
			to, _ := strconv.Atoi(cell)
			found = append(found, to-from)
		}
		before = cell
	}
	return found
}

func least(n []int) int {
	if len(n) == 0 {
		return 1
	}
	return slices.Min(n)
}

func most(n []int) int {
	if len(n) == 0 {
		return 0
	}
	return slices.Max(n)
}

// climbs says whether the user count grows to users and stays there; the last row is not looked at.
func climbs(t *table, users int) bool {
	cells := t.cells("User Count")
	before := 0
	for _, cell := range cells[:max(0, len(cells)-1)] {
		n, err := strconv.Atoi(cell)
		if err != nil || n < before {
			return false
		}
		before = n
	}
	return before == users
}

// peak is the highest user count.
func peak(t *table) int {
	highest := 0
	for _, cell := range t.cells("User Count") {
		if n, err := strconv.Atoi(cell); err == nil {
			highest = max(highest, n)
		}
	}
	return highest
}
