package targetapi

import "sync"

const (
	slowerEvery = 10 // requests after which /volatile waits a second longer
	maxSeconds  = 5
	failEvery   = 5 // requests to /buggy
)

// sequence deals out the numbers that /volatile and /buggy share. Taking a
// number and setting the counter back is one step: no number is dealt twice
// within a round, and none is skipped.
type sequence struct {
	mu   sync.Mutex
	next int64
}

// volatile takes a number and returns the seconds to wait for it.
func (s *sequence) volatile() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	seconds := s.next / slowerEvery
	s.next++
	if seconds > maxSeconds {
		seconds = maxSeconds
		s.next = 0
	}
	return int(seconds)
}

// buggy takes a number and returns it.
func (s *sequence) buggy() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.next
	s.next++
	return n
}
