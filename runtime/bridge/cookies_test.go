package bridge

import (
	"crypto/tls"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// named lists cookies as name=value, in their order.
func named(list []*http.Cookie) string {
	var all []string
	for _, k := range list {
		all = append(all, k.Name+"="+k.Value)
	}
	return strings.Join(all, " ")
}

func TestJar(t *testing.T) {
	o, err := ParseOrigin("https://a.shop.test:8443")
	if err != nil {
		t.Fatal(err)
	}
	sub, _ := ParseOrigin("https://b.shop.test")
	for _, lax := range []bool{false, true} {
		j := NewJar(lax)
		equal(t, "empty", len(j.Cookies(o, "/")), 0)
		for _, k := range []http.Cookie{
			{Name: "host", Value: "1", Path: "/"}, {Name: "domain", Value: "2", Domain: "shop.test", Path: "/"},
			{Name: "deep", Value: "3", Path: "/x/y"}, {Name: "here", Value: "4"}, {Name: "secure", Value: "5", Path: "/", Secure: true},
			{Name: "alien", Value: "6", Domain: "other.test"}, {Name: "top", Value: "7", Domain: "test", Path: "/"},
		} {
			j.Set(o, "/x/z?q", &k)
		}
		top := ""
		if lax {
			top = " top=7"
		}
		equal(t, "root", named(j.Cookies(o, "/")), "host=1 domain=2 secure=5"+top)
		equal(t, "below", named(j.Cookies(o, "/x/y/1?q")), "deep=3 here=4 host=1 domain=2 secure=5"+top)
		equal(t, "neighbour", named(j.Cookies(sub, "/")), "domain=2"+top)
		for _, name := range []string{"host", "domain", "deep", "none"} {
			j.Delete(o, "/x/y/1", name)
		}
		equal(t, "after deletion", named(j.Cookies(o, "/x/y/1")), "here=4 secure=5"+top)
		j.Clear(o, "/x/y/1")
		equal(t, "cleared", named(j.Cookies(o, "/x/y/1")), "")
	}
	equal(t, "no jar", len((*Jar)(nil).Cookies(o, "/")), 0)
}

func TestDeleteOnAddresses(t *testing.T) {
	for _, host := range []string{"http://127.0.0.1:81", "http://[::1]:81", "http://localhost"} {
		o, err := ParseOrigin(host)
		if err != nil {
			t.Fatal(err)
		}
		j := NewJar(true)
		j.Set(o, "/", &http.Cookie{Name: "a", Value: "1"})
		equal(t, host, named(j.Cookies(o, "/b")), "a=1")
		j.Delete(o, "/b/c", "a")
		equal(t, host, named(j.Cookies(o, "/b")), "")
	}
}

// A user changes jars, and so does a single request.
func TestUseJar(t *testing.T) {
	url := target(t, func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "n", Value: r.URL.RawQuery, Path: "/"})
		_, _ = io.WriteString(w, r.Header.Get("Cookie"))
	})
	c := user(t, &Config{})
	send := func(v string, j *Jar) string {
		r := get(t, url+"/?"+v)
		r.Jar = j
		return string(do(t, c, r).Body)
	}
	other := NewJar(true)
	equal(t, "first", send("1", nil), "")
	equal(t, "second", send("2", nil), "n=1")
	equal(t, "other jar", send("3", other), "")
	equal(t, "user's jar", send("4", nil), "n=2")
	equal(t, "other jar again", send("5", other), "n=3")
	first := c.Jar()
	c.UseJar(nil)
	equal(t, "fresh", send("6", nil), "")
	equal(t, "fresh, again", send("7", nil), "n=6")
	c.UseJar(first)
	equal(t, "back", send("8", nil), "n=4")
}

// A response knows which cookies of the jar its request has carried: not those that the answer sets, nor the script's.
func TestCookiesThatWereCarried(t *testing.T) {
	for _, version := range []string{"1.1", "auto"} {
		s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			http.SetCookie(w, &http.Cookie{Name: r.URL.Path[1:], Value: "1", Path: "/"})
			_, _ = io.WriteString(w, r.Header.Get("Cookie")+";"+r.UserAgent())
		}))
		s.EnableHTTP2 = true
		s.StartTLS()
		t.Cleanup(s.Close)
		c := user(t, &Config{HTTPVersion: version, TLS: &tls.Config{InsecureSkipVerify: true}, Header: []Field{{"User-Agent", ""}}})
		equal(t, "none yet", named(do(t, c, get(t, s.URL+"/a")).Cookies), "")
		r := get(t, s.URL+"/b")
		r.Header = []Field{{"Cookie", "own=2"}}
		w := do(t, c, r)
		equal(t, "of the jar", named(w.Cookies), "a=1")
		equal(t, "sent, without a User-Agent", string(w.Body), "own=2; a=1;")
	}
}
