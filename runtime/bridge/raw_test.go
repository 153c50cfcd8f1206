package bridge

import (
	"bufio"
	"io"
	"net"
	"strings"
	"testing"
	"time"
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

// Every way in which a server can fail to answer.
func TestBadAnswers(t *testing.T) {
	for _, tc := range []struct{ name, answer, want string }{
		{"nothing", "", "ConnectionError('connection closed before the response')"},
		{"half a status line", "HTTP/1.1 2", "ConnectionError('connection closed in the middle of the response')"},
		{"half a header", "HTTP/1.1 200 OK\r\nContent-", "ConnectionError('connection closed in the middle of the response')"},
		{"half a body", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab", "ConnectionError('connection closed in the middle of the response')"},
		{"half a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", "ConnectionError('connection closed in the middle of the response')"},
		{"no last chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n", "ConnectionError('connection closed in the middle of the response')"},
		{"no end of trailers", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nA: b\r\n", "ConnectionError('connection closed in the middle of the response')"},
		{"only 100", "HTTP/1.1 100 Continue\r\n\r\n", "ConnectionError('connection closed in the middle of the response')"},
		{"not HTTP", "SSH-2.0-OpenSSH_9.9\r\n", "InvalidResponse('the answer is not HTTP')"},
		{"TLS alert", "\x15\x03\x01\x00\x02\x02\x46", "InvalidResponse('the answer is not HTTP')"},
		{"HTTP version", "HTTP/x.1 200 OK\r\n\r\n", "InvalidResponse('unsupported HTTP version')"},
		{"no status", "HTTP/1.1\r\n\r\n", "InvalidResponse('malformed status line')"},
		{"bad status", "HTTP/1.1 2x0 OK\r\n\r\n", "InvalidResponse('malformed status line')"},
		{"bad field", "HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "InvalidResponse('malformed header')"},
		{"control character", "HTTP/1.1 200 OK\r\nA: b\x00c\r\n\r\n", "InvalidResponse('malformed header')"},
		{"two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok", "InvalidResponse('more than one Content-Length')"},
		{"bad length", "HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\nok", "InvalidResponse('malformed header')"},
		{"transfer coding", "HTTP/1.1 200 OK\r\nTransfer-Encoding: zip\r\n\r\nok", "InvalidResponse('unsupported Transfer-Encoding')"},
		{"bad chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", "InvalidResponse('malformed chunked body')"},
		{"endless header", "HTTP/1.1 200 OK\r\n" + strings.Repeat("A: b\r\n", 60000), "InvalidResponse('the header is longer than 256 KiB')"},
		{"endless trailer", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" + strings.Repeat("A: b\r\n", 60000), "InvalidResponse('the trailer is longer than 256 KiB')"},
		{"bad gzip", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nok", "InvalidResponse('the gzip body cannot be decoded')"},
		{"unknown encoding", "HTTP/1.1 200 OK\r\nContent-Encoding: rot13\r\nContent-Length: 2\r\n\r\nok", "InvalidResponse('unknown Content-Encoding: rot13')"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := user(t, &Config{Timeout: 5 * time.Second})
			got, _ := fails(t, c, get(t, "http://"+serve(t, script(tc.answer))+"/"))
			equal(t, "error", got, tc.want)
		})
	}
}

func TestReset(t *testing.T) {
	reset := func(before string) string {
		return serve(t, func(c net.Conn) {
			readRequest(bufio.NewReader(c))
			_, _ = io.WriteString(c, before)
			_ = c.(*net.TCPConn).SetLinger(0)
		})
	}
	c := user(t, &Config{})
	for _, before := range []string{"", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab"} {
		got, _ := fails(t, c, get(t, "http://"+reset(before)+"/"))
		equal(t, "error", got, "ConnectionError('connection reset by peer')")
	}
}

func TestRefused(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	_ = l.Close()
	got, w := fails(t, user(t, &Config{}), get(t, "http://"+addr+"/"))
	equal(t, "error", got, "ConnectionError('connection refused')")
	equal(t, "connect phase was measured", w.Phases.Connect > 0, true)
}

func TestTimeouts(t *testing.T) {
	hang := make(chan struct{})
	defer close(hang)
	silent := serve(t, func(net.Conn) { <-hang })
	drip := serve(t, func(c net.Conn) { // one byte of the header at a time, for ever
		for {
			if _, err := io.WriteString(c, "H"); err != nil {
				return
			}
			select {
			case <-hang:
				return
			case <-time.After(5 * time.Millisecond):
			}
		}
	})
	body := serve(t, func(c net.Conn) {
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab")
		<-hang
	})
	for _, addr := range []string{silent, body} {
		c := user(t, &Config{Timeout: time.Minute})
		r := get(t, "http://"+addr+"/")
		r.Timeout = 60 * time.Millisecond
		got, w := fails(t, c, r)
		equal(t, "error", got, "ReadTimeout('no complete response within 60ms')")
		equal(t, "not early", w.Elapsed() >= r.Timeout, true)
	}
	got, _ := fails(t, user(t, &Config{Timeout: 60 * time.Millisecond}), get(t, "http://"+drip+"/"))
	equal(t, "drip", got, "InvalidResponse('the answer is not HTTP')")
	got, _ = fails(t, user(t, &Config{Timeout: 1500 * time.Millisecond}), get(t, "https://"+silent+"/"))
	equal(t, "handshake", got, "ConnectTimeout('no connection within 1.5s')")
}

// The alarm of an earlier, shorter request must not end a later one, nor a long one prolong it.
func TestTimeoutOfKeptConnection(t *testing.T) {
	wait := 0 * time.Millisecond
	c := user(t, &Config{})
	r := get(t, "http://"+serve(t, func(c net.Conn) {
		for br := bufio.NewReader(c); readRequest(br); {
			time.Sleep(wait)
			_, _ = io.WriteString(c, ok)
		}
	})+"/")
	r.Timeout = 100 * time.Millisecond
	do(t, c, r)
	wait = 200 * time.Millisecond
	r.Timeout = time.Minute
	equal(t, "reused", do(t, c, r).Reused, true) // the first alarm goes off in here
	r.Timeout = 50 * time.Millisecond
	got, w := fails(t, c, r)
	equal(t, "error", got, "ReadTimeout('no complete response within 50ms')")
	equal(t, "in time", w.Elapsed() < wait, true)
}

// A kept connection that the server has closed: found by looking at it, or by the request that fails on it.
func TestKeepAliveRace(t *testing.T) {
	for _, method := range []string{"GET", "POST"} {
		t.Run(method, func(t *testing.T) {
			closed := make(chan struct{}, 2)
			addr := serve(t, func(c net.Conn) {
				script(ok)(c)
				_ = c.Close()
				closed <- struct{}{}
			})
			c, r := user(t, &Config{}), request(t, method, "http://"+addr+"/")
			do(t, c, r)
			<-closed
			w := do(t, c, r)
			equal(t, "reused", w.Reused, false)
			equal(t, "retried", w.Retried, method == "GET") // POST looked first
		})
	}
}

// Closing after the request came in: GET is sent again, POST may have had an effect.
func TestRetryOnlyIdempotent(t *testing.T) {
	addr := serve(t, func(c net.Conn) {
		br := bufio.NewReader(c)
		readRequest(br)
		_, _ = io.WriteString(c, ok)
		readRequest(br)
	})
	c := user(t, &Config{})
	do(t, c, get(t, "http://"+addr+"/"))
	equal(t, "retried", do(t, c, get(t, "http://"+addr+"/")).Retried, true)
	got, _ := fails(t, c, request(t, "POST", "http://"+addr+"/"))
	equal(t, "error", got, "ConnectionError('connection closed before the response')")
}

// A server that refuses a large upload answers before it has read it.
func TestEarlyAnswer(t *testing.T) {
	addr := serve(t, func(c net.Conn) {
		readRequest(bufio.NewReader(c))
		_, _ = io.WriteString(c, "HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno")
		_ = c.(*net.TCPConn).CloseWrite()
		_, _ = io.CopyN(io.Discard, c, 1<<20) // let the answer arrive before the reset
	})
	r := request(t, "POST", "http://"+addr+"/")
	r.Body = make([]byte, 64<<20)
	equal(t, "status", do(t, user(t, &Config{}), r).Status, 413)
}

func TestTruncated(t *testing.T) {
	long := strings.Repeat("x", 10000)
	for _, answer := range []string{
		"HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n" + long,
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2710\r\n" + long + "\r\n0\r\n\r\n",
	} {
		c, r := user(t, &Config{MaxBody: 100}), get(t, "http://"+serve(t, script(answer, ok))+"/")
		w := do(t, c, r)
		equal(t, "kept", string(w.Body), long[:100])
		equal(t, "size", w.Size, 10000)
		equal(t, "wire size", w.WireSize, 10000)
		equal(t, "truncated", w.Truncated, true)
		w = do(t, c, r)
		equal(t, "reused", w.Reused, true)
		equal(t, "truncated", w.Truncated, false)
	}
}

// The server waits 20 ms before the header and 20 ms in the body.
func TestTimingTruth(t *testing.T) {
	const pause = 20 * time.Millisecond
	c, r := user(t, &Config{}), get(t, "http://"+serve(t, func(c net.Conn) {
		for br := bufio.NewReader(c); readRequest(br); {
			time.Sleep(pause)
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no")
			time.Sleep(pause)
			_, _ = io.WriteString(c, "k")
		}
	})+"/")
	for range 3 {
		begin := time.Now()
		w := do(t, c, r)
		total := time.Since(begin)
		equal(t, "wait is at least the pause", w.Phases.Wait >= pause, true)
		equal(t, "receive is most of the pause", w.Phases.Receive > pause/2, true)
		equal(t, "measured no more than passed", w.Elapsed() <= total, true)
		equal(t, "measured nearly all", w.Elapsed() >= 2*pause, true)
	}
}
