package bridge

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mccutchen/go-httpbin/v2/httpbin"
)

func bin(t *testing.T) *Origin {
	t.Helper()
	o, err := ParseOrigin(target(t, httpbin.New().ServeHTTP))
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func at(t *testing.T, o *Origin, method, target string) *Request {
	t.Helper()
	o, uri, err := o.Resolve(target)
	if err != nil {
		t.Fatal(err)
	}
	return &Request{Method: method, Origin: o, URI: uri}
}

func TestRedirects(t *testing.T) {
	o := bin(t)
	for _, tc := range []struct {
		method, uri string
		max         int
		status      int
		hops        int
		last        string // method + URI of the last request
	}{
		{"GET", "/redirect/3", 0, 200, 3, "/get"},
		{"GET", "/absolute-redirect/3", 0, 200, 3, "/get"},
		{"GET", "/redirect/3", 3, 200, 3, "/get"},
		{"GET", "/redirect/3", -1, 302, 0, "/redirect/3"},
		{"HEAD", "/redirect/3", 0, 302, 0, "/redirect/3"},
		{"HEAD", "/redirect/3", 5, 200, 3, "/get"},
		{"POST", "/redirect-to?url=/get&status_code=301", 0, 200, 1, "/get"},
		{"POST", "/redirect-to?url=/get&status_code=302", 0, 200, 1, "/get"},
		{"POST", "/redirect-to?url=/get&status_code=303", 0, 200, 1, "/get"},
		{"POST", "/redirect-to?url=/post&status_code=307", 0, 200, 1, "/post"},
		{"PUT", "/redirect-to?url=/put&status_code=308", 0, 200, 1, "/put"},
		{"GET", "/status/304", 0, 304, 0, "/status/304"},
	} {
		r := at(t, o, tc.method, tc.uri)
		r.MaxRedirects = tc.max
		r.Header = []Field{{"Content-Type", "text/plain"}}
		if tc.method[0] == 'P' {
			r.Body = []byte("the body")
		}
		w := do(t, user(t, &Config{}), r)
		equal(t, tc.uri+": status", w.Status, tc.status)
		equal(t, tc.uri+": hops", len(w.History), tc.hops)
		equal(t, tc.uri+": last", w.URI, tc.last)
		equal(t, tc.uri+": URL", w.URL(), o.URL(tc.last))
		if w.URI == "/post" || w.URI == "/put" {
			contains(t, string(w.Body), "the body")
		}
		if tc.method == "POST" && w.URI == "/get" && strings.Contains(string(w.Body), "text/plain") {
			t.Errorf("the Content-Type of a dropped body was sent: %s", w.Body)
		}
	}
	got, _ := fails(t, user(t, &Config{}), at(t, o, "GET", "/redirect/31"))
	equal(t, "31 redirects", got, "TooManyRedirects('more than 30')")
	got, _ = fails(t, user(t, &Config{MaxRedirects: 2}), at(t, o, "GET", "/redirect/3"))
	equal(t, "3 redirects", got, "TooManyRedirects('more than 2')")
	got, _ = fails(t, user(t, &Config{}), at(t, o, "GET", "/redirect-to?url=ftp://x/"))
	contains(t, got, "InvalidURL('ftp://x/: scheme must be http or https')")
}

// Locations as servers write them, seen from /a/b?c.
func TestLocations(t *testing.T) {
	var host string
	url := target(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/a/b" {
			w.Header()["Location"] = []string{r.Header.Get("To")}
			w.WriteHeader(302)
		}
		host = r.Host
	})
	for to, want := range map[string]string{
		"/x":                  "/x",
		"x":                   "/a/x",
		"./x":                 "/a/x",
		"../x/../get#part":    "/get",
		"/x/../y":             "/y",
		"?d":                  "/a/b?d", // leads to itself: one more answer, then too many
		"x?y=é z":             "/a/x?y=%C3%A9%20z",
		url[5:] + "/x":        "/x",
		url:                   "/",
		"/x?next=http://a//b": "/x?next=http://a//b",
		"a:b":                 "",
	} {
		r := get(t, url+"/a/b?c")
		r.Header, r.MaxRedirects = []Field{{"To", to}}, 1
		w := &Response{}
		err := user(t, &Config{}).Do(r, w)
		if to == "?d" || to == "a:b" {
			equal(t, to+": is an error", err != nil, true)
		} else if err != nil || w.URI != want {
			t.Errorf("%q led to %q, want %q (%v)", to, w.URI, want, err)
		}
		equal(t, "host", "http://"+host, url)
	}
}

// Credentials stay with the host that they were meant for.
func TestRedirectToOtherHost(t *testing.T) {
	var got http.Header
	other := target(t, func(_ http.ResponseWriter, r *http.Request) { got = r.Header.Clone() })
	first := target(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/same" {
			got = r.Header.Clone()
			return
		}
		http.Redirect(w, r, r.URL.Query().Get("to"), 302)
	})
	c := user(t, &Config{Header: []Field{{"Authorization", "from config"}}})
	for to, want := range map[string]string{"/same": "secret", other: ""} {
		r := get(t, first+"/?to="+to)
		r.Header = []Field{{"Authorization", "secret"}, {"Cookie", "secret"}, {"X-Other", "kept"}}
		do(t, c, r)
		equal(t, to+": Authorization", got.Get("Authorization"), want)
		equal(t, to+": Cookie", got.Get("Cookie"), want)
		equal(t, to+": X-Other", got.Get("X-Other"), "kept")
	}
}

func TestEncodings(t *testing.T) {
	o := bin(t)
	c := user(t, &Config{})
	for _, uri := range []string{"/gzip", "/deflate"} {
		w := do(t, c, at(t, o, "GET", uri))
		var v map[string]any
		if err := json.Unmarshal(w.Body, &v); err != nil {
			t.Errorf("%s: %v in %q", uri, err, w.Body)
		}
		equal(t, uri+": size", w.Size, int64(len(w.Body)))
		equal(t, uri+": encoding", w.Header.Get("Content-Encoding"), uri[1:])
	}
}

func TestBasicAuth(t *testing.T) {
	o := bin(t)
	c := user(t, &Config{})
	r := at(t, o, "GET", "/basic-auth/me/pässword")
	equal(t, "without", do(t, c, r).Status, 401)
	r.Header = []Field{{"Authorization", BasicAuth("me", "pässword")}}
	equal(t, "with", do(t, c, r).Status, 200)
	w := do(t, c, get(t, "http://me:p%40ss@"+o.Host+"/basic-auth/me/p%40ss"))
	equal(t, "in the URL", w.Status, 200)
	equal(t, "not shown", strings.Contains(w.URL(), "me:"), false)
}

func TestCookies(t *testing.T) {
	o := bin(t)
	c := user(t, &Config{})
	equal(t, "no jar yet", c.jar == nil, true)
	do(t, c, at(t, o, "GET", "/get"))
	equal(t, "still no jar", c.jar == nil, true)
	w := do(t, c, at(t, o, "GET", "/cookies/set?a=b")) // redirects to /cookies
	contains(t, string(w.Body), `"a": "b"`)
	c.SetCookie(o, &http.Cookie{Name: "c", Value: "d"})
	twin := c.Sibling()
	defer twin.Close()
	w = do(t, twin, at(t, o, "GET", "/cookies"))
	contains(t, string(w.Body), `"a": "b"`)
	contains(t, string(w.Body), `"c": "d"`)
	equal(t, "cookies", len(c.Cookies(o, "/")), 2)
	r := at(t, o, "GET", "/cookies")
	r.NoCookies = true
	equal(t, "none sent", strings.Contains(string(do(t, c, r).Body), `"a"`), false)
	do(t, c, at(t, o, "GET", "/cookies/delete?a"))
	equal(t, "deleted by the server", len(c.Cookies(o, "/")), 1)
	c.ClearCookies()
	equal(t, "cleared", len(twin.Cookies(o, "/")), 0)
	do(t, twin, at(t, o, "GET", "/cookies/set?e=f"))
	equal(t, "shared again", len(c.Cookies(o, "/")), 1)
}

func TestBodies(t *testing.T) {
	o := bin(t)
	c := user(t, &Config{})
	form := at(t, o, "POST", "/post")
	form.Body = Form([]Field{{"a", "1 2"}, {"a", "é&"}})
	form.Header = []Field{{"content-type", FormType}}
	contains(t, echo(t, do(t, c, form)), `"form":{"a":["1 2","é&"]}`)

	upload := at(t, o, "PUT", "/put")
	body, contentType := Multipart([]Part{{Name: "f\"1", Filename: "a.txt", Data: []byte("file")}, {Name: "n", Data: []byte("v")}})
	upload.Body, upload.Header = body, []Field{{"Content-Type", contentType}}
	got := echo(t, do(t, c, upload))
	contains(t, got, `"form":{"n":["v"]}`)
	contains(t, got, `:["file"]`)

	large := at(t, o, "PATCH", "/patch")
	large.Body = []byte(strings.Repeat("0123456789", 50000))
	large.Header = []Field{{"Content-Type", "text/plain"}}
	contains(t, echo(t, do(t, c, large)), string(large.Body))
	empty := do(t, c, at(t, o, "POST", "/post"))
	contains(t, echo(t, empty), `"Content-Length":["0"]`)
}

// echo is the answer without insignificant white space.
func echo(t *testing.T, w *Response) string {
	t.Helper()
	var v any
	if err := json.Unmarshal(w.Body, &v); err != nil {
		t.Fatalf("%v in %.200q", err, w.Body)
	}
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(v)
	return b.String()
}

func TestHeadersSent(t *testing.T) {
	var got *http.Request
	url := target(t, func(_ http.ResponseWriter, r *http.Request) { got = r })
	c := user(t, &Config{UserAgent: "agent/1", Header: []Field{{"X-Default", "config"}, {"X-Other", "config"}}})
	r := get(t, url+"/a?b=c")
	do(t, c, r)
	equal(t, "agent", got.UserAgent(), "agent/1")
	equal(t, "encoding", got.Header.Get("Accept-Encoding"), DefaultAcceptEncoding)
	equal(t, "host", "http://"+got.Host, url)
	equal(t, "URI", got.RequestURI, "/a?b=c")
	r.Header = []Field{{"user-agent", "mine"}, {"HOST", "example.test"}, {"x-default", "request"}, {"Accept-Encoding", "x"}, {"Content-Length", "77"}}
	do(t, c, r)
	equal(t, "agent", got.UserAgent(), "mine")
	equal(t, "host", got.Host, "example.test")
	equal(t, "overridden", strings.Join(got.Header.Values("X-Default"), ","), "request")
	equal(t, "default", got.Header.Get("X-Other"), "config")
	equal(t, "encoding", got.Header.Get("Accept-Encoding"), "x")
}

func TestRequestsThatCannotBeSent(t *testing.T) {
	c := user(t, &Config{})
	base := get(t, "http://127.0.0.1:1/")
	for _, tc := range []struct {
		change func(*Request)
		want   string
	}{
		{func(r *Request) { r.Header = []Field{{"A", "b\r\nC: d"}} }, `InvalidRequest('header "A" holds`},
		{func(r *Request) { r.Header = []Field{{"A b", "c"}} }, `InvalidRequest('header "A b" holds`},
		{func(r *Request) { r.Header = []Field{{"Transfer-Encoding", "chunked"}} }, "InvalidRequest('Transfer-Encoding"},
		{func(r *Request) { r.Method = "GET /x" }, "InvalidRequest('the method is not a token"},
		{func(r *Request) { r.URI = "/a b" }, "InvalidURL('/a b: holds a space"},
		{func(r *Request) { r.URI = "a" }, "InvalidURL('a: the path must begin"},
		{func(r *Request) { r.Origin = nil }, "InvalidURL('the request has no address"},
	} {
		r := *base
		tc.change(&r)
		got, _ := fails(t, c, &r)
		contains(t, got, tc.want)
	}
}

func TestStreams(t *testing.T) {
	o := bin(t)
	c := user(t, &Config{})
	equal(t, "lines", strings.Count(string(do(t, c, at(t, o, "GET", "/stream/5")).Body), "\n"), 5)
	w := do(t, c, at(t, o, "GET", "/drip?numbytes=5&duration=100ms&delay=0"))
	equal(t, "dripped", w.Size, 5)
	equal(t, "in time", w.Phases.Receive > 50*time.Millisecond, true)
	equal(t, "range", do(t, c, at(t, o, "GET", "/stream-bytes/100000?chunk_size=777")).Size, 100000)
	r := at(t, o, "GET", "/delay/5")
	r.Timeout = 50 * time.Millisecond
	got, _ := fails(t, c, r)
	equal(t, "delay", got, "ReadTimeout('no complete response within 50ms')")
}
