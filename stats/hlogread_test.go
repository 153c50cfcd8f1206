package stats

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

// logged is the interval log of a run by a clock of its own, and its last snapshot.
func logged(t *testing.T, open bool) (string, *Snapshot) {
	t.Helper()
	start := time.UnixMilli(1_795_382_696_250).UTC()
	rec := NewRecorder(start, Options{IntervalLog: true})
	var b bytes.Buffer
	log, err := NewHLog(&b, start)
	if err != nil {
		t.Fatal(err)
	}
	var s *Snapshot
	for second := range 5 {
		at := start.Add(time.Duration(second) * time.Second)
		for i := range 100 * second {
			sample := Sample{Key: Key{"GET", []string{"/a,b c", "/+response"}[i%2]}, Sent: at, Done: at.Add(time.Duration(i+1) * 1700 * time.Microsecond)}
			if open {
				sample.Planned = at.Add(-time.Millisecond)
				sample.StartLag = time.Millisecond
			}
			rec.Record(sample)
		}
		s = rec.Collect(at.Add(time.Second), 1)
		if err := log.Write(s.Interval); err != nil {
			t.Fatal(err)
		}
	}
	return b.String(), s
}

// What is read from a log has the counts and the percentiles of the run that has written it.
func TestReadHLog(t *testing.T) {
	for _, open := range []bool{false, true} {
		text, s := logged(t, open)
		want := NewSummary(RunInfo{Started: s.Start}, s)
		var sum LogSum
		var ends []time.Duration
		start, err := ReadHLog(strings.NewReader(text), LogHandler{Interval: func(iv *Interval) {
			sum.Add(iv)
			ends = append(ends, iv.End.Sub(s.Start))
		}})
		if err != nil || !start.Equal(s.Start) {
			t.Fatalf("start %v, error %v", start, err)
		}
		if len(ends) != 5 || ends[4] != 5*time.Second {
			t.Errorf("intervals end at %v", ends)
		}
		got := sum.Summary(start)
		if got.ElapsedS != 5 || got.Total.Count != want.Total.Count || got.Total.RPS != 200 || len(got.Requests) != 2 {
			t.Errorf("got %+v", got)
		}
		for i, r := range got.Requests {
			if w := want.Requests[i]; r.Method != w.Method || r.Name != w.Name || r.Count != w.Count {
				t.Errorf("row %d: got %s %s %d, want %s %s %d", i, r.Method, r.Name, r.Count, w.Method, w.Name, w.Count)
			}
			closeTo(t, r.ServiceMS, want.Requests[i].ServiceMS)
			closeTo(t, r.ResponseMS, want.Requests[i].ResponseMS)
		}
		closeTo(t, got.Total.ServiceMS, want.Total.ServiceMS)
		closeTo(t, got.Total.LagMS, want.Total.LagMS)
	}
}

// closeTo compares percentiles, which are within 0.1 % of each other; the log has no exact extremes.
func closeTo(t *testing.T, got, want *SummaryTimes) {
	t.Helper()
	if got == nil || want == nil {
		if got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
		return
	}
	for name, pair := range map[string][2]Millis{"p50": {*got.P50, *want.P50}, "p99": {*got.P99, *want.P99}, "max": {got.Max, want.Max}, "mean": {got.Mean, want.Mean}} {
		if d := float64(pair[0]-pair[1]) / float64(pair[1]); d > 0.0011 || d < -0.0011 {
			t.Errorf("%s is %v, want %v", name, time.Duration(pair[0]), time.Duration(pair[1]))
		}
	}
}

func TestReadHLogOfDamagedFiles(t *testing.T) {
	whole, _ := logged(t, false)
	lines := strings.SplitAfter(whole, "\n")
	head := strings.Join(lines[:5], "")
	for text, want := range map[string]string{
		"":                                  "no histogram log",
		"{}":                                "no histogram log",
		"a\nb\n":                            "line 1: there is no line BaseTime before it",
		head + "x,1,1,H\n" + lines[5]:       "line 6: it is damaged",
		head + "0,1,1,H\n" + lines[5]:       "line 6: it is damaged",
		head + "0,1\n" + lines[5]:           "line 6: it is not start",
		head + "Tag=a+b," + lines[5] + "\n": "line 6: it has a tag",
		head + "Tag=a," + lines[5] + "\n":   "line 6: it has a tag",
		"#[BaseTime: NaN (seconds)]\n\n":    "is no number of seconds",
	} {
		_, err := ReadHLog(strings.NewReader(text), LogHandler{Interval: func(*Interval) {}, Reset: func(time.Time) {}})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60q: error %v, want %q", text, err, want)
		}
	}
	n := 0
	cut := whole[:len(whole)-20] // in the middle of the last line
	if _, err := ReadHLog(strings.NewReader(cut), LogHandler{Interval: func(*Interval) { n++ }}); err != nil || n != 5 {
		t.Errorf("a log that was cut off: %d intervals, error %v", n, err)
	}
}

func TestReadHLogReset(t *testing.T) {
	text, s := logged(t, false)
	var at []time.Time
	_, err := ReadHLog(strings.NewReader(text+"#[Statistics reset at: 5.000 (seconds from BaseTime)]\n"), LogHandler{
		Interval: func(*Interval) {}, Reset: func(t time.Time) { at = append(at, t) },
	})
	if err != nil || len(at) != 1 || !at[0].Equal(s.Start.Add(5*time.Second)) {
		t.Errorf("resets %v, error %v", at, err)
	}
}

func FuzzReadHLog(f *testing.F) {
	f.Add("#[BaseTime: 1.5 (seconds since epoch)]\n0.000,1.000,1.000,HISTFAAAABx4nJNpmSzMwMDAxAABzFCaEUoz2X+AsQA9BAK6\nTag=a+b,0,1,1,HIST\n")
	f.Fuzz(func(t *testing.T, text string) {
		var sum LogSum
		start, err := ReadHLog(strings.NewReader(text), LogHandler{Interval: sum.Add, Reset: sum.Reset})
		if err == nil && sum.Summary(start) == nil {
			t.Error("no summary")
		}
	})
}

func TestReadSummary(t *testing.T) {
	_, s := logged(t, true)
	want := NewSummary(RunInfo{Version: "v1", Script: "a.js", Started: s.Start}, s)
	var b bytes.Buffer
	if err := WriteSummary(&b, want); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	got, err := ReadSummary(&b)
	if err != nil {
		t.Fatal(err)
	}
	var again bytes.Buffer
	if err := WriteSummary(&again, got); err != nil || again.String() != text {
		t.Errorf("error %v, got\n%s\nwant\n%s", err, again.String(), text)
	}
	for text, want := range map[string]string{"{}": "no summary", "": "EOF", `{"katydid":1}`: "cannot unmarshal"} {
		if _, err := ReadSummary(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %q", text, err, want)
		}
	}
}
