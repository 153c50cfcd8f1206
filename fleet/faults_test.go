package fleet

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"katydid/metrics"
	"katydid/stats"
)

// One shard runs setup, all get what it gave; and one of them, in the end, teardown.
func TestSetupAndTeardown(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	ran := map[string]int{}
	count := func(what string) {
		mu.Lock()
		defer mu.Unlock()
		ran[what]++
	}
	shards := fleet(newMemory(), "r", 5, func(_ int, s *testShard) {
		s.length = time.Second / 2
		s.o.Plan.Setup, s.o.Plan.SetupTimeout = true, time.Second
		s.setup = func(context.Context) (json.RawMessage, error) {
			count("setup")
			return json.RawMessage(`{"token":42}`), nil
		}
		s.tear = func(context.Context) {
			time.Sleep(3 * time.Second) // longer than a shard may be silent
			count("teardown")
		}
		s.o.Silence = time.Second
	})
	for i, err := range runAll(t, shards...) {
		if err != nil || string(shards[i].start.Setup) != `{"token":42}` {
			t.Errorf("shard %d: %v, %s", i, err, shards[i].start.Setup)
		}
	}
	if ran["setup"] != 1 || ran["teardown"] != 1 {
		t.Errorf("%v", ran)
	}
	sameResult(t, shards)
}

// What goes wrong before the start ends the run for all, with a reason.
func TestNobodyStarts(t *testing.T) {
	t.Parallel()
	hang := func(ctx context.Context) (json.RawMessage, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	tests := map[string]struct {
		setup func(context.Context) (json.RawMessage, error)
		stop  bool // shard 1 is stopped while it waits
		of    int  // shards there are to be
		want  string
	}{
		"setup fails":     {func(context.Context) (json.RawMessage, error) { return nil, errors.New("no token") }, false, 3, "setup failed: no token"},
		"setup hangs":     {hang, false, 3, "has run setup since"},
		"one was stopped": {nil, true, 4, "it was stopped while it waited for the start"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			shards := fleet(newMemory(), "r", test.of, func(_ int, s *testShard) {
				s.o.Plan.Setup, s.o.Plan.SetupTimeout = test.setup != nil, time.Second/2
				s.setup = test.setup
			})[:3]
			var all sync.WaitGroup
			errs := make([]error, 3)
			for i, s := range shards {
				ctx, cancel := context.WithTimeout(t.Context(), 8*time.Second)
				defer cancel()
				if test.stop && i == 1 {
					time.AfterFunc(time.Second/2, cancel)
				}
				all.Go(func() { errs[i] = s.run(ctx) })
			}
			all.Wait()
			told := 0
			for i, err := range errs {
				aborted := (*AbortedError)(nil)
				if errors.As(err, &aborted) && strings.Contains(err.Error(), test.want) {
					told++
				}
				if err == nil || strings.Contains(err.Error(), "\n") {
					t.Errorf("shard %d: %v", i, err)
				}
			}
			if told != 2 {
				t.Errorf("%d were told: %v", told, errs)
			}
		})
	}
}

// Shards that never come, or die at the barrier, or come too late.
func TestIncompleteFleet(t *testing.T) {
	t.Parallel()
	r := newMemory()
	shards := fleet(r, "r", 5, func(_ int, s *testShard) {
		s.length = 3 * time.Second
		s.o.Join = 2 * time.Second
		s.o.Silence = time.Second
	})
	_, err := Join(t.Context(), r, shards[0].o) // shard 0 dies at the barrier: 1 takes its place there
	must(t, err)
	var late error
	var once sync.Once
	watched := make(chan *Merged, 1)
	shards[2].hook = func(point string) { // somebody looks on
		if point == "half" {
			m, err := Merge(t.Context(), r, "r")
			if err != nil {
				t.Error(err)
			}
			watched <- m
		}
	}
	shards[3].hook = func(point string) { // shard 4 comes when the others have begun
		if point == "started" {
			once.Do(func() { late = shards[4].run(t.Context()) })
		}
	}
	for i, err := range runAll(t, shards[1:4]...) {
		must(t, err)
		if log := strings.Join(shards[i+1].log, "\n"); !strings.Contains(log, "only 4 of 5 shards came: the run is PARTIAL") {
			t.Error(log)
		}
	}
	if e := (*LateError)(nil); !errors.As(late, &e) || !strings.Contains(late.Error(), "shard 4 came too late: run r began with 4 of 5 shards at") {
		t.Error(late)
	}
	m := <-watched
	if m.Over || !m.Partial || m.Snapshot.Users != 6 || m.Shards[2].State != Running || m.Shards[0].State != Waiting || m.Settled.Before(m.Start) ||
		time.Since(m.Settled) > 10*time.Second || m.Snapshot.Total.Count < 10 {
		t.Errorf("%+v", m)
	}
	sum, decided := sameResult(t, shards[1:4])
	states := ""
	for _, s := range sum.Shards {
		states += s.State + " "
	}
	if states != "dead ended ended ended absent " || !decided.Partial || decided.Missing < 0.39 || decided.Missing > 0.41 || decided.Lost != "shard 0 died and shard 4 never came" {
		t.Errorf("%s: %+v", states, decided)
	}
	if !strings.Contains(strings.Join(decided.Reasons, "\n"), "PARTIAL: shard 0 died and shard 4 never came, so 40.0 % of the load is missing") {
		t.Errorf("%q", decided.Reasons)
	}
	checkSum(t, sum, shards[1:4])
	checkDocuments(t, sum)
}

// checkDocuments checks the table and the summary of TestIncompleteFleet.
func checkDocuments(t *testing.T, m *Merged) {
	t.Helper()
	var table, text bytes.Buffer
	must(t, m.WriteTable(&table))
	lines := strings.Split(table.String(), "\n")
	if len(lines) != 10 || !strings.HasPrefix(lines[2], "    0 dead ") || !strings.HasPrefix(lines[3], "    1 ended ") || lines[6] != "    4 absent  " ||
		lines[7] != "PARTIAL: shard 0 died and shard 4 never came; 40.0 % of the load is missing" {
		t.Errorf("%d lines:\n%s", len(lines), table.String())
	}
	must(t, stats.WriteSummary(&text, m.Summary("1.2.3", 108)))
	s, err := stats.ReadSummary(&text)
	must(t, err)
	if len(s.Shards) != 5 || s.Shards[4].State != Absent || s.Shards[1].Requests == 0 || s.Partial == nil || s.Partial.Missing != 0.4 ||
		s.Partial.Lost != "shard 0 died and shard 4 never came" || s.Script != "scene.js" || s.Profile != "night" || s.ExitCode != 108 || s.UsersMax != 6 || s.Verdict != m.Verdict {
		t.Errorf("%+v", s)
	}
}

// Shards whose clocks are minutes off begin when the others do, and their seconds are those of all.
func TestWrongClocks(t *testing.T) {
	t.Parallel()
	for name, step := range map[string]time.Duration{"dates in milliseconds": time.Millisecond, "dates in seconds": time.Second} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newMemory()
			r.step = step
			off := []time.Duration{0, 5 * time.Minute, -5*time.Minute - 300*time.Millisecond, 0}
			shards := fleet(r, "r", 4, func(i int, s *testShard) {
				s.o.Now = func() time.Time { return time.Now().Add(off[i]) }
				s.o.Ready = 0
				s.o.Join = 30 * time.Second // less than clocks are off
			})
			if step == time.Second { // as far apart as they are in earnest, so that there is time to find out
				for _, s := range shards {
					s.o.Pace = 2
				}
			}
			for _, err := range runAll(t, shards...) {
				must(t, err)
			}
			sameStart(t, shards)
			sum, _ := sameResult(t, shards)
			for i, s := range sum.Shards {
				if d := (s.Offset + off[i]).Abs(); d > 50*time.Millisecond || s.Bound > time.Second {
					t.Errorf("shard %d: offset %s within %s, is %s", i, s.Offset, s.Bound, -off[i])
				}
				t.Logf("shard %d: offset %s within %s", i, s.Offset, s.Bound)
			}
			if at := sum.Snapshot.At; time.Until(at).Abs() > 10*time.Second || sum.Snapshot.Start.Sub(sum.Start).Abs() > 2*time.Second {
				t.Errorf("from %s to %s", sum.Snapshot.Start, at)
			}
			checkFiles(t, sum)
			for i := range shards { // seen from the store's clock
				for j := range shards[i].samples {
					s := &shards[i].samples[j]
					s.Sent, s.Done = s.Sent.Add(-off[i]), s.Done.Add(-off[i])
				}
			}
			checkSum(t, sum, shards)
		})
	}
}

// What one shard or somebody outside asks for, all get, in the same order and for the same time.
func TestCommands(t *testing.T) {
	t.Parallel()
	r := newMemory()
	asked := make(chan error, 1)
	var once sync.Once
	shards := fleet(r, "r", 3, func(_ int, s *testShard) {
		s.length = time.Minute
		s.hook = func(point string) {
			if point == "started" {
				once.Do(func() {
					go func() {
						asked <- errors.Join(
							Send(t.Context(), r, "r", Command{Kind: Users, Users: 500, SpawnRate: 10}),
							Send(t.Context(), r, "r", Command{Kind: Rate, Rate: 20}),
							Send(t.Context(), r, "r", Command{Kind: Stop, Reason: "enough"}),
						)
					}()
				})
			}
		}
	})
	for _, err := range runAll(t, shards...) {
		must(t, err)
	}
	must(t, <-asked)
	for _, s := range shards {
		text := ""
		for i, c := range s.commands {
			text += fmt.Sprint(c.Number, c.Kind, c.Users, c.Rate, " ")
			if !c.At.Equal(shards[0].commands[i].At) || c.By == "" {
				t.Errorf("%+v", c)
			}
		}
		if ahead := s.commands[0].At.Sub(s.begun); text != "1users500 0 2rate0 20 3stop0 0 " || ahead < 2*time.Second || ahead > 8*time.Second {
			t.Errorf("%s, %s ahead", text, ahead)
		}
	}
	for _, c := range []Command{{Kind: "dance"}, {Kind: Users, Users: 5}, {Kind: Rate}} {
		if err := Send(t.Context(), r, "r", c); err == nil {
			t.Errorf("%+v was sent", c)
		}
	}
	if err := Send(t.Context(), r, "other", Command{Kind: Stop}); err == nil || !strings.Contains(err.Error(), "there is no run other at memory") {
		t.Error(err)
	}
}

// An abort by one shard ends all within some looks.
func TestAbort(t *testing.T) {
	t.Parallel()
	began := time.Time{}
	shards := fleet(newMemory(), "r", 3, func(i int, s *testShard) {
		s.length = time.Minute
		if i == 2 {
			s.hook = func(point string) {
				if point == "started" {
					began = time.Now()
				}
			}
			s.o.Now = time.Now
		}
	})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	time.AfterFunc(4*time.Second, func() {
		_ = Send(ctx, shards[0].r, "r", Command{Kind: Abort, Reason: "the target burns"})
	})
	for _, err := range runAll(t, shards...) {
		must(t, err)
	}
	for _, s := range shards {
		if len(s.commands) != 1 || s.commands[0].Reason != "the target burns" {
			t.Errorf("%+v", s.commands)
		}
	}
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("it took %s", took)
	}
}

// A shard that is stopped when the start is decided, but not yet there, ends the run for all.
func TestStoppedBeforeTheStart(t *testing.T) {
	t.Parallel()
	shards := fleet(newMemory(), "r", 3, func(_ int, s *testShard) { s.length = time.Minute })
	errs := make([]error, 3)
	var all sync.WaitGroup
	for i, s := range shards {
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		if i == 1 {
			time.AfterFunc(time.Second, cancel)
		}
		all.Go(func() { errs[i] = s.run(ctx) })
	}
	all.Wait()
	if errs[0] != nil || !errors.Is(errs[1], context.Canceled) || errs[2] != nil {
		t.Error(errs)
	}
	if c := shards[0].commands; len(c) != 1 || c[0].Kind != Abort || !strings.Contains(c[0].Reason, "it was stopped while it waited") {
		t.Errorf("%+v", c)
	}
	if r := shards[2].result; r == nil || !r.Partial || r.Lost != "shard 1 died" {
		t.Errorf("%+v", r)
	}
}

// Thresholds are those of all shards together: no shard crosses this one alone, and the load ends. Or one shard alone
// would cross it, and all together do not.
func TestThresholdsOfTheFleet(t *testing.T) {
	t.Parallel()
	of := func(key, expr string) []metrics.ThresholdsOf {
		return []metrics.ThresholdsOf{{Key: key, Thresholds: []metrics.Threshold{{Expr: expr, AbortOnFail: true}}}}
	}
	t.Run("crossed by all only", func(t *testing.T) {
		t.Parallel()
		shards := fleet(newMemory(), "r", 5, func(_ int, s *testShard) {
			s.length = 20 * time.Second
			s.o.Plan.Thresholds = of("http_reqs", "count<500")
		})
		const pace = 2 // less than elsewhere, so that a busy machine takes part of a second, not of ten
		for _, s := range shards {
			s.o.Pace = pace
		}
		for _, err := range runAll(t, shards...) {
			must(t, err)
		}
		_, decided := sameResult(t, shards)
		var all []time.Time
		for _, s := range shards {
			for i := range s.samples {
				all = append(all, s.samples[i].Done)
			}
		}
		slices.SortFunc(all, time.Time.Compare)
		crossed := all[499]
		for i, s := range shards {
			if n := len(s.samples); n >= 500 || len(s.commands) == 0 || !s.commands[0].Threshold || !strings.Contains(s.commands[0].Reason, "the threshold count<500 of http_reqs was crossed by all shards together: count is ") {
				t.Errorf("shard %d: %d requests, %+v", i, n, s.commands)
			}
			if took := s.samples[len(s.samples)-1].Done.Sub(crossed); took > 10*time.Second/pace {
				t.Errorf("shard %d went on for %s", i, took)
			}
		}
		if !decided.Crossed || len(decided.Results) != 1 || decided.Results[0].OK {
			t.Errorf("%+v", decided)
		}
	})
	t.Run("crossed by one only", func(t *testing.T) {
		t.Parallel()
		shards := fleet(newMemory(), "r", 5, func(i int, s *testShard) {
			s.o.Plan.Thresholds = of("http_req_duration", "avg<200")
			if i == 3 {
				s.slow = 500 * time.Millisecond
			}
		})
		for _, err := range runAll(t, shards...) {
			must(t, err)
		}
		_, decided := sameResult(t, shards)
		if decided.Crossed || len(decided.Results) != 1 || decided.Results[0].Value < 90 {
			t.Errorf("%+v", decided)
		}
	})
}

// Who comes when all shards have been killed was not started twice: the run is over, although nobody has said so.
func TestRunOfTheDead(t *testing.T) {
	t.Parallel()
	r := newMemory()
	s := (&testShard{r: r}).options("r", 0, 1)
	s.o.Silence = time.Second
	m, err := Join(t.Context(), r, s.o)
	must(t, err)
	_, err = m.Wait(t.Context(), nil)
	must(t, err)
	m.Begin()
	m.Leave()
	_, err = Join(t.Context(), r, s.o)
	if taken := (*TakenError)(nil); !errors.As(err, &taken) {
		t.Errorf("soon: %v", err)
	}
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end) && strings.Contains(err.Error(), "started twice"); time.Sleep(100 * time.Millisecond) {
		_, err = Join(t.Context(), r, s.o)
	}
	if !strings.Contains(err.Error(), "run r has no end: none of its shards has been heard of since ") {
		t.Errorf("later: %v", err)
	}
}

// What one shard is enough for falls to the next as soon as those before it are known to be dead.
func TestRank(t *testing.T) {
	m := &Member{start: Start{Members: []int{0, 2, 5, 7}}, me: Claim{Index: 5}}
	if n := m.rank(); n != 2 {
		t.Errorf("%d are before it", n)
	}
	m.watcher = &Watcher{}
	for i := range 8 {
		m.watcher.shards = append(m.watcher.shards, &follow{index: i, dead: i == 2 || i == 7})
	}
	if n := m.rank(); n != 1 {
		t.Errorf("when one is dead, %d are before it", n)
	}
}

// Exit codes of the shards' own troubles reach all.
func TestExits(t *testing.T) {
	t.Parallel()
	shards := fleet(newMemory(), "r", 3, func(i int, s *testShard) {
		s.length = time.Second / 2
		if i == 1 {
			s.exit = 107
		}
	})
	for _, err := range runAll(t, shards...) {
		must(t, err)
	}
	for _, s := range shards {
		if exits := fmt.Sprint(s.result.Exits()); exits != "[107]" {
			t.Errorf("%s", exits)
		}
	}
}
