package exporter

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// TestFlushDeadline ends an export while the store has trouble: all files share 20 s.
func TestFlushDeadline(t *testing.T) {
	tests := []struct {
		name  string
		do    func(since time.Time) func(context.Context, string) error
		says  []string // nil: all is exported
		least time.Duration
		most  time.Duration
	}{
		{"well", func(time.Time) func(context.Context, string) error { return nil }, nil, 0, time.Millisecond},
		{"slow", func(time.Time) func(context.Context, string) error { return slow(4 * time.Second) }, nil, 8 * time.Second, 8 * time.Second},
		{"hanging", func(time.Time) func(context.Context, string) error { return hanging },
			[]string{"6 of 6 files", "no answer within 5s", "the time is up"}, 18 * time.Second, 20 * time.Second},
		{"refused", func(time.Time) func(context.Context, string) error { return saying(syscall.ECONNREFUSED) },
			[]string{"6 of 6 files", "nobody listens", "the time is up"}, 17 * time.Second, 20 * time.Second},
		{"well after 16 s", func(since time.Time) func(context.Context, string) error {
			return func(context.Context, string) error {
				if time.Since(since) < 16*time.Second {
					return syscall.ECONNRESET
				}
				return nil
			}
		}, nil, 16 * time.Second, 19 * time.Second},
		{"stats only", func(time.Time) func(context.Context, string) error {
			return func(ctx context.Context, name string) error {
				if name == "scene_1_stats.csv" {
					return nil
				}
				return hanging(ctx, name)
			}
		}, []string{"5 of 6 files", "scene_1_failures.csv, scene_1_exceptions.csv, run.json: memory://: no answer within 5s; gave up: the time is up; scene_1_stats"}, 18 * time.Second, 20 * time.Second},
		{"denied", func(time.Time) func(context.Context, string) error {
			return func(context.Context, string) error { return &Error{Class: Denied, Text: "no"} }
		}, []string{"6 of 6 files"}, 0, 20 * time.Second},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var m memory
				x, _ := begin(t, &m)
				start := time.Now()
				m.behave(test.do(start))
				ctx, cancel := context.WithTimeout(t.Context(), SignalFlushTime)
				defer cancel()
				err := x.Flush(ctx, finishedRun())
				if took := time.Since(start); took < test.least || took > test.most {
					t.Errorf("took %v, want %v to %v", took, test.least, test.most)
				}
				if (err == nil) != (test.says == nil) {
					t.Fatalf("Flush says %v", err)
				}
				for _, text := range test.says {
					if !strings.Contains(err.Error(), text) {
						t.Errorf("Flush says %v, want %q", err, text)
					}
				}
				j, err := readJournal(x.o.Results)
				must(t, err)
				if j.Complete != (test.says == nil) {
					t.Errorf("the journal says complete: %v", j.Complete)
				}
				must(t, x.Close())
			})
		})
	}
}

func TestFlushOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var m memory
		prefix := someResults(t)
		summary := prefix + "_summary.json"
		must(t, os.WriteFile(summary, []byte("{}"), 0o666))
		x := New(&m, Options{Results: prefix, Extra: []string{summary, prefix + "-never.html"}})
		must(t, x.Preflight(t.Context(), someRun))
		m.taken()
		m.behave(func(_ context.Context, name string) error { // one after another in spite of the three workers
			place := slices.Index([]string{"scene_1_stats.csv", "scene_1_failures.csv", "scene_1_exceptions.csv", runFile, "scene_1_summary.json", "scene_1_stats_history.csv", "scene_1.hlog"}, name)
			time.Sleep(time.Second + time.Duration(place)*time.Millisecond)
			return nil
		})
		must(t, x.Flush(t.Context(), finishedRun()))
		got := m.taken()
		slices.Sort(got[:3]) // these begin at once
		want := []string{"scene_1_exceptions.csv", "scene_1_failures.csv", "scene_1_stats.csv", runFile, "scene_1_summary.json", "scene_1_stats_history.csv", "scene_1.hlog"}
		if !slices.Equal(got, want) {
			t.Errorf("Flush put %v", got)
		}
		if run := m.object(runFile); !strings.Contains(run, `"name": "scene_1_summary.json",`) || strings.Contains(run, "never") || strings.Contains(run, `"name": "run.json"`) {
			t.Errorf("run.json is %s", run)
		}
		must(t, x.Close())
	})
}

// A run ends by a signal: the caller cancels, and both the signal and the last trouble are reported.
func TestFlushIsCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var m memory
		x, _ := begin(t, &m)
		m.behave(saying(syscall.ECONNREFUSED))
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(3*time.Second, func() { cancel(errors.New("second signal")) })
		start := time.Now()
		err := x.Flush(ctx, finishedRun())
		if took := time.Since(start); took != 3*time.Second || err == nil ||
			!strings.Contains(err.Error(), "nobody listens") || !strings.Contains(err.Error(), "second signal") {
			t.Errorf("after %v: %v", took, err)
		}
		must(t, x.Close())
	})
}

func TestFlushWithoutDeadlineHasOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var m memory
		x, _ := begin(t, &m)
		m.behave(hanging)
		start := time.Now()
		var bad *Incomplete
		if err := x.Flush(context.Background(), finishedRun()); !errors.As(err, &bad) {
			t.Errorf("Flush says %v", err)
		}
		if took := time.Since(start); took > FlushTime || took < FlushTime-5*time.Second {
			t.Errorf("it took %v", took)
		}
		must(t, x.Close())
	})
}
