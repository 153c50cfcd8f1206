package exporter

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"katydid/internal/azurite"
)

// results for tests: a folder with the files of a short run.
func someResults(t testing.TB) (prefix string) {
	t.Helper()
	prefix = filepath.Join(t.TempDir(), "scene_1")
	for _, k := range kinds {
		must(t, os.WriteFile(prefix+k.suffix, []byte("Type,Name of "+k.suffix+"\r\nGET,/\r\n"), 0o666))
	}
	return prefix
}

var someRun = RunInfo{Version: "1.2.3", Scene: "scene_1", Started: time.Date(2026, 11, 22, 20, 53, 4, 0, time.UTC), State: StateRunning}

func finishedRun() RunInfo {
	run, zero := someRun, 0
	run.State, run.ExitCode, run.Ended = "finished", &zero, run.Started.Add(time.Minute)
	return run
}

// said collects all that an Exporter says.
type said struct {
	mu    sync.Mutex
	lines []string
}

func (s *said) log(level slog.Level, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lines = append(s.lines, level.String()+" "+text)
}

func (s *said) err(errs ...error) {
	for _, err := range errs {
		s.log(slog.LevelError, fmt.Sprintf("%v\n%+v\n%#v\n%q", err, err, err, err))
		for u := err; u != nil; u = errors.Unwrap(u) {
			s.log(slog.LevelError, fmt.Sprintf("%T %+v %#v", u, u, u))
		}
	}
}

func (s *said) text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.lines, "\n")
}

// unruly stands before the emulator and misbehaves with the first bad requests; -1 is all.
func unruly(t *testing.T, bad int64, misbehave http.HandlerFunc) (root string) {
	var seen atomic.Int64
	root, _ = unrulyWhen(t, misbehave, func(*http.Request) bool { return seen.Add(1) <= bad || bad < 0 })
	return root
}

// unrulyWhen stands before the emulator and misbehaves with the requests that when names, until stop is called.
func unrulyWhen(t *testing.T, misbehave http.HandlerFunc, when func(*http.Request) bool) (root string, stop func()) {
	t.Helper()
	behind, err := url.Parse(azurite.Start(t).URL)
	must(t, err)
	transport := &http.Transport{}
	proxy := &httputil.ReverseProxy{Transport: transport, ErrorLog: log.New(io.Discard, "", 0), Rewrite: func(r *httputil.ProxyRequest) {
		r.Out.URL.Scheme, r.Out.URL.Host = behind.Scheme, behind.Host
	}}
	var tame atomic.Bool
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !tame.Load() && when(r) {
			misbehave(w, r)
			return
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(func() { server.CloseClientConnections(); server.Close(); transport.CloseIdleConnections() })
	return server.URL + "/" + azurite.Account, func() { tame.Store(true) }
}

// serve runs a handler on loopback.
func serve(t *testing.T, h http.HandlerFunc) (rawURL string) {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL
}

func hang(_ http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body) // else the server does not notice that the client leaves
	<-r.Context().Done()
}

func busy(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("x-ms-error-code", "ServerBusy")
	w.WriteHeader(http.StatusServiceUnavailable)
}

// reset breaks the connection in the middle of a body.
func reset(w http.ResponseWriter, r *http.Request) {
	_, _ = io.ReadFull(r.Body, make([]byte, 10))
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	_ = conn.(*net.TCPConn).SetLinger(0)
	_ = conn.Close()
}

// wrongClock refuses, and its clock differs by 17 minutes.
func wrongClock(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Date", time.Now().Add(-17*time.Minute).UTC().Format(http.TimeFormat))
	w.Header().Set("x-ms-error-code", "AuthenticationFailed")
	w.WriteHeader(http.StatusForbidden)
}

// echo says the whole URL, as the detail of a refusal or a proxy's error page might.
func echo(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("x-ms-error-code", "Because "+r.URL.RawQuery)
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(http.StatusForbidden)
	fmt.Fprintf(w, "<Error><Code>Because</Code><Message>%s</Message></Error>", r.URL.String())
}

func elsewhere(w http.ResponseWriter, r *http.Request) {
	http.Redirect(w, r, "http://127.0.0.1:1/?"+r.URL.RawQuery, http.StatusTemporaryRedirect)
}

// failure is a row of the table. Preflight meets it; then the user corrects it, or not.
type failure struct {
	name  string
	setUp func(t *testing.T) (rawURL, token string)
	class Class
	says  []string
	least time.Duration
	most  time.Duration
	good  bool // it passes by itself
}

// slack is for a crowded machine.
const slack = 10 * time.Second

func failures() []failure {
	hour := func() time.Time { return time.Now().Add(time.Hour) }
	before := func(bad int64, misbehave http.HandlerFunc) func(t *testing.T) (string, string) {
		return func(t *testing.T) (string, string) {
			root := unruly(t, bad, misbehave)
			s := azurite.Start(t)
			c := s.Container(t)
			return root + "/" + c, least(s, c)
		}
	}
	with := func(token func(s *azurite.Server, container string) string) func(t *testing.T) (string, string) {
		return func(t *testing.T) (string, string) {
			s := azurite.Start(t)
			c := s.Container(t)
			return s.URL + "/" + c, token(s, c)
		}
	}
	const quick = preflightTime - 3*time.Second // none of these waits for anything, but the machine may be slow
	return []failure{
		{name: "good", setUp: with(least), good: true, most: quick},
		{name: "good, write only", setUp: with(func(s *azurite.Server, c string) string { return s.ContainerSAS(c, "w", hour()) }), good: true, most: quick},
		{name: "good, the article's account token", setUp: with(func(s *azurite.Server, _ string) string { return "?" + s.AccountSAS(hour()) }), good: true, most: quick},
		{name: "expired", setUp: with(func(s *azurite.Server, c string) string { return s.ContainerSAS(c, "cw", time.Now().Add(-time.Hour)) }),
			class: Denied, says: []string{"403", "expired"}, most: quick},
		{name: "read-only", setUp: with(func(s *azurite.Server, c string) string { return s.ContainerSAS(c, "rl", hour()) }),
			class: Denied, says: []string{"403 AuthorizationPermissionMismatch", "sp=cw"}, most: quick},
		{name: "wrong container", setUp: with(func(s *azurite.Server, _ string) string { return least(s, "another") }),
			class: Denied, says: []string{"403", "another container"}, most: quick},
		{name: "missing container", setUp: func(t *testing.T) (string, string) {
			s := azurite.Start(t)
			return s.URL + "/nothere", least(s, "nothere")
		}, class: Missing, says: []string{"404 ContainerNotFound", "make it"}, most: quick},
		{name: "refused", setUp: func(t *testing.T) (string, string) {
			return "http://127.0.0.1:1/" + azurite.Account + "/c", fakeToken
		}, class: Retry, says: []string{"127.0.0.1:1", "nobody listens"}, least: time.Second, most: quick},
		{name: "DNS failure", setUp: func(t *testing.T) (string, string) {
			return "https://nosuchaccount.blob.invalid/c", fakeToken
		}, class: Retry, says: []string{"nosuchaccount.blob.invalid", "DNS"}, least: time.Second, most: preflightTime + slack},
		{name: "hanging", setUp: before(-1, hang), class: Retry, says: []string{"no answer within 5s", "the time is up"},
			least: preflightTime - time.Second, most: preflightTime + slack},
		{name: "503 for ever", setUp: before(-1, busy), class: Retry, says: []string{"503 ServerBusy", "trouble"}, least: time.Second, most: quick},
		{name: "503 then well", setUp: before(3, busy), good: true, least: time.Second, most: quick},
		{name: "reset", setUp: before(-1, reset), class: Retry, says: []string{"the connection broke off"}, least: time.Second, most: quick},
		{name: "reset then well", setUp: before(2, reset), good: true, most: quick},
		{name: "clock skew", setUp: before(-1, wrongClock), class: Skew, says: []string{"clock is 17m", "ahead of"}, most: quick},
		{name: "says the token back", setUp: before(-1, echo), class: Denied, says: []string{"403 Because"}, most: quick},
		{name: "redirects", setUp: before(-1, elsewhere), class: Fatal, says: []string{"307", "redirects"}, most: quick},
	}
}

const (
	fakeSignature = "SECRET+secret/SECRETsecretSECRETsecretSECRE="
	fakeToken     = "?sv=2021-12-02&sr=c&sp=cw&se=2099-01-01&sig=" + fakeSignature
)

// TestFailures meets each trouble in Preflight, at debug level, and searches all that was said and written for the token.
func TestFailures(t *testing.T) {
	for _, f := range failures() {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			rawURL, token := f.setUp(t)
			var heard said
			store := open(t, rawURL, token)
			x := New(store, Options{Results: someResults(t), Log: heard.log})
			run := someRun
			run.Args = []string{"run", "--export", rawURL + token}
			begin := time.Now()
			err := x.Preflight(t.Context(), run)
			took := time.Since(begin)
			heard.err(err)
			t.Logf("after %v: %v", took.Round(10*time.Millisecond), err)
			if took < f.least || took > f.most {
				t.Errorf("took %v, want %v to %v", took, f.least, f.most)
			}
			f.judge(t, err)
			deadline := 2 * time.Second
			if f.good {
				deadline = FlushTime
			}
			ctx, cancel := context.WithTimeout(t.Context(), deadline)
			defer cancel()
			err = x.Flush(ctx, run)
			heard.err(err)
			if (err == nil) != f.good {
				t.Errorf("Flush says %v", err)
			}
			if took := time.Since(begin) - took; took > deadline+slack {
				t.Errorf("Flush took %v, its deadline was %v", took, deadline)
			}
			must(t, x.Close())
			noSecret(t, token, heard.text(), filepath.Dir(x.o.Results))
		})
	}
}

func (f failure) judge(t *testing.T, err error) {
	t.Helper()
	if f.good {
		must(t, err)
		return
	}
	wantClass(t, err, f.class)
	for _, text := range f.says {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("the error does not say %q", text)
		}
	}
	if strings.Contains(err.Error(), "\n") {
		t.Error("the error has several lines")
	}
}

// noSecret searches text, and all files in dir, for the token and its signature in every form.
func noSecret(t *testing.T, token, text, dir string) {
	t.Helper()
	q, err := url.ParseQuery(strings.ReplaceAll(strings.TrimPrefix(token, "?"), "+", "%2B"))
	must(t, err)
	sig := q.Get("sig")
	if len(sig) != 44 {
		t.Fatalf("the test looks for the signature %q", sig)
	}
	entries, err := os.ReadDir(dir)
	must(t, err)
	for _, e := range entries {
		text += "\n" + readFile(t, filepath.Join(dir, e.Name()))
	}
	for _, form := range []string{strings.TrimPrefix(token, "?"), sig, url.QueryEscape(sig), url.PathEscape(sig), sig[:20], url.QueryEscape(sig)[:20]} {
		if i := strings.Index(text, form); i >= 0 {
			t.Errorf("the secret got out: ...%s", text[max(0, i-200):i])
		}
	}
}
