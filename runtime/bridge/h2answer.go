package bridge

import (
	"encoding/binary"
	"strconv"
	"time"

	"golang.org/x/net/http/httpguts"
	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

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
