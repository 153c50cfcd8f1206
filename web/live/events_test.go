package live

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"testing"
	"time"

	"katydid/web"
)

func TestEventsOfATest(t *testing.T) {
	f := newFake()
	s := started(t, f, Options{})
	f.log("before anybody watched")
	first := follow(t, s)
	h := first.hello(t)
	if h.Plan.Script != "scripts/lfweb.js" || h.Course != nil || h.Tick.State != Ready || len(h.Tick.Log) != 1 || h.Tick.Failures == nil {
		t.Errorf("the first hello is %+v", h)
	}

	if got := ask(t, s, "POST", "/swarm", "user_count=4&spawn_rate=2"); got.status != 200 {
		t.Fatal(got)
	}
	if h = first.hello(t); h.Tick.Run != 1 || h.Tick.State != Running || h.Tick.Users != 4 {
		t.Errorf("a test began: %+v", h.Tick)
	}
	for range 70 {
		f.request("/ok", 20, "")
	}
	f.request("/404", 3, "HTTPError('404')")
	f.log("something happened")
	f.second()
	tick := first.tick(t)
	switch {
	case tick.Total.Count != 71 || tick.Total.Failures != 1 || len(tick.Rows) != 2 || tick.Rows[1].Name != "/ok" || tick.Rows[1].Count != 70:
		t.Errorf("rows: %+v", tick)
	case tick.Point == nil || tick.Point.Requests != 71 || tick.Point.Width != 1000 || sum(tick.Point.Service.Counts) != 71 || tick.Point.Users != 4:
		t.Errorf("point: %+v", tick.Point)
	case tick.Rows[1].Point == nil || tick.Rows[1].Point.Requests != 70 || sum(tick.Rows[1].Point.Service.Counts) != 70:
		t.Errorf("point of /ok: %+v", tick.Rows[1].Point)
	case len(tick.Failures) != 1 || tick.Exceptions != nil || len(tick.Log) != 1 || tick.Log[0].N != 2:
		t.Errorf("lists: %+v", tick)
	case tick.Rows[1].Service.P95 == nil || tick.Rows[1].Service.P999 != nil || tick.Rows[0].Service.P50 != nil || tick.Rows[1].Response != nil:
		t.Errorf("percentiles: %+v %+v", tick.Rows[1].Service, tick.Rows[0].Service)
	}

	f.second()
	if tick = first.tick(t); len(tick.Rows) != 0 || tick.Failures != nil || tick.Point == nil || tick.Point.Requests != 0 || len(tick.Log) != 0 {
		t.Errorf("nothing happened, but %+v", tick)
	}

	second := follow(t, s)
	h = second.hello(t)
	if len(h.Tick.Rows) != 2 || len(h.Tick.Failures) != 1 || len(h.Tick.Log) != 2 || h.Course == nil || !slices.Equal(h.Course.Requests, []int64{71, 0}) {
		t.Errorf("the second watcher got %+v, course %+v", h.Tick, h.Course)
	}
	f.request("/ok", 10, "")
	f.second()
	for _, watcher := range []*stream{first, second} {
		tick := watcher.tick(t)
		if tick.Total.Count != 72 || len(tick.Rows) != 2 || tick.Rows[0].Point != nil || tick.Rows[1].Point.Requests != 1 {
			t.Errorf("%+v", tick) // the row of /404 is there for its present rate
		}
	}

	if got := get(t, s, "/stats/reset"); got.body != "ok" {
		t.Error(got)
	}
	if h = first.hello(t); h.Tick.Total.Count != 0 || h.Course != nil {
		t.Errorf("after the reset: %+v, course %+v", h.Tick, h.Course)
	}
}

func sum(list []int64) (n int64) {
	for _, x := range list {
		n += x
	}
	return n
}

func TestCourseOfAName(t *testing.T) {
	f := newFake()
	s := started(t, f, Options{})
	if err := f.Start(Form{}); err != nil {
		t.Fatal(err)
	}
	for i := range 5 {
		f.request("/always", 10, "")
		if i >= 3 {
			f.request("/late <b>", 10, "x")
		}
		f.second()
	}
	for name, want := range map[string]string{
		"/always":   "[1000 1000 1000 1000 1000] [1 1 1 1 1] [0 0 0 0 0]",
		"/late <b>": "[1000 1000 1000 1000 1000] [0 0 0 1 1] [0 0 0 1 1]",
	} {
		got := get(t, s, "/history?method=GET&name="+url.QueryEscape(name))
		var c web.Course
		unmarshal(t, got.body, &c)
		if text := fmt.Sprint(c.Widths, c.Requests, c.Failures); text != want || c.Most != rowPoints {
			t.Errorf("%s: %s of %d, want %s", name, text, c.Most, want)
		}
	}
	if got := get(t, s, "/history?method=GET&name=/none"); got.status != http.StatusNotFound {
		t.Error(got)
	}
}

// Log lines come also while no test goes on.
func TestSignOfLife(t *testing.T) {
	f := newFake()
	s := started(t, f, Options{})
	watcher := follow(t, s)
	watcher.hello(t)
	f.log("news")
	s.board.sign(true)
	if tick := watcher.tick(t); len(tick.Log) != 1 || tick.Log[0].Text != "news" || len(tick.Rows) != 0 {
		t.Errorf("%+v", tick)
	}
	s.board.sign(true)
	if line, err := watcher.lines.ReadString('\n'); line != ":\n" || err != nil {
		t.Errorf("%q, %v", line, err)
	}
}

func TestTooManyWatchers(t *testing.T) {
	f := newFake()
	s := started(t, f, Options{MaxWatchers: 2})
	first := follow(t, s)
	first.hello(t)
	follow(t, s).hello(t)
	if got := get(t, s, "/events"); got.status != http.StatusServiceUnavailable || got.header.Get("Retry-After") == "" {
		t.Error(got)
	}
	first.body.Close()
	for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		s.board.mu.Lock()
		n := len(s.board.watchers)
		s.board.mu.Unlock()
		if n == 1 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("there are still %d watchers", n)
		}
	}
	follow(t, s).hello(t)
}

// One who does not read is sent away; the others and the test notice nothing.
func TestSlowWatcher(t *testing.T) {
	f := newFake()
	s := started(t, f, Options{})
	slow := s.board.watch()
	good := follow(t, s)
	good.hello(t)
	for i := range queueLength + 5 {
		f.request("/ok", 1, "")
		begin := time.Now()
		f.second()
		if took := time.Since(begin); took > time.Second {
			t.Errorf("a tick took %s", took)
		}
		if i == 0 {
			good.hello(t) // a run of its own: the recorder's start
			continue
		}
		good.tick(t)
	}
	n := 0
	for range slow.queue { // ends: it was closed
		n++
	}
	if n != queueLength {
		t.Errorf("%d events waited", n)
	}
	s.board.leave(slow)
}

// Starts of an open run come with each second, also after a reset, which forgets requests only.
func TestStartsOfASecond(t *testing.T) {
	f := newFake()
	s := started(t, f, Options{})
	w := follow(t, s)
	w.hello(t)
	if got := ask(t, s, "POST", "/swarm", "user_count=4&spawn_rate=2"); got.status != 200 {
		t.Fatal(got)
	}
	w.hello(t)
	second := func(planned, started int64) *Point {
		f.frame.Open, f.frame.Planned, f.frame.Started = true, planned, started
		f.second()
		return w.tick(t).Point
	}
	if p := second(40, 38); p.Planned != 40 || p.Started != 38 {
		t.Errorf("the first second has %+v", p)
	}
	if p := second(85, 85); p.Planned != 45 || p.Started != 47 {
		t.Errorf("the second one has %+v", p)
	}
	if got := get(t, s, "/stats/reset"); got.body != "ok" {
		t.Error(got)
	}
	w.hello(t)
	if p := second(125, 124); p.Planned != 40 || p.Started != 39 {
		t.Errorf("the one after a reset has %+v", p)
	}
}
