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
	r.NoCookies = false
	r.Header = []Field{{"cookie", "x=y"}}
	got := string(do(t, c, r).Body) // one Cookie field with both
	contains(t, got, `"x": "y"`)
	contains(t, got, `"c": "d"`)
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
