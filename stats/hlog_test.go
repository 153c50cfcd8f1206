package stats

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

func TestHLogBytes(t *testing.T) {
	r := NewRecorder(t0, Options{IntervalLog: true})
	var b bytes.Buffer
	l, err := NewHLog(&b, t0)
	if err != nil {
		t.Fatal(err)
	}
	r.Record(sampleAt("/a b,c", 0, 1500*time.Microsecond))
	for _, at := range []time.Duration{1001 * time.Millisecond, 2 * time.Second} {
		if err := l.Write(r.Collect(t0.Add(at), 0).Interval); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Write(NewRecorder(t0, Options{}).Collect(t0, 0).Interval); err != nil {
		t.Fatal(err)
	}
	back := &Interval{Start: t0.Add(3 * time.Second), End: t0.Add(2 * time.Second), Total: newHistogram(totalDigits)}
	if err := l.Write(back); err != nil {
		t.Fatal(err)
	}
	var lines []string
	for line := range strings.Lines(b.String()) {
		head, payload, ok := strings.Cut(line, "HISTF")
		if ok {
			line = head + "HISTF...\n"
			if _, err := base64.StdEncoding.DecodeString("HISTF" + strings.TrimSuffix(payload, "\n")); err != nil {
				t.Errorf("%q: %v", payload, err)
			}
		}
		lines = append(lines, line)
	}
	want := `#[Logged by katydid: service times in microseconds, Interval_Max in milliseconds]
#[Histogram log format version 1.3]
#[StartTime: 1795381200.250 (seconds since epoch), 2026-11-22T21:00:00.250Z]
#[BaseTime: 1795381200.250 (seconds since epoch)]
"StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"
0.000,1.001,1.500,HISTF...
Tag=GET+/a%20b%2Cc,0.000,1.001,1.500,HISTF...
1.001,0.999,0.000,HISTF...
3.000,0.000,0.000,HISTF...
`
	if got := strings.Join(lines, ""); got != want {
		t.Errorf("got:\n%swant:\n%s", got, want)
	}
}

// Read by the library's own reader, all lines of a tag add up to exactly the totals of the run.
func TestHLogAddsUpToTheTotals(t *testing.T) {
	r := NewRecorder(t0, Options{IntervalLog: true})
	var b bytes.Buffer
	l, err := NewHLog(&b, t0)
	if err != nil {
		t.Fatal(err)
	}
	rnd := rand.New(rand.NewPCG(9, 10))
	var last *Snapshot
	for sec := range 30 {
		for range rnd.IntN(3000) {
			name := []string{"uniform", "pareto", "two peaks"}[rnd.IntN(3)]
			r.Record(sampleAt("/"+name, time.Duration(sec)*time.Second, distributions[name](rnd)))
		}
		last = r.Collect(t0.Add(time.Duration(sec+1)*time.Second), 0)
		if err := l.Write(last.Interval); err != nil {
			t.Fatal(err)
		}
	}
	sums := readHLog(t, &b, 30*time.Second)
	want := map[string]Times{"": last.Total.Service}
	for _, row := range last.Rows {
		want[HLogTag(row.Key)] = row.Service
	}
	if len(sums) != len(want) {
		t.Errorf("%d tags, want %d", len(sums), len(want))
	}
	for tag, times := range want {
		h := newHistogram(totalDigits)
		h.MergeFrom(sums[tag])
		got := (&durations{tally: tally{n: h.TotalCount(), min: times.Min, max: times.Max, sum: times.Sum}, h: h}).times()
		if got != times {
			t.Errorf("%q: %+v, want %+v", tag, got, times)
		}
	}
	r.Histograms(func(k Key, h, _ *hdrhistogram.PackedHistogram) {
		got := newHistogram(totalDigits)
		got.MergeFrom(sums[HLogTag(k)])
		equalHistograms(t, k.Name, got, h)
	})
}

// An open run has response times and lag in its log, too, under tags of their own.
func TestHLogOfAnOpenRun(t *testing.T) {
	r := NewRecorder(t0, Options{IntervalLog: true})
	var b bytes.Buffer
	l, err := NewHLog(&b, t0)
	if err != nil {
		t.Fatal(err)
	}
	var last *Snapshot
	for sec := range 3 {
		for i := range 100 {
			s := sampleAt([]string{"/a", "/b+response"}[i%2], time.Second, time.Duration(i+1)*milli)
			s.StartLag = time.Duration(i) * 10 * time.Microsecond
			s.Planned = s.Sent.Add(-s.StartLag - time.Duration(sec)*milli)
			r.Record(s)
		}
		last = r.Collect(t0.Add(time.Duration(sec+1)*time.Second), 0)
		if err := l.Write(last.Interval); err != nil {
			t.Fatal(err)
		}
	}
	sums := readHLog(t, &b, 3*time.Second)
	want := map[string]Times{"": last.Total.Service, "response": last.Total.Response, "lag": last.Total.Lag}
	for _, row := range last.Rows {
		want[HLogTag(row.Key)], want[HLogResponseTag(row.Key)] = row.Service, row.Response
	}
	if len(sums) != 7 || len(want) != 7 {
		t.Errorf("%d tags, want %d", len(sums), len(want))
	}
	for tag, times := range want {
		h := newHistogram(totalDigits)
		h.MergeFrom(sums[tag])
		got := (&durations{tally: tally{n: h.TotalCount(), min: times.Min, max: times.Max, sum: times.Sum}, h: h}).times()
		if got != times {
			t.Errorf("%q: %+v, want %+v", tag, got, times)
		}
	}
}

// readHLog adds up a log by tag. Its untagged lines must follow one another without a gap from t0 to the end.
func readHLog(t *testing.T, b *bytes.Buffer, end time.Duration) map[string]*hdrhistogram.Histogram {
	t.Helper()
	reader := hdrhistogram.NewHistogramLogReader(b)
	sums := map[string]*hdrhistogram.Histogram{}
	at := t0.UnixMilli()
	for {
		h, err := reader.NextIntervalHistogram()
		if err != nil {
			t.Fatal(err)
		}
		if h == nil {
			break
		}
		if h.Tag() == "" {
			if h.StartTimeMs() != at {
				t.Errorf("interval begins at %d, the one before ended at %d", h.StartTimeMs(), at)
			}
			at = h.EndTimeMs()
		}
		if sums[h.Tag()] == nil {
			sums[h.Tag()] = hdrhistogram.New(1, highestMicros, totalDigits)
		}
		if dropped := sums[h.Tag()].Merge(h); dropped != 0 {
			t.Errorf("%q: %d dropped", h.Tag(), dropped)
		}
	}
	if want := t0.Add(end).UnixMilli(); at != want {
		t.Errorf("last interval ends at %d, want %d", at, want)
	}
	return sums
}

// At the library's level of compression the bytes are the library's.
func TestEncoderIsTheLibrarys(t *testing.T) {
	rnd := rand.New(rand.NewPCG(11, 12))
	e := newHistogramEncoder(zlib.BestCompression)
	check := func(name string, h *hdrhistogram.PackedHistogram) {
		want, err := h.EncodeV2()
		if err != nil {
			t.Fatal(err)
		}
		if got := base64.StdEncoding.EncodeToString(e.encode(h)); got != string(want) {
			t.Fatalf("%s, %d values: %s, want %s", name, h.TotalCount(), got, want)
		}
	}
	check("empty", newHistogram(totalDigits))
	for name, draw := range distributions {
		for range 50 {
			h := newHistogram(totalDigits)
			for range rnd.IntN(1 << rnd.IntN(13)) {
				_ = h.RecordValues(micros(draw(rnd)), 1+rnd.Int64N(1<<rnd.IntN(40)))
			}
			check(name, h)
		}
	}
	edges := newHistogram(totalDigits)
	for _, v := range []int64{0, 1, 2, 2047, 2048, 2049, 2050, 4095, 4096, 8191, highestMicros - 1, highestMicros} {
		_ = edges.RecordValue(v)
		check(fmt.Sprint("up to ", v), edges)
	}
}

type brokenWriter struct{}

var errBroken = errors.New("disk full")

func (brokenWriter) Write([]byte) (int, error) { return 0, errBroken }

func TestHLogReportsErrors(t *testing.T) {
	if _, err := NewHLog(brokenWriter{}, t0); !errors.Is(err, errBroken) {
		t.Errorf("head: %v", err)
	}
	l, err := NewHLog(&bytes.Buffer{}, t0)
	if err != nil {
		t.Fatal(err)
	}
	l.w = brokenWriter{}
	if err := l.Write(NewRecorder(t0, Options{IntervalLog: true}).Collect(t0, 0).Interval); !errors.Is(err, errBroken) {
		t.Errorf("interval: %v", err)
	}
}

func TestHLogTag(t *testing.T) {
	tests := []struct {
		key Key
		tag string
	}{
		{Key{"GET", "/"}, "GET+/"},
		{Key{"GET", "/ok?id=1,2&x=a+b"}, "GET+/ok?id=1%2C2&x=a%2Bb"},
		{Key{"MY TYPE", "100% \"grün\"\r\n"}, "MY%20TYPE+100%25%20\"gr%C3%BCn\"%0D%0A"},
		{Key{"", ""}, "+"},
	}
	for _, tt := range tests {
		if got := HLogTag(tt.key); got != tt.tag {
			t.Errorf("%q: %s, want %s", tt.key, got, tt.tag)
		}
		if got, err := ParseHLogTag(tt.tag); got != tt.key || err != nil {
			t.Errorf("%s: %q, %v", tt.tag, got, err)
		}
	}
	for _, bad := range []string{"", "GET", "GET%zz+/", "GET+/%", HLogResponseTag(Key{"GET", "/"})} {
		if k, err := ParseHLogTag(bad); err == nil {
			t.Errorf("%q accepted as %q", bad, k)
		}
	}
}

func FuzzHLogTag(f *testing.F) {
	f.Add("GET", "/volatile")
	f.Add("a b,c", "%2C+\r\n\u2028\x85\xff")
	f.Fuzz(func(t *testing.T, method, name string) {
		k := Key{method, name}
		tag := HLogTag(k)
		if strings.ContainsFunc(tag, func(r rune) bool { return r <= ' ' || r == ',' || r >= 0x7f }) {
			t.Fatalf("%q: tag %q", k, tag)
		}
		if got, err := ParseHLogTag(tag); got != k || err != nil {
			t.Fatalf("%q: tag %q, parsed as %q, %v", k, tag, got, err)
		}
		if got, err := url.QueryUnescape(tag); got != method+" "+name || err != nil {
			t.Fatalf("%q: tag %q unescapes to %q, %v", k, tag, got, err)
		}
	})
}

func BenchmarkHLog(b *testing.B) {
	for _, names := range []int{20, 1000} {
		b.Run(fmt.Sprint("names=", names), func(b *testing.B) {
			r := NewRecorder(t0, Options{IntervalLog: true})
			rnd := rand.New(rand.NewPCG(13, 14))
			for range 100_000 {
				r.Record(sampleAt(fmt.Sprint("/api/items/", rnd.IntN(names)), 0, distributions["lognormal"](rnd)))
			}
			iv := r.Collect(t0.Add(time.Second), 0).Interval
			var out bytes.Buffer
			l, err := NewHLog(&out, t0)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				out.Reset()
				if err := l.Write(iv); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(out.Len()), "bytes/interval")
		})
	}
}
