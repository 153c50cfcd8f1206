package fleet

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"katydid/exporter"
)

// memory is a rendezvous in memory, whose clock can be wrong, and which can be away.
type memory struct {
	mu    sync.Mutex
	blobs map[string][]byte
	ahead time.Duration              // of its clock
	step  time.Duration              // in which it tells the time
	away  bool                       // it answers nothing
	lose  func(op, name string) bool // an answer that is lost, after what was asked was done
}

func newMemory() *memory { return &memory{blobs: map[string][]byte{}, step: time.Millisecond} }

func (m *memory) do(ctx context.Context, op, name string, fn func() error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	trouble := &exporter.Error{Op: op + " " + name, Store: "memory", Class: exporter.Retry, Text: "no answer"}
	if err := ctx.Err(); err != nil {
		return err
	}
	if m.away {
		return trouble
	}
	err := fn()
	if m.lose != nil && m.lose(op, name) {
		return trouble
	}
	if fn, ok := exporter.DateOf(ctx); ok {
		fn(time.Now().Add(m.ahead).Truncate(m.step), m.step)
	}
	return err
}

func (m *memory) Create(ctx context.Context, name string, data []byte) error {
	return m.do(ctx, "create", name, func() error {
		if _, found := m.blobs[name]; found {
			return ErrExists
		}
		m.blobs[name] = slices.Clone(data)
		return nil
	})
}

func (m *memory) Put(ctx context.Context, name string, data []byte) error {
	return m.do(ctx, "put", name, func() error {
		m.blobs[name] = slices.Clone(data)
		return nil
	})
}

func (m *memory) Get(ctx context.Context, name string) (data []byte, err error) {
	err = m.do(ctx, "get", name, func() error {
		found := false
		if data, found = m.blobs[name]; !found {
			return ErrAbsent
		}
		return nil
	})
	return data, err
}

func (m *memory) List(ctx context.Context, folder string) (names []string, err error) {
	err = m.do(ctx, "list", folder, func() error {
		for _, name := range slices.Sorted(maps.Keys(m.blobs)) {
			if strings.HasPrefix(name, folder) {
				names = append(names, name)
			}
		}
		return nil
	})
	return names, err
}

func (m *memory) String() string { return "memory" }

func (m *memory) setAway(away bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.away = away
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
