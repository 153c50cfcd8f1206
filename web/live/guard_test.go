package live

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestOptions(t *testing.T) {
	tests := []struct {
		o    Options
		want string // in the error; "" for none
	}{
		{Options{Addr: "127.0.0.1:0"}, ""},
		{Options{Addr: "localhost:8089"}, ""},
		{Options{Addr: "[::1]:8089"}, ""},
		{Options{Addr: ":8089"}, "--web-auth"},
		{Options{Addr: "0.0.0.0:8089"}, "--web-no-auth"},
		{Options{Addr: "[::]:8089"}, "--web-auth"},
		{Options{Addr: "10.0.0.5:8089"}, "--web-auth"},
		{Options{Addr: "load.example.org:8089"}, "--web-auth"},
		{Options{Addr: "0.0.0.0:8089", NoAuth: true}, ""},
		{Options{Addr: "0.0.0.0:8089", User: "u", Password: "p"}, ""},
		{Options{Addr: "127.0.0.1:0", User: "u"}, "a user and a password"},
		{Options{Addr: "127.0.0.1:0", Password: "p"}, "a user and a password"},
		{Options{Addr: "127.0.0.1:0", CertFile: "c"}, "certificate and a key"},
		{Options{Addr: "8089"}, "not host:port"},
		{Options{Addr: "127.0.0.1:0", BasePath: "/a{b"}, "base path"},
	}
	for _, test := range tests {
		test.o.RunTime = parseRunTime
		_, err := New(test.o, newFake())
		if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%+v: %v, want %q", test.o, err, test.want)
		}
	}
}

func TestForeignHost(t *testing.T) {
	allowed := Options{Hosts: []string{"load.example.org", "*.test.example.org"}}
	tests := []struct {
		host string
		o    Options
		want int
	}{
		{"127.0.0.1:8089", Options{}, 200},
		{"localhost:8089", Options{}, 200},
		{"LOCALHOST", Options{}, 200},
		{"katydid.localhost", Options{}, 200},
		{"[::1]:8089", Options{}, 200},
		{"192.168.0.7", Options{}, 200},
		{"evil.example", Options{}, 421},
		{"evil.example:8089", Options{}, 421},
		{"localhost.evil.example", Options{}, 421},
		{"127.0.0.1.evil.example", Options{}, 421},
		{"notlocalhost", Options{}, 421},
		{"load.example.org:80", allowed, 200},
		{"Load.Example.Org.", allowed, 200},
		{"x.load.example.org", allowed, 421},
		{"a.test.example.org", allowed, 200},
		{"test.example.org", allowed, 421},
		{"evil.example", Options{User: "u", Password: "p"}, 401}, // whoever is asked by it, has no password
	}
	for _, test := range tests {
		s := started(t, newFake(), test.o)
		for _, path := range []string{"/", "/stats/requests", "/metrics", "/none/such"} {
			want := test.want
			if want == 200 && path == "/none/such" {
				want = 404
			}
			if got := get(t, s, path, "Host: "+test.host); got.status != want {
				t.Errorf("%s%s: %d, want %d", test.host, path, got.status, want)
			}
		}
	}
	f := newFake()
	s := started(t, f, Options{})
	if got := ask(t, s, "POST", "/swarm", "user_count=1&spawn_rate=1", "Host: evil.example"); got.status != 421 || len(f.starts) != 0 {
		t.Error(got)
	}
}

func TestCrossSite(t *testing.T) {
	const chrome = "User-Agent: Mozilla/5.0 (X11; Linux x86_64)"
	tests := []struct {
		name    string
		headers []string
		allowed bool
	}{
		{"curl", nil, true},
		{"curl with a host of its own", []string{"Host: localhost:1234"}, true},
		{"our page", []string{chrome, "Sec-Fetch-Site: same-origin", "Origin: http://127.0.0.1:8089"}, true},
		{"typed in", []string{chrome, "Sec-Fetch-Site: none"}, true},
		{"another site", []string{chrome, "Sec-Fetch-Site: cross-site"}, false},
		{"another port of this machine", []string{chrome, "Sec-Fetch-Site: same-site"}, false},
		{"another site, old browser", []string{chrome, "Origin: https://evil.example"}, false},
		{"a sandboxed frame", []string{chrome, "Origin: null"}, false},
		{"an image of another site, old browser", []string{chrome, "Referer: https://evil.example/page"}, false},
		{"the same without referrer", []string{chrome}, false},
		{"our page, old browser", []string{chrome, "Host: 10.0.0.5:8089", "Origin: http://10.0.0.5:8089"}, true},
		{"our page's GET, old browser", []string{chrome, "Host: 10.0.0.5:8089", "Referer: http://10.0.0.5:8089/load/"}, true},
		{"another port, old browser", []string{chrome, "Host: 10.0.0.5:8089", "Origin: http://10.0.0.5:3000"}, false},
		{"a script that sends an origin", []string{"Origin: https://evil.example"}, false},
	}
	for _, test := range tests {
		f := newFake()
		s := started(t, f, Options{})
		want := 403
		if test.allowed {
			want = 200
		}
		for path, method := range map[string]string{"/swarm": "POST", "/stop": "GET", "/stats/reset": "GET"} {
			body := ""
			if method == "POST" {
				body = "user_count=1&spawn_rate=1"
			}
			if got := ask(t, s, method, path, body, test.headers...); got.status != want {
				t.Errorf("%s: %s is %d, want %d", test.name, path, got.status, want)
			}
		}
		if called := len(f.starts) + f.stops + f.resets; called != map[bool]int{true: 3, false: 0}[test.allowed] {
			t.Errorf("%s: %d things were done", test.name, called)
		}
		if got := get(t, s, "/stats/requests", test.headers...); got.status != 200 { // it may be asked for; the browser gives it to no other site
			t.Errorf("%s: reading is %d", test.name, got.status)
		}
	}
}

func TestMethods(t *testing.T) {
	f := newFake()
	s := started(t, f, Options{})
	for path, methods := range map[string]string{
		"/swarm": "GET PUT DELETE HEAD", "/stop": "POST HEAD DELETE OPTIONS", "/stats/reset": "POST HEAD", "/stats/requests": "POST DELETE OPTIONS", "/metrics": "POST",
		"/user": "GET", "/": "POST", "/events": "POST",
	} {
		for _, method := range strings.Fields(methods) {
			if got := ask(t, s, method, path, ""); got.status != 405 || got.header.Get("Allow") == "" {
				t.Errorf("%s %s: %v", method, path, got)
			}
		}
	}
	if len(f.starts)+f.stops+f.resets != 0 {
		t.Error("something was done")
	}
	if got := ask(t, s, "POST", "/user", "{}"); got.status != 501 {
		t.Error(got)
	}
}

func TestPathTraversal(t *testing.T) {
	f := newFake()
	f.files["history"] = tempFile(t, "history")
	s := started(t, f, Options{})
	for _, path := range []string{
		"/../../etc/passwd", "/..%2f..%2fetc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/live.js/../../history.go", "/live.js%00", "/assets/dist/live.js", "/live.html",
		"/stats/requests_full_history/csv/../../../../etc/passwd", "//etc/passwd", "/.git/config", "/hlog?file=/etc/passwd", "/stats/../../etc/passwd",
	} {
		conn, err := net.Dial("tcp", s.listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(conn, "GET "+path+" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
		text, err := io.ReadAll(conn)
		conn.Close()
		if err != nil || strings.HasPrefix(string(text), "HTTP/1.1 200") || strings.Contains(string(text), "root:") {
			t.Errorf("%s: %s, %v", path, text, err)
		}
	}
	if got := get(t, s, "/stats/requests_full_history/csv?file=/etc/passwd"); got.body != "history" {
		t.Error(got)
	}
}

func TestPassword(t *testing.T) {
	f := newFake()
	s := started(t, f, Options{User: "ann", Password: "correct horse"})
	s.auth.wait = func(time.Duration) {}
	clock := time.Now()
	s.auth.now = func() time.Time { return clock }
	with := func(user, password string) answer {
		r := httptest.NewRequest("GET", "/", nil)
		r.SetBasicAuth(user, password)
		return get(t, s, "/stats/requests", "Authorization: "+r.Header.Get("Authorization"), "Host: anything.example")
	}
	for _, path := range []string{"/", "/stats/requests", "/events", "/metrics", "/none/such"} {
		if got := get(t, s, path); got.status != 401 || !strings.HasPrefix(got.header.Get("WWW-Authenticate"), "Basic ") {
			t.Errorf("%s without: %v", path, got)
		}
	}
	if got := ask(t, s, "POST", "/swarm", "user_count=1&spawn_rate=1"); got.status != 401 || len(f.starts) != 0 {
		t.Error(got)
	}
	for _, wrong := range [][2]string{{"ann", "correct"}, {"ann", ""}, {"", "correct horse"}, {"bob", "correct horse"}, {"ann", "correct horse "}} {
		if got := with(wrong[0], wrong[1]); got.status != 401 {
			t.Errorf("%v: %d", wrong, got.status)
		}
	}
	if got := with("ann", "correct horse"); got.status != 200 {
		t.Error(got)
	}
	for range maxTries - 5 {
		with("ann", "guess")
	}
	if got := with("ann", "correct horse"); got.status != 429 || got.header.Get("Retry-After") != "60" {
		t.Errorf("after %d wrong ones: %v", maxTries, got)
	}
	clock = clock.Add(triesTime + time.Second)
	if got := with("ann", "correct horse"); got.status != 200 {
		t.Errorf("a minute later: %v", got)
	}
}

func TestKnownAddressesAreBounded(t *testing.T) {
	g := newGatekeeper("u", "p")
	for i := range 3 * maxKnown {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = net.JoinHostPort(net.IPv4(10, byte(i>>16), byte(i>>8), byte(i)).String(), "1")
		g.count(addressOf(r))
	}
	if len(g.tries) > maxKnown {
		t.Errorf("%d addresses are known", len(g.tries))
	}
	r := httptest.NewRequest("GET", "/", nil)
	r.RemoteAddr = "[2001:db8:1:2:3:4:5:6%eth0]:1"
	if got := addressOf(r).String(); got != "2001:db8:1:2::/64" {
		t.Error(got)
	}
}

// certificate writes a certificate for 127.0.0.1 and its key.
func certificate(t *testing.T) (cert, key string, pool *x509.CertPool) {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, c, c, k.Public(), k)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		t.Fatal(err)
	}
	certPEM := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	pool = x509.NewCertPool()
	pool.AppendCertsFromPEM(certPEM)
	return tempFile(t, string(certPEM)), tempFile(t, string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER}))), pool
}

func TestTLS(t *testing.T) {
	cert, key, pool := certificate(t)
	s := started(t, newFake(), Options{CertFile: cert, KeyFile: key})
	if !strings.HasPrefix(s.URL(), "https://127.0.0.1:") {
		t.Error(s.URL())
	}
	for _, h2 := range []bool{false, true} {
		client := http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, ForceAttemptHTTP2: h2}}
		got, err := client.Get(s.URL() + "stats/requests")
		if err != nil {
			t.Fatal(err)
		}
		got.Body.Close()
		if got.StatusCode != 200 || got.ProtoMajor != map[bool]int{false: 1, true: 2}[h2] {
			t.Errorf("%s %s", got.Proto, got.Status)
		}
		client.CloseIdleConnections()
	}
	bad, err := New(Options{Addr: "127.0.0.1:0", CertFile: key, KeyFile: cert, RunTime: parseRunTime}, newFake())
	if err != nil {
		t.Fatal(err)
	}
	if err := bad.Listen(); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Error(err)
	}
}

func TestCloseEndsStreamsAndWaitsForAnswers(t *testing.T) {
	f := newFake()
	f.stopped = make(chan struct{})
	s, err := New(Options{Addr: "127.0.0.1:0", RunTime: parseRunTime}, f)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Listen(); err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve() }()
	watcher := follow(t, s)
	watcher.hello(t)
	stopping := make(chan answer, 1)
	go func() { stopping <- get(t, s, "/stop") }()
	for {
		f.mu.Lock()
		n := f.stops
		f.mu.Unlock()
		if n > 0 {
			break
		}
		time.Sleep(time.Millisecond)
	}
	closed := make(chan error, 1)
	go func() { closed <- s.Close(context.Background()) }()
	if _, err := io.ReadAll(watcher.lines); err != nil {
		t.Error("the stream did not end properly:", err)
	}
	close(f.stopped)
	if got := <-stopping; got.status != 200 || !strings.Contains(got.body, "Test stopped") {
		t.Error(got)
	}
	if err := <-closed; err != nil {
		t.Error(err)
	}
	if err := <-served; err != nil {
		t.Error(err)
	}
}
