package web_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"katydid/stats"
	"katydid/web"
	"katydid/web/live"
)

// fake is a test that has a clock of its own: a second passes when second is called. It serves the page as package live
// is to do it, by the contract in wire.go.
type fake struct {
	t    *testing.T
	plan live.Plan

	mu       sync.Mutex
	tick     live.Tick
	rec      *stats.Recorder
	course   *web.History
	names    map[stats.Key]*web.History
	before   *stats.Snapshot
	random   *rand.Rand
	now      time.Time
	lines    []live.Line
	watchers map[chan []byte]struct{}
	posted   []map[string][]string
	refuse   string // why nothing is started; "" for nothing
	planned  int64

	beat    time.Duration // what a second really takes
	rows    int           // names that are requested
	hostile string        // is part of all names and texts of failures
	long    string        // is the end of some names
	perUser float64       // requests a second
	failing float64       // share of the requests
	cost    func(name int, second time.Duration) float64

	addr   string
	server *http.Server
}

func newFake(t *testing.T) *fake {
	f := &fake{
		t: t, now: time.Date(2026, 11, 22, 20, 56, 30, 0, time.UTC), random: rand.New(rand.NewPCG(1, 2)), watchers: map[chan []byte]struct{}{},
		beat: time.Second, rows: 12, perUser: 5, failing: 0.004, course: &web.History{}, names: map[stats.Key]*web.History{}, before: &stats.Snapshot{},
		cost: func(name int, _ time.Duration) float64 { return float64(4 + 3*name) },
		plan: live.Plan{
			Version: "v1.4.0", Script: "scripts/shop.js", Kind: live.KindClosed, Steerable: true, Host: "https://shop.example", Users: 50, SpawnRate: 10,
			Classes:    []live.PlanClass{{Name: "Shopper", Weight: 3, Chosen: true, Tasks: []string{"browse", "search", "checkout"}}, {Name: "Admin", Fixed: 1, Chosen: true, Tasks: []string{"audit"}}},
			Thresholds: []string{"http_req_duration: p(95)<500", "http_req_failed: rate<0.01"},
			Ratios: live.Ratios{
				PerClass: []live.Ratio{{Name: "Shopper", Share: 0.75, Tasks: []live.Ratio{{Name: "browse", Share: 0.6}, {Name: "search", Share: 0.3}, {Name: "checkout", Share: 0.1}}}, {Name: "Admin", Share: 0.25, Tasks: []live.Ratio{{Name: "audit", Share: 1}}}},
				Total:    []live.Ratio{{Name: "Shopper", Share: 0.75, Tasks: []live.Ratio{{Name: "browse", Share: 0.45}, {Name: "search", Share: 0.225}, {Name: "checkout", Share: 0.075}}}, {Name: "Admin", Share: 0.25, Tasks: []live.Ratio{{Name: "audit", Share: 0.25}}}},
			},
		},
	}
	f.tick = live.Tick{State: live.Ready, Reasons: []string{}, Total: live.Row{Name: "Aggregated"}, Generator: live.Generator{CPU: -1}}
	f.serve("127.0.0.1:0")
	t.Cleanup(f.close)
	return f
}

// url is where the page is: below a base path, as behind a proxy.
func (f *fake) url() string { return "http://" + f.addr + "/load/" }

func (f *fake) serve(addr string) {
	f.t.Helper()
	l, err := net.Listen("tcp", addr)
	if err != nil {
		f.t.Fatal(err)
	}
	f.addr = l.Addr().String()
	mux := http.NewServeMux()
	files := http.FileServer(http.Dir("assets/dist"))
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, "assets/dist/live.html") })
	mux.Handle("GET /live.js", files)
	mux.Handle("GET /live.css", files)
	mux.HandleFunc("GET /events", f.events)
	mux.HandleFunc("GET /history", f.history)
	mux.HandleFunc("POST /swarm", f.swarm)
	mux.HandleFunc("GET /stop", f.stop)
	mux.HandleFunc("GET /stats/reset", f.reset)
	mux.HandleFunc("GET /hlog", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "#[Histogram log]") })
	f.server = &http.Server{Handler: http.StripPrefix("/load", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:")
		mux.ServeHTTP(w, r)
	}))}
	go func() { _ = f.server.Serve(l) }() // it ends when it is closed
}

func (f *fake) close() { _ = f.server.Close() }

func (f *fake) events(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	queue := make(chan []byte, 10_000)
	f.mu.Lock()
	queue <- f.hello()
	f.watchers[queue] = struct{}{}
	f.mu.Unlock()
	defer func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		delete(f.watchers, queue)
	}()
	for {
		select {
		case <-r.Context().Done():
			return
		case message := <-queue:
			_, _ = w.Write(message) // a page that is gone is seen by the context
			w.(http.Flusher).Flush()
		}
	}
}

// hello needs the lock, as all that follows does.
func (f *fake) hello() []byte {
	t := f.tick
	t.Point, t.Log = nil, f.lines
	t.Rows = f.rowsOf(f.before, nil)
	f.lists(&t, f.before)
	return event("hello", live.Hello{Plan: &f.plan, Course: f.course.Course(), Tick: t})
}

func event(name string, content any) []byte {
	data, err := json.Marshal(content)
	if err != nil {
		panic(err)
	}
	return []byte("event: " + name + "\ndata: " + string(data) + "\n\n")
}

func (f *fake) send(message []byte) {
	for queue := range f.watchers {
		queue <- message
	}
}

func (f *fake) history(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	c := f.names[stats.Key{Method: r.FormValue("method"), Name: r.FormValue("name")}].Course()
	if c == nil {
		http.Error(w, "There is no course of that name.", http.StatusNotFound)
		return
	}
	answer(w, c)
}

func answer(w http.ResponseWriter, content any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(content) // a page that is gone needs nothing
}

func (f *fake) swarm(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := r.ParseForm(); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	f.posted = append(f.posted, r.PostForm)
	if f.refuse != "" {
		answer(w, map[string]any{"success": false, "message": f.refuse})
		return
	}
	f.start(r.PostForm)
	answer(w, map[string]any{"success": true, "message": "Swarming started"})
}

func (f *fake) start(form map[string][]string) {
	number := func(name string) float64 {
		if len(form[name]) == 0 {
			return 0
		}
		n, _ := strconv.ParseFloat(form[name][0], 64)
		return n
	}
	begins := f.tick.State == live.Ready || f.tick.State == live.Stopped
	if begins {
		f.begin()
		f.tick.Host, f.tick.Open = f.plan.Host, number("rate") > 0
		if h := form["host"]; len(h) > 0 {
			f.tick.Host = h[0]
		}
		f.tick.State = live.Spawning
	}
	if n := number("user_count"); n > 0 {
		f.tick.Target = int(n)
	}
	if rate := number("rate"); rate > 0 {
		f.tick.Rate = rate
	}
	if begins {
		f.log("INFO", fmt.Sprintf("ramping to %d users", f.tick.Target))
		f.send(f.hello())
	}
}

// begin is a new test, or the same with statistics that were reset.
func (f *fake) begin() {
	f.tick.Run++
	f.tick.Elapsed, f.planned = 0, 0
	f.rec = stats.NewRecorder(f.now, stats.Options{IntervalLog: true})
	f.course, f.names, f.before = &web.History{}, map[stats.Key]*web.History{}, &stats.Snapshot{}
	f.tick.Total, f.tick.Point = live.Row{Name: "Aggregated"}, nil
}

func (f *fake) stop(w http.ResponseWriter, _ *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.tick.State, f.tick.Users, f.tick.Point = live.Stopped, 0, nil
	f.tick.ExitCode = 1
	f.log("INFO", "all users have stopped")
	f.send(event("tick", f.tick))
	answer(w, map[string]any{"success": true, "message": "Test stopped"})
}

func (f *fake) reset(w http.ResponseWriter, _ *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.begin()
	f.tick.Run--
	f.send(f.hello())
	_, _ = w.Write([]byte("ok"))
}

func (f *fake) log(level, text string) {
	f.lines = append(f.lines, live.Line{N: int64(len(f.lines) + 1), Text: fmt.Sprintf("[%s,123] host/%s/katydid: %s", f.now.Format("2006-01-02 15:04:05"), level, text)})
	f.tick.Log = f.lines[len(f.lines)-1:]
}

// bucketsOf is a histogram as the page gets it.
func bucketsOf(h *hdrhistogram.PackedHistogram) live.Counts {
	c := live.Counts{Counts: []int64{}}
	if h == nil || h.TotalCount() == 0 {
		return c
	}
	bucket := func(micros int64) int { return int(16 * math.Log2(float64(max(micros, 1)))) }
	c.First = bucket(h.Min())
	for value, n := range h.ForEachBucket {
		c.First = min(c.First, bucket(value))
		_ = n
	}
	c.Counts = make([]int64, bucket(h.Max())-c.First+1)
	for value, n := range h.ForEachBucket {
		c.Counts[bucket(value)-c.First] += n
	}
	return c
}
