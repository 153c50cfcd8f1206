package stats

import "time"

// rowState counts one row. It is guarded by Recorder.mu.
type rowState struct {
	key     Key
	seen    bool // has ever counted a request
	changed bool // has counted one since it was published

	n, failed, bytes  int64
	stamped           int64 // requests whose Done is the kernel's
	service, response distribution
	lag               distribution
	phases            [phaseCount]phase
	window            window
	recent            *recentTimes // nil unless asked for
	seconds           *seconds     // nil unless asked for
	row               Row          // as last published
}

func newRowState(k Key, o Options) *rowState {
	r := &rowState{key: k, row: Row{Key: k}}
	if o.RecentTimes {
		r.recent = &recentTimes{}
	}
	if o.Seconds {
		r.seconds = &seconds{}
	}
	return r
}

// count counts a request, without its times.
func (r *rowState) count(rec *record, second int64) {
	r.changed = true
	r.n++
	r.bytes += rec.bytes
	if rec.failure >= 0 {
		r.failed++
	}
	r.window.count(second, rec.failure >= 0)
	if r.recent != nil && rec.service >= 0 {
		r.recent.add(second, rec.service)
	}
	if r.seconds != nil {
		r.seconds.count(rec.done, second, rec.failure >= 0)
	}
}

// measure counts a request's times.
func (r *rowState) measure(rec *record) {
	if rec.service >= 0 {
		r.service.pending.add(rec.service, totalDigits)
	}
	if rec.response >= 0 {
		r.response.pending.add(rec.response, totalDigits)
	}
	if lag := rec.lag(); lag >= 0 {
		r.lag.pending.add(lag, totalDigits)
	}
}

// countPhases counts the phases that took place, and whether the kernel timed the end.
func (r *rowState) countPhases(rec *record) {
	if rec.wake >= 0 {
		r.stamped++
	}
	for i, us := range rec.phases {
		if us > 0 {
			r.phases[i].add(us)
		}
	}
}

// publish settles the row and describes it at the given unix second of a run that began in the second first.
func (r *rowState) publish(second, first int64) Row {
	if r.changed {
		r.changed = false
		r.service.settle()
		r.response.settle()
		r.lag.settle()
		r.row.Count, r.row.Failures, r.row.Bytes = r.n, r.failed, r.bytes
		r.row.Service, r.row.Response, r.row.Lag = r.service.all.times(), r.response.all.times(), r.lag.all.times()
		r.row.Stamped = r.stamped
		for i := range r.phases {
			r.row.Phases[i] = r.phases[i].times()
		}
	}
	r.row.RecentRPS, r.row.RecentFPS = r.window.rates(second, first)
	if r.recent != nil {
		r.row.RecentService = r.recent.times(second)
	}
	return r.row
}

// reset forgets all but the name.
func (r *rowState) reset() {
	fresh := newRowState(r.key, Options{RecentTimes: r.recent != nil, Seconds: r.seconds != nil})
	if fresh.seen = r.seen; r.seconds != nil {
		fresh.seconds.old = r.seen
	}
	*r = *fresh
}

// windowSlots is more than the seconds a window looks back, and a power of two.
const windowSlots = 16

// window counts requests by the second in which they finished, for the last seconds.
type window [windowSlots]struct {
	second    int64
	n, failed int32
}

func (w *window) count(second int64, failed bool) {
	slot := &w[second&(windowSlots-1)]
	if slot.second != second {
		if !supersedes(second, slot.second) {
			return
		}
		slot.second, slot.n, slot.failed = second, 0, 0
	}
	slot.n++
	if failed {
		slot.failed++
	}
}

// supersedes says whether a second takes over the slot of another. The later one does: after a pause in collecting,
// seconds that are gone from the window may be folded after newer ones. But one far ahead stems from a clock that was
// set back since, and must not close the slot until the clock is there again.
func supersedes(second, other int64) bool { return second > other || other-second > 60 }

// rates are requests and failures per second over Locust's window: the ten seconds that end two before now, or as many
// of them as there were since first. Locust hangs the window on the last request instead of the clock.
func (w *window) rates(now, first int64) (rps, fps float64) {
	from, to := max(now-12, first), now-2
	if to <= from {
		return 0, 0
	}
	var n, failed int64
	for i := range w {
		if slot := &w[i]; slot.second >= from && slot.second < to {
			n += int64(slot.n)
			failed += int64(slot.failed)
		}
	}
	return float64(n) / float64(to-from), float64(failed) / float64(to-from)
}

// recentTimes keeps the service times of the last seconds, by the second in which the request finished.
type recentTimes [windowSlots]struct {
	second int64
	durations
}

func (t *recentTimes) add(second int64, d time.Duration) {
	slot := &t[second&(windowSlots-1)]
	if slot.second != second {
		if !supersedes(second, slot.second) {
			return
		}
		slot.second = second
		slot.reset()
	}
	slot.add(d, windowDigits)
}

// times covers the last ten whole seconds and the current one, as Locust's does.
func (t *recentTimes) times(now int64) Times {
	var sum durations
	for i := range t {
		if slot := &t[i]; slot.second >= now-10 && slot.second <= now {
			sum.merge(&slot.durations, windowDigits)
		}
	}
	return sum.times()
}
