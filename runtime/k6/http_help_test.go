package k6_test

import (
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/mccutchen/go-httpbin/v2/httpbin"
)

// target is go-httpbin with a few answers that it does not have.
func target() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", httpbin.New())
	mux.HandleFunc("/echo", echo)
	mux.HandleFunc("/host", func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.Host) })
	mux.HandleFunc("/multi", func(w http.ResponseWriter, _ *http.Request) {
		h := w.Header()
		h.Add("X-A", "1")
		h.Add("x-a", "2")
		h.Add("Set-Cookie", "a=1; Path=/; Max-Age=100; HttpOnly; Secure")
		h.Add("Set-Cookie", "b=2; Expires=Wed, 21 Oct 2037 07:28:00 GMT; Domain=example.com")
		h.Add("Set-Cookie", "b=3")
		_, _ = io.WriteString(w, "multi")
	})
	hop := func(path, to string, status int) {
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			http.SetCookie(w, &http.Cookie{Name: path[1:], Value: "x", Path: "/"})
			http.Redirect(w, r, to, status)
		})
	}
	hop("/hop1", "/hop2", 302)
	hop("/hop2", "/echo", 307)
	hop("/hop303", "/echo", 303)
	hop("/hop308", "/echo", 308)
	hop("/nowhere", "http://127.0.0.1:1/x", 302)
	answer := func(path, raw string) {
		mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) {
			c, _, err := w.(http.Hijacker).Hijack()
			if err != nil {
				return
			}
			if raw == "" {
				_ = c.(*net.TCPConn).SetLinger(0)
			}
			_, _ = io.WriteString(c, raw)
			_ = c.Close()
		})
	}
	answer("/reset", "")
	answer("/short", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc")
	answer("/upgrade", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n")
	answer("/odd", "HTTP/1.1 299 Weird Thing\r\nContent-Length: 0\r\nx-lower: v\r\n\r\n")
	answer("/badgzip", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 8\r\n\r\nnot gzip")
	answer("/badloc", "HTTP/1.1 302 Found\r\nLocation: http://%zz/\r\nContent-Length: 0\r\n\r\n")
	answer("/bytes", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nA\xc8B")
	mux.HandleFunc("/page", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, `<h1>Title</h1><a href="/echo?l=1">l</a><a class=x href="hop1">m</a>
<form action="/echo" method="post"><input name=a value=1><input type=submit name=s value=go></form>
<form id=g action="/echo"><input name=q value=w></form>`)
	})
	return mux
}

// echo answers with what it got: the first line, the header sorted, the body.
func echo(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	var head []string
	for _, name := range slices.Sorted(maps.Keys(r.Header)) {
		if name != "User-Agent" {
			head = append(head, name+"="+strings.Join(r.Header[name], "|"))
		}
	}
	_, _ = fmt.Fprintf(w, "%s %s [%s] %s", r.Method, r.RequestURI, strings.Join(head, "; "), body)
}

// value is an expression of a script and the JSON of what it gives, or "threw ..." what it throws. In both, H stands for
// the target; the script has it as H and as P the port.
type value struct{ expr, want string }

// values compares what expressions give, all in one iteration of one user.
func values(t *testing.T, top string, list []value) *played {
	t.Helper()
	url := serve(t, target())
	var b strings.Builder
	b.WriteString("const H = __ENV.TARGET, P = H.slice(H.lastIndexOf(':') + 1);\n" + top)
	b.WriteString("\nexport default async function () { let v;\n")
	for _, v := range list {
		fmt.Fprintf(&b, "try { v = JSON.stringify(await (%s)); } catch (e) { v = 'threw ' + e; } console.log('=> ' + v);\n", v.expr)
	}
	b.WriteString("}")
	p := play{script: b.String(), environ: []string{"TARGET=" + url}}.do(t)
	p.url = url
	p.calm(t)
	var got []string
	for _, line := range p.said("INFO") {
		if line, ok := strings.CutPrefix(line, "=> "); ok {
			got = append(got, strings.ReplaceAll(line, url, "H"))
		}
	}
	if len(got) != len(list) {
		t.Fatalf("%d values of %d; log:\n%s", len(got), len(list), strings.Join(p.lines, "\n"))
	}
	for i, v := range list {
		if got[i] != v.want {
			t.Errorf("%s\n got %s\nwant %s", v.expr, got[i], v.want)
		}
	}
	return p
}
