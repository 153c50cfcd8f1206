package bridge

import (
	"net/http"
	"strings"
	"testing"
)

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
