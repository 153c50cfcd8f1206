package fleet

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"katydid/exporter"
)

// Rendezvous is where shards meet. Its methods may be called from several goroutines; one attempt, no retries. Errors hold
// no secret; those that may be over soon are *exporter.Error of class Retry. Each answer tells the store's time to
// exporter.WithDate.
type Rendezvous interface {
	// Create stores data as name if there is none of that name yet, else it fails with ErrExists.
	Create(ctx context.Context, name string, data []byte) error
	// Put stores data as name, whether there is one or not.
	Put(ctx context.Context, name string, data []byte) error
	// Get gives what is stored as name, or ErrAbsent.
	Get(ctx context.Context, name string) ([]byte, error)
	// List gives all names in a folder, in ascending order.
	List(ctx context.Context, folder string) ([]string, error)
	// String says where that is, without secrets.
	String() string
}

// What a Rendezvous says that is no trouble.
var (
	ErrExists = errors.New("there is such a name already")
	ErrAbsent = errors.New("there is no such name")
)

// connections is how many requests there are at a time, when many blobs are read.
const connections = 16

// Open is the rendezvous at a place that results can be exported to. Nothing is sent. Close it.
func Open(t *exporter.Target) (*Blobs, error) {
	r, err := t.OpenReader(connections)
	if err != nil {
		return nil, err
	}
	return &Blobs{r}, nil
}

// Blobs is a store of the exporter's as Rendezvous.
type Blobs struct{ r exporter.Reader }

// Create implements Rendezvous.
func (b *Blobs) Create(ctx context.Context, name string, data []byte) error {
	return b.put(ctx, name, data, true)
}

// Put implements Rendezvous.
func (b *Blobs) Put(ctx context.Context, name string, data []byte) error {
	return b.put(ctx, name, data, false)
}

func (b *Blobs) put(ctx context.Context, name string, data []byte, createOnly bool) error {
	r := bytes.NewReader(data)
	sums, err := exporter.SumsOf(r)
	if err != nil {
		return err
	}
	o := exporter.PutOptions{ContentType: "application/octet-stream", CreateOnly: createOnly, Sums: sums}
	err = b.r.Put(ctx, name, r, int64(len(data)), o)
	if errors.Is(plain(err), ErrExists) {
		return ErrExists
	}
	return err // also one of class Absent, which is nothing that a store should say then
}

// Get implements Rendezvous.
func (b *Blobs) Get(ctx context.Context, name string) ([]byte, error) {
	data, err := b.r.Get(ctx, name)
	return data, plain(err)
}

// List implements Rendezvous.
func (b *Blobs) List(ctx context.Context, folder string) ([]string, error) {
	names, err := b.r.List(ctx, folder)
	return names, plain(err)
}

// String implements Rendezvous.
func (b *Blobs) String() string { return b.r.String() }

// Close lets connections go.
func (b *Blobs) Close() error {
	if c, ok := b.r.(io.Closer); ok {
		return c.Close()
	}
	return nil
}

func plain(err error) error {
	if e := (*exporter.Error)(nil); errors.As(err, &e) {
		switch e.Class {
		case exporter.Exists:
			return ErrExists
		case exporter.Absent:
			return ErrAbsent
		}
	}
	return err
}

// Requests is what was asked of the store, attempts that failed included.
type Requests struct {
	Puts, Gets, Lists int64 // Gets are also those that found nothing
	Sent, Got         int64 // bytes of what is stored
}

// store is a rendezvous that is asked patiently and counted, and whose answers set the clock. Its methods may be called
// from several goroutines.
type store struct {
	r     Rendezvous
	clock *clock

	puts, gets, lists, sent, got atomic.Int64

	mu    sync.Mutex // guards what follows
	why   error      // of the latest attempt; nil if it was answered
	since time.Time  // of the first of the attempts that have failed since the last answer
}

// trouble is since when the store does not answer, and why; nil if it does.
func (s *store) trouble() (since time.Time, why error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.since, s.why
}

// note remembers what became of an attempt.
func (s *store) note(err error) {
	if errors.Is(err, ErrExists) || errors.Is(err, ErrAbsent) {
		err = nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.why == nil {
		s.since = time.Now()
	}
	s.why = err
}

func (s *store) requests() Requests {
	return Requests{s.puts.Load(), s.gets.Load(), s.lists.Load(), s.sent.Load(), s.got.Load()}
}

// retrying does something until it succeeds, fails for good, or ctx ends.
func (s *store) retrying(ctx context.Context, size int, count *atomic.Int64, do func(ctx context.Context) error) (tried int, err error) {
	return exporter.Retrying(ctx, 0, int64(size), func(ctx context.Context) (err error) {
		defer func() { s.note(err) }()
		count.Add(1)
		s.sent.Add(int64(size))
		sent := s.clock.now()
		return do(exporter.WithDate(ctx, func(date time.Time, step time.Duration) {
			s.clock.heard(sent, s.clock.now(), date, step)
		}))
	})
}

// create stores v once; ErrExists if somebody else has. An attempt whose answer was lost may have done it, so what is
// there is compared with v, which has to be different from what anybody else would create.
func (s *store) create(ctx context.Context, name string, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	tried, err := s.retrying(ctx, len(data), &s.puts, func(ctx context.Context) error { return s.r.Create(ctx, name, data) })
	if errors.Is(err, ErrExists) && tried > 1 {
		var there json.RawMessage
		if err := s.existing(ctx, name, &there); err != nil {
			return err
		}
		if bytes.Equal(there, data) {
			return nil
		}
	}
	return err
}

func (s *store) put(ctx context.Context, name string, data []byte) error {
	_, err := s.retrying(ctx, len(data), &s.puts, func(ctx context.Context) error { return s.r.Put(ctx, name, data) })
	return err
}

func (s *store) read(ctx context.Context, name string) (data []byte, err error) {
	_, err = s.retrying(ctx, 0, &s.gets, func(ctx context.Context) (err error) {
		data, err = s.r.Get(ctx, name)
		return err
	})
	s.got.Add(int64(len(data)))
	return data, err
}

// get reads v; ErrAbsent if there is none.
func (s *store) get(ctx context.Context, name string, v any) error {
	data, err := s.read(ctx, name)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, v); err != nil {
		return fmt.Errorf("%s: %s is damaged: %w", s.r, name, err)
	}
	return nil
}

// existing reads v, of which the store has just said that it exists: it may take a moment to be there.
func (s *store) existing(ctx context.Context, name string, v any) error {
	for wait := 50 * time.Millisecond; ; wait *= 2 {
		err := s.get(ctx, name, v)
		if !errors.Is(err, ErrAbsent) || wait > 5*time.Second {
			return err
		}
		if err := sleep(ctx, wait); err != nil {
			return err
		}
	}
}

func (s *store) list(ctx context.Context, folder string) (names []string, err error) {
	_, err = s.retrying(ctx, 0, &s.lists, func(ctx context.Context) (err error) {
		names, err = s.r.List(ctx, folder)
		return err
	})
	for _, name := range names {
		s.got.Add(int64(len(name)))
	}
	return names, err
}
