package load

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// openRun is an open run in a bubble of fake time, whose users do nothing but
// take their time. Its log has what happened, and when, in whole milliseconds
// since the plan began: +A is a user at its onStart, -A one that has left,
// A100>102 a start that was planned at 100 and begun at 102, A100>102* one that
// had to wait for a user.
type openRun struct {
	*Open
	begun time.Time

	build   time.Duration                    // what making a user takes
	onStart time.Duration                    // what its onStart takes
	serve   func(class, n int) time.Duration // what start n of the run takes
	stay    int                              // a user leaves after so many starts; 0 never, -1 before its first

	mu   sync.Mutex
	wg   sync.WaitGroup
	stop chan struct{} // closed to make the users leave
	kill bool          // and not make what they have got
	log  []string
	n    int
	lags []time.Duration
}

func (r *openRun) note(format string, args ...any) {
	r.log = append(r.log, fmt.Sprintf(format, args...))
}

func (r *openRun) at(t time.Time) int64 { return t.Sub(r.begun).Milliseconds() }

func (r *openRun) user(class int) {
	time.Sleep(r.build)
	seat := r.Seat(class)
	name := string(rune('A' + class))
	defer seat.Leave()
	defer func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.note("%d-%s", r.at(time.Now()), name)
	}()
	seat.Built()
	r.mu.Lock()
	r.note("%d+%s", r.at(time.Now()), name)
	r.mu.Unlock()
	time.Sleep(r.onStart)
	for n := 0; r.stay >= 0 && (r.stay == 0 || n < r.stay); n++ {
		s, ok := seat.Next()
		if !ok {
			select {
			case s, ok = <-seat.C():
			case <-r.stop:
				s, ok = seat.Withdraw()
			}
		}
		if !ok {
			return
		}
		if r.kill && isClosed(r.stop) {
			seat.GiveBack()
			return
		}
		time.Sleep(r.begin(name, s, class))
	}
}

func (r *openRun) begin(name string, s Start, class int) time.Duration {
	now := time.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	mark := ""
	if s.Freed.After(s.Planned) {
		mark = "*"
	}
	r.note("%s%d>%d%s", name, r.at(s.Planned), r.at(now), mark)
	r.lags = append(r.lags, s.Lag(now))
	r.n++
	return r.serve(class, r.n-1)
}

func isClosed(c chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// openPlan runs a plan to its end, or to until if that is not 0, and checks that
// every start is accounted for.
func openPlan(t *testing.T, plan Plan, classes []Class, most int, until time.Duration, set func(r *openRun)) (r *openRun) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		r = &openRun{stop: make(chan struct{}), serve: func(int, int) time.Duration { return ms }}
		r.Open = NewOpen(plan, classes, most, newTimerPacer(), func(class int) { r.wg.Go(func() { r.user(class) }) }, func() {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.note("hopeless")
		})
		set(r)
		r.begun = time.Now().Add(time.Second)
		r.Warm(time.Second)
		time.Sleep(time.Until(r.begun))
		r.Begin(r.begun)
		ctx, cancel := context.WithCancel(t.Context())
		if until > 0 {
			time.AfterFunc(until, cancel)
		}
		r.Run(ctx)
		cancel()
		if total, _, most := r.Users(); total > most {
			t.Errorf("%d users, more than %d", total, most)
		}
		close(r.stop)
		r.wg.Wait()
		if total, busy, _ := r.Users(); total != 0 || busy != 0 {
			t.Errorf("%d users in the end, %d busy", total, busy)
		}
		end := plan.Shape.Length()
		if until > 0 {
			end = min(end, until)
		}
		tally := r.Tally(time.Now())
		if tally.Planned != tally.Started+tally.Omitted || tally.Omitted != tally.OmittedBusy+tally.OmittedLate || tally.Started != int64(r.n) {
			t.Errorf("%d begun, %+v", r.n, tally)
		}
		if want := r.plan.Shape.Count(end); !plan.Poisson && tally.Planned != want {
			t.Errorf("%d starts were planned by %s, want %d", tally.Planned, end, want)
		}
	})
	return r
}

// events is the log without the users who come at the beginning and go at the
// end.
func (r *openRun) events(end int64) string {
	return strings.Join(slices.DeleteFunc(r.log, func(e string) bool {
		at, rest, ok := strings.Cut(e, "+")
		if !ok {
			at, rest, _ = strings.Cut(e, "-")
		}
		var n int64
		_, err := fmt.Sscan(at, &n)
		return err == nil && rest != "" && (n <= 0 && ok || n >= end && !ok)
	}), " ")
}

var oneClass = []Class{{Name: "A", Weight: 1}}

func nothing(*openRun) {}

func TestOpenIsOnTime(t *testing.T) {
	r := openPlan(t, Plan{Shape: Shape{{4, 4, sec}, {0, 16, sec}}}, oneClass, 10, 0, nothing)
	want := "A0>0 A250>250 A500>500 A750>750 A1000>1000 A1353>1353 A1500>1500 A1612>1612 A1707>1707 A1790>1790 A1866>1866 A1935>1935"
	if got := r.events(2000); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	if lag := slices.Max(r.lags); lag > 0 {
		t.Errorf("lag %s", lag)
	}
}

// Two users who take a second each: what is due waits for them, keeps its
// planned time, and what is left in the end is counted.
func TestOpenBackPressure(t *testing.T) {
	r := openPlan(t, Plan{Shape: Constant(10, 2900*ms)}, oneClass, 2, 0, func(r *openRun) {
		r.serve = func(int, int) time.Duration { return sec }
	})
	if got, want := r.events(2900), "A0>0 A100>100 A200>1000* A300>1100* A400>2000* A500>2100*"; got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	want := Tally{Planned: 29, Started: 6, Omitted: 23, OmittedBusy: 23, Waited: 4, LongestWait: 2300 * ms}
	if got := r.Tally(time.Now()); got != want {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
	if lag := slices.Max(r.lags); lag > 0 {
		t.Errorf("the generator is blamed for %s", lag)
	}
}

// Users are made on demand; the time that takes is the generator's own, but not
// that of an onStart.
func TestOpenMakesUsers(t *testing.T) {
	r := openPlan(t, Plan{Shape: Constant(100, 50*ms)}, oneClass, 50, 0, func(r *openRun) {
		r.build, r.onStart = 15*ms, 30*ms
		r.serve = func(int, int) time.Duration { return sec }
	})
	// Two are there. More are made when both have a start; the first of them is ready 45 ms after that.
	for _, lag := range r.lags {
		if lag > r.build {
			t.Errorf("the generator is blamed for %s, but making a user takes %s", lag, r.build)
		}
	}
	if got := r.Tally(time.Now()); got.Started < 2 || got.Planned != 5 {
		t.Errorf("%+v %s", got, r.events(60))
	}
}

func TestOpenClasses(t *testing.T) {
	r := openPlan(t, Plan{Shape: Constant(8, sec)}, []Class{{Name: "A", Weight: 3}, {Name: "B"}, {Name: "C", Weight: 1}}, 10, 0, nothing)
	if got, want := strings.ReplaceAll(r.events(1000), " 250+C", ""), "A0>0 A125>125 C250>250 A375>375 A500>500 A625>625 C750>750 A875>875"; got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

// Users are shared out by weight, one at least for each class: a slow class does not hold up another.
func TestOpenSharesUsers(t *testing.T) {
	classes := []Class{{Name: "A", Weight: 9}, {Name: "B", Weight: 1}}
	r := openPlan(t, Plan{Shape: Constant(10, 2900*ms)}, classes, 2, 0, func(r *openRun) {
		r.serve = func(class, _ int) time.Duration { return []time.Duration{sec, ms}[class] }
	})
	if _, _, most := r.Users(); most != 3 {
		t.Errorf("there may be %d users, want 2 and 1", most)
	}
	got := r.Tally(time.Now())
	if n := strings.Count(" "+r.events(3000), " B"); n != 3 || got.OmittedBusy != 26-6 { // A begins two a second
		t.Errorf("%d starts of B, want 3; %+v\n%s", n, got, r.events(3000))
	}
}

func TestOpenReplacesUsers(t *testing.T) {
	r := openPlan(t, Plan{Shape: Constant(10, sec)}, oneClass, 1, 0, func(r *openRun) { r.stay = 1 })
	got := r.Tally(time.Now())
	if got.Started != 10 || got.LongestWait > 0 || strings.Count(strings.Join(r.log, " "), "+A") < 10 {
		t.Errorf("%+v\n%s", got, r.log)
	}
}

func TestOpenHopeless(t *testing.T) {
	r := openPlan(t, Plan{Shape: Constant(10, sec)}, oneClass, 5, 0, func(r *openRun) { r.stay = -1 })
	if got := r.Tally(time.Now()); got.Started != 0 || got.OmittedLate != 10 {
		t.Errorf("%+v", got)
	}
	if made, last := strings.Count(strings.Join(r.log, " "), "+A"), r.log[len(r.log)-1]; last != "hopeless" || made > maxBarren+5 {
		t.Errorf("%d users were made; %s", made, last)
	}
}

// What is due at the end of the plan is made, what would be due later is not;
// a signal ends it sooner.
func TestOpenEnd(t *testing.T) {
	for until, want := range map[time.Duration]int64{0: 10, 350 * ms: 4, 301 * ms: 4, 299 * ms: 3} {
		r := openPlan(t, Plan{Shape: Constant(10, sec)}, oneClass, 5, until, nothing)
		if got := r.Tally(time.Now()); got.Started != want || got.Omitted != 0 {
			t.Errorf("until %s: %+v, want %d", until, got, want)
		}
	}
}

// Whatever the target does and whenever the run ends, each start was made or is
// counted as omitted, and the generator is not blamed for the target.
func TestOpenCountsInChaos(t *testing.T) {
	for i := range 60 {
		plan := Plan{Poisson: i%2 == 0, Seed: rand.Uint64()}
		for range 1 + rand.IntN(3) {
			plan.Shape = append(plan.Shape, Stage{500 * rand.Float64(), 500 * rand.Float64(), time.Duration(1 + rand.Int64N(int64(2*sec)))})
		}
		classes := []Class{{Name: "A", Weight: 3}, {Name: "B", Weight: rand.Float64()}, {Name: "C", Weight: float64(i % 3)}}[:1+i%3]
		until := time.Duration(rand.Int64N(int64(plan.Shape.Length()))) + 1
		if i%3 == 0 {
			until = 0
		}
		slow := time.Duration(rand.Int64N(int64(200*ms))) + 1
		r := openPlan(t, plan, classes, 1+rand.IntN(60), until, func(r *openRun) {
			r.kill = i%4 == 0
			r.stay = rand.IntN(20)
			r.onStart = time.Duration(rand.Int64N(int64(20 * ms)))
			r.serve = func(int, int) time.Duration { return time.Duration(rand.Int64N(int64(slow))) }
		})
		if len(r.lags) > 0 && slices.Max(r.lags) > 0 { // building takes no time here
			t.Errorf("run %d: lag %s", i, slices.Max(r.lags))
		}
	}
}
