package stats

import (
	"strings"
	"sync"
)

// failureKey is a failure text of one row.
type failureKey struct {
	row  int32
	text string
}

// maxOtherMethods bounds the rows called Other: a script that makes up methods as well as names ends in one row.
const maxOtherMethods = 32

// registry gives out the indices of rows and failures, and bounds their number. An index is never taken back.
// It is asked once for each shard and name, and for every sample of a name beyond the bound.
type registry struct {
	mu                sync.RWMutex
	maxRows, maxTexts int
	rows              map[Key]int32
	texts             map[failureKey]int32
	keys              []Key // by index
	failures          []failureKey
	otherRows         int // rows made for Other, beyond maxRows
}

func newRegistry(maxRows, maxTexts int) *registry {
	return &registry{maxRows: maxRows, maxTexts: maxTexts, rows: map[Key]int32{}, texts: map[failureKey]int32{}}
}

// row returns the index of the row in which k is counted, and the key of that row. The strings of a row's key are the
// registry's own, so that a short name cannot keep a script's large string alive.
func (g *registry) row(k Key) (int32, Key) {
	g.mu.RLock()
	id, ok := g.rows[k]
	if other := (Key{Method: k.Method, Name: Other}); !ok && g.full() {
		if id, ok = g.rows[other]; ok { // a flood of new names must not queue up for the write lock
			k = other
		}
	}
	g.mu.RUnlock()
	if !ok {
		id, k = g.newRow(k)
	}
	return id, k
}

func (g *registry) full() bool { return len(g.keys) >= g.maxRows }

func (g *registry) newRow(k Key) (int32, Key) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if id, ok := g.rows[k]; ok {
		return id, k
	}
	if g.full() {
		k.Name = Other
		if g.otherRows >= maxOtherMethods {
			k.Method = Other
		}
		if id, ok := g.rows[k]; ok {
			return id, k
		}
		g.otherRows++
	}
	id := int32(len(g.keys))
	k = Key{Method: strings.Clone(k.Method), Name: strings.Clone(k.Name)}
	g.rows[k] = id
	g.keys = append(g.keys, k)
	return id, k
}

// failure returns the index under which a failure is counted, and its key.
func (g *registry) failure(k failureKey) (int32, failureKey) {
	g.mu.RLock()
	id, ok := g.texts[k]
	if !ok && len(g.failures) >= g.maxTexts { // no room: most likely "(other)" is there
		other := failureKey{k.row, Other}
		if id, ok = g.texts[other]; ok {
			k = other
		}
	}
	g.mu.RUnlock()
	if !ok {
		id, k = g.newFailure(k)
	}
	return id, k
}

func (g *registry) newFailure(k failureKey) (int32, failureKey) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if id, ok := g.texts[k]; ok {
		return id, k
	}
	if len(g.failures) >= g.maxTexts {
		k.text = Other
		if id, ok := g.texts[k]; ok {
			return id, k
		}
	}
	id := int32(len(g.failures))
	k.text = strings.Clone(k.text)
	g.texts[k] = id
	g.failures = append(g.failures, k)
	return id, k
}

// since returns what was added after the first rows and failures that the caller knows.
func (g *registry) since(rows, failures int) ([]Key, []failureKey) {
	g.mu.RLock()
	defer g.mu.RUnlock()
	return g.keys[rows:], g.failures[failures:]
}
