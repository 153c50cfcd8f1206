package load

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

const sec = time.Second

func TestShapeDue(t *testing.T) {
	tests := []struct {
		name  string
		shape Shape
		n     []int64
		due   []time.Duration
		all   int64
	}{
		{"constant", Constant(10, 2*sec), []int64{0, 1, 3, 19}, []time.Duration{0, 100 * ms, 300 * ms, 1900 * ms}, 20},
		{"less than one a second", Constant(0.25, 10*sec), []int64{0, 1, 2}, []time.Duration{0, 4 * sec, 8 * sec}, 3},
		{"up from 0", Shape{{0, 100, 2 * sec}}, []int64{0, 1, 25, 64, 99}, // t = sqrt(n/25)
			[]time.Duration{0, 200 * ms, sec, 1600 * ms, 1989974874}, 100},
		{"down to 0", Shape{{100, 0, 2 * sec}}, []int64{0, 36, 75, 99}, // t = 2 - sqrt((100-n)/25)
			[]time.Duration{0, 400 * ms, sec, 1800 * ms}, 100},
		{"a pause first", Shape{{0, 0, 3 * sec}, {1, 1, 2 * sec}}, []int64{0, 1}, []time.Duration{3 * sec, 4 * sec}, 2},
		{"a pause between", Shape{{2, 2, sec}, {0, 0, sec}, {2, 2, sec}}, []int64{1, 2, 3}, []time.Duration{500 * ms, 2 * sec, 2500 * ms}, 4},
		{"a jump", Shape{{10, 10, sec}, {100, 100, sec}}, []int64{9, 10, 11, 109}, []time.Duration{900 * ms, sec, 1010 * ms, 1990 * ms}, 110},
		{"areas with a fraction go on", Shape{{1, 1, 1500 * ms}, {2, 2, sec}}, []int64{1, 2, 3}, []time.Duration{sec, 1750 * ms, 2250 * ms}, 4},
		{"0.07*100 is more than 7", Constant(0.07, 100*sec), []int64{6}, []time.Duration{85714285714}, 7},
		{"a pause last", Shape{{1, 1, 2 * sec}, {0, 0, sec}}, []int64{1}, []time.Duration{sec}, 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if err := tt.shape.Check(); err != nil {
				t.Fatal(err)
			}
			var due []time.Duration
			for _, n := range tt.n {
				d, _ := tt.shape.Due(n)
				due = append(due, d)
			}
			if !slices.Equal(due, tt.due) {
				t.Errorf("due %v, want %v", due, tt.due)
			}
			if d, ok := tt.shape.Due(tt.all); ok {
				t.Errorf("start %d is due at %s, want none", tt.all, d)
			}
			if _, ok := tt.shape.Due(tt.all - 1); !ok {
				t.Errorf("there is no start %d", tt.all-1)
			}
			if got := tt.shape.Count(tt.shape.Length()); got != tt.all {
				t.Errorf("%d starts in all, want %d", got, tt.all)
			}
		})
	}
}

func TestShapeLevel(t *testing.T) {
	s := Shape{{10, 10, sec}, {10, 30, 2 * sec}, {5, 0, sec}}
	for at, want := range map[time.Duration]float64{-1: 0, 0: 10, 999 * ms: 10, sec: 10, 2 * sec: 20, 3 * sec: 5, 3500 * ms: 2.5, 4 * sec: 0, math.MaxInt64: 0} {
		if got := s.Level(at); got != want {
			t.Errorf("%s: %v, want %v", at, got, want)
		}
	}
	if got := s.Cut(2 * sec); !slices.Equal(got, Shape{{10, 10, sec}, {10, 20, sec}}) {
		t.Errorf("cut: %v", got)
	}
	if got := s.Cut(time.Hour); !slices.Equal(got, s) {
		t.Errorf("not cut: %v", got)
	}
}

func TestShapeCheck(t *testing.T) {
	for want, s := range map[string]Shape{
		"no stage has a rate above 0":           {{0, 0, sec}},
		"nothing would ever start":              nil,
		"stage 2: the rate must be a number":    {{1, 1, sec}, {math.NaN(), 1, sec}},
		"stage 1: the rate must be a number of": {{1, -1, sec}},
		"stage 1: the duration must be more":    {{1, 1, 0}},
		"stage 2: the duration must be more":    {{1, 1, maxLength}, {1, 1, sec}},
	} {
		if err := s.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want %q", s, err, want)
		}
	}
}

// At 1,000,000 a second for a day the last start is where it should be, to the
// nanosecond, and so is one after 80 years.
func TestShapeLongRuns(t *testing.T) {
	day := 24 * time.Hour
	s := Constant(1e6, day)
	last := int64(1e6*86400) - 1
	if due, ok := s.Due(last); !ok || due != day-time.Microsecond {
		t.Errorf("%s %v", due, ok)
	}
	if n := s.Count(day - time.Microsecond - 1); n != last {
		t.Errorf("%d, want %d", n, last)
	}
	years := 80 * 365 * day
	if due, ok := Constant(1, 0).Due(int64(years / sec)); !ok || due != years {
		t.Errorf("%s %v", due, ok)
	}
}

// FuzzShape checks for any shape that Due goes up, that Count is its inverse
// and never goes down, and that each start is due in a stage that has a rate.
func FuzzShape(f *testing.F) {
	f.Add(10.0, 20.0, int64(sec), 0.0, 0.0, int64(sec), int64(1500*ms))
	f.Add(0.0, 1e6, int64(100*time.Hour), 1e6, 0.0, int64(time.Hour), int64(50*time.Hour))
	f.Add(1e-9, 1e-300, int64(1), 3.3, 3.3, int64(100*sec), int64(7))
	f.Add(0.1, 0.3, int64(10*sec), 0.07, 0.07, int64(100*sec), int64(10*sec))
	f.Fuzz(func(t *testing.T, a, b float64, d1 int64, c, d float64, d2, at int64) {
		s := Shape{{a, b, time.Duration(d1)}, {c, d, time.Duration(d2)}}
		if s.Check() != nil || max(a, b, c, d) > 1e6 || s.Length() > 1000*time.Hour {
			return
		}
		n := s.Count(time.Duration(at))
		if before := s.Count(time.Duration(at) - 1); before > n {
			t.Fatalf("%v: %d starts by %d, %d just before", s, n, at, before)
		}
		if n > 0 && !s.dueBy(n-1, time.Duration(at)) || s.dueBy(n, time.Duration(at)) {
			t.Fatalf("%v: Count(%d) = %d is not the inverse of Due", s, at, n)
		}
		last := time.Duration(-1)
		for i := max(0, n-20); i < n+20; i++ {
			due, ok := s.Due(i)
			if !ok {
				if all := s.Count(s.Length()); i != all {
					t.Fatalf("%v: no start %d of %d", s, i, all)
				}
				return
			}
			if due < last || due >= s.Length() {
				t.Fatalf("%v: start %d is due at %d, the one before at %d", s, i, due, last)
			}
			if g := s[0]; g.From+g.To == 0 && due < g.For {
				t.Fatalf("%v: start %d is due in the pause", s, i)
			}
			last = due
		}
	})
}

// The starts of a Poisson plan are as many as the area says, within four
// standard deviations, as far apart as an exponential says, and the same each
// time.
func TestPoisson(t *testing.T) {
	p := Plan{Shape: Shape{{0, 1000, 20 * sec}, {1000, 1000, 20 * sec}}, Poisson: true, Seed: 7}
	a, again := p.arrivals(), p.arrivals()
	var n, early, long int
	last := time.Duration(0)
	for due, ok := a.next(); ok; due, ok = a.next() {
		if d, _ := again.next(); d != due {
			t.Fatalf("start %d: %s and %s", n, due, d)
		}
		n++
		if due < 10*sec {
			early++ // the area up to there is 2,500
		}
		if last > 20*sec && due-last > ms {
			long++ // e^-1 of the gaps are longer than the mean
		}
		last = due
	}
	within := func(what string, got, want, sd float64) {
		t.Helper()
		if math.Abs(got-want) > 4*sd {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	within("starts", float64(n), 30000, math.Sqrt(30000))
	within("early starts", float64(early), 2500, math.Sqrt(2500))
	within("long gaps", float64(long), 20000/math.E, math.Sqrt(20000/math.E))
}

// Every start is in the stream of exactly one class, and the classes have
// their shares at any time.
func TestStreams(t *testing.T) {
	weights := []float64{3, 0, 1, 0.5}
	for _, p := range []Plan{{Shape: Constant(100, 45*sec)}, {Shape: Constant(100, 45*sec), Poisson: true, Seed: rand.Uint64()}} {
		var want, got []time.Duration
		all := p.arrivals()
		for due, ok := all.next(); ok; due, ok = all.next() {
			want = append(want, due)
		}
		for class, w := range weights {
			if w == 0 {
				continue
			}
			n := 0.0
			for s := p.stream(weights, class, Shard{}); s.more; s.advance() {
				got = append(got, s.due)
				n++
			}
			if share := float64(len(want)) * w / 4.5; math.Abs(n-share) > 1.5 {
				t.Errorf("class %d: %v starts, want %v", class, n, share)
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%d starts in the streams, %d in the plan", len(got), len(want))
		}
	}
	order := ""
	for s, i := newTurns([]float64{3, 1}), 0; i < 8; i++ {
		order += string(rune('A' + s.next()))
	}
	if order != "AABAAABA" {
		t.Error(order)
	}
}
