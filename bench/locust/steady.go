package main

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"time"
)

const (
	steadyUsers = 10
	steadyWait  = 500 * time.Millisecond
	steadyTime  = 7 * time.Second
)

// starts returns how many tasks a user starts before the run ends, if it does the tasks in turn with a wait after each
// and every task takes late longer than it should.
func starts(run, wait, late time.Duration, tasks []time.Duration) int {
	n := 0
	for at := time.Duration(0); at < run; at += tasks[(n-1)%len(tasks)] + wait + late {
		n++
	}
	return n
}

// steadyBounds are the least and the most requests of a steady run. At most: no task takes longer than the target
// does. At least: each takes 50 ms longer.
func steadyBounds(run time.Duration) (least, most int) {
	tasks := []time.Duration{0, slowPage}
	return steadyUsers * starts(run, steadyWait, 50*time.Millisecond, tasks), steadyUsers * starts(run, steadyWait, 0, tasks)
}

// steadyJob is a run in which users call first and /slow in turn.
func steadyJob(name, first string, run time.Duration, more ...string) job {
	users := strconv.Itoa(steadyUsers)
	args := append([]string{"-u", users, "-r", users, "-t", strconv.Itoa(int(run.Seconds())) + "s", "-s", "2"}, more...)
	return job{name: name, script: "steady", args: args, env: []string{"BENCH_FIRST=" + first, fmt.Sprint("BENCH_WAIT=", steadyWait.Seconds())}}
}

// compareSteady runs users that work to the very end, with a row of history for each name.
func compareSteady(ctx context.Context, b *bench) (*section, error) {
	low, high := steadyBounds(steadyTime)
	s := &section{title: "Load to the very end, --csv-full-history", about: fmt.Sprintf("%d users at once call /ok and /slow "+
		"in turn, %v apart, for %v; what is under way at the end is awaited (-s 2). The schedule leaves %d to %d requests: "+
		"users x the tasks that start in %v, each 50 ms or 0 ms late.", steadyUsers, steadyWait, steadyTime, low, high, steadyTime)}
	l, k, err := b.both(ctx, steadyJob("steady", "/ok", steadyTime, "--csv-full-history"))
	if err != nil {
		return nil, err
	}
	s.equal("exit code: nothing failed", l.code, k.code)
	s.within(b.locust.old(), low, high, len(l.log), len(k.log))
	s.forms(l, k)
	s.complete(l, k)
	s.fullHistory(b.locust.old(), &l.files, &k.files)
	return s, nil
}

// within checks the number of requests against the schedule. The timer of Locust 2.12 counts from the last time that its
// event loop looked at the clock, up to a second before the users start.
func (s *section) within(old bool, low, high, l, k int) {
	what := fmt.Sprintf("requests that reached the target: %d to %d", low, high)
	s.is(k >= low && k <= high, what+", katydid", strconv.Itoa(l), strconv.Itoa(k))
	if l >= low && l <= high {
		s.is(true, what+", Locust", strconv.Itoa(l), strconv.Itoa(k))
		return
	}
	early, _ := steadyBounds(steadyTime - time.Second)
	s.equalOr(gevent212, old && l >= early && l < low, what+", Locust", l, k)
}

// complete compares the counts in the statistics with what the target saw.
func (s *section) complete(l, k *outcome) {
	missing := func(o *outcome) int { return len(o.log) - o.files.stats.sum("Request Count") }
	s.is(missing(k) == 0, "requests that the target saw and katydid's stats lack",
		strconv.Itoa(missing(l)), strconv.Itoa(missing(k)))
	s.equalOr(completeEnd, missing(l) > 0, "requests that the target saw and stats lack", missing(l), missing(k))
}

// fullHistory compares histories with a row for every name.
func (s *section) fullHistory(old bool, l, k *files) {
	a, b := lastGroup(&l.history), lastGroup(&k.history)
	s.equalOr(unflushed212, old, "history: rows of the last second", a, b)
	s.is(b == joined(k.stats.cells("Name")), "history: katydid's rows of a second are those of stats, in their order", joined(l.stats.cells("Name")), b)
	s.firstRow(&l.history, &k.history)
	s.seconds(&l.history, &k.history)
	if old {
		return
	}
	want := float64(steadyUsers) * 2 / (2*steadyWait + slowPage).Seconds()
	x, y := lastRate(&l.history), lastRate(&k.history)
	s.is(math.Abs(x-want) < want/4 && math.Abs(y-want) < want/4, fmt.Sprintf("history: Requests/s before the end is %.1f by the schedule, within a quarter", want),
		fmt.Sprint(x), fmt.Sprint(y))
	truth := float64(slowPage.Milliseconds())
	p, _ := number(recentMedian(&k.history))
	s.is(p >= truth && p < truth+bucket(truth), "history: katydid's 50% of the last ten seconds of /slow", recentMedian(&l.history), recentMedian(&k.history))
}

// lastGroup are the names of the rows with the last row's time.
func lastGroup(t *table) string {
	var names []string
	for _, row := range t.rows {
		if row[0] == t.last("Timestamp") {
			names = append(names, row[3])
		}
	}
	return joined(names)
}

// lastRate is the rate of all requests in the last row that has users.
func lastRate(t *table) float64 {
	var rate float64
	for _, row := range t.rows {
		if row[1] != "0" && row[3] == aggregated {
			rate, _ = number(row[t.column("Requests/s")])
		}
	}
	return rate
}

// recentMedian is the last median of /slow in a history.
func recentMedian(t *table) string {
	cell := ""
	for _, row := range t.rows {
		if row[3] == "/slow" {
			cell = row[t.column("50%")]
		}
	}
	return cell
}
