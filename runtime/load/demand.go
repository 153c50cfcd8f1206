package load

import "time"

// A queue is the starts of one class, and its users.
type queue struct {
	next, seen *stream // the next start to hand out; the first that is not due yet
	due        int64   // starts that were due so far
	handed     int64   // starts that were handed out
	share      float64 // of all starts, those of other shards included
	shard      Shard   // whose starts of the class are made here
	whole      int     // users that there may be on all shards together
	most       int     // users that there may be
	reserved   int     // users that there are to be in any case
	idle       line    // those who wait for a start
	rotate     bool    // the first in line is next

	users    int // that there are or were asked for
	building int // asked for, and not at their onStart yet
	coming   int // asked for, and not ready for a start yet; those being built included

	fullUntil time.Time // when there were last as many users as there may be, and one left
}

// look goes on to the time t of the plan.
func (q *queue) look(t time.Duration) {
	for q.seen.more && q.seen.due <= t {
		q.seen.advance()
		q.due++
	}
}

// part is the share of all starts that are made here.
func (q *queue) part() float64 {
	if q.shard.idle() {
		return 0
	}
	return q.share / float64(q.shard.of())
}

// waiting is how many starts are due and not handed out.
func (q *queue) waiting() int64 { return q.due - q.handed }

// pop takes the user that became idle last: the fewer users do the work, the
// fewer connections and caches are kept warm. When they rotate it is the other
// way round.
func (q *queue) pop() (seat *Seat) {
	if q.rotate {
		seat = q.idle.popFirst()
	} else {
		seat = q.idle.popLast()
	}
	seat.state = hasStart
	return seat
}

// Users are kept ready for the starts of the next aheadTime, so that nobody has
// to be made in a start's way; one at least.
const aheadTime = 10 * time.Millisecond

// maxBuilding is how many users may be being built at a time beyond those kept
// ahead. Building takes the processor for well under a millisecond, so more of
// them means that it has no time: users made then would only take more of it.
const maxBuilding = 16

// maxBarren is how many users in a row may leave before they are ready; then no
// more are made.
const maxBarren = 10

// demand chooses the classes of the users to make at the time t of the plan, and counts them as there.
func (o *Open) demand(t time.Duration) (wanted []int) {
	if o.closed || o.barren >= maxBarren {
		return nil
	}
	for class, q := range o.queues {
		if q.share == 0 {
			continue
		}
		ahead := 1 + int(o.plan.Shape.Level(t)*q.part()*aheadTime.Seconds())
		short := q.reserved - q.users
		if o.drop == nil {
			short = max(short, int(min(q.waiting(), int64(q.most)))+ahead-q.idle.len()-q.coming)
		}
		if o.barren > 0 { // one after the other, until one stays
			short = min(short, 1-o.coming())
		}
		for ; short > 0 && q.users < q.most && q.building < maxBuilding+ahead; short-- {
			q.users, q.building, q.coming = q.users+1, q.building+1, q.coming+1
			wanted = append(wanted, class)
		}
	}
	return wanted
}

// startAll makes users; the lock is not held.
func (o *Open) startAll(classes []int) {
	for _, class := range classes {
		o.start(class)
	}
}

// coming is how many users are not ready yet.
func (o *Open) coming() (n int) {
	for _, q := range o.queues {
		n += q.coming
	}
	return n
}
