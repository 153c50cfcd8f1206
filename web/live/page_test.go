package live

import (
	"encoding/json"
	"strings"
	"testing"
)

func unmarshal(t *testing.T, text string, to any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), to); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
}

func TestPage(t *testing.T) {
	for _, base := range []string{"", "/load/test"} {
		s := started(t, newFake(), Options{BasePath: base})
		if want := base + "/"; !strings.HasSuffix(s.URL(), want) {
			t.Errorf("the URL is %s", s.URL())
		}
		for path, kind := range map[string]string{"/": "text/html", "/live.js": "text/javascript", "/live.css": "text/css"} {
			plain := get(t, s, path, "Accept-Encoding: identity")
			small := get(t, s, path, "Accept-Encoding: br, gzip;q=0.5")
			tag := small.header.Get("Etag")
			again := get(t, s, path, "Accept-Encoding: gzip", "If-None-Match: "+tag)
			switch {
			case plain.status != 200 || !strings.HasPrefix(plain.header.Get("Content-Type"), kind) || plain.header.Get("Content-Encoding") != "":
				t.Errorf("%s: %v", path, plain)
			case small.header.Get("Content-Encoding") != "gzip" || !strings.HasPrefix(small.body, "\x1f\x8b") || tag == plain.header.Get("Etag"):
				t.Errorf("%s, compressed: %v", path, small)
			case again.status != 304 || again.body != "":
				t.Errorf("%s, again: %v", path, again)
			}
			for name, want := range map[string]string{
				"Content-Security-Policy": "default-src 'none'; script-src 'self'", "X-Content-Type-Options": "nosniff",
				"Referrer-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin", "Vary": "Accept-Encoding",
			} {
				if got := plain.header.Get(name); !strings.HasPrefix(got, want) {
					t.Errorf("%s: %s is %q", path, name, got)
				}
			}
			if plain.header.Get("Access-Control-Allow-Origin") != "" {
				t.Errorf("%s may be read by other sites", path)
			}
		}
		if base != "" {
			if got := ask(t, &Server{opts: s.opts, listener: s.listener}, "GET", base, ""); got.status != 302 || got.header.Get("Location") != base+"/" {
				t.Error(got)
			}
		}
		if got := get(t, s, "/login"); got.status != 302 || got.header.Get("Location") != base+"/" {
			t.Error(got)
		}
	}
}
