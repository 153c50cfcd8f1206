package targetapi

import (
	"net/http"
	"sync/atomic"
)

// OtherPaths is the Path under which requests to unknown paths are counted.
const OtherPaths = "(other)"

// Answer is what Served counts by.
type Answer struct {
	Path   string // "/", "/volatile", "/buggy" or OtherPaths
	Status int    // as sent, or 499 for a client that left before the answer
}

// tally counts answers. Its keys are fixed when it is made, so that counting is
// a look-up and an atomic add.
type tally map[Answer]*atomic.Int64

func newTally() tally {
	t := tally{}
	for _, path := range []string{"/", "/volatile", "/buggy", OtherPaths} {
		for _, status := range []int{
			http.StatusOK, http.StatusNotFound, http.StatusMethodNotAllowed, statusClientGone,
			http.StatusInternalServerError, http.StatusServiceUnavailable,
		} {
			t[Answer{path, status}] = new(atomic.Int64)
		}
	}
	return t
}

func (t tally) add(path string, status int) { t[Answer{path, status}].Add(1) }

// snapshot leaves out what never happened.
func (t tally) snapshot() map[Answer]int64 {
	counts := map[Answer]int64{}
	for answer, n := range t {
		if n := n.Load(); n > 0 {
			counts[answer] = n
		}
	}
	return counts
}
