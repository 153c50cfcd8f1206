package stats

import (
	"bytes"
	"math"
	"strings"
	"testing"
	"time"
)

// TestGoldenFailures: the failures of real Locust runs come out again byte for byte, nothing in them is free.
func TestGoldenFailures(t *testing.T) {
	for file, write := range map[string]Writer{
		"locust-2.46/default_failures.csv": WriteFailuresCSV, "locust-2.46/full_failures.csv": WriteFailuresCSV,
		"locust-2.12/default_failures.csv": WriteFailuresCSV212, "locust-2.12/errors_failures.csv": WriteFailuresCSV212,
	} {
		raw, records := sample(t, file)
		s := &Snapshot{}
		for _, r := range records[1:] {
			f := Failure{Key: Key{r[0], r[1]}, Text: r[2], Count: integer(t, r[3])}
			if len(r) > 4 {
				f.First, f.Last = utc(t, r[4]), utc(t, r[5])
			}
			s.Failures = append(s.Failures, f)
		}
		same(t, file, write, s, raw)
	}
}

func TestGoldenExceptions(t *testing.T) {
	for _, file := range []string{"locust-2.46/default_exceptions.csv", "locust-2.46/full_exceptions.csv"} {
		raw, records := sample(t, file)
		s := &Snapshot{}
		for _, r := range records[1:] {
			s.Exceptions = append(s.Exceptions, ExceptionRow{Exception{Message: r[1], Traceback: r[2]}, integer(t, r[0])})
		}
		same(t, file, WriteExceptionsCSV, s, raw)
	}
}

func TestGoldenStats(t *testing.T) {
	for _, file := range []string{"locust-2.46/default_stats.csv", "locust-2.46/full_stats.csv"} {
		raw, records := sample(t, file)
		s := &Snapshot{Start: time.Unix(1e9, 0)}
		for _, c := range records[1:] {
			r := parseRow(t, c[0:2], c[2], c[3], c[5:9])
			quantiles(t, &r.Service, c[11:])
			if r.Name == "Aggregated" {
				s.Total = r
				s.LastDone = s.Start.Add(time.Duration(float64(r.Count) / number(t, c[9]) * 1e9))
			} else {
				s.Rows = append(s.Rows, r)
			}
		}
		var b bytes.Buffer
		if err := WriteStatsCSV(&b, s); err != nil {
			t.Fatal(err)
		}
		compare(t, file, b.String(), raw, map[int]kind{4: free, 5: near, 6: near, 7: near, 9: near, 10: near})
	}
}

func TestGoldenHistory(t *testing.T) {
	for file, full := range map[string]bool{"locust-2.46/default_stats_history.csv": false, "locust-2.46/full_stats_history.csv": true} {
		raw, records := sample(t, file)
		var b bytes.Buffer
		if err := WriteHistoryHeader(&b); err != nil {
			t.Fatal(err)
		}
		s := &Snapshot{}
		for _, c := range records[1:] {
			r := parseRow(t, c[2:4], c[17], c[18], c[20:24])
			r.RecentRPS, r.RecentFPS = number(t, c[4]), number(t, c[5])
			r.Service.Quantile[0] = ms(number(t, c[19]))
			recent := &r.RecentService
			if !full {
				recent = &r.Service
			}
			quantiles(t, recent, c[6:17])
			if r.Name != "Aggregated" {
				s.Rows = append(s.Rows, r)
				continue
			}
			s.Total, s.At, s.Users = r, time.Unix(integer(t, c[0]), 123), int(integer(t, c[1]))
			if err := AppendHistory(&b, s, full); err != nil {
				t.Fatal(err)
			}
			s = &Snapshot{}
		}
		median := map[bool]kind{true: round, false: free}[full]
		compare(t, file, b.String(), raw, map[int]kind{19: median, 20: near, 21: near, 22: near})
	}
}

// kind says how a column of ours has to agree with Locust's. Those not named agree byte for byte.
type kind int

const (
	exact kind = iota
	near       // the same but for what lies below a nanosecond
	free       // decided by Locust's buckets, not by the samples
	round      // the same once ours is rounded as formatMillis does
)

func compare(t *testing.T, file, got, want string, kinds map[int]kind) {
	t.Helper()
	g, w := strings.Split(got, "\r\n"), strings.Split(want, "\r\n")
	if len(g) != len(w) || g[0] != w[0] {
		t.Fatalf("%s: %d lines, want %d; header %q, want %q", file, len(g), len(w), g[0], w[0])
	}
	for i := 1; i < len(w)-1; i++ { // the last is empty, what follows the last line end
		gc, wc := cells(g[i]), cells(w[i])
		if len(gc) != len(wc) {
			t.Fatalf("%s line %d has %d cells, want %d", file, i+1, len(gc), len(wc))
		}
		for c := range wc {
			if !agree(t, kinds[c], gc[c], wc[c]) {
				t.Errorf("%s line %d column %d is %s, want %s", file, i+1, c+1, gc[c], wc[c])
			}
		}
	}
}

func agree(t *testing.T, k kind, got, want string) bool {
	switch k {
	case free:
		return true
	case near:
		sameKind := strings.Contains(got, ".") == strings.Contains(want, ".")
		return sameKind && math.Abs(number(t, got)-number(t, want)) <= 1e-6*max(1, number(t, want))
	case round:
		return got == formatMillis(ms(number(t, want)))
	}
	return got == want
}

// cells splits a line at the commas outside quotes and leaves the quotes where they are.
func cells(line string) []string {
	quoted, from := false, 0
	var out []string
	for i := range len(line) {
		switch {
		case line[i] == '"':
			quoted = !quoted
		case line[i] == ',' && !quoted:
			out = append(out, line[from:i])
			from = i + 1
		}
	}
	return append(out, line[from:])
}
