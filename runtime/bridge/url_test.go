package bridge

import (
	"strings"
	"testing"
)

func TestParseURL(t *testing.T) {
	for _, tc := range []struct{ in, host, addr, uri string }{
		{"http://example.test", "example.test", "example.test:80", "/"},
		{"HTTP://EXAMPLE.test/A?b=C", "example.test", "example.test:80", "/A?b=C"},
		{"https://example.test/", "example.test", "example.test:443", "/"},
		{"https://example.test:443/", "example.test", "example.test:443", "/"},
		{"http://example.test:443/", "example.test:443", "example.test:443", "/"},
		{"http://[::1]:8080/x", "[::1]:8080", "[::1]:8080", "/x"},
		{"http://[::1]", "[::1]", "[::1]:80", "/"},
		{"http://bücher.test/ü?ö", "xn--bcher-kva.test", "xn--bcher-kva.test:80", "/%C3%BC?%C3%B6"},
		{"http://a.test/b c?d=\"e\"#f", "a.test", "a.test:80", "/b%20c?d=%22e%22"},
		{"http://a.test/%20%zz", "a.test", "a.test:80", "/%20%zz"},
		{"http://a.test?q", "a.test", "a.test:80", "/?q"},
		{"http://a.test#f", "a.test", "a.test:80", "/"},
		{"http://user:pa%20ss@a.test/", "a.test", "a.test:80", "/"},
	} {
		o, uri, err := ParseURL(tc.in)
		if err != nil {
			t.Errorf("%s: %v", tc.in, err)
			continue
		}
		equal(t, tc.in+": host", o.Host, tc.host)
		equal(t, tc.in+": addr", o.Addr, tc.addr)
		equal(t, tc.in+": uri", uri, tc.uri)
		equal(t, tc.in+": no credentials", strings.Contains(o.URL(uri), "user"), false)
	}
}

func TestParseURLErrors(t *testing.T) {
	for in, want := range map[string]string{
		"":                       "has no scheme",
		"example.test":           "has no scheme",
		"ftp://x/":               "scheme must be http or https",
		"http://":                "bad host name",
		"http:///path":           "bad host name",
		"http://a b/":            "invalid character",
		"http://a.test:0/":       "bad port",
		"http://a.test:65536/":   "bad port",
		"http://a.test:x/":       "invalid port",
		"http://[::1/":           "missing ']'",
		"http://a\r\nb/":         "invalid control character",
		"http://a^b/":            "",
		strings.Repeat("x", 300): "...: has no scheme",
	} {
		_, _, err := ParseURL(in)
		if err == nil {
			t.Errorf("%q was accepted", in)
			continue
		}
		contains(t, err.Error(), "InvalidURL('")
		contains(t, err.Error(), want)
	}
}

func TestResolve(t *testing.T) {
	for _, tc := range []struct{ base, target, want string }{
		{"http://a.test", "/x", "http://a.test/x"},
		{"http://a.test/", "/x", "http://a.test/x"},
		{"http://a.test/api/", "/x?y", "http://a.test/api/x?y"},
		{"http://a.test/api", "x", "http://a.test/api/x"},
		{"http://a.test/api", "", "http://a.test/api"},
		{"http://a.test/api", "?q", "http://a.test/api/?q"},
		{"http://a.test", "", "http://a.test/"},
		{"http://a.test/api", "https://b.test/y", "https://b.test/y"},
		{"http://a.test", "/next?url=http://b.test", "http://a.test/next?url=http://b.test"},
		{"http://a.test", "//x", "http://a.test//x"},
	} {
		base, err := ParseOrigin(tc.base)
		if err != nil {
			t.Fatal(err)
		}
		o, uri, err := base.Resolve(tc.target)
		if err != nil {
			t.Errorf("%s + %s: %v", tc.base, tc.target, err)
			continue
		}
		equal(t, tc.base+" + "+tc.target, o.URL(uri), tc.want)
	}
	if _, _, err := (*Origin)(nil).Resolve("/x"); err == nil {
		t.Error("a relative URL without a base was accepted")
	}
	if _, err := ParseOrigin("http://a.test/?q"); err == nil {
		t.Error("a base with a query was accepted")
	}
	base, _ := ParseOrigin("http://a.test")
	if n := testing.AllocsPerRun(10, func() { _, _, _ = base.Resolve("/x?y=1") }); n > 0 {
		t.Errorf("resolving a plain path allocates %v times", n)
	}
}

func TestAddQuery(t *testing.T) {
	p := []Field{{"a b", "c&d"}, {"e", "é"}}
	for in, want := range map[string]string{
		"/":     "/?a+b=c%26d&e=%C3%A9",
		"/x?":   "/x?a+b=c%26d&e=%C3%A9",
		"/x?y":  "/x?y&a+b=c%26d&e=%C3%A9",
		"/x?y&": "/x?y&a+b=c%26d&e=%C3%A9",
		"/x#f":  "/x?a+b=c%26d&e=%C3%A9#f",
	} {
		equal(t, in, AddQuery(in, p), want)
	}
	equal(t, "none", AddQuery("/x", nil), "/x")
}

func FuzzParseURL(f *testing.F) {
	for _, s := range []string{"http://a/b?c#d", "https://u:p@[::1]:1/", "http://ü/", "//", "http://a:/"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		o, uri, err := ParseURL(s)
		if err != nil {
			return
		}
		if strings.ContainsAny(o.Host+uri, " \r\n\t\x00") || uri[0] != '/' {
			t.Errorf("%q gives host %q, URI %q", s, o.Host, uri)
		}
		again, uri2, err := ParseURL(o.URL(uri))
		if err != nil || again.key != o.key || uri2 != uri {
			t.Errorf("%q: %q is not stable: %v", s, o.URL(uri), err)
		}
	})
}
