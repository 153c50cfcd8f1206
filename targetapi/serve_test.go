package targetapi

import (
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// pipes is a listener in memory, so that Serve can run on a bubble's clock.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
	close  sync.Once
	dials  atomic.Int32
}

func newPipes() *pipes { return &pipes{conns: make(chan net.Conn), closed: make(chan struct{})} }

func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipes", Net: "pipe"} }

func (p *pipes) Close() error {
	p.close.Do(func() { close(p.closed) })
	return nil
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) dial(context.Context, string, string) (net.Conn, error) {
	p.dials.Add(1)
	mine, theirs := net.Pipe()
	select {
	case p.conns <- theirs:
		return mine, nil
	case <-p.closed:
		return nil, errors.New("connection refused")
	}
}

// served is a running Serve with a client for it.
type served struct {
	*API
	ln     *pipes
	log    bytes.Buffer
	client http.Client
	stop   context.CancelFunc
	result chan error // what Serve returned
}

func serve(t *testing.T) *served {
	s := &served{ln: newPipes(), result: make(chan error, 1)}
	s.API = New(&s.log)
	transport := &http.Transport{DialContext: s.ln.dial}
	s.client.Transport = transport
	ctx, stop := context.WithCancel(t.Context())
	s.stop = stop
	go func() { s.result <- s.Serve(ctx, s.ln) }()
	t.Cleanup(func() {
		stop()
		transport.CloseIdleConnections()
	})
	return s
}

// ask returns a channel with the answer to a request for path.
func (s *served) ask(ctx context.Context, path string) <-chan string {
	answer := make(chan string, 1)
	go func() {
		r, _ := http.NewRequestWithContext(ctx, http.MethodGet, "http://target"+path, nil)
		resp, err := s.client.Do(r)
		if err != nil {
			answer <- err.Error()
			return
		}
		defer resp.Body.Close()
		body, _ := io.ReadAll(resp.Body)
		answer <- resp.Status + ": " + string(body)
	}()
	return answer
}

func TestServeAnswersUntilStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := serve(t)
		if got := <-s.ask(t.Context(), "/"); got != "200 OK: Server OK" {
			t.Error(got)
		}
		s.stop()
		if err := <-s.result; err != nil {
			t.Error(err)
		}
		if got := <-s.ask(t.Context(), "/"); !strings.Contains(got, "connection refused") {
			t.Errorf("after the stop: %s", got)
		}
		if lines := strings.Count(s.log.String(), "\n"); lines != 1 {
			t.Errorf("%d lines in the log after the stop, want 1", lines)
		}
	})
}

func TestFiveSecondsFitTheTimeouts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := serve(t)
		s.numbers.next = 50
		if got := <-s.ask(t.Context(), "/volatile"); got != "200 OK: Produced response after 5 second/s" {
			t.Error(got)
		}
		time.Sleep(time.Minute) // a long think time
		if got := <-s.ask(t.Context(), "/"); got != "200 OK: Server OK" {
			t.Error(got)
		}
		if dials := s.ln.dials.Load(); dials != 1 {
			t.Errorf("%d connections for one user, want 1", dials)
		}
		s.stop()
		<-s.result
	})
}

func TestStopEndsRequestsInFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := serve(t)
		s.numbers.next = 20
		answers := make([]<-chan string, 20)
		for i := range answers {
			answers[i] = s.ask(t.Context(), "/volatile")
		}
		synctest.Wait() // all 20 are waiting now
		began := time.Now()
		s.stop()
		for _, answer := range answers {
			if got := <-answer; got != "503 Service Unavailable: Service Unavailable\n" {
				t.Error(got)
			}
		}
		if err := <-s.result; err != nil {
			t.Error(err)
		}
		if took := time.Since(began); took >= time.Second {
			t.Errorf("stopping took %v with waits of 2 and 3 s in flight", took)
		}
		if got, want := s.Served(), (map[Answer]int64{{"/volatile", 503}: 20}); !maps.Equal(got, want) {
			t.Errorf("served %v, want %v", got, want)
		}
	})
}

func TestStopDoesNotWaitForASilentClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := serve(t)
		conn, err := s.ln.dial(t.Context(), "", "")
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		synctest.Wait()
		began := time.Now()
		s.stop()
		if err := <-s.result; err != nil {
			t.Error(err)
		}
		if took := time.Since(began); took > stopGrace {
			t.Errorf("stopping took %v, want at most %v", took, stopGrace)
		}
		_ = conn.SetReadDeadline(time.Now().Add(time.Second))
		if _, err := conn.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
			t.Errorf("the silent client's connection after the stop: %v, want EOF", err)
		}
	})
}

func TestServerSeesTheClientLeave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := serve(t)
		s.numbers.next = 50
		ctx, leave := context.WithCancel(t.Context())
		answer := s.ask(ctx, "/volatile")
		synctest.Wait()
		leave()
		<-answer
		synctest.Wait() // no time passes: the wait of 5 s was ended
		if got, want := s.Served(), (map[Answer]int64{{"/volatile", 499}: 1}); !maps.Equal(got, want) {
			t.Errorf("served %v, want %v", got, want)
		}
		s.stop()
		<-s.result
	})
}

func TestServeReportsABrokenListener(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ln.Close()
	if err := New(nil).Serve(t.Context(), ln); !errors.Is(err, net.ErrClosed) {
		t.Errorf("serving a closed listener: %v", err)
	}
}
