package k6

import (
	"testing"

	"katydid/runtime/bridge"
)

// What users share of their URLs is what parsing each of them gives.
func FuzzURL(f *testing.F) {
	for _, text := range []string{
		"http://a.test/b?c#d", "http://a.test/b", "HTTP://A.test/B", "https://a.test:444/x y", "http://a.test?x=/1", "http://a.test#/x", "http://a.test\\b/c",
		"http://u:p@a.test/x", "http://u:p/q@a.test/x", "http:///x", "http://a.test//b/../c", "://a/b", "a", "", "http://[::1]:80/x", "http://[::1%25lo]/x", "/http://a/b",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var u urls
		u.split(text)                                           // an origin that was not there
		for _, text := range []string{text, text + "x", text} { // and now is
			origin, uri, err := u.split(text)
			wantOrigin, wantURI, wantErr := bridge.ParseURL(text)
			if (err == nil) != (wantErr == nil) {
				t.Fatalf("%q: %v, want %v", text, err, wantErr)
			}
			if err == nil && (uri != wantURI || *origin != *wantOrigin) {
				t.Errorf("%q: %v %q, want %v %q", text, origin, uri, wantOrigin, wantURI)
			}
		}
		if err := u.find(text).wrong; err != nil && err.text == "" {
			t.Errorf("%q is wrong for no reason", text)
		}
	})
}

func TestMasked(t *testing.T) {
	for text, want := range map[string]string{
		"http://a.test/b@c":        "http://a.test/b@c",
		"http://u:p@a.test/b":      "http://****:****@a.test/b",
		"https://u@a.test?x@y":     "https://****:****@a.test?x@y",
		"http://u:p@q@a.test/b?c#": "http://****:****@a.test/b?c#",
		"u:p@a.test":               "u:p@a.test",
	} {
		if got := masked(text); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

// What a server may ask for with the scheme Digest.
func TestChallengeParams(t *testing.T) {
	got := challengeParams(`realm="a, \"b\"", qop="auth,auth-int" , nonce=abc, Opaque="x=y", stale`)
	for name, want := range map[string]string{"realm": `a, "b"`, "qop": "auth,auth-int", "nonce": "abc", "opaque": "x=y"} {
		if got[name] != want {
			t.Errorf("%s is %q, want %q", name, got[name], want)
		}
	}
}

func FuzzChallenge(f *testing.F) {
	f.Add(`realm="a", nonce="b", qop="auth", algorithm=MD5-sess, opaque="c"`)
	f.Add(`realm=,="=,`)
	f.Fuzz(func(_ *testing.T, challenge string) {
		u := &userinfo{"me", "secret"}
		_, _ = u.digest("GET", "/", challenge)
	})
}
