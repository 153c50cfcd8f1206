package bridge

import (
	"bytes"
	"errors"
	"os"
	"slices"
	"sync"
	"time"

	"golang.org/x/net/http2/hpack"
)

// Windows and limits that we announce; those of net/http.
const (
	h2StreamWindow = 4 << 20
	h2ConnWindow   = 1 << 30
	h2MaxFrame     = 16 << 10 // the default of the protocol, which we do not change
	h2FrameHead    = 9
)

// h2conn is an HTTP/2 connection of one user and his siblings. It has no goroutine: of those who wait for answers one
// reads, for all, and hands that on when it has what it wanted (see until). So a user who sends one request at a time
// reads his answer himself, and the time of its last byte is the kernel's. While nobody waits, nobody reads: what the
// server sends then (PING, SETTINGS, GOAWAY) is read when the next request comes.
//
// Lock order: Client.mu, h2shared.mu, wmu, mu.
type h2conn struct {
	cn  *conn
	cfg *Config

	wmu     sync.Mutex // of all that is written, and of the encoder, whose table has to go with the order on the wire
	encoder *hpack.Encoder
	block   bytes.Buffer // what encoder writes to
	greeted bool

	mu      sync.Mutex
	users   []*h2stream // requests under way and those that wait for their turn
	active  int         // of them, streams that are open
	reader  *h2stream   // who reads; nil if nobody does
	writer  *h2stream   // who writes a request; nil if nobody does
	writes  uint64      // how often that was somebody
	used    bool        // has carried a request
	armed   time.Time   // the read alarm, see conn.armed
	rang    bool        // and it has gone off
	nextID  uint32
	control []byte // frames that are to be written as soon as possible
	window  int64  // what may be sent
	unacked int64  // bytes received that the server has not been told may come again
	counted int64  // bytes received that belong to requests that are over
	billed  int64  // and bytes sent

	peerWindow int64 // of new streams
	peerFrame  int
	peerMax    int    // streams at once
	tableSize  uint32 // of the server's decoder
	tableSet   bool   // and the encoder has not been told

	codec   *h2codec // nil while idle
	decoder *hpack.Decoder
	head    h2head
	settled bool // the server's first SETTINGS have come

	retired  bool  // no new requests: GOAWAY, CloseIdle, or NoKeepAlive
	goneAway error // the server says that it ends because of this
	err      error // the connection is broken
}

func newH2(cfg *Config, cn *conn) *h2conn {
	x := &h2conn{cn: cn, cfg: cfg, nextID: 1, window: 65535, peerWindow: 65535, peerFrame: h2MaxFrame, peerMax: 100, armed: cn.armed,
		counted: cn.in, billed: cn.out}
	cn.shared = true
	x.encoder = hpack.NewEncoder(&x.block)
	x.decoder = hpack.NewDecoder(4096, x.head.field)
	x.decoder.SetMaxStringLength(maxHead)
	return x
}

// until waits until ready, which is called with mu held, says so, or st has come to its end. Its error is that of the
// stream, or a timeout.
func (x *h2conn) until(st *h2stream, ready func() bool) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	for st.err == nil && !st.ended && !ready() {
		if x.err != nil {
			return x.err
		}
		if x.reader != nil {
			if !st.sleep() {
				return os.ErrDeadlineExceeded
			}
			continue
		}
		x.reader = st
		x.alarm(st)
		err := x.next()
		x.reader = nil
		if err != nil && errors.Is(err, os.ErrDeadlineExceeded) {
			if st.over(time.Now()) {
				x.handOver()
				return os.ErrDeadlineExceeded
			}
			x.rang = true // it was the alarm of another request, or Close
			continue
		}
		if err != nil {
			x.fail(err)
		}
	}
	x.handOver()
	return st.err
}

// handOver makes one of those who wait the reader. It needs mu.
func (x *h2conn) handOver() {
	if x.reader != nil {
		return
	}
	x.rest()
	for _, st := range x.users {
		if st.asleep {
			st.rouse()
			return
		}
	}
}

// rest gives back what only a reader needs, if nothing is left in it. It needs mu.
func (x *h2conn) rest() {
	x.cn.unwire()
	if k := x.codec; k != nil && k.r == k.n && !x.head.open && x.err == nil {
		k.r, k.n = 0, 0
		x.codec = nil
		h2codecs.Put(k)
	}
	if !x.head.open && cap(x.head.text) > readBuffer {
		x.head.text = nil
	}
}

// alarm has the next read end when the time of st is over. It needs mu, so that an interruption by Close is not lost.
func (x *h2conn) alarm(st *h2stream) {
	keep := x.armed.After(time.Now()) && (st.deadline.IsZero() || !x.armed.After(st.deadline))
	if st.deadline.IsZero() {
		keep = x.armed.IsZero()
	}
	if !keep || x.rang {
		x.armed, x.rang = st.deadline, false
		_ = x.cn.SetReadDeadline(st.deadline) // fails only on a closed connection, as the read will
	}
}

// interrupt has st look whether it still wants to read, if it is the reader. It needs mu.
func (x *h2conn) interrupt(st *h2stream) {
	if x.reader == st {
		x.rang = true
		_ = x.cn.SetReadDeadline(time.Unix(1, 0))
	}
}

// fail ends the connection and all requests on it. It needs mu.
func (x *h2conn) fail(err error) {
	if x.err != nil {
		return
	}
	if x.goneAway != nil && closedByPeer(err) {
		err = x.goneAway
	}
	x.err, x.retired = err, true
	_ = x.cn.socket.Close()
	for _, st := range x.users {
		st.fail(err)
	}
}

// retire takes no further requests; the connection ends with the last one. It needs mu.
func (x *h2conn) retire() {
	x.retired = true
	if len(x.users) == 0 {
		_ = x.cn.socket.Close()
	}
}

// leave takes st off the connection, and tells whether that had been used before.
func (x *h2conn) leave(st *h2stream) (reused bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if i := slices.Index(x.users, st); i >= 0 {
		x.users = slices.Delete(x.users, i, i+1)
	}
	if st.turn {
		x.active--
	}
	if x.retired && len(x.users) == 0 {
		_ = x.cn.socket.Close()
	}
	x.handOver()
	for _, other := range x.users { // the turn of one who waits for a free stream may have come
		if !other.turn {
			other.rouse()
			x.interrupt(other)
		}
	}
	return st.reused
}
