package stats

import (
	"io"
	"strings"
	"testing"
	"time"
)

// fair is a snapshot of n requests of 10 ms, of which share are stamped.
func fair(n int64, share float64) *Snapshot {
	s := &Snapshot{}
	s.Total.Count, s.Total.Stamped = n, int64(share*float64(n))
	s.Total.Service = steady(n, 10*milli)
	return s
}

// steady is n durations of d.
func steady(n int64, d time.Duration) Times {
	t := Times{Count: n, Min: d, Max: d, Sum: time.Duration(n) * d}
	for i := range t.Quantile {
		t.Quantile[i], t.Low[i], t.High[i] = d, d, d
	}
	return t
}

// open is fair for an open run whose starts were late by lag.
func open(lag time.Duration) *Snapshot {
	s := fair(1000, 1)
	s.StartLag, s.Total.Response = steady(1000, lag), steady(1000, 10*milli+lag)
	return s
}

// woken is s with answers noticed late by lag.
func woken(s *Snapshot, lag time.Duration) *Snapshot {
	s.WakeLag = steady(s.Total.Count, lag)
	return s
}

// waiting is open for an open run whose starts waited for users.
func waiting(d time.Duration) *Snapshot {
	s := open(0)
	s.Total.Response, s.Waited = steady(1000, 10*milli+d), 1000*d
	return s
}

// failing is fair with failures of one kind.
func failing(n int64, text string) *Snapshot {
	s := fair(1000, 1)
	s.Failures = []Failure{{Text: text, Count: n}}
	return s
}

// What weighs most comes first.
func TestJudgeInOrder(t *testing.T) {
	verdict, reasons := Judge(&Health{CPUShare: 1, StealShare: 0.5}, fair(58, 0))
	if verdict != Invalid || len(reasons) != 4 || !strings.Contains(reasons[0], "timed by katydid itself") {
		t.Errorf("%s %q", verdict, reasons)
	}
}

func TestJudge(t *testing.T) {
	for _, tc := range []struct {
		name   string
		h      Health
		s      *Snapshot
		want   Verdict
		reason string
	}{
		{"closed, at rest", Health{CPUShare: 0.5}, fair(1000, 1), Valid, ""},
		{"without stamps, at rest", Health{CPUShare: 0.5}, fair(1000, 0), Valid, ""},
		{"closed, saturated", Health{CPUShare: 1}, fair(1000, 1), Suspect, "the rate is what this machine could send"},
		{"closed, nearly saturated, without stamps", Health{CPUShare: 0.95}, fair(1000, 0), Suspect, "timed by katydid itself"},
		{"closed, saturated, without stamps", Health{CPUShare: 1}, fair(1000, 0), Invalid, "100 % of the requests were timed by katydid itself"},
		{"closed, saturated, few without stamps", Health{CPUShare: 1}, fair(1000, 0.95), Suspect, "what this machine could send"},
		{"closed, saturated for a while", Health{CPUShare: 0.4, CPUMost: 0.99}, fair(1000, 1), Suspect, "took 99 % of its processors for ten seconds or more"},
		{"closed, saturated for a while, without stamps", Health{CPUShare: 0.4, CPUMost: 0.99}, fair(1000, 0), Suspect, "timed by katydid itself"},
		{"long pause, without stamps", Health{GCPauseMax: 11 * milli}, fair(1000, 0), Suspect, "stood still for 11ms"},
		{"long pause", Health{GCPauseMax: 11 * milli}, fair(1000, 1), Valid, ""},
		{"many cut off", Health{Interrupted: 11}, fair(1000, 1), Suspect, "11 requests were cut off at the end and 1000 measured"},
		{"few cut off", Health{Interrupted: 10}, fair(1000, 1), Valid, ""},
		{"out of files", Health{}, failing(10, "GeneratorError('too many open files')"), Invalid, "10 of 1000 requests failed because this machine"},
		{"short of files", Health{}, failing(9, "GeneratorError('too many open files')"), Suspect, "9 of 1000 requests failed because this machine"},
		{"target gone", Health{}, failing(1000, "ConnectionError('connection refused')"), Valid, ""},
		{"steal", Health{StealShare: 0.3}, fair(1000, 1), Suspect, "gave 30 %"},
		{"steal not known", Health{StealShare: -1}, fair(1000, 1), Valid, ""},
		{"nothing", Health{}, fair(0, 0), Invalid, "no request was measured"},
		{"little", Health{}, fair(58, 1), Suspect, "58 requests are too few"},
		{"open, on time", Health{Planned: 1000}, open(50 * time.Microsecond), Valid, ""},
		{"open, a little late", Health{Planned: 1000}, open(1100 * time.Microsecond), Suspect, "late starts of the generator are 9.9 %"},
		{"open, late", Health{Planned: 1000}, open(10 * milli), Invalid, "late starts of the generator are 50 %"},
		{"open, late starts omitted", Health{Planned: 1000, Omitted: 3}, open(0), Invalid, "3 of 1000 starts were not made"},
		{"open, one of many cut off by the end", Health{Planned: 10_000, Omitted: 1}, open(0), Valid, ""},
		{"open, target too slow", Health{Planned: 1000, Omitted: 500, OmittedBusy: 500}, open(0), Suspect, "all users were busy"},
		{"open, waited for users", Health{Planned: 1000}, waiting(milli), Suspect, "9 % of the response times is waiting"},
		{"open, waited for users, a little", Health{Planned: 1000}, waiting(milli / 10), Valid, ""},
		{"open, waited for users or a processor", Health{Planned: 1000, CPUMost: 0.95}, waiting(10 * milli), Invalid, "for 50 % of the response times, while katydid had no processor to spare"},
		{"open, twice what it can", Health{Planned: 1000, Omitted: 500, OmittedBusy: 500, CPUShare: 1}, open(0), Invalid, "could not keep the plan: 500 of 1000"},
		{"closed, starved by others", Health{CPUShare: 0.4}, woken(fair(1000, 1), 1100*time.Microsecond), Suspect, "noticed answers late, after 1.1ms on average"},
		{"closed, a little late", Health{CPUShare: 0.4}, woken(fair(1000, 1), 900*time.Microsecond), Valid, ""},
		{"open, starved by others", Health{Planned: 1000, Omitted: 500, OmittedBusy: 500, CPUShare: 0.4}, woken(open(0), 2*milli), Invalid, "could not keep the plan"},
	} {
		got, reasons := Judge(&tc.h, tc.s)
		if got != tc.want || !strings.Contains(strings.Join(reasons, "; "), tc.reason) || (got == Valid) != (len(reasons) == 0) {
			t.Errorf("%s: %s %q, want %s, %q", tc.name, got, reasons, tc.want, tc.reason)
		}
	}
}

func TestHealth(t *testing.T) {
	s := open(50 * time.Microsecond)
	s.WakeLag = steady(20, 30*time.Microsecond)
	h := &Health{CPUShare: 0.5, CPUMost: 0.73, StealShare: 0.06, GCShare: 0.031, GCPauseMax: 150 * time.Microsecond, Planned: 1000, WaitMax: milli}
	golden(t, "health.txt", func(w io.Writer) error { return WriteHealth(w, h, s) })
	h.CPUMost = 0.505 // which is no news
	golden(t, "health-even.txt", func(w io.Writer) error { return WriteHealth(w, h, s) })
	golden(t, "blank-health.txt", func(w io.Writer) error { return WriteHealth(w, &Health{}, blank()) })
}
