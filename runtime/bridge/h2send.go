package bridge

import (
	"encoding/binary"
	"errors"
	"strings"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

func appendFrame(b []byte, kind http2.FrameType, flags http2.Flags, id uint32, payload []byte) []byte {
	n := len(payload)
	b = append(b, byte(n>>16), byte(n>>8), byte(n), byte(kind), byte(flags))
	b = binary.BigEndian.AppendUint32(b, id)
	return append(b, payload...)
}

// greeting is what a client says first (RFC 9113, 3.4), with a window that the sum of all streams never fills.
var greeting = func() []byte {
	var set []byte
	for _, s := range []http2.Setting{{ID: http2.SettingEnablePush, Val: 0}, {ID: http2.SettingInitialWindowSize, Val: h2StreamWindow},
		{ID: http2.SettingMaxHeaderListSize, Val: maxHead}} {
		set = binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint16(set, uint16(s.ID)), s.Val)
	}
	b := appendFrame([]byte(http2.ClientPreface), http2.FrameSettings, 0, 0, set)
	return appendFrame(b, http2.FrameWindowUpdate, 0, 0, binary.BigEndian.AppendUint32(nil, h2ConnWindow-65535))
}()

// send writes the request of st. It returns when the kernel has all of it, or when the answer is complete before.
func (x *h2conn) send(st *h2stream, w *Response) (sent time.Time, err error) {
	if err := x.until(st, func() bool {
		if x.active < x.peerMax {
			x.active++
			st.turn = true
		}
		return st.turn
	}); err != nil {
		return time.Now(), err
	}
	rest, err := x.open(st, w)
	for err == nil && len(rest) > 0 {
		err = x.until(st, func() bool { return st.window > 0 && x.window > 0 })
		if st.unsent = true; err != nil || st.ended { // an early answer: the server does not want the rest
			break
		}
		st.unsent = false
		rest, err = x.sendMore(st, rest)
	}
	return time.Now(), err
}

// open sends head and as much of the body as may be sent, in one write where that is possible.
func (x *h2conn) open(st *h2stream, w *Response) (rest []byte, err error) {
	f := x.cfg.flight(x.cn)
	defer x.cfg.land(f)
	x.wmu.Lock()
	defer x.wmu.Unlock()
	f.out = st.h.appendHead(f.out[:0], x.cn)
	head := string(f.out)
	f.out = f.out[:0]
	x.mu.Lock()
	if st.err != nil { // before the encoder takes anything that is then not sent
		defer x.mu.Unlock()
		return nil, st.err
	}
	st.began = time.Now()
	st.h.start(w, st.began)
	st.deadline = st.h.deadline
	st.id, st.window = x.nextID, x.peerWindow
	x.nextID += 2
	x.retired = x.retired || x.nextID > 1<<30
	frame, n := x.peerFrame, x.allow(st, len(st.h.body))
	if x.tableSet {
		x.encoder.SetMaxDynamicTableSize(min(x.tableSize, 4096))
		x.tableSet = false
	}
	x.mu.Unlock()
	x.encode(&st.h, head)
	if !x.greeted {
		f.out, x.greeted = append(f.out, greeting...), true
	}
	f.out = x.appendBlock(f.out, st, frame)
	f.out = appendData(f.out, st, st.h.body[:n], frame, n == len(st.h.body))
	return st.h.body[n:], x.write(st, f.out)
}

// allow takes up to n bytes from the windows, and no more than make one write. It needs mu.
func (x *h2conn) allow(st *h2stream, n int) int {
	n = int(max(0, min(int64(n), st.window, x.window, maxKept)))
	st.window -= int64(n)
	x.window -= int64(n)
	return n
}

func (x *h2conn) sendMore(st *h2stream, rest []byte) ([]byte, error) {
	f := x.cfg.flight(x.cn)
	defer x.cfg.land(f)
	x.wmu.Lock()
	defer x.wmu.Unlock()
	x.mu.Lock()
	frame, n := x.peerFrame, x.allow(st, len(rest))
	x.mu.Unlock()
	f.out = appendData(f.out[:0], st, rest[:n], frame, n == len(rest))
	return rest[n:], x.write(st, f.out)
}

// errStuck is what becomes of the others when a request could not be written in time.
var errStuck = errors.New("server takes no more data")

// writeGrace is how long a write may take whatever the timeout of its request, if there are others on the connection, which
// would end with it.
const writeGrace = time.Second

// write needs wmu. The frames that the reader has left go first.
func (x *h2conn) write(st *h2stream, b []byte) error {
	x.mu.Lock()
	control, now, deadline := x.control, time.Now(), time.Time{}
	x.control = nil
	var err error
	if st != nil {
		err, deadline, x.writer = st.err, st.deadline, st
		x.writes++
	}
	if grace := now.Add(writeGrace); st == nil || len(x.users) > 1 && !deadline.IsZero() && deadline.Before(grace) {
		deadline = grace
	}
	if err == nil {
		err = x.cn.arm(deadline, now)
	}
	x.mu.Unlock()
	if err == nil && len(control) > 0 {
		_, err = x.cn.rw.Write(control)
	}
	if err == nil && len(b) > 0 {
		_, err = x.cn.rw.Write(b)
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.writer = nil
	switch {
	case err == nil, closedByPeer(err): // what a server said before it closed can still be read
	case isTimeout(err):
		x.fail(errStuck)
	default:
		x.fail(err)
	}
	return err
}

// flush sends the frames that the reader has left.
func (x *h2conn) flush() error {
	x.wmu.Lock()
	defer x.wmu.Unlock()
	return x.write(nil, nil)
}

// encode compresses the fields of a request, which are those of HTTP/1.1 but for the ones that belong to the connection
// (RFC 9113, 8.2.2 and 8.3.1).
func (x *h2conn) encode(h *hop, head string) {
	x.block.Reset()
	_, lines, _ := strings.Cut(head, "\r\n")
	host, after, _ := strings.Cut(strings.TrimPrefix(lines, "Host: "), "\r\n")
	if !strings.HasPrefix(lines, "Host: ") { // the script has its own, somewhere below
		host, after = h.origin.Host, lines
	}
	for line := range strings.SplitSeq(after, "\r\n") {
		if name, value, _ := strings.Cut(line, ": "); len(name) == len("Host") && strings.EqualFold(name, "Host") {
			host = value
		}
	}
	x.put(":method", h.method)
	x.put(":scheme", h.origin.Scheme)
	x.put(":authority", host)
	x.put(":path", h.uri)
	for line := range strings.SplitSeq(after, "\r\n") {
		name, value, ok := strings.Cut(line, ": ")
		if !ok {
			continue
		}
		switch name = lower(name); name {
		case "host", "connection", "proxy-connection", "keep-alive", "upgrade", "http2-settings":
		case "te":
			if value == "trailers" {
				x.put(name, value)
			}
		default:
			x.put(name, value)
		}
	}
}

// lower is strings.ToLower, without an allocation for the names that most requests have.
func lower(name string) string {
	switch name {
	case "User-Agent":
		return "user-agent"
	case "Accept":
		return "accept"
	case "Accept-Encoding":
		return "accept-encoding"
	case "Authorization":
		return "authorization"
	case "Content-Type":
		return "content-type"
	case "Content-Length":
		return "content-length"
	case "Cookie":
		return "cookie"
	}
	return strings.ToLower(name)
}

func (x *h2conn) put(name, value string) {
	_ = x.encoder.WriteField(hpack.HeaderField{Name: name, Value: value}) // to a bytes.Buffer, which never fails
}

// appendBlock frames what encode has written.
func (x *h2conn) appendBlock(b []byte, st *h2stream, frame int) []byte {
	block := x.block.Bytes()
	kind, flags := http2.FrameHeaders, http2.Flags(0)
	if len(st.h.body) == 0 {
		flags = http2.FlagHeadersEndStream
	}
	for {
		part := block[:min(len(block), frame)]
		if block = block[len(part):]; len(block) == 0 {
			return appendFrame(b, kind, flags|http2.FlagHeadersEndHeaders, st.id, part)
		}
		b = appendFrame(b, kind, flags, st.id, part)
		kind, flags = http2.FrameContinuation, 0
	}
}

func appendData(b []byte, st *h2stream, data []byte, frame int, last bool) []byte {
	for len(data) > 0 {
		part := data[:min(len(data), frame)]
		data = data[len(part):]
		flags := http2.Flags(0)
		if last && len(data) == 0 {
			flags = http2.FlagDataEndStream
		}
		b = appendFrame(b, http2.FrameData, flags, st.id, part)
	}
	return b
}
