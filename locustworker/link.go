package locustworker

import (
	"context"
	"sync/atomic"
	"time"

	"katydid/locustworker/zmtp"
)

// dialTime is how long connecting may take, with the greeting.
const dialTime = 10 * time.Second

// link keeps a connection to the master, one after another. What it gets goes to events.
type link struct {
	address  string
	identity atomic.Pointer[string]
	again    time.Duration // the longest pause between two tries
	events   chan event
}

// event is one of three things: a new connection, a message that came on the last one, or the reason why there is none.
type event struct {
	conn    *zmtp.Conn
	message []byte
	err     error
}

func newLink(address, identity string, again time.Duration) *link {
	l := &link{address: address, again: again, events: make(chan event, 16)}
	l.rename(identity)
	return l
}

// rename gives the connections from the next on another name.
func (l *link) rename(identity string) { l.identity.Store(&identity) }

// run connects, and again whenever the connection ends, until ctx is done. Whoever wants another connection closes this one.
func (l *link) run(ctx context.Context) {
	pause := l.again / 16
	for ctx.Err() == nil {
		conn, err := l.dial(ctx)
		if err == nil {
			pause = l.again / 16
			l.tell(ctx, event{conn: conn})
			err = l.read(ctx, conn)
			_ = conn.Close() // nobody is waiting for anything from it
		}
		l.tell(ctx, event{err: err})
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
		pause = min(2*pause, l.again)
	}
}

func (l *link) dial(ctx context.Context) (*zmtp.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, dialTime)
	defer cancel()
	return zmtp.Dial(ctx, l.address, *l.identity.Load())
}

// read reads messages until the connection ends.
func (l *link) read(ctx context.Context, conn *zmtp.Conn) error {
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	for {
		b, err := conn.Receive()
		if err != nil {
			return err
		}
		l.tell(ctx, event{message: b})
	}
}

func (l *link) tell(ctx context.Context, e event) {
	select {
	case l.events <- e:
	case <-ctx.Done():
	}
}
