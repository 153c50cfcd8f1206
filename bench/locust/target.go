package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"katydid/targetapi"
)

// slowPage is how long /slow takes.
const slowPage = 120 * time.Millisecond

// target is a server on loopback whose answers depend on the request alone:
//
//	/ok, /start   200 "ok"
//	/slow         200 "slow" after slowPage
//	/404, /500    that status
//	/redir        302 to /ok
//
// It keeps a log of what it has answered, which is the truth that both tools are held to.
type target struct {
	url    string
	server *http.Server
	mu     sync.Mutex
	log    []arrival
}

// arrival is one request: when it came and what it asked for.
type arrival struct {
	at   time.Time
	path string // with the query
}

// startTarget listens on a free port. The caller stops it with close.
func startTarget() (*target, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("start the target: %w", err)
	}
	t := &target{url: "http://" + ln.Addr().String()}
	t.server = &http.Server{Handler: t, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = t.server.Serve(ln) }() // ends with close; what breaks before shows as failures in every check
	return t, nil
}

func (t *target) close() { t.server.Close() }

// take returns the log so far and begins a new one.
func (t *target) take() []arrival {
	t.mu.Lock()
	defer t.mu.Unlock()
	log := t.log
	t.log = nil
	return log
}

// firstArrival waits for the first request since take and returns its time; the present after graceToStart.
func (t *target) firstArrival() time.Time {
	for limit := time.Now().Add(graceToStart); time.Now().Before(limit); time.Sleep(5 * time.Millisecond) {
		t.mu.Lock()
		log := t.log
		t.mu.Unlock()
		if len(log) > 0 {
			return log[0].at
		}
	}
	return time.Now()
}

func (t *target) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	t.mu.Lock()
	t.log = append(t.log, arrival{time.Now(), r.URL.RequestURI()})
	t.mu.Unlock()
	switch r.URL.Path {
	case "/ok", "/start":
		_, _ = io.WriteString(w, "ok")
	case "/slow":
		time.Sleep(slowPage)
		_, _ = io.WriteString(w, "slow")
	case "/500":
		http.Error(w, "broken", http.StatusInternalServerError)
	case "/redir":
		w.Header().Set("Location", "/ok")
		w.WriteHeader(http.StatusFound)
	default:
		http.NotFound(w, r)
	}
}

// startScene serves the target API that the scenes are written for, until stop is called. served is how many requests
// it has answered.
func startScene() (url string, served func() int, stop func(), err error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, nil, fmt.Errorf("start the target API: %w", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	api := targetapi.New(nil)
	go func() {
		_ = api.Serve(ctx, ln) // what breaks it shows as failures
		close(done)
	}()
	served = func() int {
		var sum int64
		for _, n := range api.Served() {
			sum += n
		}
		return int(sum)
	}
	return "http://" + ln.Addr().String(), served, func() { cancel(); <-done }, nil
}
