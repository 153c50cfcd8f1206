package load

import (
	"math"
	"slices"
	"testing"
	"time"
)

const ms = time.Millisecond

func TestRampPlan(t *testing.T) {
	tests := []struct {
		name   string
		ramp   Ramp
		times  []time.Duration // of the batches
		levels []int           // from then on
	}{
		{"2 a second", Ramp{0, 7, 2}, []time.Duration{0, 1000 * ms, 2000 * ms, 3000 * ms}, []int{2, 4, 6, 7}},
		{"2.7 a second", Ramp{0, 5, 2.7}, []time.Duration{0, 740740740, 1481481481}, []int{2, 4, 5}},
		{"one in two seconds", Ramp{0, 3, 0.5}, []time.Duration{0, 2000 * ms, 4000 * ms}, []int{1, 2, 3}},
		{"all at once", Ramp{0, 50, 100}, []time.Duration{0}, []int{50}},
		{"rate is the number", Ramp{0, 50, 50}, []time.Duration{0}, []int{50}},
		{"a little less than the number", Ramp{0, 50, 49.5}, []time.Duration{0, 989898989}, []int{49, 50}},
		{"down", Ramp{5, 0, 2}, []time.Duration{0, 1000 * ms, 2000 * ms}, []int{3, 1, 0}},
		{"from some", Ramp{10, 13, 1}, []time.Duration{0, 1000 * ms, 2000 * ms}, []int{11, 12, 13}},
		{"no change", Ramp{4, 4, 1}, nil, nil},
		{"rate 0", Ramp{0, 5, 0}, []time.Duration{0}, []int{5}},
		{"rate not a number", Ramp{0, 5, math.NaN()}, []time.Duration{0}, []int{5}},
		{"infinite rate", Ramp{0, 5, math.Inf(1)}, []time.Duration{0}, []int{5}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var times []time.Duration
			var levels []int
			for at, ok := tt.ramp.Next(-1); ok; at, ok = tt.ramp.Next(at) {
				times, levels = append(times, at), append(levels, tt.ramp.Level(at))
				if len(times) > 100 {
					t.Fatal("no end")
				}
			}
			if !slices.Equal(times, tt.times) || !slices.Equal(levels, tt.levels) {
				t.Errorf("got %v %v, want %v %v", times, levels, tt.times, tt.levels)
			}
			if got := tt.ramp.Level(-1); got != tt.ramp.From {
				t.Errorf("before the start: %d", got)
			}
			if got := tt.ramp.Level(math.MaxInt64); got != tt.ramp.To {
				t.Errorf("at the end: %d", got)
			}
		})
	}
}

// The article's run: 200 users at 10/s are complete at t = 19 s.
func TestRampDuration(t *testing.T) {
	if got := (Ramp{0, 200, 10}).Duration(); got != 19*time.Second {
		t.Errorf("got %s", got)
	}
	if got := (Ramp{3, 3, 10}).Duration(); got != 0 {
		t.Errorf("no change takes %s", got)
	}
	if got := (Ramp{0, 3, 1e-300}).Duration(); got != math.MaxInt64 {
		t.Errorf("next to no rate: %s", got)
	}
}

// FuzzRamp checks for any ramp that the level is where Duration says, that it
// changes at Next and nowhere between, and goes one way only.
func FuzzRamp(f *testing.F) {
	f.Add(0, 200, 10.0)
	f.Add(7, 0, 2.7)
	f.Add(0, 3, 1e-12)
	f.Add(0, 3, 1e-8)
	f.Add(0, 1000000, 1e18)
	f.Fuzz(func(t *testing.T, from, to int, rate float64) {
		if from < 0 || to < 0 || from > 1e9 || to > 1e9 {
			return
		}
		r := Ramp{from, to, rate}
		if got := r.Level(r.Duration()); r.Duration() < math.MaxInt64 && got != to {
			t.Fatalf("%+v: level %d at the end (%s)", r, got, r.Duration())
		}
		at, level := time.Duration(-1), from
		for range 50 {
			next, ok := r.Next(at)
			if !ok {
				return
			}
			if next <= at || next > r.Duration() {
				t.Fatalf("%+v: batch at %s after %s", r, next, at)
			}
			if got := r.Level(next - 1); next > 0 && got != level {
				t.Fatalf("%+v: level %d just before %s, was %d", r, got, next, level)
			}
			got := r.Level(next)
			if got == level || (got > level) != (to > from) {
				t.Fatalf("%+v: level %d at %s, was %d", r, got, next, level)
			}
			at, level = next, got
		}
	})
}
