package web

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"math"
	"math/rand/v2"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"katydid/stats"
)

// simulated is a run by a clock of its own: so many seconds, names and requests a second, with some failures, and a
// slow spell in its middle.
func simulated(seconds, names, rate int) *Run { return simulate(seconds, names, rate, false) }

// simulate is simulated, of an open run if wanted: it plans each start a little earlier than it sends.
func simulate(seconds, names, rate int, open bool) *Run {
	start := time.Date(2026, 11, 22, 20, 56, 30, 0, time.UTC)
	rec := stats.NewRecorder(start, stats.Options{IntervalLog: true})
	r := rand.New(rand.NewPCG(1, 2))
	h := &History{}
	var s *stats.Snapshot
	for second := range seconds {
		from := start.Add(time.Duration(second) * time.Second)
		for i := range rate {
			name := i % names
			ms := math.Exp(r.NormFloat64()*0.6) * float64(5+3*name)
			if second > seconds/2 && second < seconds/2+seconds/10 {
				ms *= 4
			}
			sent := from.Add(time.Duration(i) * time.Second / time.Duration(2*rate))
			done := sent.Add(time.Duration(ms * 1e6))
			sample := stats.Sample{Key: stats.Key{Method: "GET", Name: fmt.Sprintf("/endpoint/%d/[id]", name)}, Sent: sent, Done: done,
				Bytes: 1200, Stamped: true, WakeLag: time.Duration(r.ExpFloat64() * 2e5)}
			if open {
				sample.Planned = sent.Add(-time.Duration(r.ExpFloat64() * 5e5))
				sample.StartLag = sent.Sub(sample.Planned)
			}
			if r.IntN(200) == 0 {
				sample.Failure = fmt.Sprintf("HTTPError('500 Server Error: Internal Server Error for url: /endpoint/%d/[id]')", name)
			}
			rec.Record(sample)
		}
		s = rec.Collect(from.Add(time.Second), min(second+1, 200))
		load := Load{CPU: 0.25 + 0.1*r.Float64()}
		if open {
			load.Planned, load.Started = int64(rate*(second+1)), int64(rate*(second+1))-int64(second%7)
		}
		h.Add(s, load)
	}
	info := stats.RunInfo{Version: "v1", Script: "scripts/shop.js", Started: start, UsersMax: 200, CPU: time.Minute,
		Health: stats.Health{CPUShare: 0.3, CPUMost: 0.4, StealShare: 0.001, GCShare: 0.02, GCPauseMax: 300 * time.Microsecond}}
	return &Run{
		Summary: stats.NewSummary(info, s), History: h,
		Options: []Setting{{"users", "200", "--users"}, {"host", "https://shop.example", "KATYDID_HOST"}},
		Scripts: []Source{{"scripts/shop.js", strings.Repeat("export class Shopper extends HttpUser { /* ... */ }\n", 200)}},
	}
}

func written(t *testing.T, r *Run) string {
	t.Helper()
	var b bytes.Buffer
	if err := WriteReport(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// hour is the course of an hour of an open run with so many requests a second. It makes its snapshots by hand: a recorder
// would take a minute for them.
func hour(names, rate int) *History {
	r := rand.New(rand.NewPCG(1, 2))
	h, s := &History{}, &stats.Snapshot{Start: time.Date(2026, 11, 22, 20, 56, 30, 0, time.UTC), Users: 200, Rows: make([]stats.Row, names)}
	for second := range 3600 {
		from := s.Start.Add(time.Duration(second) * time.Second)
		iv := &stats.Interval{Start: from, End: from.Add(time.Second), Total: hdrhistogram.NewPacked(1, 3_600_000_000, 3)}
		for i := range s.Rows {
			row := &s.Rows[i]
			row.Key = stats.Key{Method: "GET", Name: fmt.Sprintf("/endpoint/%d/[id]", i)}
			times := hdrhistogram.NewPacked(1, 3_600_000_000, 3)
			for range rate / names {
				_ = times.RecordValue(int64(math.Exp(r.NormFloat64()*0.6) * float64(5+3*i) * 1000)) // none of them takes an hour
			}
			failures := int64(r.IntN(50) / 49)
			row.Count, row.Failures = row.Count+times.TotalCount(), row.Failures+failures
			s.Total.Count, s.Total.Failures = s.Total.Count+times.TotalCount(), s.Total.Failures+failures
			iv.Total.Merge(times)
			iv.Rows = append(iv.Rows, stats.IntervalRow{Key: row.Key, Times: times})
		}
		iv.Response = iv.Total
		for i := range iv.Rows {
			iv.Rows[i].Response = iv.Rows[i].Times
		}
		load := Load{CPU: 0.25 + 0.1*r.Float64(), Planned: s.Total.Count, Started: s.Total.Count - int64(r.IntN(3))}
		s.At, s.Interval = iv.End, iv
		s.Total.Lag.Count, s.Total.Lag.Sum = s.Total.Count, s.Total.Lag.Sum+time.Duration(r.IntN(1e8))
		h.Add(s, load)
	}
	return h
}

// closed takes out what only open runs have.
func (h *History) closed() {
	for i := range h.points {
		h.points[i].response, h.points[i].planned = counts{}, 0
	}
	for _, row := range h.names.rows {
		for i := range row.points {
			row.points[i].response = counts{}
		}
	}
}

// An hour with 20 names, however many requests.
func TestReportOfAnHourIsSmall(t *testing.T) {
	h := hour(20, 1000)
	for _, open := range []bool{true, false} {
		run := simulate(30, 20, 200, open)
		if run.History = h; !open {
			h.closed()
		}
		page := written(t, run)
		if len(page) > 300_000 {
			t.Errorf("open %t: the report has %d bytes", open, len(page))
		}
		c := embedded(t, page)
		t.Logf("open %t: %d bytes; %d for service and %d for response times, %d for names",
			open, len(page), len(c.Service), len(c.Response), len(c.Names.Times)+len(c.Names.Requests)+len(c.Names.Failures))
		if len(c.Widths) != 900 || c.Names.Each != 8 || len(c.Names.Rows) != 20 {
			t.Errorf("%d intervals, %d names in intervals of %d of them", len(c.Widths), len(c.Names.Rows), c.Names.Each)
		}
	}
}

// embedded is what the page's script gets.
func embedded(t *testing.T, page string) (c reportData) {
	t.Helper()
	found := regexp.MustCompile(`(?s)<script type="text/plain" id="data">(.*?)</script>`).FindStringSubmatch(page)
	if found == nil {
		t.Fatal("there are no data")
	}
	if err := json.Unmarshal(inflated(t, html.UnescapeString(found[1])), &c); err != nil {
		t.Fatal(err)
	}
	return c
}

// unpacked reads pack's encoding.
func unpacked(t *testing.T, text string, n int) []counts {
	t.Helper()
	list := make([]counts, n)
	if text == "" {
		return list
	}
	b := bytes.NewReader(inflated(t, text))
	low, err := binary.ReadUvarint(b)
	buckets, err2 := binary.ReadUvarint(b)
	if err != nil || err2 != nil || b.Len() != int(buckets)*n {
		t.Fatalf("%v, %v, %d bytes for %d buckets of %d histograms", err, err2, b.Len(), buckets, n)
	}
	for bucket := range int(buckets) {
		for i := range list {
			c, _ := b.ReadByte()
			if c > 0 {
				at := int(low) + bucket
				list[i].reach(at, at)
				list[i].n[at-list[i].first] = uint32(long(c))
			}
		}
	}
	return list
}

// numbers reads packNumbers's encoding.
func numbers(t *testing.T, text string) (list []int64) {
	t.Helper()
	b := bytes.NewReader(inflated(t, text))
	for b.Len() > 0 {
		n, err := binary.ReadUvarint(b)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, int64(n))
	}
	return list
}

func inflated(t *testing.T, text string) []byte {
	t.Helper()
	packed, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(flate.NewReader(bytes.NewReader(packed)))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// What is embedded adds up to the summary, also when points were merged, and its percentiles are within a bucket.
func TestReportHasTheWholeRun(t *testing.T) {
	for _, seconds := range []int{1, 10, 1001} {
		run := simulated(seconds, 3, 8)
		c := embedded(t, written(t, run))
		n := len(c.Widths)
		if n > maxPoints || n < min(seconds, maxPoints/2) {
			t.Errorf("%d s: %d points", seconds, n)
		}
		var width, requests, failures int64
		users := 0
		var all counts
		for i, h := range unpacked(t, c.Service, n) {
			width, requests, failures, users = width+c.Widths[i], requests+c.Requests[i], failures+c.Failures[i], max(users, c.Users[i])
			all.merge(&h)
		}
		total := run.Summary.Total
		if width != int64(seconds)*1000 || requests != total.Count || failures != total.Failures || users != min(seconds, 200) {
			t.Errorf("%d s: %d ms, %d requests, %d failures, %d users", seconds, width, requests, failures, users)
		}
		sum := int64(0)
		for _, k := range all.n {
			sum += int64(k)
		}
		if sum != total.Count {
			t.Errorf("%d s: %d times, want %d", seconds, sum, total.Count)
		}
		if c.Response != "" {
			t.Errorf("%d s: response times of a closed run", seconds)
		}
		want, below := float64(*total.ServiceMS.P50)/1e6, int64(0)
		for i, k := range all.n {
			if below += int64(k); below > sum/2 {
				if got := math.Pow(2, (float64(all.first+i)+0.5)/perOctave) / 1000; seconds > 10 && math.Abs(got/want-1) > 0.024 {
					t.Errorf("%d s: the median is %f ms, want %f", seconds, got, want)
				}
				break
			}
		}
	}
}

// A reset of the statistics is one of the history, too.
func TestHistoryForgetsAtReset(t *testing.T) {
	start := time.Unix(1_000_000, 0)
	rec := stats.NewRecorder(start, stats.Options{IntervalLog: true})
	h := &History{}
	record := func(at time.Time, n int) {
		for range n {
			rec.Record(stats.Sample{Key: stats.Key{Method: "GET", Name: "/"}, Planned: at, Sent: at, Done: at.Add(time.Millisecond)})
		}
	}
	record(start, 5)
	h.Add(rec.Collect(start.Add(time.Second), 1), Load{CPU: -1})
	rec.Reset(start.Add(time.Second))
	h.Add(rec.Collect(start.Add(time.Second), 1), Load{CPU: -1})
	record(start.Add(time.Second), 3)
	h.Add(rec.Collect(start.Add(2*time.Second), 2), Load{CPU: -1})
	c := h.Course()
	if !slices.Equal(c.Requests, []int64{0, 3}) || !slices.Equal(c.Users, []int{1, 2}) || !slices.Equal(c.Widths, []int64{0, 1000}) || c.Response == "" {
		t.Errorf("got %+v", c)
	}
}

// hostile are texts that would do something in a page if they were not escaped.
var hostile = []string{
	`</script><script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `' onmouseover='alert(1)`, `<!--`, `]]>`, `</style><b>`, `{{.}}`,
	`javascript:alert(1)`, `&lt;b&gt;`, "\u2028\x00\xff",
}

func TestReportEscapesEverything(t *testing.T) {
	for _, evil := range hostile {
		run := simulated(1, 1, 1)
		fill(reflect.ValueOf(run.Summary).Elem(), evil)
		run.Options = []Setting{{evil, evil, evil}}
		run.Scripts = []Source{{evil, evil}}
		compare := new(bytes.Buffer)
		if err := WriteComparison(compare, run, run); err != nil {
			t.Fatal(err)
		}
		for _, page := range []string{written(t, run), compare.String()} {
			if n := strings.Count(page, "<script"); n > 2 || strings.Contains(page, "<img") || strings.Contains(page, "<b>alert") {
				t.Errorf("%q got through: %d scripts", evil, n)
			}
			inert := regexp.MustCompile(`(?s)<script.*?</script>|<style.*?</style>`).ReplaceAllString(page, "")
			for _, tag := range regexp.MustCompile(`<[^>]*>`).FindAllString(inert, -1) {
				if strings.Contains(tag, "alert") || regexp.MustCompile(`\son\w+=`).MatchString(tag) {
					t.Errorf("%q got into a tag: %s", evil, tag)
				}
			}
			if want := strings.ToValidUTF8(strings.ReplaceAll(evil, "\x00", "\ufffd"), "\ufffd"); !strings.Contains(html.UnescapeString(inert), want) {
				t.Errorf("%q is not shown", evil)
			}
		}
	}
}

// fill sets every text in v, however deep, and makes one entry in every list.
func fill(v reflect.Value, text string) {
	switch v.Kind() {
	case reflect.String:
		if v.Type() == reflect.TypeFor[stats.Verdict]() {
			return // one of three words
		}
		v.SetString(text)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0), text)
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			return
		}
		for i := range v.NumField() {
			fill(v.Field(i), text)
		}
	}
}

func TestReportLoadsNothing(t *testing.T) {
	page := html.UnescapeString(written(t, simulated(3, 2, 5)))
	if found := regexp.MustCompile(`(?i)src=|href=[^#"]|href="[^#]|url\(|@import|fetch\(|XMLHttpRequest|WebSocket`).FindString(page); found != "" {
		t.Errorf("the page has %q", found)
	}
	for _, want := range []string{"default-src 'none'", "prefers-color-scheme", "@media print", "Permission is hereby granted", "SUSPECT"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %q", want)
		}
	}
}

func TestRedact(t *testing.T) {
	for text, want := range map[string]string{
		"https://joe:s3cret@example.com/a":                "https://example.com/a",
		"GET /a?id=1&access_token=abc.def&x=2":            "GET /a?id=1&access_token=***&x=2",
		"url: /b?sig=a%2Fb%3D')":                          "url: /b?sig=***')",
		"/c?API_KEY=1&Password=2#top":                     "/c?API_KEY=***&Password=***#top",
		`headers: {Authorization: "Bearer abcdefghijkl"}`: `headers: {Authorization: "Bearer ***"}`,
		"/d?design=1&monkey=2":                            "/d?design=1&monkey=2",
		"bearer of news":                                  "bearer of news",
		"mail to joe@example.com":                         "mail to joe@example.com",
	} {
		if got := redact(text); got != want {
			t.Errorf("redact(%q) = %q, want %q", text, got, want)
		}
	}
}

// Secrets that are known are taken out before the texts are escaped.
func TestReportRedacts(t *testing.T) {
	run := simulated(1, 1, 1)
	run.Summary.Script, run.Summary.Requests[0].Name = "a<b>&.js", "/a<b>&"
	run.Redact = func(s string) string { return strings.ReplaceAll(s, "<b>&", "***") }
	page := written(t, run)
	for _, want := range []string{"<title>katydid: a***.js</title>", ">/a***</td>"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %q", want)
		}
	}
}

func TestFormats(t *testing.T) {
	for got, want := range map[string]string{
		decimal(0): "0", decimal(0.0123): "0.012", decimal(1.234): "1.23", decimal(12.34): "12.3", decimal(1234.5): "1,235", decimal(-5): "-5.00",
		grouped(-1234567): "-1,234,567", grouped(999): "999", byteSize(999): "999 B", byteSize(1_500_000): "1.50 MB",
		duration(9.96): "10s", duration(60): "1m", duration(7200): "2h", duration(3723): "1h2m3s", millis((*stats.Millis)(nil)): "n/a", millis(stats.Millis(1_500_000)): "1.50",
		percent((*float64)(nil)): "n/a", percent(0.256): "25.6 %",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// A histogram log does not know which requests have failed, nor their bytes, and a page made of it does not say that none
// has. The history beside it knows how many have in all.
func TestReportOfALogAlone(t *testing.T) {
	run, other := simulated(5, 2, 40), simulated(5, 2, 40)
	run.Summary.Katydid = ""
	unknown := func(what, page string, want int) {
		t.Helper()
		if got := strings.Count(page, ">–<"); got != want {
			t.Errorf("%s: %d figures are not known, want %d", what, got, want)
		}
	}
	names := len(run.Summary.Requests)
	unknown("report", written(t, run), 1+2*(names+1))
	run.Failed = true
	unknown("report with a history", written(t, run), 2*names+1)
	unknown("report with a summary", written(t, other), 0)
	var page bytes.Buffer
	if err := WriteComparison(&page, run, other); err != nil {
		t.Fatal(err)
	}
	if got := strings.Count(page.String(), "– → "); got != names {
		t.Errorf("in the comparison %d shares of failures are not known, want %d", got, names)
	}
}
