package load

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync"
	"time"
)

// Open hands out the starts of a plan to users, each at its time. Users are
// made on demand, and some ahead of it, up to a maximum. When none is free the
// start waits and keeps its planned time; the first user that gets free takes
// it at once. As the plan is data there is no queue of waiting starts, only the
// place in the plan up to which they have been handed out. Every start that was
// due before the end was either made or is counted as omitted. Reserve changes
// some of this to what k6 does.
//
// All methods but Run may be called from any goroutine.
type Open struct {
	plan  Plan
	start func(class int)
	dying func()
	drop  func(n int64, full bool) // see Reserve
	pacer Pacer

	mu     sync.Mutex
	queues []*queue
	begin  time.Time // when the plan begins; zero before Begin
	end    time.Time // of the plan
	closed bool      // nothing is handed out any more
	busy   int       // users that have a start
	target time.Time // what the pacer waits for
	barren int       // users that left before they were ready, since one was ready
	told   int64     // of the dropped starts: how many drop was called for
	full   bool      // no further user could be made for one of them
	joined chan struct{}
	tally  Tally
}

// Tally is what became of the starts of an open run.
// Planned = Started + Omitted + Dropped at any time after the end.
type Tally struct {
	Planned int64 // due so far
	Started int64 // handed to a user that began
	// Omitted were due before the end and not made: OmittedBusy because all users that there may be were busy,
	// OmittedLate because the generator was late.
	Omitted, OmittedBusy, OmittedLate int64
	// Dropped found no free user and were to be made at once or not at all, see Reserve.
	Dropped int64
	// Waited is how many of the started had to wait because all users that there may be were busy. LongestWait is
	// the longest that any start waited, whatever for, also if it was omitted then.
	Waited      int64
	LongestWait time.Duration
}

// Start is one start that a user got.
type Start struct {
	// Planned is when it was due.
	Planned time.Time
	// Freed is when a user was there for it, if it had to wait for one because there were as many as there may be,
	// or because the user's onStart took its time; zero if not.
	Freed time.Time
}

// Lag is how late the generator itself was with a start that was begun at the
// given time: waiting for a busy user is the target's doing.
func (s Start) Lag(began time.Time) time.Duration {
	due := s.Planned
	if s.Freed.After(due) {
		due = s.Freed
	}
	return max(0, began.Sub(due))
}

// NewOpen returns a driver for the plan, which Check has passed, with at most
// that many users, those of all shards together: they are shared out among the
// classes by weight, one at least for each, and those of a class among the
// shards. A shard without a user of a class gets no start of it. Classes
// without a weight are not used; there must be one with. start makes a user of a class, which takes a Seat; it is called from
// Warm and Run. dying is called from a user's goroutine when no user is left
// and the last ones left before they were ready for a start.
func NewOpen(plan Plan, classes []Class, most int, pacer Pacer, start func(class int), dying func()) *Open {
	o := &Open{plan: plan, start: start, dying: dying, pacer: pacer, joined: make(chan struct{}, 1)}
	weights, sum := make([]float64, len(classes)), 0.0
	for i, c := range classes {
		weights[i] = c.Weight
		sum += c.Weight
	}
	for i, w := range weights {
		q := &queue{share: w / sum}
		q.whole = max(1, int(math.Round(q.share*float64(most))))
		q.shard = plan.Shard.turned(i).among(q.whole)
		q.most = int(q.shard.Count(int64(q.whole)))
		if w > 0 {
			q.next, q.seen = plan.stream(weights, i, q.shard), plan.stream(weights, i, q.shard)
		} else {
			q.next, q.seen = &stream{}, &stream{}
		}
		o.queues = append(o.queues, q)
	}
	return o
}

// Warm makes the first users and waits, no longer than limit, until they are
// ready, so that the first starts find them. Call it before Begin, or not.
func (o *Open) Warm(limit time.Duration) {
	late := time.After(limit)
	for {
		o.mu.Lock()
		wanted := o.demand(0)
		ready := wanted == nil && o.coming() == 0
		o.mu.Unlock()
		if ready {
			return
		}
		o.startAll(wanted)
		select {
		case <-o.joined:
		case <-late:
			return
		}
	}
}

// Begin sets when the plan begins; Run is to follow.
func (o *Open) Begin(at time.Time) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.begin, o.end = at, at.Add(o.plan.Shape.Length())
}

// Run hands out starts until ctx is done or the plan is at its end, and closes
// the pacer. Users go on with what they have; who may have waited for a start
// gets none any more.
func (o *Open) Run(ctx context.Context) {
	defer context.AfterFunc(ctx, o.pacer.Wake)()
	for ctx.Err() == nil {
		now := time.Now()
		if !now.Before(o.end) { // which is not changed any more
			break
		}
		wanted, next := o.pass(now)
		o.startAll(wanted)
		o.tell()
		o.pacer.Until(next)
	}
	o.close(time.Now())
	o.tell()
	o.pacer.Close()
}

// pass hands out what is due to the users that are free. It returns which users
// to make, and when to look again.
func (o *Open) pass(now time.Time) (wanted []int, next time.Time) {
	o.mu.Lock()
	defer o.mu.Unlock()
	next = o.end
	o.deal(now)
	wanted = o.demand(now.Sub(o.begin))
	for _, q := range o.queues {
		// While all users are busy those that get free see to what is due.
		if q.waiting() > 0 && q.users >= q.most {
			continue
		}
		if due := o.begin.Add(q.seen.due); q.seen.more && due.Before(next) {
			next = due
		}
	}
	o.target = next
	return wanted, next
}

// deal gives the starts that are due to idle users.
func (o *Open) deal(now time.Time) {
	for _, q := range o.queues {
		q.look(now.Sub(o.begin))
		for q.waiting() > 0 && q.idle.len() > 0 {
			seat := q.pop()
			seat.start <- o.take(q, now, time.Time{})
		}
		if o.drop != nil {
			o.dropWaiting(q)
		}
	}
}

// take takes the next start of a queue.
func (o *Open) take(q *queue, now, freed time.Time) Start {
	s := Start{Planned: o.begin.Add(q.next.due), Freed: freed}
	q.next.advance()
	q.handed++
	o.busy++
	o.tally.Started++
	o.tally.LongestWait = max(o.tally.LongestWait, now.Sub(s.Planned))
	if freed.After(s.Planned) && (q.users >= q.most || q.fullUntil.After(s.Planned)) { // else: for an onStart
		o.tally.Waited++
	}
	return s
}

// close ends the handing out: what is due goes to those who are free, the rest
// is omitted.
func (o *Open) close(now time.Time) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed = true
	if o.begin.IsZero() || now.Before(o.begin) {
		return
	}
	o.deal(now)
	for _, q := range o.queues {
		n := q.waiting()
		if n == 0 {
			continue
		}
		if q.users >= q.most || q.fullUntil.After(o.begin.Add(q.next.due)) {
			o.tally.OmittedBusy += n
		} else {
			o.tally.OmittedLate += n
		}
		end := now
		if end.After(o.end) {
			end = o.end
		}
		o.tally.LongestWait = max(o.tally.LongestWait, end.Sub(o.begin.Add(q.next.due)))
	}
}

// Tally says what became of the starts that were due at the time now, before
// the end or after it.
func (o *Open) Tally(now time.Time) Tally {
	o.mu.Lock()
	defer o.mu.Unlock()
	t := o.tally
	t.Omitted = t.OmittedBusy + t.OmittedLate
	for _, q := range o.queues {
		if !o.closed && !o.begin.IsZero() {
			q.look(now.Sub(o.begin))
		}
		t.Planned += q.due
	}
	return t
}

// Change sets the rate, in starts per second, from the time now on up to the end of the plan. Starts that were due before
// stay due.
func (o *Open) Change(now time.Time, rate float64) error {
	if !(rate >= 0) || math.IsInf(rate, 0) {
		return fmt.Errorf("the rate must be a number of 0 or more, got %v", rate)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed || o.begin.IsZero() || !now.Before(o.end) {
		return errors.New("the plan is over, or has not begun")
	}
	t := max(now.Sub(o.begin), 0)
	o.plan.Shape = o.plan.Shape.Change(t, rate)
	for _, q := range o.queues {
		if q.share > 0 {
			q.look(t)
			q.next.reshape(t, o.plan.when())
			q.seen.reshape(t, o.plan.when())
		}
	}
	o.pacer.Wake()
	return nil
}

// Level is the planned rate of this process at the time now, in starts per
// second.
func (o *Open) Level(now time.Time) float64 {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.begin.IsZero() {
		return 0
	}
	part := 0.0
	for _, q := range o.queues {
		part += q.part()
	}
	return o.plan.Shape.Level(now.Sub(o.begin)) * part
}

// Users is how many users there are or are being made, how many of them have a
// start, and how many there may be.
func (o *Open) Users() (total, busy, most int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, q := range o.queues {
		if q.share > 0 {
			most += q.most
		}
	}
	return o.users(), o.busy, most
}

func (o *Open) users() (n int) {
	for _, q := range o.queues {
		n += q.users
	}
	return n
}
