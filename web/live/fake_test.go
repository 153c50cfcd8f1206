package live

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"katydid/stats"
)

var t0 = time.Date(2026, 11, 22, 21, 13, 20, 0, time.UTC)

// fakeTest is a test whose requests are recorded by hand, on a clock of its own.
type fakeTest struct {
	plan *Plan
	show func(*Frame)

	mu      sync.Mutex
	rec     *stats.Recorder
	frame   Frame
	now     time.Time
	lines   []Line
	starts  []Form
	stops   int
	resets  int
	err     error // of Start
	files   map[string]string
	stopped chan struct{} // if not nil, Stop waits for it
}

func newFake() *fakeTest {
	return &fakeTest{
		plan: &Plan{
			Version: "v1", Script: "scripts/lfweb.js", Kind: KindClosed, Steerable: true, Host: "http://127.0.0.1:18099", Users: 1, SpawnRate: 1,
			Classes: []PlanClass{{Name: "Shopper", Weight: 3, Chosen: true}, {Name: "Admin", Weight: 1, Chosen: true}},
			Args:    []PlanArg{{Name: "api-key", Kind: "string", Secret: true}, {Name: "tags", Kind: "string", Multiple: true}},
			Ratios: Ratios{
				PerClass: []Ratio{{"Shopper", 0.75, []Ratio{{Name: "ok", Share: 0.6}, {Name: "boom", Share: 0.2}, {Name: "e404", Share: 0.2}}},
					{"Admin", 0.25, []Ratio{{Name: "ok", Share: 1}}}},
				Total: []Ratio{{"Shopper", 0.75, []Ratio{{Name: "ok", Share: 0.45}, {Name: "boom", Share: 0.15}, {Name: "e404", Share: 0.15}}},
					{"Admin", 0.25, []Ratio{{Name: "ok", Share: 0.25}}}},
			},
		},
		rec: newRecorder(t0), now: t0, show: func(*Frame) {}, files: map[string]string{},
		frame: Frame{State: Ready, Snapshot: &stats.Snapshot{Total: stats.Row{Key: stats.Key{Name: "Aggregated"}}}, CPU: -1},
	}
}

func newRecorder(start time.Time) *stats.Recorder {
	return stats.NewRecorder(start, stats.Options{IntervalLog: true})
}

func (f *fakeTest) Plan() *Plan { return f.plan }

func (f *fakeTest) Start(form Form) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err != nil {
		return f.err
	}
	f.starts = append(f.starts, form)
	if f.frame.State != Running {
		f.frame.Run++
		f.now = f.now.Add(time.Minute)
		f.rec = newRecorder(f.now)
	}
	f.frame.State, f.frame.Host = Running, f.plan.Host
	if form.Users != nil {
		f.frame.Users, f.frame.Target = *form.Users, *form.Users
	}
	f.present()
	return nil
}

func (f *fakeTest) Stop(ctx context.Context) error {
	f.mu.Lock()
	f.stops++
	wait := f.stopped
	f.mu.Unlock()
	if wait != nil {
		select {
		case <-wait:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.frame.State, f.frame.Users = Stopped, 0
	f.present()
	return nil
}

func (f *fakeTest) Reset() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.resets++
	f.rec.Reset(f.now)
	f.present()
	return nil
}

func (f *fakeTest) Log(n int64) []Line { return f.lines[min(int(n), len(f.lines)):] }

func (f *fakeTest) File(kind string) string { return f.files[kind] }

func (f *fakeTest) Write(w io.Writer, kind string) error {
	_, err := io.WriteString(w, "<!doctype html><title>"+kind+"</title>")
	return err
}

func (f *fakeTest) Histograms(fn stats.HistogramFunc) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rec.Histograms(fn)
}

func (f *fakeTest) log(text string) {
	f.lines = append(f.lines, Line{int64(len(f.lines) + 1), text})
}

// request records an answer that took ms milliseconds, and ends now.
func (f *fakeTest) request(name string, ms float64, failure string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rec.Record(stats.Sample{Key: stats.Key{Method: "GET", Name: name}, Sent: f.now, Done: f.now.Add(time.Duration(ms * 1e6)), Bytes: 12, Failure: failure, Stamped: true})
}

// second lets a second pass and shows the frame.
func (f *fakeTest) second() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now = f.now.Add(time.Second)
	f.present()
}

func (f *fakeTest) present() {
	f.frame.Snapshot = f.rec.Collect(f.now, f.frame.Users)
	f.frame.Elapsed = f.now.Sub(f.frame.Snapshot.Start)
	frame := f.frame
	f.show(&frame)
}

func parseRunTime(s string) (time.Duration, error) {
	if !strings.HasSuffix(s, "s") {
		s += "s"
	}
	return time.ParseDuration(s)
}

// started is a server that answers on a port of its own.
func started(t *testing.T, f *fakeTest, o Options) *Server {
	t.Helper()
	if o.Addr == "" {
		o.Addr = "127.0.0.1:0"
	}
	o.RunTime = parseRunTime
	s, err := New(o, f)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Listen(); err != nil {
		t.Fatal(err)
	}
	f.show = s.Show
	served := make(chan error, 1)
	go func() { served <- s.Serve() }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if err := s.Close(ctx); err != nil {
			t.Error(err)
		}
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	return s
}

// answer is what somebody got.
type answer struct {
	status int
	header http.Header
	body   string
}

// ask asks for path below the server's URL; headers are "Name: value". A body makes it a POST of a form.
func ask(t *testing.T, s *Server, method, path, body string, headers ...string) answer {
	t.Helper()
	r, err := http.NewRequest(method, strings.TrimSuffix(s.URL(), "/")+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		if name == "Host" {
			r.Host = value
		} else {
			r.Header.Set(name, value)
		}
	}
	client := http.Client{Timeout: 10 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	got, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	text, err := io.ReadAll(got.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{got.StatusCode, got.Header, string(text)}
}

func get(t *testing.T, s *Server, path string, headers ...string) answer {
	t.Helper()
	return ask(t, s, "GET", path, "", headers...)
}

// stream reads server-sent events.
type stream struct {
	body  io.Closer
	lines *bufio.Reader
}

func follow(t *testing.T, s *Server) *stream {
	t.Helper()
	got, err := http.Get(s.URL() + "events")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { got.Body.Close() })
	if got.StatusCode != 200 || got.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("%s, %s", got.Status, got.Header.Get("Content-Type"))
	}
	return &stream{got.Body, bufio.NewReader(got.Body)}
}

// next is the next event's name and data.
func (s *stream) next(t *testing.T) (event, data string) {
	t.Helper()
	for {
		line, err := s.lines.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		line = strings.TrimSuffix(line, "\n")
		if text, ok := strings.CutPrefix(line, "event: "); ok {
			event = text
		} else if text, ok := strings.CutPrefix(line, "data: "); ok {
			data = text
		} else if line == "" && event != "" {
			return event, data
		}
	}
}

// hello reads a hello, tick a tick.
func (s *stream) hello(t *testing.T) (h Hello) {
	t.Helper()
	decode(t, s, "hello", &h)
	return h
}

func (s *stream) tick(t *testing.T) (tick Tick) {
	t.Helper()
	decode(t, s, "tick", &tick)
	return tick
}

func decode(t *testing.T, s *stream, want string, to any) {
	t.Helper()
	event, data := s.next(t)
	if event != want {
		t.Fatalf("%s %s, want %s", event, data, want)
	}
	if err := json.Unmarshal([]byte(data), to); err != nil {
		t.Fatal(err)
	}
}

func tempFile(t *testing.T, text string) string {
	t.Helper()
	f, err := os.CreateTemp(t.TempDir(), "file")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := io.WriteString(f, text); err != nil {
		t.Fatal(err)
	}
	return f.Name()
}

// histogramOf has n values from low to high, in milliseconds, at equal ratios.
func histogramOf(n int, low, high float64) *hdrhistogram.PackedHistogram {
	h := hdrhistogram.NewPacked(1, 3_600_000_000, 3)
	for i := range n {
		if err := h.RecordValue(int64(1000 * low * math.Pow(high/low, float64(i)/float64(n-1)))); err != nil {
			panic(fmt.Sprint(err))
		}
	}
	return h
}
