package main

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"
)

const (
	sameUsers  = 10
	sameCycles = 3
)

// compareSame runs a scenario with every kind of row, in which each user does all tasks sameCycles times and then
// idles for some seconds, so that all counts are fixed and also Locust's last write has them all.
func compareSame(ctx context.Context, b *bench) (*section, error) {
	s := &section{title: "Every kind of row", about: fmt.Sprintf("%d users, 5 a second, each does 15 tasks in order %d times, "+
		"0.1 s apart, and idles to the end of the 10 s. The schedule fixes every count: no tolerance.", sameUsers, sameCycles)}
	l, k, err := b.both(ctx, job{name: "same", script: "same", args: []string{"-u", strconv.Itoa(sameUsers), "-r", "5", "-t", "10s"},
		env: []string{"BENCH_WAIT=0.1", "BENCH_CYCLES=" + strconv.Itoa(sameCycles)}})
	if err != nil {
		return nil, err
	}
	s.equal("exit code: there were failures", l.code, k.code)
	s.equal("requests that reached the target", len(l.log), len(k.log))
	s.forms(l, k)
	if rowNames(&l.files.stats) != rowNames(&k.files.stats) {
		return s, nil // to compare cell by cell would compare different rows
	}
	s.stats(&l.files.stats, &k.files.stats)
	s.slowRow(&l.files.stats, &k.files.stats)
	s.failures(b.locust.old(), &l.files.failures, &k.files.failures)
	s.exceptions(&l.files.exceptions, &k.files.exceptions)
	s.history(b.locust.old(), sameUsers, &l.files, &k.files)
	return s, nil
}

// forms compares what does not depend on values: bytes of headers, row names and their quoting. That lines end with
// CR LF and have as many cells as the header was checked when the files were read.
func (s *section) forms(l, k *outcome) {
	for _, kind := range kinds {
		a, b := l.files.byKind(kind), k.files.byKind(kind)
		s.is(a.header == b.header, kind+": header, byte for byte", list(strings.Split(a.header, ",")), list(strings.Split(b.header, ",")))
	}
	s.is(true, "all files: every line ends with CR LF and is complete", "yes", "yes")
	a, b := rowNames(&l.files.stats), rowNames(&k.files.stats)
	s.is(a == b, "stats: Type and Name of all rows, order, quotes", list(strings.Split(a, "\n")), list(strings.Split(b, "\n")))
}

// rowNames are the first two cells of all rows, as they are in the file.
func rowNames(t *table) string {
	var lines []string
	for _, row := range t.rows {
		lines = append(lines, row[0]+","+row[1])
	}
	return strings.Join(lines, "\n")
}

func (s *section) stats(l, k *table) {
	for _, name := range []string{"Request Count", "Failure Count", "Average Content Size"} {
		s.column(name, l, k, exact)
	}
	for _, name := range []string{"Average Response Time", "Min Response Time", "Max Response Time"} {
		s.column(name, l, k, reportedTime)
	}
	for _, name := range percentiles {
		s.column(name, l, k, roundedTime)
	}
	for _, c := range [][2]string{{"Request Count", "Requests/s"}, {"Failure Count", "Failures/s"}} {
		a, okA := oneDenominator(l, c[0], c[1])
		b, okB := oneDenominator(k, c[0], c[1])
		s.is(okA && okB && math.Abs(a-b) < 1, c[1]+": count / seconds from the start to the last request, for all rows alike; seconds within 1",
			fmt.Sprintf("%.3f s", a), fmt.Sprintf("%.3f s", b))
	}
}

// percentiles are the columns whose values Locust rounds.
var percentiles = []string{"Median Response Time", "50%", "66%", "75%", "80%", "90%", "95%", "98%", "99%", "99.9%", "99.99%", "100%"}

// oneDenominator returns by what the counts were divided to get the rates, and whether it was the same in all rows.
func oneDenominator(t *table, counts, rates string) (seconds float64, ok bool) {
	n, r := t.cells(counts), t.cells(rates)
	for i := range n {
		count, _ := number(n[i])
		rate, _ := number(r[i])
		if count == 0 {
			if rate != 0 {
				return 0, false
			}
			continue
		}
		if seconds == 0 {
			seconds = count / rate
		}
		if math.Abs(count/rate-seconds) > 1e-9*seconds {
			return seconds, false
		}
	}
	return seconds, true
}

// slowRow checks the row whose true time is known: slowPage.
func (s *section) slowRow(l, k *table) {
	for _, p := range []string{"50%", "66%", "75%"} {
		a, b := l.of("/slow", p), k.of("/slow", p)
		lv, _ := number(a)
		kv, _ := number(b)
		truth := float64(slowPage.Milliseconds())
		s.is(kv >= truth && kv < truth+bucket(truth), "/slow, "+p+fmt.Sprintf(": katydid within %.0f ms above the true %.0f ms", bucket(truth), truth), a, b)
		what := fmt.Sprintf("/slow, %s: apart by no more than Locust's rounding, %.0f ms", p, bucket(truth)/2)
		if math.Abs(lv-kv) <= bucket(truth)/2 {
			s.is(true, what, a, b)
		} else {
			s.equalOr(locustLag, lv > kv && lv < 2*truth, what, a, b)
		}
	}
}

// of is the cell of a row, by its name.
func (t *table) of(name, column string) string {
	for _, row := range t.rows {
		if row[t.column("Name")] == name {
			return row[t.column(column)]
		}
	}
	return ""
}
