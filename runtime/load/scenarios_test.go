package load

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

func TestScenarios(t *testing.T) {
	p := inPool(t, each(400*ms), func(ctx context.Context, p *fakePool) {
		Scenarios{
			{0, NewLoop(LoopPlan{Levels: Hold(1, sec), GracefulStop: grace}, p, p.notes())},
			{2 * sec, NewInflow(InflowPlan{Plan: constantRate(1, sec, sec), First: 1, GracefulStop: grace}, p, p.notes(), newTimerPacer())},
		}.Run(ctx)
		p.took = time.Since(p.begun)
	})
	if got, want := p.events(), "0+0 400-0 400+0 800-0 800+0 1200-0 2000+0 2400-0 3000+0 3400-0"; got != want || p.took != 3400*ms {
		t.Errorf("got %s\nwant %s, took %s", got, want, p.took)
	}
}

// An abort interrupts who is there; nobody begins after it.
func TestScenariosAbort(t *testing.T) {
	p := inPool(t, each(9*sec), func(ctx context.Context, p *fakePool) {
		ctx, cancel := context.WithCancel(ctx)
		time.AfterFunc(sec, cancel)
		Scenarios{
			{0, NewLoop(LoopPlan{Levels: Hold(2, time.Minute), GracefulStop: grace}, p, p.notes())},
			{2 * sec, NewLoop(LoopPlan{Levels: Hold(1, time.Minute)}, p, p.notes())},
		}.Run(ctx)
		p.took = time.Since(p.begun)
	})
	if got, want := p.events(), "0+0 0+1 1000!0 1000!1"; got != want || p.took != sec {
		t.Errorf("got %s\nwant %s, took %s", got, want, p.took)
	}
}

func TestScenariosReserved(t *testing.T) {
	loop := func(p LoopPlan) Driver { return NewLoop(p, nil, Notes{}) }
	up := LevelStage{sec, 10}
	down := LevelStage{sec, 0}
	synctest.Test(t, func(*testing.T) {
		for _, tt := range []struct {
			name string
			s    Scenarios
			want int
		}{
			{"one after the other", Scenarios{{0, loop(LoopPlan{Levels: Hold(3, sec)})}, {2 * sec, loop(LoopPlan{Levels: Hold(4, sec)})}}, 4},
			{"the graceful stop counts (seen)", Scenarios{{0, loop(LoopPlan{Levels: Hold(3, sec), GracefulStop: grace})}, {2 * sec, loop(LoopPlan{Levels: Hold(3, sec)})}}, 6},
			{"one goes as the other comes (seen)", Scenarios{{0, loop(LoopPlan{Levels: Levels{0, []LevelStage{up, down}}})}, {sec, loop(LoopPlan{Levels: Levels{0, []LevelStage{up}}})}}, 10},
			{"more slowly", Scenarios{{0, loop(LoopPlan{Levels: Levels{0, []LevelStage{up, down}}, GracefulStop: sec, GracefulRampDown: 500 * ms})}, {sec, loop(LoopPlan{Levels: Levels{0, []LevelStage{up}}, GracefulStop: sec})}}, 15},
			{"arrivals", Scenarios{{0, NewInflow(InflowPlan{Plan: constantRate(1, sec, sec), First: 5, Most: 9}, nil, Notes{}, newTimerPacer())}, {0, loop(LoopPlan{Levels: Hold(1, sec)})}}, 6},
			{"none", nil, 0},
		} {
			if got := tt.s.Reserved(); got != tt.want {
				t.Errorf("%s: %d, want %d", tt.name, got, tt.want)
			}
		}
	})
}
