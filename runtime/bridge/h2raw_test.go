package bridge

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// peer is the server's end of an HTTP/2 connection without TLS.
type peer struct {
	*http2.Framer
	nc net.Conn
}

// frames runs a server that hands each connection to handle after the greeting. It returns the URL.
func frames(tb testing.TB, handle func(p *peer)) string {
	tb.Helper()
	return "http://" + serve(tb, func(nc net.Conn) {
		if _, err := io.ReadFull(nc, make([]byte, len(http2.ClientPreface))); err != nil {
			return
		}
		p := &peer{http2.NewFramer(nc, nc), nc}
		_ = p.WriteSettings()
		handle(p)
	})
}

// request reads until a request has come whole and returns its stream; 0 at the end of the connection.
func (p *peer) request() uint32 {
	for {
		f, err := p.ReadFrame()
		if err != nil {
			return 0
		}
		switch f := f.(type) {
		case *http2.HeadersFrame:
			if f.StreamEnded() {
				return f.StreamID
			}
		case *http2.DataFrame:
			if f.StreamEnded() {
				return f.StreamID
			}
		}
	}
}

// until reads to a frame of that type.
func (p *peer) until(kind http2.FrameType) http2.Frame {
	for {
		f, err := p.ReadFrame()
		if err != nil || f.Header().Type == kind {
			return f
		}
	}
}

func block(pairs ...string) []byte {
	var b bytes.Buffer
	e := hpack.NewEncoder(&b)
	for i := 0; i < len(pairs); i += 2 {
		_ = e.WriteField(hpack.HeaderField{Name: pairs[i], Value: pairs[i+1]})
	}
	return b.Bytes()
}

func (p *peer) head(id uint32, ends bool, pairs ...string) {
	_ = p.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: block(pairs...), EndHeaders: true, EndStream: ends})
}

// answer is 200 with a body.
func (p *peer) answer(id uint32, body string) {
	p.head(id, false, ":status", "200")
	_ = p.WriteData(id, true, []byte(body))
}

func TestHTTP2BadAnswers(t *testing.T) {
	big := make([]byte, 20000)
	for _, tc := range []struct {
		name   string
		handle func(p *peer, id uint32)
		want   string
	}{
		{"reset", func(p *peer, id uint32) { _ = p.WriteRSTStream(id, http2.ErrCodeEnhanceYourCalm) }, "ConnectionError('server reset the stream: ENHANCE_YOUR_CALM')"},
		{"reset in the body", func(p *peer, id uint32) {
			p.head(id, false, ":status", "200")
			_ = p.WriteRSTStream(id, http2.ErrCodeCancel)
		}, "ConnectionError('server reset the stream: CANCEL')"},
		{"goaway", func(p *peer, id uint32) { _ = p.WriteGoAway(id, http2.ErrCodeInternal, []byte("\x00why")) }, "ConnectionError('server ended the connection: INTERNAL_ERROR')"},
		{"closed", func(*peer, uint32) {}, "ConnectionError('connection closed before the response')"},
		{"closed in the body", func(p *peer, id uint32) { p.head(id, false, ":status", "200") }, "ConnectionError('connection closed in the middle of the response')"},
		{"no status", func(p *peer, id uint32) { p.head(id, true, "a", "b") }, "InvalidResponse('malformed answer: PROTOCOL_ERROR')"},
		{"two statuses", func(p *peer, id uint32) { p.head(id, true, ":status", "200", ":status", "200") }, "InvalidResponse('malformed answer: PROTOCOL_ERROR')"},
		{"status after a field", func(p *peer, id uint32) { p.head(id, true, "a", "b", ":status", "200") }, "InvalidResponse('malformed answer: PROTOCOL_ERROR')"},
		{"line end in a value", func(p *peer, id uint32) { p.head(id, true, ":status", "200", "a", "b\r\nc: d") }, "InvalidResponse('malformed answer: PROTOCOL_ERROR')"},
		{"two lengths", func(p *peer, id uint32) {
			p.head(id, true, ":status", "200", "content-length", "1", "content-length", "2")
		}, "InvalidResponse('malformed answer: PROTOCOL_ERROR')"},
		{"body too short", func(p *peer, id uint32) {
			p.head(id, false, ":status", "200", "content-length", "3")
			_ = p.WriteData(id, true, []byte("ab"))
		}, "InvalidResponse('malformed answer: PROTOCOL_ERROR')"},
		{"body too long", func(p *peer, id uint32) {
			p.head(id, false, ":status", "200", "content-length", "1")
			_ = p.WriteData(id, true, []byte("ab"))
		}, "InvalidResponse('malformed answer: PROTOCOL_ERROR')"},
		{"body before the head", func(p *peer, id uint32) { _ = p.WriteData(id, true, []byte("ab")) }, "InvalidResponse('malformed answer: PROTOCOL_ERROR')"},
		{"100 at the end", func(p *peer, id uint32) { p.head(id, true, ":status", "100") }, "InvalidResponse('malformed answer: PROTOCOL_ERROR')"},
		{"frame too long", func(p *peer, id uint32) { _ = p.WriteData(id, true, big) }, "InvalidResponse('malformed HTTP/2: FRAME_SIZE_ERROR')"},
		{"push", func(p *peer, id uint32) {
			_ = p.WritePushPromise(http2.PushPromiseParam{StreamID: id, PromiseID: 2, BlockFragment: block(":path", "/"), EndHeaders: true})
		}, "InvalidResponse('malformed HTTP/2: PROTOCOL_ERROR')"},
		{"bad compression", func(p *peer, id uint32) {
			_ = p.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: []byte{0xff, 0xff, 0xff}, EndHeaders: true})
		}, "InvalidResponse('malformed HTTP/2: COMPRESSION_ERROR')"},
		{"endless head", func(p *peer, id uint32) {
			_ = p.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: block(":status", "200")})
			part := block("a", strings.Repeat("b", 16000))
			for range 20 {
				_ = p.WriteContinuation(id, false, part)
			}
			_ = p.WriteContinuation(id, true, nil)
		}, "InvalidResponse('malformed answer: PROTOCOL_ERROR')"},
		{"window overflow", func(p *peer, _ uint32) { _ = p.WriteWindowUpdate(0, 1<<31-1) }, "InvalidResponse('malformed HTTP/2: FLOW_CONTROL_ERROR')"},
		{"window of a stream", func(p *peer, id uint32) { _ = p.WriteWindowUpdate(id, 1<<31-1) }, "InvalidResponse('malformed answer: FLOW_CONTROL_ERROR')"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			url := frames(t, func(p *peer) {
				tc.handle(p, p.request())
				_ = p.nc.(*net.TCPConn).CloseWrite()
				_, _ = io.Copy(io.Discard, p.nc)
			})
			r := request(t, "POST", url+"/")
			got, _ := fails(t, user(t, &Config{HTTPVersion: "2", Timeout: 5 * time.Second}), r)
			equal(t, "error", got, tc.want)
		})
	}
	url := "http://" + serve(t, func(nc net.Conn) {
		_ = http2.NewFramer(nc, nc).WritePing(false, [8]byte{})
		_, _ = io.Copy(io.Discard, nc)
	})
	got, _ := fails(t, user(t, &Config{HTTPVersion: "2"}), get(t, url))
	equal(t, "no SETTINGS", got, "InvalidResponse('malformed HTTP/2: PROTOCOL_ERROR')")
}

// What the server says that it has not touched is sent once more, POST too.
func TestHTTP2Refused(t *testing.T) {
	for name, refuse := range map[string]func(p *peer, id uint32){
		"stream": func(p *peer, id uint32) { _ = p.WriteRSTStream(id, http2.ErrCodeRefusedStream) },
		"goaway": func(p *peer, id uint32) { _ = p.WriteGoAway(max(id, 2)-2, http2.ErrCodeNo, nil) },
	} {
		var refusals atomic.Int32
		url := frames(t, func(p *peer) {
			for id := p.request(); id != 0; id = p.request() {
				if refusals.Add(-1) >= 0 {
					refuse(p, id)
				} else {
					p.answer(id, "ok")
				}
			}
		})
		c := user(t, &Config{HTTPVersion: "2"})
		equal(t, name, do(t, c, get(t, url)).Retried, false)
		refusals.Store(1)
		w := do(t, c, request(t, "POST", url+"/"))
		equal(t, name+": retried", w.Retried, true)
		equal(t, name+": body", string(w.Body), "ok")
		equal(t, name+": on the same connection", w.Reused, name == "stream")
		refusals.Store(2)
		_, w = fails(t, c, request(t, "POST", url+"/"))
		equal(t, name+": only once", w.Retried, true)
	}
}

// A server that goes away answers what it has begun.
func TestHTTP2GoAwayInFlight(t *testing.T) {
	url := frames(t, func(p *peer) {
		id := p.request()
		_ = p.WriteGoAway(id, http2.ErrCodeNo, nil)
		p.answer(id, "last")
		_, _ = io.Copy(io.Discard, p.nc)
	})
	c := user(t, &Config{HTTPVersion: "2"})
	for range 2 {
		w := do(t, c, get(t, url))
		equal(t, "body", string(w.Body), "last")
		equal(t, "reused", w.Reused, false)
		equal(t, "retried", w.Retried, false)
	}
}

// What came while the user did nothing is read before the next request.
func TestHTTP2Idle(t *testing.T) {
	came := make(chan bool, 2)
	acked := make(chan http2.Frame, 1)
	url := frames(t, func(p *peer) {
		p.answer(p.request(), "1")
		_ = p.WritePing(false, [8]byte{7})
		came <- true
		acked <- p.until(http2.FramePing)
		p.answer(p.request(), "2")
		_ = p.WriteGoAway(3, http2.ErrCodeNo, nil)
		_ = p.nc.Close()
		came <- true
	})
	c := user(t, &Config{HTTPVersion: "2"})
	do(t, c, get(t, url))
	<-came
	w := do(t, c, request(t, "POST", url+"/"))
	equal(t, "reused", w.Reused, true)
	f, ok := (<-acked).(*http2.PingFrame)
	equal(t, "acknowledged", ok && f.IsAck() && f.Data[0] == 7, true)
	<-came
	w = do(t, c, request(t, "POST", url+"/"))
	equal(t, "reused after GOAWAY", w.Reused, false)
	equal(t, "retried", w.Retried, false)
}

// The server decides how much of a body may come, and how many streams may be open.
func TestHTTP2Windows(t *testing.T) {
	got := make(chan int, 1)
	url := frames(t, func(p *peer) {
		_ = p.WriteSettings(http2.Setting{ID: http2.SettingInitialWindowSize, Val: 10}, http2.Setting{ID: http2.SettingMaxFrameSize, Val: 1 << 20})
		sum := 0
		for {
			f, err := p.ReadFrame()
			if err != nil {
				return
			}
			d, ok := f.(*http2.DataFrame)
			if !ok {
				continue
			}
			if sum += len(d.Data()); d.StreamEnded() {
				got <- sum
				p.answer(d.StreamID, "ok")
			} else if n := uint32(len(d.Data())); n > 0 {
				_ = p.WriteWindowUpdate(0, n)
				_ = p.WriteWindowUpdate(d.StreamID, n)
			}
		}
	})
	r := request(t, "POST", url+"/")
	r.Body = make([]byte, 200_000)
	do(t, user(t, &Config{HTTPVersion: "2"}), r)
	equal(t, "received", <-got, 200_000)

	url = frames(t, func(p *peer) {
		_ = p.WriteSettings(http2.Setting{ID: http2.SettingMaxConcurrentStreams, Val: 1}, http2.Setting{ID: http2.SettingHeaderTableSize, Val: 0})
		open := map[uint32]bool{}
		for {
			id := p.request()
			if id == 0 {
				return
			}
			if len(open) > 0 {
				_ = p.WriteRSTStream(id, http2.ErrCodeProtocol)
			}
			open[id] = true
			time.Sleep(2 * time.Millisecond)
			delete(open, id)
			p.answer(id, "ok")
		}
	})
	c := user(t, &Config{HTTPVersion: "2"})
	do(t, c, get(t, url))
	done := make(chan error)
	for range 5 {
		twin := c.Sibling()
		go func() { defer twin.Close(); done <- twin.Do(get(t, url), &Response{}) }()
	}
	for range 5 {
		equal(t, "error", <-done, nil)
	}
}

// An answer that comes before the body was sent ends the sending.
func TestHTTP2EarlyAnswer(t *testing.T) {
	url := frames(t, func(p *peer) {
		h := p.until(http2.FrameHeaders)
		p.head(h.Header().StreamID, true, ":status", "413")
		reset, _ := p.until(http2.FrameRSTStream).(*http2.RSTStreamFrame)
		if reset == nil || reset.ErrCode != http2.ErrCodeNo {
			t.Errorf("after an early answer: %v", reset)
		}
		p.answer(p.request(), "next")
	})
	c, r := user(t, &Config{HTTPVersion: "2"}), request(t, "POST", url+"/")
	r.Body = make([]byte, 1<<20)
	equal(t, "status", do(t, c, r).Status, 413)
	equal(t, "goes on", string(do(t, c, get(t, url)).Body), "next")
}

func FuzzHTTP2(f *testing.F) {
	var answer bytes.Buffer
	p := &peer{Framer: http2.NewFramer(&answer, nil)}
	_ = p.WriteSettings()
	p.answer(1, "ok")
	p.head(1, false, ":status", "103", "a", "b")
	p.head(1, false, ":status", "200", "content-encoding", "gzip")
	_ = p.WriteDataPadded(1, false, []byte("x"), []byte("pad"))
	_ = p.WriteContinuation(1, true, nil)
	_ = p.WriteRSTStream(1, http2.ErrCodeRefusedStream)
	_ = p.WriteGoAway(0, http2.ErrCodeNo, nil)
	f.Add(answer.Bytes(), byte(0), byte(5))
	f.Add(answer.Bytes(), byte(1), byte(0))
	f.Add([]byte("HTTP/1.1 400 Bad Request\r\n\r\n"), byte(2), byte(100))
	origin, _ := ParseOrigin("http://a.test")
	f.Fuzz(func(t *testing.T, answer []byte, method, step byte) {
		c := NewClient(&Config{HTTPVersion: "2", MaxBody: 1 << 16, Dial: func(context.Context, string, string) (net.Conn, error) {
			return &canned{rest: answer, step: int(step) + 1}, nil
		}})
		defer c.Close()
		r := &Request{Method: []string{"GET", "HEAD", "POST"}[method%3], Origin: origin, URI: "/"}
		if r.Method == "POST" {
			r.Body = make([]byte, 100_000)
		}
		for range 3 {
			w := &Response{}
			err := c.Do(r, w)
			if err != nil && !errors.As(err, new(*Error)) {
				t.Fatalf("not an *Error: %v", err)
			}
			if err == nil && (w.Status < 200 || w.Status > 999) || len(w.Body) > 1<<16 {
				t.Fatalf("status %d, %d bytes", w.Status, len(w.Body))
			}
		}
	})
}
