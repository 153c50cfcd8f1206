package stats

import (
	"slices"
	"sync"
)

// exceptionTable counts exceptions by traceback. Its methods may be called from any goroutine.
type exceptionTable struct {
	max int

	mu    sync.Mutex
	index map[string]int // by traceback
	rows  []ExceptionRow
}

// Exception counts one uncaught error of a task. Any goroutine.
func (r *Recorder) Exception(e Exception) { r.exceptions.add(e) }

func (t *exceptionTable) add(e Exception) {
	t.mu.Lock()
	defer t.mu.Unlock()
	i, ok := t.index[e.Traceback]
	if !ok && len(t.rows) >= t.max {
		e.Message, e.Traceback = Other, Other
		i, ok = t.index[Other]
	}
	if !ok {
		i = len(t.rows)
		t.index[e.Traceback] = i
		t.rows = append(t.rows, ExceptionRow{Exception: e})
	}
	t.rows[i].Count++
}

func (t *exceptionTable) list() []ExceptionRow {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.rows)
}

func (t *exceptionTable) reset() {
	t.mu.Lock()
	defer t.mu.Unlock()
	clear(t.index)
	t.rows = nil
}
