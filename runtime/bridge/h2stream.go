package bridge

import (
	"bytes"
	"errors"
	"sync"
	"time"
)

// h2stream is one request on an h2conn. All of it is guarded by the mu of that, until it has left.
type h2stream struct {
	x        *h2conn
	h        hop    // a copy: the pointer would take the hop of every request, of HTTP/1.1 too, to the heap
	reused   bool   // it is not the first one on the connection
	turn     bool   // is one of those that may be open at once
	id       uint32 // 0 until it is sent
	began    time.Time
	deadline time.Time // zero: none
	window   int64     // what may be sent
	asleep   bool      // waits for wake
	wake     chan struct{}

	begun   bool // something of the answer has come
	headed  bool // its head is there
	status  int
	header  Header
	first   time.Time // when the head came
	length  int64     // Content-Length; -1 if it does not say
	cookies bool

	encoding string
	limit    int64
	body     []byte // of known length
	pieces   pieces // of others
	size     int64  // so far
	unacked  int64  // bytes that the server has not been told may come again

	ended   bool // all of it is there
	done    time.Time
	lag     time.Duration
	stamped bool
	in      int64 // bytes that came for it

	err     error
	unsent  bool // a part of the request was not sent
	refused bool // the server says that it has done nothing: the request may be sent again
}

var h2streams = sync.Pool{New: func() any { return &h2stream{wake: make(chan struct{}, 1)} }}

// begin takes h's request to x, where it waits for its turn.
func (x *h2conn) begin(h *hop, limit int64) *h2stream {
	st := h2streams.Get().(*h2stream)
	*st = h2stream{x: x, h: *h, wake: st.wake, pieces: st.pieces, deadline: h.deadline, limit: limit, length: -1}
	if h.deadline.IsZero() && h.timeout > 0 {
		st.deadline = time.Now().Add(h.timeout)
	}
	select {
	case <-st.wake: // of its last life
	default:
	}
	x.mu.Lock()
	x.users = append(x.users, st)
	st.reused, x.used = x.used, true
	if x.err != nil || x.retired {
		st.fail(errRetired)
	}
	x.retired = x.retired || x.cfg.NoKeepAlive
	x.mu.Unlock()
	return st
}

// errRetired is why a request cannot begin on a connection that another one has just ended.
var errRetired = errors.New("the connection takes no more requests")

func (st *h2stream) fail(err error) {
	if st.err == nil && !st.ended {
		st.err = err
		st.rouse()
	}
}

// rouse wakes st, if it sleeps or is about to.
func (st *h2stream) rouse() {
	select {
	case st.wake <- struct{}{}:
	default:
	}
}

// sleep waits to be woken; false says that the time is over. It lets go of mu meanwhile.
func (st *h2stream) sleep() bool {
	var alarm <-chan time.Time
	if !st.deadline.IsZero() {
		t := time.NewTimer(time.Until(st.deadline))
		defer t.Stop()
		alarm = t.C
	}
	st.asleep = true
	st.x.mu.Unlock()
	inTime := true
	select {
	case <-st.wake:
	case <-alarm:
		inTime = false
	}
	st.x.mu.Lock()
	st.asleep = false
	return inTime
}

func (st *h2stream) over(now time.Time) bool {
	return !st.deadline.IsZero() && !now.Before(st.deadline)
}

// abort ends the request at once; Client.Close calls it.
func (st *h2stream) abort() {
	x := st.x
	x.mu.Lock()
	defer x.mu.Unlock()
	st.fail(ErrClosed)
	x.interrupt(st)
	if x.writer != st {
		return
	}
	// A frame that was begun cannot be taken back. Most are with the kernel in a moment; if this one is not, it takes the
	// connection along.
	writes := x.writes
	time.AfterFunc(closeGrace, func() {
		x.mu.Lock()
		defer x.mu.Unlock()
		if x.writer != nil && x.writes == writes {
			x.fail(ErrClosed)
		}
	})
}

const closeGrace = 20 * time.Millisecond

// take adds to the body. What has its final size at once needs no copy later.
func (st *h2stream) take(p []byte, last bool) {
	st.size += int64(len(p))
	if len(p) == 0 || st.h.discard {
		return
	}
	if st.body == nil && st.pieces.size == 0 {
		length := st.length
		if last {
			length = st.size
		}
		if length > 0 && st.plain() {
			st.body = make([]byte, 0, min(length, st.limit, DefaultMaxBody))
		}
	}
	if st.body != nil {
		st.body = append(st.body, p[:min(int64(len(p)), st.limit-int64(len(st.body)))]...)
		return
	}
	for len(p) > 0 {
		n := copy(st.pieces.room(st.limit), p)
		if n == 0 {
			return
		}
		st.pieces.took(n)
		p = p[n:]
	}
}

// plain says that the body is kept as it comes.
func (st *h2stream) plain() bool {
	e := st.encoding
	return e == "" || e == "identity" || st.h.redirects > 0 && redirecting(st.status, st.header) ||
		st.h.cfg.KeepUnknown && !known(e)
}

// answer fills w from what has come. It is called when st has left.
func (st *h2stream) answer(c *Client, w *Response) error {
	w.Status, w.Proto, w.Header = st.status, "HTTP/2.0", st.header
	w.Done, w.WakeLag, w.Stamped = st.done, st.lag, st.stamped
	w.Phases.Receive += st.done.Sub(st.first)
	if st.cookies && st.h.cookies {
		c.keepCookies(&st.h, w)
	}
	w.WireSize = st.size
	switch {
	case st.h.discard || st.plain():
		w.Body, w.Size = st.body, st.size
		if st.body == nil {
			w.Body = st.pieces.join()
		}
		w.Truncated = !st.h.discard && int64(len(w.Body)) < st.size
		return nil
	}
	if st.pieces.size < st.size {
		err := w.decode(c, st.encoding, st.pieces.drain(cutReader{}), st.limit)
		w.Truncated = true
		return err
	}
	return w.decode(c, st.encoding, st.pieces.drain(bytes.NewReader(nil)), st.limit)
}

// cutReader is where a body goes on that was not kept to its end.
type cutReader struct{}

func (cutReader) Read([]byte) (int, error) { return 0, errCut }

// free gives st back, without what it refers to. Nobody may know it any more.
func (st *h2stream) free() {
	st.pieces.reset()
	*st = h2stream{wake: st.wake, pieces: st.pieces}
	h2streams.Put(st)
}
