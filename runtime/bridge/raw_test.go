package bridge

import (
	"strings"
	"testing"
)

const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

// Every way in which a server can answer, byte by byte. A second request tells whether the connection was kept.
func TestAnswers(t *testing.T) {
	long := strings.Repeat("x", 5000)
	for _, tc := range []struct {
		name, answer, body string
		status             int
		reused             bool // by the second request
	}{
		{"length", ok, "ok", 200, true},
		{"close", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok", "ok", 200, false},
		{"empty", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "", 200, true},
		{"no reason", "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", "", 200, true},
		{"204", "HTTP/1.1 204 No Content\r\n\r\n", "", 204, true},
		{"304", "HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\n\r\n", "", 304, true},
		{"until close", "HTTP/1.1 200 OK\r\n\r\nthe end", "the end", 200, false},
		{"HTTP/1.0", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", "ok", 200, false},
		{"HTTP/1.0 until close", "HTTP/1.0 200 OK\r\n\r\nthe end", "the end", 200, false},
		{"HTTP/1.0 kept", "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok", "ok", 200, true},
		{"chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", "ok", 200, true},
		{"chunk extensions", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;a=b;c=\"d\"\r\nok\r\n0;e\r\n\r\n", "ok", 200, true},
		{"trailers", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n2\r\nok\r\n0\r\nX-Sum: 1\r\nY: 2\r\n\r\n", "ok", 200, true},
		{"100 first", "HTTP/1.1 100 Continue\r\n\r\n" + ok, "ok", 200, true},
		{"103 first, twice", "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n" + ok, "ok", 200, true},
		{"101", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n", "", 101, false},
		{"line feeds", "HTTP/1.1 200 OK\nContent-Length: 2\nX: y\n\nok", "ok", 200, true},
		{"empty lines first", "\r\n\r\n" + ok, "ok", 200, true},
		{"folded line", "HTTP/1.1 200 OK\r\nA: b\r\n c: d\r\nContent-Length: 2\r\n\r\nok", "ok", 200, true},
		{"Latin-1", "HTTP/1.1 200 D\xe9j\xe0\r\nA: caf\xe9\r\nContent-Length: 2\r\n\r\nok", "ok", 200, true},
		{"case", "HTTP/1.1 200 OK\r\ncONTENT-lENGTH: 2\r\n\r\nok", "ok", 200, true},
		{"long header", "HTTP/1.1 200 OK\r\nX-Long: " + long + "\r\nContent-Length: 2\r\n\r\nok", "ok", 200, true},
		{"longer header", "HTTP/1.1 200 OK\r\n" + strings.Repeat("X-Long: "+long+"\r\n", 40) + "Content-Length: 2\r\n\r\nok", "ok", 200, true},
		{"long body", "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + long, long, 200, true},
		{"pipelined garbage", ok + "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil", "ok", 200, false},
		{"500", "HTTP/1.1 500 Oh no\r\nContent-Length: 2\r\n\r\nok", "ok", 500, true},
		{"chunked and length", "HTTP/1.1 200 OK\r\nContent-Length: 50\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", "ok", 200, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			answers, second := []string{tc.answer, ok}, "ok"
			if !tc.reused {
				answers, second = answers[:1], tc.body // a new connection, where the script begins anew
			}
			c, r := user(t, &Config{}), get(t, "http://"+serve(t, script(answers...))+"/")
			w := do(t, c, r)
			equal(t, "status", w.Status, tc.status)
			equal(t, "body", string(w.Body), tc.body)
			equal(t, "size", w.Size, int64(len(tc.body)))
			equal(t, "first request reused", w.Reused, false)
			w = do(t, c, r)
			equal(t, "second body", string(w.Body), second)
			equal(t, "second request reused", w.Reused, tc.reused)
			equal(t, "retried", w.Retried, false)
		})
	}
}

func TestHeadAnswers(t *testing.T) {
	for _, answer := range []string{
		"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
		"HTTP/1.1 200 OK\r\n\r\n",
	} {
		c, r := user(t, &Config{}), request(t, "HEAD", "http://"+serve(t, script(answer, answer))+"/")
		equal(t, "body", len(do(t, c, r).Body), 0)
		equal(t, "reused after "+answer, do(t, c, r).Reused, true)
	}
}

func TestHeaderAccess(t *testing.T) {
	w := do(t, user(t, &Config{}), get(t, "http://"+serve(t, script(
		"HTTP/1.1 404 Not  Here\r\nX-A:  1 \r\nSet-Cookie: a=b\r\nset-cookie: c=d\r\nEmpty:\r\nContent-Length: 0\r\n\r\n"))+"/"))
	equal(t, "reason", w.Reason, "Not  Here")
	equal(t, "X-A", w.Header.Get("x-a"), "1")
	equal(t, "absent", w.Header.Get("nope"), "")
	equal(t, "Set-Cookie", strings.Join(w.Header.Values("Set-Cookie"), "|"), "a=b|c=d")
	var all []string
	for k, v := range w.Header.All() {
		all = append(all, k+"="+v)
	}
	equal(t, "all", strings.Join(all, "|"), "X-A=1|Set-Cookie=a=b|set-cookie=c=d|Empty=|Content-Length=0")
}
