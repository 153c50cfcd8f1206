package targetapi

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// wholeLines fails the test when it is written anything but whole lines.
type wholeLines struct {
	t *testing.T
	bytes.Buffer
	writes int
}

func (w *wholeLines) Write(p []byte) (int, error) {
	if !bytes.HasSuffix(p, []byte("\n")) {
		w.t.Errorf("a write ends within a line: %q", p)
	}
	w.writes++
	return w.Buffer.Write(p)
}

func TestLogLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // a bubble's clock starts at midnight, 1 January 2000
		var log bytes.Buffer
		a := New(&log)
		for range 10 {
			a.numbers.buggy()
		}
		get(a, "/volatile?q=1")
		get(a, "/buggy")
		a.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "/a%20b%0Ac", nil))
		if err := a.Flush(); err != nil {
			t.Fatal(err)
		}
		const want = "2000-01-01T00:00:01.000Z GET /volatile 200 1000.000ms\n" +
			"2000-01-01T00:00:01.000Z GET /buggy 200 0.000ms\n" +
			"2000-01-01T00:00:01.000Z POST /a%20b%0Ac 404 0.000ms\n"
		if log.String() != want {
			t.Errorf("log:\n%swant:\n%s", log.String(), want)
		}
	})
}

func TestLogHasALineForEachRequest(t *testing.T) {
	const requests = 3000 // enough to fill the buffer several times
	log := &wholeLines{t: t}
	a := New(log)
	inParallel(requests, func() string {
		get(a, "/")
		return ""
	})
	if err := a.Flush(); err != nil {
		t.Fatal(err)
	}
	if lines := strings.Count(log.String(), " GET / 200 "); lines != requests {
		t.Errorf("%d lines for %d requests", lines, requests)
	}
	if log.writes > requests/10 {
		t.Errorf("%d writes for %d requests: lines are not written together", log.writes, requests)
	}
}

func TestLogIsWrittenWithoutFlush(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		a := New(&log)
		for i := range 3 {
			get(a, "/")
			time.Sleep(time.Second)
			synctest.Wait()
			if lines := strings.Count(log.String(), "\n"); lines != i+1 {
				t.Errorf("%d lines a second after request %d", lines, i+1)
			}
		}
	})
}

// fullOnce fails its first write.
type fullOnce struct{ bytes.Buffer }

var errFull = errors.New("disk full")

func (w *fullOnce) Write(p []byte) (int, error) {
	if w.Len() == 0 {
		w.WriteString("x")
		return 0, errFull
	}
	return w.Buffer.Write(p)
}

func TestLogErrorEndsTheLogNotTheService(t *testing.T) {
	var log fullOnce
	a := New(&log)
	for range 3 {
		if status, _, _ := get(a, "/"); status != 200 {
			t.Errorf("answered %d without a log", status)
		}
		if err := a.Flush(); !errors.Is(err, errFull) {
			t.Errorf("flush: %v, want %v", err, errFull)
		}
	}
	if log.String() != "x" {
		t.Errorf("a log with a hole: %q", log.String())
	}
	if got := a.Served()[Answer{"/", 200}]; got != 3 {
		t.Errorf("served %d requests, want 3", got)
	}
}

func BenchmarkServeHTTP(b *testing.B) {
	a := New(io.Discard)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		for pb.Next() {
			a.ServeHTTP(discard{http.Header{}}, r)
		}
	})
}

// discard is a response that nobody reads.
type discard struct{ header http.Header }

func (d discard) Header() http.Header       { return d.header }
func (discard) WriteHeader(int)             {}
func (discard) Write(p []byte) (int, error) { return len(p), nil }
