package load

import (
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// steps are the times at which the level changes, and to what.
func steps(l Levels) (log []levelStep) {
	for t := time.Duration(0); t <= l.Length(); {
		level, next := l.At(t)
		if n := len(log); n == 0 || log[n-1].level != level {
			log = append(log, levelStep{t, level})
		}
		t = next
	}
	return log
}

type levelStep struct {
	at    time.Duration
	level int
}

func TestLevels(t *testing.T) {
	const third = time.Second / 3
	tests := []struct {
		name   string
		levels Levels
		want   []levelStep
		most   int
	}{
		{"hold", Hold(7, sec), []levelStep{{0, 7}}, 7},
		{"up", Levels{1, []LevelStage{{3 * sec, 4}}}, []levelStep{{0, 1}, {sec, 2}, {2 * sec, 3}, {3 * sec, 4}}, 4},
		{"down", Levels{3, []LevelStage{{3 * sec, 0}}}, []levelStep{{0, 3}, {sec, 2}, {2 * sec, 1}, {3 * sec, 0}}, 3},
		{"a part of the way down", Levels{4, []LevelStage{{sec, 1}}}, []levelStep{{0, 4}, {third, 3}, {2 * third, 2}, {sec, 1}}, 4},
		{"jumps", Levels{1, []LevelStage{{sec, 1}, {0, 5}, {sec, 5}, {0, 2}, {sec, 2}}}, []levelStep{{0, 1}, {sec, 5}, {2 * sec, 2}}, 5},
		{"a jump first", Levels{1, []LevelStage{{0, 3}, {2 * sec, 1}}}, []levelStep{{0, 3}, {sec, 2}, {2 * sec, 1}}, 3},
		{"a jump last", Levels{2, []LevelStage{{sec, 2}, {0, 0}}}, []levelStep{{0, 2}, {sec, 0}}, 2},
		{"up and down", Levels{0, []LevelStage{{2 * sec, 2}, {sec, 2}, {2 * sec, 0}}},
			[]levelStep{{0, 0}, {sec, 1}, {2 * sec, 2}, {4 * sec, 1}, {5 * sec, 0}}, 2},
		{"nothing", Levels{}, []levelStep{{0, 0}}, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := steps(tt.levels); !slices.Equal(got, tt.want) {
				t.Errorf("got %v\nwant %v", got, tt.want)
			}
			if got := tt.levels.Max(); got != tt.most {
				t.Errorf("at most %d, want %d", got, tt.most)
			}
		})
	}
}

// levelAt is the definition, word for word and in exact fractions: u is reached D*|u-a|/|b-a| after the stage began.
func levelAt(l Levels, t time.Duration) int {
	level, begin := l.Start, int64(0)
	for _, s := range l.Stages {
		up := 1
		if s.To < level {
			up = -1
		}
		from := level
		for u := from; u != s.To; u += up {
			at := new(big.Int).Mul(big.NewInt(int64(s.For)), big.NewInt(int64(max(u+up-from, from-u-up))))
			at.Div(at, big.NewInt(int64(max(s.To-from, from-s.To))))
			if begin+at.Int64() > int64(t) {
				return u
			}
		}
		level = s.To
		begin += int64(s.For)
		if begin > int64(t) {
			return level
		}
	}
	return level
}

func randomLevels() Levels {
	l := Levels{Start: rand.IntN(6)}
	for range rand.IntN(6) {
		l.Stages = append(l.Stages, LevelStage{time.Duration(rand.Int64N(1 << rand.Int64N(40))), rand.IntN(9)})
	}
	return l
}

func TestLevelsAreAsDefined(t *testing.T) {
	for range 2000 {
		l := randomLevels()
		for at := time.Duration(0); at <= l.Length(); {
			level, next := l.At(at)
			if next <= at {
				t.Fatalf("%v: the change after %d is at %d", l, at, next)
			}
			for _, when := range []time.Duration{at, at + (next-at)/2, next - 1} {
				if want := levelAt(l, when); level != want && when <= l.Length() {
					t.Fatalf("%v at %d: %d, want %d", l, when, level, want)
				}
			}
			at = next
		}
	}
}

// Many users over years need products of more than 64 bits, and no more time than few.
func TestLevelsOfManyUsers(t *testing.T) {
	l := Levels{0, []LevelStage{{maxLength / 2, 2_000_000_000}, {maxLength / 2, 0}}}
	for at, want := range map[time.Duration]int{0: 0, maxLength / 4: 1_000_000_000, maxLength / 2: 2_000_000_000, maxLength / 4 * 3: 1_000_000_000, maxLength: 0} {
		if got, _ := l.At(at); got != want {
			t.Errorf("%s: %d, want %d", at, got, want)
		}
	}
	if level, next := l.At(maxLength - 1); level != 1 || next != maxLength {
		t.Errorf("at the very end %d until %s", level, next)
	}
}

func TestLevelsPeak(t *testing.T) {
	for range 500 {
		l := randomLevels()
		all := steps(l)
		from := time.Duration(rand.Int64N(int64(l.Length()) + 1))
		to := from + time.Duration(rand.Int64N(int64(l.Length())+1))
		want, _ := l.At(from)
		for _, s := range all {
			if from <= s.at && s.at <= to {
				want = max(want, s.level)
			}
		}
		got := l.Peak(from, to)
		if got < want {
			t.Fatalf("%v from %d to %d: %d, but there are %d", l, from, to, got, want)
		}
		// Only a jump, or what is as fast, from a target that was reached makes it say more.
		jumps := slices.ContainsFunc(l.Stages, func(s LevelStage) bool { return s.For < 9 })
		if got > want && !jumps {
			t.Fatalf("%v from %d to %d: %d, want %d", l, from, to, got, want)
		}
	}
}
