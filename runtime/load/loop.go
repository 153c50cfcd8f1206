package load

import (
	"context"
	"fmt"
	"iter"
	"math"
	"time"
)

// LoopPlan is a scenario of virtual users each of which begins an iteration
// when its last one is done. docs/decisions/015-executors-of-k6.md has the
// plans of k6's executors.
type LoopPlan struct {
	// Levels is how many users there are. At its end no iteration begins any more.
	Levels Levels
	// Total is how many iterations all users make together, Each is how many
	// every one makes; 0 is no limit. With both done the scenario ends sooner.
	Total, Each int64
	// GracefulStop is how long iterations may go on after the end, and
	// GracefulRampDown after the user was asked to leave before; then they are
	// interrupted. The first that is over counts.
	GracefulStop, GracefulRampDown time.Duration
	// Most is how many users SetVUs may ask for; never less than Levels has.
	Most int
	// Shard says which part of all this is done here: that of the users whose place it owns. The Total is dealt to users,
	// so that shards are done at about the same time.
	Shard Shard
}

// Loop drives a LoopPlan. The user of the lowest place comes first, that of the
// highest goes first. All methods but Run may be called from any goroutine.
type Loop struct {
	crew
	plan  LoopPlan
	total int64 // iterations of the Total that are made here; noLimit without
	wake  chan struct{}
	end   time.Time // set before any user is there

	// With crew.mu. Posts [0, wanted) are to be at work; [wanted, top) may still have to be interrupted, the highest
	// first, because it was asked to leave first.
	posts       []*post
	wanted, top int
	working     int // goroutines
	asked       int // by SetVUs; -1 is nothing
	closed      bool
	hard        bool // by ctx
}

// NewLoop returns a driver for a plan.
func NewLoop(plan LoopPlan, workers Workers, notes Notes) *Loop {
	plan.Most = max(plan.Most, plan.Levels.Max())
	l := &Loop{crew: crew{workers: workers, notes: notes}, plan: plan, wake: make(chan struct{}, 1), asked: -1}
	l.total = noLimit
	if users := int64(plan.Levels.Max()); plan.Total > 0 {
		users = max(users, 1)
		l.total = plan.Total/users*plan.Shard.Count(users) + plan.Shard.Count(plan.Total%users)
	}
	return l
}

// number is the number among the iterations of all shards of number own here. The Total is dealt round by round, one
// iteration for each user.
func (l *Loop) number(own int64) int64 {
	users := int64(l.plan.Levels.Max())
	here := l.plan.Shard.Count(users)
	if l.total == noLimit || here == 0 {
		return l.plan.Shard.Number(own)
	}
	return own/here*users + l.plan.Shard.Number(own%here)
}

// users is how many of so many users are this process's.
func (l *Loop) users(n int) int { return int(l.plan.Shard.Count(int64(n))) }

// Run drives the users until the plan is done and all have left. When ctx is
// done before that, all are interrupted at once, and what was not begun does
// not count as dropped. Run is called once.
func (l *Loop) Run(ctx context.Context) {
	l.mu.Lock()
	l.began = time.Now()
	l.end = l.began.Add(l.plan.Levels.Length())
	l.mu.Unlock()
	timer := time.NewTimer(math.MaxInt64)
	defer timer.Stop()
	ended := ctx.Done()
	for {
		next, over := l.pass(time.Now(), ctx.Err() != nil)
		if over {
			break
		}
		timer.Reset(time.Until(next))
		select {
		case <-ended:
			ended = nil
		case <-l.wake:
		case <-timer.C:
		}
	}
	if ctx.Err() == nil {
		l.drop(l.planned() - l.handed.Load() - l.dropped.Load()) // what nobody has noticed
	}
}

// planned is how many iterations the plan has; 0 if it does not say.
func (l *Loop) planned() int64 {
	switch p := l.plan; {
	case p.Total > 0:
		return l.total
	case p.Each > 0:
		return p.Each * int64(max(l.users(p.Levels.Max()), len(l.posts)))
	}
	return 0
}

// SetVUs sets the number of users, of all shards together, from now on, whatever Levels says.
func (l *Loop) SetVUs(n int) error {
	if n < 0 || n > l.plan.Most {
		return fmt.Errorf("the number of users must be between 0 and %d, got %d", l.plan.Most, n)
	}
	l.mu.Lock()
	l.asked = n
	l.mu.Unlock()
	l.look()
	return nil
}

// Target is the number of users that are wanted now.
func (l *Loop) Target() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	level, _ := l.level(time.Since(l.began))
	return level
}

// look makes Run look again.
func (l *Loop) look() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// pass does all that is due. It returns when to look again, and whether all is over.
func (l *Loop) pass(now time.Time, hard bool) (next time.Time, over bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	last := l.end.Add(l.plan.GracefulStop)
	next = now.Add(time.Hour) // for the rest others wake Run
	if !l.closed {
		level, change := l.level(now.Sub(l.began))
		l.closed = hard || !now.Before(l.end)
		if l.closed {
			level = min(level, l.wanted) // nobody comes at the very end
		} else {
			next = earlier(next, earlier(l.began.Add(change), l.end))
		}
		l.raise(level)
		l.lower(level, earlier(now.Add(l.plan.GracefulRampDown), last))
		if l.closed {
			l.lower(0, last)
		}
	}
	if hard && !l.hard {
		l.hard, l.top = true, len(l.posts)
		for _, p := range l.posts {
			p.until = now
		}
	}
	if due, ok := l.cutDue(now); ok {
		next = earlier(next, due)
	}
	return next, l.working == 0 && (l.closed || l.used())
}

func (l *Loop) level(t time.Duration) (level int, change time.Duration) {
	if l.asked >= 0 {
		return l.users(l.asked), l.plan.Levels.Length()
	}
	level, change = l.plan.Levels.At(t)
	return l.users(level), change
}

// used says, when nobody is at work, that nobody will be: all iterations were made, or there is none left to come.
func (l *Loop) used() bool {
	peak := l.asked
	if peak < 0 {
		peak = l.plan.Levels.Max()
	}
	peak = l.users(peak)
	if peak == 0 && l.plan.Each > 0 { // all users are other shards'
		return true
	}
	return l.wanted > 0 && l.wanted >= peak || l.total != noLimit && l.handed.Load() >= l.total
}

func (l *Loop) raise(level int) {
	for ; l.wanted < level; l.wanted++ {
		if l.wanted == len(l.posts) {
			l.posts = append(l.posts, &post{place: place{number: l.wanted}})
		}
		p := l.posts[l.wanted]
		p.leave.Store(false)
		if p.worker == nil {
			p.cut = false
		}
		if !p.working && !p.done {
			p.working = true
			l.working++
			go l.work(p)
		}
	}
	l.top = max(l.top, l.wanted)
}

func (l *Loop) lower(level int, until time.Time) {
	for ; l.wanted > level; l.wanted-- {
		p := l.posts[l.wanted-1]
		p.until = until
		p.leave.Store(true)
	}
}

// cutDue interrupts those who had their time, and returns when the next one has had it; false if there is none.
func (l *Loop) cutDue(now time.Time) (next time.Time, ok bool) {
	for ; l.top > l.wanted; l.top-- {
		p := l.posts[l.top-1]
		if !p.working || p.cut {
			continue
		}
		if p.until.After(now) {
			return p.until, true
		}
		p.interrupt()
	}
	return time.Time{}, false
}

// Progress is how much of the scenario is over, from 0 to 1, as k6 counts: in
// iterations if the plan has a number of them, in time if not.
func (l *Loop) Progress(now time.Time) float64 {
	share := l.share(now, l.plan.Levels.Length())
	ended := float64(l.completed.Load() + l.interrupted.Load())
	switch p := l.plan; {
	case l.total > 0:
		return ended / float64(l.total)
	case l.total == 0: // all are other shards'
		return 1
	case p.Each > 0 && share < 1:
		return min(1, ended/max(1, float64(p.Each*int64(l.users(p.Levels.Max())))))
	}
	return share
}

// Reserved is how many users the plan may have at time t, with those who have been asked to leave and may take their time.
func (l *Loop) Reserved(t time.Duration) int {
	length := l.plan.Levels.Length()
	if t < 0 || t >= length+l.plan.GracefulStop {
		return 0
	}
	if t < length {
		return l.users(l.plan.Levels.Peak(t-l.plan.GracefulRampDown, t))
	}
	// Those of the end stay, those who left before have their own time.
	return l.users(l.plan.Levels.Peak(min(length, t-l.plan.GracefulRampDown), length))
}

// Rises are the times at which Reserved may grow.
func (l *Loop) Rises() iter.Seq[time.Duration] { return l.plan.Levels.rises() }

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
