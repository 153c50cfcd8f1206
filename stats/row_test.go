package stats

import (
	"math/rand/v2"
	"testing"
	"time"
)

// Locust's rule, as its source states it, with the wall clock for the time of the last request.
func locustRate(perSecond map[int64]int, now, start int64) float64 {
	sum, n := 0, 0
	for t := max(now-12, start); t < now-2; t++ {
		sum += perSecond[t]
		n++
	}
	if n == 0 {
		return 0
	}
	return float64(sum) / float64(n)
}

func TestRates(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	r := NewRecorder(t0, Options{})
	perSecond, failures := map[int64]int{}, map[int64]int{}
	for sec := range 60 {
		if sec < 20 || sec >= 40 { // the target stalls in between
			for range rnd.IntN(50) {
				s := sampleAt("/", time.Duration(sec)*time.Second+time.Duration(rnd.IntN(1e9)), 0)
				perSecond[s.Done.Unix()]++
				if rnd.IntN(3) == 0 {
					s.Failure = "x"
					failures[s.Done.Unix()]++
				}
				r.Record(s)
			}
		}
		now := t0.Add(time.Duration(sec+1) * time.Second)
		s := r.Collect(now, 0)
		rps, fps := locustRate(perSecond, now.Unix(), t0.Unix()), locustRate(failures, now.Unix(), t0.Unix())
		if s.Total.RecentRPS != rps || s.Total.RecentFPS != fps {
			t.Errorf("after %d s: %v and %v, want %v and %v", sec+1, s.Total.RecentRPS, s.Total.RecentFPS, rps, fps)
		}
		if sec >= 32 && sec < 40 && s.Total.RecentRPS != 0 {
			t.Errorf("stalled since %d s, but %v requests/s", sec-20, s.Total.RecentRPS)
		}
	}
}

func TestRatesOfTheFirstSecondsAreZero(t *testing.T) {
	r := NewRecorder(t0, Options{})
	r.Record(sampleAt("/", 100*time.Millisecond, 0))
	for sec, want := range []float64{0, 0, 0, 1, 0.5} {
		now := t0.Truncate(time.Second).Add(time.Duration(sec)*time.Second + 999e6)
		if got := r.Collect(now, 0).Total.RecentRPS; got != want {
			t.Errorf("in second %d: %v, want %v", sec, got, want)
		}
	}
}

func TestRecentTimes(t *testing.T) {
	const ms = time.Millisecond
	r := NewRecorder(t0, Options{RecentTimes: true})
	for sec := range 40 {
		r.Record(sampleAt("/", time.Duration(sec)*time.Second, time.Duration(sec+1)*ms))
	}
	now := t0.Add(39 * time.Second)
	got := r.Collect(now, 0).Total.RecentService
	if got.Count != 11 || got.Min != 30*ms || got.Max != 40*ms || got.Sum != 385*ms {
		t.Errorf("%+v", got)
	}
	if median := got.Quantile[0]; median < 35*ms || median > 35*ms+350*time.Microsecond {
		t.Errorf("median %v", median)
	}
	if got := r.Collect(now.Add(11*time.Second), 0).Total; got.RecentService != (Times{}) || got.Service.Count != 40 {
		t.Errorf("eleven seconds later: %+v", got)
	}
	if got := NewRecorder(t0, Options{}); got.state.total.recent != nil {
		t.Error("kept though not asked for")
	}
}

// However long a collect is overdue and in whatever order seconds are folded, the window holds the latest; and a clock
// that was set back does not blind it.
func TestWindowKeepsTheLatestSeconds(t *testing.T) {
	for _, order := range [][]int64{{100, 101, 102, 110, 111}, {111, 110, 102, 101, 100}, {9014, 100, 101, 102, 110, 111}} {
		var w window
		for _, second := range order {
			w.count(second-windowSlots, true)
			w.count(second, false)
			w.count(second-windowSlots, true)
		}
		if rps, fps := w.rates(114, 0); rps != 0.3 || fps != 0 {
			t.Errorf("%v: %v and %v, want 0.3 and 0", order, rps, fps)
		}
	}
}
