package bridge

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"

	"golang.org/x/net/http2"
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
	if err != nil {
		err = x.complain(err)
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

// complain tells the server what it did wrong. What concerns only one stream ends only that.
func (x *h2conn) complain(err error) error {
	var (
		one http2.StreamError
		all http2.ConnectionError
	)
	switch {
	case errors.As(err, &one):
		x.reset(one.StreamID, one.Code)
		if st := x.stream(one.StreamID); st != nil {
			st.fail(err)
		}
		return nil
	case errors.As(err, &all):
		x.control = appendFrame(x.control, http2.FrameGoAway, 0, 0, binary.BigEndian.AppendUint32(make([]byte, 4), uint32(all)))
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

// goAwayError is a GOAWAY of the server.
type goAwayError struct {
	code  http2.ErrCode
	debug string // what else the server said
}

func (e goAwayError) Error() string { return "GOAWAY " + e.code.String() + ": " + e.debug }

// goAway: what the server will not answer any more can be sent again on another connection.
func (x *h2conn) goAway(f *http2.GoAwayFrame) {
	err := goAwayError{f.ErrCode, shown(string(f.DebugData()), maxShown)}
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
