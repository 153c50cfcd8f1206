package locustworker

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"katydid/stats"
)

func TestJoinsAndWorks(t *testing.T) {
	r := newRig(t)
	r.accept()
	r.said("I joined the Locust master at " + r.ln.Addr().String() + " as its worker 3")
	r.spawn(10, 2, 1.5, "tenant_id")
	r.expect("spawning")
	done := r.expect("spawning_complete").data.(map[string]any)
	if done["user_count"] != int64(2) || done["user_classes_count"].(map[string]any)["A"] != int64(2) {
		t.Errorf("got %v", done)
	}
	r.spawn(10, 5, 0) // the same again
	r.spawn(9, 5, 0)  // and one that is late
	r.spawn(11, 1, 2)
	r.expect("spawning")
	r.expect("spawning_complete")
	r.test.mu.Lock()
	defer r.test.mu.Unlock()
	if len(r.test.jobs) != 2 {
		t.Fatalf("got %+v", r.test.jobs)
	}
	first, second := r.test.jobs[0], r.test.jobs[1]
	if !first.First || first.Users["A"] != 2 || first.Host != "http://h" || first.StopTimeout != 1500*time.Millisecond || first.Options["tenant_id"] != int64(5) {
		t.Errorf("got %+v", first)
	}
	if second.First || second.Users["A"] != 1 {
		t.Errorf("got %+v", second)
	}
	if !strings.Contains(r.names[0], "_") || strings.Count(r.names[0], "_") != 1 {
		t.Errorf("its name is %q", r.names[0])
	}
}

// All that was recorded until the users have left is reported, once, before the master hears that the worker has stopped.
func TestReportsAreLossless(t *testing.T) {
	r := newRig(t)
	r.test.leave = make(chan struct{})
	r.accept()
	for run := range 2 {
		r.spawn(float64(10+run), 2, 30)
		r.expect("spawning")
		r.expect("spawning_complete")
		var recording sync.WaitGroup
		for range 4 {
			recording.Go(func() {
				for range 50 {
					r.record(100)
					time.Sleep(2 * time.Millisecond)
				}
			})
		}
		time.Sleep(50 * time.Millisecond)
		r.say("stop", nil)
		recording.Wait() // users that finish
		r.record(7)
		r.test.mu.Lock()
		close(r.test.leave)
		r.test.leave = make(chan struct{})
		r.test.mu.Unlock()
		got := r.sum()
		want := sum{requests: 20_007, failures: 4002, bytes: 200_070, buckets: 20_007, seconds: 20_007, failedSeconds: 4002, errors: 4002,
			reports: got.reports, time: got.time, next: "client_stopped"}
		if got != want || got.reports < 3 || got.time < 1.9*20_000 || got.time > 2.1*20_000 {
			t.Errorf("run %d: got %+v, want %+v", run, got, want)
		}
		r.accept()
	}
	if want := []time.Duration{30 * time.Second, 30 * time.Second}; !slices.Equal(r.test.stops, want) {
		t.Errorf("stopped with %v", r.test.stops)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, state := range r.states {
		if state != "ready" && state != "spawning" && state != "running" {
			t.Errorf("a heartbeat says %q, which ends a master's test", state)
		}
	}
}

// A master that quits listens for a moment only: what there is comes at once, and again and again.
func TestQuit(t *testing.T) {
	r := newRig(t, func(t *times) { t.report = time.Hour })
	r.test.leave = make(chan struct{})
	r.accept()
	r.spawn(10, 2, 30)
	r.expect("spawning")
	r.expect("spawning_complete")
	r.record(10)
	began := time.Now()
	r.say("quit", nil)
	first := r.expect("stats").data.(map[string]any)["stats_total"].(map[string]any)["num_requests"]
	if took := time.Since(began); first != int64(10) || took > quickTimes.closing {
		t.Errorf("%v requests after %s", first, took)
	}
	r.record(5)
	r.expect("stats")
	r.say("quit", nil) // some masters say it twice
	time.Sleep(2 * quickTimes.closing)
	r.record(3)
	close(r.test.leave)
	if got := r.sum(); got.next != "quit" || got.requests != 3 && got.requests != 8 {
		t.Errorf("got %+v", got)
	}
	if err := r.end(); err != nil {
		t.Error(err)
	}
	r.said("W 3 requests ended more than 100ms after the master's quit")
	if len(r.test.stops) != 1 {
		t.Errorf("stopped with %v", r.test.stops)
	}
}

func TestLeave(t *testing.T) {
	r := newRig(t)
	r.accept()
	r.spawn(10, 2, 30)
	r.expect("spawning")
	r.expect("spawning_complete")
	r.record(10)
	r.worker.Leave()
	if got := r.sum(); got.next != "quit" || got.requests != 10 {
		t.Errorf("got %+v", got)
	}
	if err := r.end(); err != nil {
		t.Error(err)
	}
}

// A connection that was lost is made again. What becomes of the users depends on whether the master still knows them.
func TestConnectionLost(t *testing.T) {
	tests := []struct {
		name           string
		answers, knows bool
		goesOn         bool
	}{
		{"a master that goes on", true, true, true},
		{"a master that was started anew", true, false, false},
		{"an old master, which cannot be asked", false, true, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := newRig(t, func(times *times) {
				if !test.goesOn {
					times.report = time.Hour
				}
			})
			r.answers = test.answers
			r.accept()
			r.spawn(10, 2, 0)
			r.expect("spawning")
			r.expect("spawning_complete")
			r.beating()
			r.knows(test.knows)
			r.record(10)
			r.hangUp()
			r.said("W the connection to the master was lost")
			if !test.goesOn {
				r.expect("client_ready")
				r.said("W 10 requests could not be reported")
				if len(r.test.stops) != 1 {
					t.Errorf("stopped with %v", r.test.stops)
				}
				r.mu.Lock()
				defer r.mu.Unlock()
				if len(r.names) < 2 || r.names[0] != r.names[1] {
					t.Errorf("its names are %q", r.names)
				}
				return
			}
			for got := int64(0); got < 10; {
				got += r.expect("stats").data.(map[string]any)["stats_total"].(map[string]any)["num_requests"].(int64)
			}
			r.spawn(11, 4, 0) // of the same run
			r.expect("spawning")
			r.expect("spawning_complete")
			r.test.mu.Lock()
			defer r.test.mu.Unlock()
			if len(r.test.stops) != 0 || r.test.jobs[len(r.test.jobs)-1].First {
				t.Errorf("stops %v, jobs %+v", r.test.stops, r.test.jobs)
			}
		})
	}
}

// A master that says nothing any more, though it is connected, is given up; and after a while the looking for another.
func TestSilence(t *testing.T) {
	r := newRig(t)
	r.accept()
	r.spawn(10, 2, 0)
	r.expect("spawning")
	r.expect("spawning_complete")
	r.beating()
	r.knows(false)
	r.said("W the master has been silent for 1s")
	r.expect("client_ready")
	if err := r.end(); !errors.Is(err, ErrNoMaster) {
		t.Errorf("got %v", err)
	}
	if len(r.test.stops) != 1 {
		t.Errorf("stopped with %v", r.test.stops)
	}
}

// A master that does not answer is asked again, and in the end under another name.
func TestAskedAgain(t *testing.T) {
	r := newRig(t)
	for range mostTries {
		r.expect("client_ready")
	}
	r.accept()
	r.said("I joined")
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.names) != 2 || r.names[0] == r.names[1] {
		t.Errorf("its names are %q", r.names)
	}
}

func TestNoMaster(t *testing.T) {
	r := newRig(t)
	_ = r.ln.Close()
	r.hangUp()
	if err := r.end(); !errors.Is(err, ErrNoMaster) {
		t.Errorf("got %v", err)
	}
	if n := r.said("W there is no Locust master at"); n != 1 {
		t.Errorf("said %d times", n)
	}
}

// What is not understood changes nothing and is said once.
func TestStrangeMessages(t *testing.T) {
	r := newRig(t)
	r.accept()
	for range 3 {
		r.raw("\xc1")
		r.raw("\x93\x01\xc0\xa1x")
		r.raw("\x93\xa5hello\xdb\xff\xff\xff\xff\xa1x")
		r.say("greetings", func(b []byte) []byte { return append(b, 0x81, 0x01, 0x02) })
		r.say("update_user_class", nil)
		r.say("spawn", nil)
	}
	r.spawn(10, 1, 0)
	r.expect("spawning")
	r.expect("spawning_complete")
	for text, want := range map[string]int{"W the master is not understood": 1, `W the master sent a message "greetings"`: 1,
		"W the master's page changed a user class": 1, "W the master's order to spawn is not understood: it has no data": 3} {
		if n := r.said(text); n != want {
			t.Errorf("%q was said %d times", text, n)
		}
	}
	r.beating()
	r.say("reconnect", nil)
	r.said("W the master asks for a new connection")
	r.record(1)
	for r.expect("stats").data.(map[string]any)["stats_total"].(map[string]any)["num_requests"] == int64(0) {
	}
}

// Lines of the log go to masters that know what they are, when there are new ones.
func TestLogs(t *testing.T) {
	r := newRig(t)
	r.accept()
	r.logMu.Lock()
	for i := range 600 {
		r.lines = append(r.lines, fmt.Sprint("line ", i))
	}
	r.logMu.Unlock()
	time.Sleep(2 * quickTimes.logs)
	r.spawn(10, 1, 0) // an old one
	r.expect("spawning")
	r.expect("spawning_complete")
	time.Sleep(2 * quickTimes.logs)
	r.spawn(11, 1, 0, "profile")
	r.expect("spawning")
	got := map[string]message{} // the log has a clock of its own
	for range 2 {
		msg := r.expect("spawning_complete", "logs")
		got[msg.kind] = msg
	}
	if len(got) != 2 {
		t.Fatalf("twice the same: %v", got)
	}
	data := got["logs"].data.(map[string]any)
	lines := data["logs"].([]any)
	if data["worker_id"] != r.names[0] || len(lines) != mostLines || lines[mostLines-1] != "line 599" {
		t.Errorf("%v, %d lines", data["worker_id"], len(lines))
	}
	time.Sleep(3 * quickTimes.logs)
	r.worker.Leave()
	r.expect("quit") // and no other logs before
}

// Each exception is a message of its own.
func TestExceptions(t *testing.T) {
	r := newRig(t)
	r.accept()
	r.spawn(10, 1, 0)
	r.expect("spawning")
	r.expect("spawning_complete")
	const n = 2*mostExceptions + 5
	for range n {
		r.recorder.Exception(stats.Exception{Message: "oops", Traceback: "at a.js:1", At: time.Now()})
	}
	var got, most int
	in := 0
	for got < n {
		select {
		case msg := <-r.got:
			if msg.kind != "exception" {
				in = 0
				continue
			}
			if data := msg.data.(map[string]any); data["msg"] != "oops" || data["traceback"] != "at a.js:1" {
				t.Fatalf("got %v", data)
			}
			got++
			in++
			most = max(most, in)
		case <-time.After(10 * time.Second):
			t.Fatalf("only %d came", got)
		}
	}
	if most > mostExceptions {
		t.Errorf("%d at once", most)
	}
}
