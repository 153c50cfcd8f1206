package load

import "time"

// A Seat is the place of one user in an open run. Its methods belong to the
// user's goroutine.
type Seat struct {
	open  *Open
	class int
	start chan Start
	state seatState
	built time.Time // when its onStart began
}

type seatState int

const (
	beingBuilt seatState = iota
	starting             // in its onStart
	working              // with a start
	isIdle               // in the queue's list
	hasStart             // taken off the list; the start is in the channel
	withdrawn            // out of the line, about to leave
)

// Seat gives a user that was asked for its place; Leave has to be called at
// its end.
func (o *Open) Seat(class int) *Seat {
	return &Seat{open: o, class: class, start: make(chan Start, 1)}
}

// Built says that the user is made and its own onStart begins.
func (s *Seat) Built() {
	s.open.mu.Lock()
	defer s.open.mu.Unlock()
	s.built = time.Now()
	s.open.queues[s.class].building--
	s.state = starting
	if q := s.open.queues[s.class]; q.waiting() > 0 || q.users < q.reserved { // there may be room for one more now
		s.open.wake()
	}
}

// Next says that the user is free. It gives a start that waits, or else lines
// the user up: then the start comes on C. A false value from C says that the
// user has to leave.
func (s *Seat) Next() (Start, bool) {
	o, now := s.open, time.Now()
	o.mu.Lock()
	defer o.mu.Unlock()
	q := o.queues[s.class]
	fresh := s.state == starting
	if fresh {
		q.coming--
		o.barren = 0
		o.notify()
	} else {
		o.busy--
	}
	s.state = working
	if o.closed || o.begin.IsZero() {
		s.line(q)
		return Start{}, false
	}
	q.look(now.Sub(o.begin))
	if q.waiting() == 0 {
		s.line(q)
		return Start{}, false
	}
	start := o.take(q, now, s.freed(q, now, fresh))
	if q.waiting() == 0 && o.begin.Add(q.seen.due).Before(o.target) {
		o.wake() // it had left this class to the users
	}
	return start, true
}

func (s *Seat) line(q *queue) {
	q.idle.push(s)
	s.state = isIdle
}

// freed is Start.Freed for the start that this user takes now.
func (s *Seat) freed(q *queue, now time.Time, fresh bool) time.Time {
	o := s.open
	planned := o.begin.Add(q.next.due)
	switch {
	case fresh: // its onStart is the script's and the target's; what came before it is the generator's
		from := planned
		if q.fullUntil.After(from) {
			from = q.fullUntil
		}
		return now.Add(-max(0, s.built.Sub(from)))
	case q.users >= q.most || q.coming > q.building: // full, or who was made for this start is at its onStart
		return now
	case q.fullUntil.After(planned):
		return q.fullUntil
	}
	return time.Time{}
}

// C has the start for which Next has lined up.
func (s *Seat) C() <-chan Start { return s.start }

// Withdraw takes the user out of the line. It gives the start that came in the
// meantime, if one did; the user has to make it, or give it back.
func (s *Seat) Withdraw() (Start, bool) {
	o := s.open
	o.mu.Lock()
	defer o.mu.Unlock()
	switch s.state {
	case hasStart:
		s.state = working
		return <-s.start, true
	case isIdle:
		s.unline()
	}
	return Start{}, false
}

func (s *Seat) unline() {
	s.open.queues[s.class].idle.remove(s)
	s.state = withdrawn
}

// GiveBack says that the user got a start and cannot make it, because it was
// killed: the start is omitted.
func (s *Seat) GiveBack() {
	s.open.mu.Lock()
	defer s.open.mu.Unlock()
	s.open.tally.Started--
	s.open.tally.OmittedLate++
}

// Leave says that the user has left.
func (s *Seat) Leave() {
	o := s.open
	o.mu.Lock()
	q := o.queues[s.class]
	switch s.state {
	case beingBuilt, starting:
		if s.state == beingBuilt {
			q.building--
		}
		q.coming--
		o.barren++
		o.notify()
	case working, hasStart:
		o.busy--
	}
	if q.users == q.most {
		q.fullUntil = time.Now()
	}
	q.users--
	o.wake()
	dying := o.barren >= maxBarren && o.users() == 0 && !o.closed
	o.mu.Unlock()
	if dying {
		o.dying()
	}
}

// notify lets Warm look again.
func (o *Open) notify() {
	select {
	case o.joined <- struct{}{}:
	default:
	}
}

// wake makes Run look again, unless it has ended.
func (o *Open) wake() {
	if !o.closed {
		o.pacer.Wake()
	}
}
