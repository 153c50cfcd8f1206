package stats

import (
	"bytes"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write the golden files instead of comparing with them")

// golden compares what write makes with testdata/golden/name.
func golden(t *testing.T, name string, write func(io.Writer) error) {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("testdata", "golden", name)
	if *update {
		if err := os.WriteFile(path, b.Bytes(), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := b.String(); got != string(want) {
		t.Errorf("%s differs; run with -update if that is meant\n got %q\nwant %q", path, got, want)
	}
}

// nasty is a snapshot by hand of what formats stumble over.
func nasty() *Snapshot {
	start := time.Date(2026, 11, 22, 20, 56, 30, 0, time.FixedZone("CET", 3600))
	timed := Row{Count: 4, Failures: 1, Bytes: 50, RecentRPS: 8.857142857142858, RecentFPS: 0.1}
	const enough = 30_000 // for all percentiles
	timed.Service = Times{Count: 4 * enough, Min: 499, Max: ms(368.5), Sum: 1234567890 * enough}
	for i, v := range []float64{0.004, 0.005, 0.4, 2.045, 2.044999, 7, 9.994, 9.995, 10.5, 99.4999, 368.5} {
		timed.Service.Quantile[i] = ms(v)
		timed.RecentService.Quantile[i] = ms(v + 100)
	}
	untimed := Row{Count: 3, Bytes: 30}
	s := &Snapshot{Start: start, At: start.Add(8400 * time.Millisecond), LastDone: start.Add(8 * time.Second), Users: 12}
	names := []string{"", " leading space", `"quoted"`, `\.`, "/a,b", "/slow \"q\", comma", "tab\there", "two\nlines", "crlf\r\nhere",
		"größe/日本語/🦗", "nul\x00esc\x1b[31m", "bad\xffutf8", "'=cmd|' /C calc'!A0", strings.Repeat("long", 30)}
	for i, n := range names {
		r := timed
		switch i % 5 {
		case 3:
			r = untimed
		case 4:
			r = Row{}
		}
		r.Key = Key{[]string{"GET", "", "WEBSOCKET"}[i%3], n}
		s.Rows = append(s.Rows, r)
		f := Failure{Key: r.Key, Text: CatchResponseError("it's wrong: " + n), Count: int64(i)}
		if i%2 == 0 {
			f.First, f.Last = start, start.Add(1999*time.Millisecond)
			f.Text = HTTPErrorText(500+i, "Oh, no", n)
		}
		s.Failures = append(s.Failures, f)
		s.Exceptions = append(s.Exceptions, ExceptionRow{Exception{n, "at f (" + n + ":1:2)\n", start}, int64(i)})
	}
	s.Total = timed
	s.Total.Key = Key{Name: "Aggregated"}
	return s
}

func blank() *Snapshot {
	at := time.Unix(1795382696, 999999999)
	return &Snapshot{Start: at, At: at, Total: Row{Key: Key{Name: "Aggregated"}}}
}

func TestGoldenOwn(t *testing.T) {
	history := func(full bool) Writer {
		return func(w io.Writer, s *Snapshot) error {
			if err := WriteHistoryHeader(w); err != nil {
				return err
			}
			return AppendHistory(w, s, full)
		}
	}
	for name, write := range map[string]Writer{
		"stats.csv": WriteStatsCSV, "failures.csv": WriteFailuresCSV, "failures-2.12.csv": WriteFailuresCSV212,
		"exceptions.csv": WriteExceptionsCSV, "history.csv": history(false), "history-full.csv": history(true),
		"table.txt":           func(w io.Writer, s *Snapshot) error { return WriteTable(w, s, 0, false) },
		"table-current.txt":   func(w io.Writer, s *Snapshot) error { return WriteTable(w, s, 120, true) },
		"table-narrow.txt":    func(w io.Writer, s *Snapshot) error { return WriteTable(w, s, 40, false) },
		"percentiles.txt":     func(w io.Writer, s *Snapshot) error { return WritePercentiles(w, s, 0) },
		"percentiles-tty.txt": func(w io.Writer, s *Snapshot) error { return WritePercentiles(w, s, 120) },
		"errors.txt":          func(w io.Writer, s *Snapshot) error { return WriteErrorReport(w, s, 0) },
	} {
		golden(t, name, func(w io.Writer) error { return write(w, nasty()) })
		golden(t, "blank-"+name, func(w io.Writer) error { return write(w, blank()) })
	}
}
