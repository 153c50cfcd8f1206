package bridge

import (
	"fmt"
	"io"
	"net/http"
	"testing"
)

// step sends r without following redirects.
func step(t *testing.T, c *Client, r *Request) *Response {
	t.Helper()
	r.MaxRedirects = -1
	return do(t, c, r)
}

// Whoever drives a chain by hand meets the same requests as Do does.
func TestRedirectByHand(t *testing.T) {
	o := bin(t)
	for _, tc := range []struct {
		method, uri string
		methods     string // of the hops
		last        string
	}{
		{"GET", "/redirect/3", "GET GET GET GET", "/get"},
		{"HEAD", "/redirect/2", "HEAD HEAD HEAD", "/get"},
		{"POST", "/redirect-to?url=/get&status_code=301", "POST GET", "/get"},
		{"PUT", "/redirect-to?url=/get&status_code=302", "PUT GET", "/get"},
		{"HEAD", "/redirect-to?url=/get&status_code=303", "HEAD HEAD", "/get"},
		{"POST", "/redirect-to?url=/post&status_code=307", "POST POST", "/post"},
		{"PUT", "/redirect-to?url=/put&status_code=308", "PUT PUT", "/put"},
		{"GET", "/status/304", "GET", "/status/304"},
	} {
		r := at(t, o, tc.method, tc.uri)
		r.Header = []Field{{"Content-Type", "text/plain"}}
		if tc.method[0] == 'P' {
			r.Body = []byte("the body")
		}
		want := do(t, user(t, &Config{}), func() *Request { r := *r; r.MaxRedirects = 9; return &r }())
		c, methods := user(t, &Config{}), tc.method
		w := step(t, c, r)
		for {
			next, ok, err := c.Redirect(r, w)
			equal(t, "error", err, nil)
			if !ok {
				break
			}
			methods += " " + next.Method
			r = &next
			w = step(t, c, r)
		}
		equal(t, tc.uri+": methods", methods, tc.methods)
		equal(t, tc.uri+": last", w.URL(), o.URL(tc.last))
		equal(t, tc.uri+": status", w.Status, want.Status)
		equal(t, tc.uri+": body", string(w.Body), string(want.Body))
	}
}

func TestRedirectByHandLosesCredentials(t *testing.T) {
	var got http.Header
	other := target(t, func(_ http.ResponseWriter, r *http.Request) { got = r.Header.Clone() })
	first := target(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.Query().Get("to"), 302) })
	c := user(t, &Config{Header: []Field{{"Authorization", "from config"}}})
	r := get(t, first+"/?to="+other)
	r.Header = []Field{{"Cookie", "secret"}, {"X-Other", "kept"}}
	next, ok, err := c.Redirect(r, step(t, c, r))
	equal(t, "ok", ok, true)
	equal(t, "error", err, nil)
	step(t, c, &next)
	equal(t, "Authorization", got.Get("Authorization"), "")
	equal(t, "Cookie", got.Get("Cookie"), "")
	equal(t, "X-Other", got.Get("X-Other"), "kept")

	r = get(t, first+"/?to=ftp://x/")
	_, ok, err = c.Redirect(r, step(t, c, r))
	equal(t, "ok", ok, false)
	equal(t, "error", fmt.Sprint(err), "InvalidURL('ftp://x/: scheme must be http or https')")
}

func TestNoAccept(t *testing.T) {
	url := target(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, fmt.Sprint(r.Header["Accept"], r.Header["Accept-Encoding"]))
	})
	c, r := user(t, &Config{NoAccept: true}), get(t, url)
	equal(t, "none", string(do(t, c, r).Body), "[] []")
	r.Header = []Field{{"Accept-Encoding", "br"}}
	equal(t, "the request's own", string(do(t, c, r).Body), "[] [br]")
}

func TestDiscard(t *testing.T) {
	big := "HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n" + fmt.Sprintf("%300000d", 1)
	zip := encode("gzip", "hello")
	for _, tc := range []struct {
		answer string
		size   int64
	}{
		{ok, 2}, {big, 300000}, {encoded("gzip", zip), int64(len(zip))}, {chunkedEncoded("gzip", zip), int64(len(zip))},
		{encoded("gzip", "damaged"), 7},
	} {
		c, r := user(t, &Config{}), get(t, "http://"+serve(t, script(tc.answer, ok))+"/")
		r.Discard = true
		w := do(t, c, r)
		equal(t, "body", w.Body == nil, true)
		equal(t, "size", w.Size, tc.size)
		equal(t, "wire size", w.WireSize, tc.size)
		equal(t, "cut", w.Truncated, false)
		r.Discard = false
		w = do(t, c, r)
		equal(t, "reused", w.Reused, true)
		equal(t, "the next one is kept", string(w.Body), "ok")
	}
	for _, answer := range []string{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"} {
		r := get(t, "http://"+serve(t, script(answer))+"/")
		r.Discard = true
		got, _ := fails(t, user(t, &Config{}), r)
		equal(t, "error", got, "ConnectionError('connection closed in the middle of the response')")
	}
}

func TestKeepUnknown(t *testing.T) {
	addr := serve(t, script(encoded("rot13", "ok"), encoded("gzip, rot13", "ok"), encoded("gzip", encode("gzip", "zipped"))))
	c, r := user(t, &Config{KeepUnknown: true}), get(t, "http://"+addr+"/")
	equal(t, "unknown", string(do(t, c, r).Body), "ok")
	equal(t, "one of two unknown", string(do(t, c, r).Body), "ok")
	equal(t, "known", string(do(t, c, r).Body), "zipped")
}

func TestPeer(t *testing.T) {
	url := "http://" + answering(t, ok)
	c := user(t, &Config{})
	w := do(t, c, get(t, url))
	equal(t, "address", "http://"+w.RemoteAddr().String(), url)
	equal(t, "TLS", w.TLS() == nil, true)
	equal(t, "protocol", w.Proto, "HTTP/1.1")
	c.CloseIdle()
	equal(t, "address after the end", "http://"+w.RemoteAddr().String(), url)
	w = do(t, c, get(t, url))
	equal(t, "reused after CloseIdle", w.Reused, false)

	insecure, _ := TLSFiles{Insecure: true}.Config()
	w = do(t, user(t, &Config{TLS: insecure}), get(t, secure(t, nil)))
	equal(t, "TLS 1.3", w.TLS().Version, 0x0304)

	_, w = fails(t, c, get(t, "http://127.0.0.1:1/"))
	equal(t, "no address", w.RemoteAddr() == nil, true)
	equal(t, "HTTP/1.0", do(t, c, get(t, "http://"+serve(t, script("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok"))+"/")).Proto, "HTTP/1.0")
}
