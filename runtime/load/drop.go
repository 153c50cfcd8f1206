package load

import "math"

// Reserve makes this a run as k6 has it; it is called before Warm. So many
// users, on all shards together, are made before the plan begins, as far as the
// maximum allows, and they take turns: who has been idle longest is next, as
// scripts rely on that give each user data of its own. If drop is not nil a start that finds no free user
// does not wait: it is dropped, and one more user is made in the background, for
// the starts after it; for nothing else are users made. drop is told how many
// were dropped just now, and whether some ever found that there are as many
// users as there may be; it is called from Run's goroutine.
func (o *Open) Reserve(users int, drop func(n int64, full bool)) {
	for _, q := range o.queues {
		q.rotate = true
		q.reserved = int(q.shard.Count(int64(min(q.whole, int(math.Round(q.share*float64(users)))))))
	}
	o.drop = drop
}

// dropWaiting drops the starts of a queue that are due, and asks for as many
// users.
func (o *Open) dropWaiting(q *queue) {
	n := q.waiting()
	for range n {
		q.next.advance()
	}
	q.handed += n
	o.tally.Dropped += n
	wanted := q.users + int(n)
	o.full = o.full || wanted > q.most
	if n > 0 {
		q.reserved = max(q.reserved, min(q.most, wanted))
	}
}

// tell says what was dropped; the lock is not held.
func (o *Open) tell() {
	o.mu.Lock()
	n, full := o.tally.Dropped-o.told, o.full
	o.told += n
	o.mu.Unlock()
	if n > 0 {
		o.drop(n, full)
	}
}
