package exporter

import (
	"context"
	"errors"
	"io"
	"path"
	"sync"
	"time"
)

// memory is a Store that keeps what it gets, unless do says otherwise.
type memory struct {
	mu      sync.Mutex
	objects map[string]string // by the last part of the name
	puts    []string          // likewise, in the order in which they began
	do      func(ctx context.Context, name string) error
}

func (m *memory) Put(ctx context.Context, full string, r io.ReadSeeker, size int64, _ PutOptions) error {
	name := path.Base(full)
	m.mu.Lock()
	m.puts = append(m.puts, name)
	do := m.do
	m.mu.Unlock()
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return err
	}
	body, err := io.ReadAll(r)
	if err == nil && do != nil {
		err = do(ctx, name)
	}
	if err != nil {
		return newError(m.String(), "put "+full, Scrubber{}, &exchange{}, "", err)
	}
	if int64(len(body)) != size {
		return errors.New("the body is not as long as it should be")
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.objects == nil {
		m.objects = map[string]string{}
	}
	m.objects[name] = string(body)
	return nil
}

func (m *memory) String() string { return "memory://" }

func (m *memory) object(name string) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.objects[name]
}

// taken gives the names that were put since the last call.
func (m *memory) taken() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	names := m.puts
	m.puts = nil
	return names
}

func (m *memory) behave(do func(ctx context.Context, name string) error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.do = do
}

// hanging never answers.
func hanging(ctx context.Context, _ string) error {
	<-ctx.Done()
	return ctx.Err()
}

// slow answers after d.
func slow(d time.Duration) func(context.Context, string) error {
	return func(ctx context.Context, _ string) error {
		select {
		case <-time.After(d):
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// saying fails with an error.
func saying(err error) func(context.Context, string) error {
	return func(context.Context, string) error { return err }
}
