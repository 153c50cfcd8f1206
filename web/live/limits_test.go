package live

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

func dial(t *testing.T, s *Server) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", s.listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// inTime gets the figures and says how long that took.
func inTime(t *testing.T, s *Server) time.Duration {
	t.Helper()
	begin := time.Now()
	if got := get(t, s, "/stats/requests", "Connection: close"); got.status != 200 {
		t.Error(got)
	}
	return time.Since(begin)
}

// Thousands open streams that they never read, open connections on which they ask nothing, or ask very slowly: a good
// client is served all the same, and the test goes on.
func TestThousandsOfIdleClients(t *testing.T) {
	for _, test := range []struct {
		name, sends string
		clients     int
	}{
		{"streams", "GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n", 10_000},
		{"silence", "", 3000},
		{"half a request", "GET /stats/requests HTTP/1.1\r\nHost: localhost\r\nX-Slow: ", 3000},
		{"a body that does not come", "POST /swarm HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{", 3000},
	} {
		f := newFake()
		s := started(t, f, Options{})
		good := follow(t, s)
		good.hello(t)
		if err := f.Start(Form{}); err != nil {
			t.Fatal(err)
		}
		good.hello(t)
		conns := make([]net.Conn, 0, test.clients)
		var slowest time.Duration
		for i := range test.clients {
			c, err := net.Dial("tcp", s.listener.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			conns = append(conns, c)
			_, _ = io.WriteString(c, test.sends) // it may be closed already
			if i%300 == 299 {
				slowest = max(slowest, inTime(t, s))
				f.request("/ok", 1, "")
				begin := time.Now()
				f.second()
				slowest = max(slowest, time.Since(begin))
				good.tick(t)
			}
		}
		s.board.mu.Lock()
		watchers := len(s.board.watchers)
		s.board.mu.Unlock()
		if slowest > 10*time.Second || watchers > maxWatchers {
			t.Errorf("%s: with them a good client waited for %s; %d watch", test.name, slowest, watchers)
		}
		t.Logf("%s: a good client waited for at most %s; %d watch", test.name, slowest, watchers)
		for _, c := range conns {
			c.Close()
		}
		if took := inTime(t, s); took > 10*time.Second {
			t.Errorf("%s: when they are gone, a good client waits for %s", test.name, took)
		}
	}
}

// The connection that was silent for longest goes; one that is being served stays.
func TestGate(t *testing.T) {
	f := newFake()
	s := started(t, f, Options{MaxConnections: 3})
	stream := dial(t, s)
	_, _ = io.WriteString(stream, "GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n")
	lines := bufio.NewReader(stream)
	if line, err := lines.ReadString('\n'); err != nil || line != "HTTP/1.1 200 OK\r\n" {
		t.Fatal(line, err)
	}
	silent, later := dial(t, s), dial(t, s)
	if took := inTime(t, s); took > 10*time.Second {
		t.Error(took)
	}
	_ = silent.SetReadDeadline(time.Now().Add(5 * time.Second))
	if n, err := silent.Read(make([]byte, 1)); n != 0 || err == nil || strings.Contains(err.Error(), "timeout") {
		t.Errorf("the silent one: %d, %v", n, err)
	}
	_, _ = io.WriteString(later, "GET /worker-count HTTP/1.1\r\nHost: localhost\r\n\r\n")
	if line, err := bufio.NewReader(later).ReadString('\n'); err != nil || line != "HTTP/1.1 200 OK\r\n" {
		t.Errorf("the later one: %q, %v", line, err)
	}
	f.log("still there")
	s.board.sign(false)
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(line, "still there") {
			break
		}
	}
}

func TestOversized(t *testing.T) {
	f := newFake()
	s := started(t, f, Options{})
	long := strings.Repeat("x", maxBody+1)
	for kind, body := range map[string]string{
		"application/x-www-form-urlencoded": "user_count=1&spawn_rate=1&profile=" + long,
		"application/json":                  `{"profile":"` + long + `"}`,
		"multipart/form-data; boundary=x":   "--x\r\nContent-Disposition: form-data; name=\"profile\"; filename=\"f\"\r\n\r\n" + long + "\r\n--x--\r\n",
	} {
		if got := ask(t, s, "POST", "/swarm", body, "Content-Type: "+kind); got.status != 413 {
			t.Errorf("%s: %v", kind, got)
		}
	}
	if len(f.starts) != 0 {
		t.Error("a test was started")
	}
	if got := get(t, s, "/", "X-Long: "+strings.Repeat("x", 2*maxHeader)); got.status != 431 {
		t.Error(got)
	}
	if got := get(t, s, "/?"+strings.Repeat("x", 2*maxHeader)); got.status != 431 {
		t.Error(got)
	}
}

// A stream outlives the time that a request may take; a client that waits for the end of a test, too.
func TestPatience(t *testing.T) {
	f := newFake()
	f.stopped = make(chan struct{})
	s := started(t, f, Options{})
	watcher := follow(t, s)
	watcher.hello(t)
	done := make(chan answer, 1)
	go func() { done <- ask(t, s, "GET", "/stop", "") }()
	time.Sleep(300 * time.Millisecond)
	if err := f.Start(Form{}); err != nil {
		t.Fatal(err)
	}
	watcher.hello(t)
	close(f.stopped)
	if got := <-done; got.status != 200 {
		t.Error(got)
	}
}

// Twenty watchers and some who poll, while frames come: for the race detector.
func TestManyAtOnce(t *testing.T) {
	f := newFake()
	s := started(t, f, Options{})
	var all sync.WaitGroup
	stop := make(chan struct{})
	for i := range 20 {
		watcher := follow(t, s)
		all.Go(func() { _, _ = io.Copy(io.Discard, watcher.lines) })
		if i%4 == 0 {
			all.Go(func() {
				for path := range cycle([]string{"/stats/requests", "/history?method=GET&name=/ok", "/metrics", "/exceptions", "/stats/requests/csv"}, stop) {
					got, err := http.Get(strings.TrimSuffix(s.URL(), "/") + path)
					if err != nil {
						t.Error(err)
						return
					}
					_, _ = io.Copy(io.Discard, got.Body)
					got.Body.Close()
				}
			})
		}
		t.Cleanup(func() { watcher.body.Close() })
	}
	if err := f.Start(Form{}); err != nil {
		t.Fatal(err)
	}
	for i := range 60 {
		f.request("/ok", 3, "")
		f.request(fmt.Sprintf("/%d", i%30), 7, "Error('x')")
		f.second()
		if i == 30 {
			if err := f.Reset(); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(2 * time.Millisecond)
	}
	close(stop)
	s.board.close()
	all.Wait()
}

// cycle goes through list until stop is closed.
func cycle(list []string, stop chan struct{}) func(func(string) bool) {
	return func(yield func(string) bool) {
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
				if !yield(list[i%len(list)]) {
					return
				}
			}
		}
	}
}
