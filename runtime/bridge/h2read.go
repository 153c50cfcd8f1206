package bridge

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"strconv"
	"time"

	"golang.org/x/net/http/httpguts"
	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// next reads one frame and does what it asks for. It is called with mu held, by the reader, and lets go of it while it
// waits. A timeout, which is not the end of the connection, loses nothing.
func (x *h2conn) next() error {
	if x.codec == nil {
		x.codec = h2codecs.Get().(*h2codec)
	}
	k := x.codec
	x.mu.Unlock()
	err := x.fill(k)
	var f http2.Frame
	if err == nil {
		f, err = k.fr.ReadFrame()
	}
	x.mu.Lock()
	if err == nil {
		err = x.handle(f)
	}
	if e := (http2.StreamError{}); errors.As(err, &e) {
		x.reset(e.StreamID, e.Code)
		if st := x.stream(e.StreamID); st != nil {
			st.fail(err)
		}
		err = nil
	}
	if e := http2.ConnectionError(0); errors.As(err, &e) { // tell the server why
		last := binary.BigEndian.AppendUint32(make([]byte, 4), uint32(e))
		x.control = appendFrame(x.control, http2.FrameGoAway, 0, 0, last)
	}
	if len(x.control) > 0 {
		x.mu.Unlock()
		refused := x.flush()
		x.mu.Lock()
		if err == nil {
			err = refused
		}
	}
	return err
}

// fill reads until a whole frame is there: the framer could not go on in the middle of one after a timeout.
func (x *h2conn) fill(k *h2codec) error {
	for {
		whole, length := k.frame()
		if whole {
			return nil
		}
		if b := k.in[k.r:k.n]; !x.settled && len(b) >= 5 && bytes.Equal(b[:5], []byte("HTTP/")) {
			return &Error{Kind: InvalidResponse, Text: "the server does not speak HTTP/2"}
		}
		if length > h2FrameHead+h2MaxFrame {
			return http2.ConnectionError(http2.ErrCodeFrameSize)
		}
		k.room(length)
		n, err := x.cn.rw.Read(k.in[k.n:])
		k.n += n
		if n == 0 && err != nil {
			return err
		}
	}
}

func (x *h2conn) handle(f http2.Frame) error {
	if _, ok := f.(*http2.SettingsFrame); !ok && !x.settled {
		return http2.ConnectionError(http2.ErrCodeProtocol)
	}
	switch f := f.(type) {
	case *http2.HeadersFrame:
		return x.fields(f.StreamID, f.StreamEnded(), f.HeaderBlockFragment(), f.HeadersEnded())
	case *http2.ContinuationFrame:
		return x.fields(f.StreamID, x.head.ends, f.HeaderBlockFragment(), f.HeadersEnded())
	case *http2.DataFrame:
		return x.data(f)
	case *http2.RSTStreamFrame:
		if st := x.stream(f.StreamID); st != nil {
			st.refused = f.ErrCode == http2.ErrCodeRefusedStream
			st.fail(http2.StreamError{StreamID: f.StreamID, Code: f.ErrCode, Cause: errReset})
		}
	case *http2.SettingsFrame:
		return x.settings(f)
	case *http2.PingFrame:
		if !f.IsAck() {
			x.control = appendFrame(x.control, http2.FramePing, http2.FlagPingAck, 0, f.Data[:])
		}
	case *http2.GoAwayFrame:
		x.goAway(f)
	case *http2.WindowUpdateFrame:
		return x.widen(f)
	case *http2.PushPromiseFrame:
		return http2.ConnectionError(http2.ErrCodeProtocol)
	}
	return nil
}

// errReset marks what the server said, against what we say of the server.
var errReset = errors.New("received")

// stream finds an open one.
func (x *h2conn) stream(id uint32) *h2stream {
	for _, st := range x.users {
		if st.id == id && !st.ended && st.err == nil {
			return st
		}
	}
	return nil
}

func (x *h2conn) reset(id uint32, code http2.ErrCode) {
	x.control = appendFrame(x.control, http2.FrameRSTStream, 0, id, binary.BigEndian.AppendUint32(nil, uint32(code)))
}

func (x *h2conn) settings(f *http2.SettingsFrame) error {
	x.settled = true
	if f.IsAck() {
		return nil
	}
	err := f.ForeachSetting(func(s http2.Setting) error {
		if err := s.Valid(); err != nil {
			return err
		}
		switch s.ID {
		case http2.SettingInitialWindowSize:
			for _, st := range x.users {
				st.window += int64(s.Val) - x.peerWindow
				st.rouse()
			}
			x.peerWindow = int64(s.Val)
		case http2.SettingMaxFrameSize:
			x.peerFrame = int(s.Val)
		case http2.SettingMaxConcurrentStreams:
			x.peerMax = int(min(s.Val, math.MaxInt32))
		case http2.SettingHeaderTableSize:
			x.tableSize, x.tableSet = s.Val, true
		}
		return nil
	})
	x.control = appendFrame(x.control, http2.FrameSettings, http2.FlagSettingsAck, 0, nil)
	return err
}

// goAway: what the server will not answer any more can be sent again on another connection.
func (x *h2conn) goAway(f *http2.GoAwayFrame) {
	err := http2.GoAwayError{LastStreamID: f.LastStreamID, ErrCode: f.ErrCode, DebugData: shown(string(f.DebugData()), maxShown)}
	x.retired = true
	for _, st := range x.users {
		if st.id > f.LastStreamID || st.id == 0 {
			st.refused = true
			st.fail(err)
		}
	}
	if f.ErrCode != http2.ErrCodeNo { // the others may still be answered; if not, this is why
		x.goneAway = err
	}
}

func (x *h2conn) widen(f *http2.WindowUpdateFrame) error {
	if f.StreamID != 0 {
		if st := x.stream(f.StreamID); st != nil {
			if st.window += int64(f.Increment); st.window > math.MaxInt32 {
				return http2.StreamError{StreamID: f.StreamID, Code: http2.ErrCodeFlowControl}
			}
			st.rouse()
		}
		return nil
	}
	if x.window += int64(f.Increment); x.window > math.MaxInt32 {
		return http2.ConnectionError(http2.ErrCodeFlowControl)
	}
	for _, st := range x.users {
		st.rouse()
	}
	return nil
}

// data hands the payload of a frame to its stream and lets the server send as much again.
func (x *h2conn) data(f *http2.DataFrame) error {
	n := int64(f.Length) // padding counts
	if x.unacked += n; x.unacked >= h2StreamWindow {
		x.grant(0, x.unacked)
		x.unacked = 0
	}
	st := x.stream(f.StreamID)
	if st == nil {
		return nil
	}
	if !st.headed || st.h.method == "HEAD" && len(f.Data()) > 0 {
		return http2.StreamError{StreamID: f.StreamID, Code: http2.ErrCodeProtocol}
	}
	st.take(f.Data(), f.StreamEnded())
	if st.length >= 0 && st.size > st.length {
		return http2.StreamError{StreamID: f.StreamID, Code: http2.ErrCodeProtocol}
	}
	if f.StreamEnded() {
		return x.end(st)
	}
	if st.unacked += n; st.unacked >= h2StreamWindow/2 {
		x.grant(st.id, st.unacked)
		st.unacked = 0
	}
	return nil
}

func (x *h2conn) grant(id uint32, n int64) {
	x.control = appendFrame(x.control, http2.FrameWindowUpdate, 0, id, binary.BigEndian.AppendUint32(nil, uint32(n)))
}

// end notes that all of an answer is there.
func (x *h2conn) end(st *h2stream) error {
	if st.length > 0 && st.size < st.length && st.h.method != "HEAD" && st.status != 304 {
		return http2.StreamError{StreamID: st.id, Code: http2.ErrCodeProtocol}
	}
	cn := x.cn
	st.ended, st.done, st.lag, st.stamped = true, cn.lastRead, cn.wakeLag, cn.stamped
	if st.done.Before(st.began) { // an answer to nothing; or the clock was set
		st.done, st.lag, st.stamped = time.Now(), 0, false
	}
	st.in = cn.in - x.counted
	x.counted = cn.in
	st.rouse()
	return nil
}

// h2head is a block of header fields on its way in.
type h2head struct {
	open, ends bool   // more of it is to come; it ends the stream
	text       []byte // as lines of HTTP/1.1
	status     int
	encoding   string
	length     int64
	cookies    bool
	size       int
	bad        bool
}

// field takes over one field; it is called by the decoder.
func (h *h2head) field(f hpack.HeaderField) {
	if h.size += len(f.Name) + len(f.Value) + 32; h.size > maxHead {
		h.bad = true
		return
	}
	if f.Name == ":status" && h.status == 0 && len(h.text) == 0 && len(f.Value) == 3 && isDigits([]byte(f.Value)) {
		h.status = int(number([]byte(f.Value)))
		return
	}
	if !httpguts.ValidHeaderFieldName(f.Name) || !httpguts.ValidHeaderFieldValue(f.Value) {
		h.bad = true
		return
	}
	switch f.Name {
	case "content-encoding":
		if h.encoding != "" {
			h.encoding += ","
		}
		h.encoding += f.Value
	case "content-length":
		n, err := strconv.ParseInt(f.Value, 10, 63)
		h.bad = h.bad || err != nil || n < 0 || h.length >= 0 && h.length != n
		h.length = n
	case "set-cookie":
		h.cookies = true
	}
	if len(h.text) > 0 {
		h.text = append(h.text, "\r\n"...)
	}
	h.text = append(append(append(h.text, f.Name...), ": "...), f.Value...)
}

// fields takes a fragment of a block. All blocks have to be decoded, whoever they are for: the table goes with them.
func (x *h2conn) fields(id uint32, ends bool, fragment []byte, last bool) error {
	h := &x.head
	if !h.open {
		*h = h2head{open: true, ends: ends, text: h.text[:0], length: -1}
	}
	if _, err := x.decoder.Write(fragment); err != nil {
		return http2.ConnectionError(http2.ErrCodeCompression)
	}
	if !last {
		return nil
	}
	h.open = false
	if err := x.decoder.Close(); err != nil {
		return http2.ConnectionError(http2.ErrCodeCompression)
	}
	st := x.stream(id)
	if st == nil {
		return nil
	}
	if h.bad || st.headed && !h.ends || !st.headed && h.status < 100 {
		return http2.StreamError{StreamID: id, Code: http2.ErrCodeProtocol}
	}
	st.begun = true
	switch {
	case st.headed: // a trailer
	case h.status < 200:
		if h.ends {
			return http2.StreamError{StreamID: id, Code: http2.ErrCodeProtocol}
		}
	default:
		st.headed, st.status, st.header, st.first = true, h.status, Header(h.text), x.cn.lastRead
		st.encoding, st.length, st.cookies = h.encoding, h.length, h.cookies
	}
	if h.ends {
		return x.end(st)
	}
	return nil
}
