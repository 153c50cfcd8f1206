package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"katydid/locustworker"
	"katydid/runtime/load"
	"katydid/runtime/vu"
	"katydid/web/live"
)

// steeredTest is one test of a worker. It belongs to the goroutine of runTest.
type steeredTest struct {
	driver  *load.Dispatched
	cancel  context.CancelFunc // of the driver
	driven  chan struct{}      // closed when it has ended
	host    string             // as the master gave it
	missing map[string]bool    // classes that were asked for in vain
	cutOff  int64              // requests of earlier tests that a hard stop ended
}

// spawn brings the users to what the master wants.
func (s *steered) spawn(job *locustworker.Job) {
	r := s.r
	if job.First {
		if fail := s.begin(job); fail != nil {
			s.leave(fail)
			return
		}
	}
	if s.test == nil {
		return // it could not begin
	}
	if job.Host != s.test.host {
		r.log.warnf("the master's host is %s now: here it counts from the next test on", withoutUser(job.Host))
		s.test.host = job.Host
	}
	r.opts.stopTimeout = job.StopTimeout
	r.enter(live.Spawning)
	want := make([]int, len(r.env.Classes))
	for name, n := range job.Users {
		i := slices.IndexFunc(r.env.Classes, func(c vu.Class) bool { return c.Name == name })
		switch {
		case i >= 0:
			want[i] = n
		case n > 0 && !s.test.missing[name]:
			s.test.missing[name] = true
			r.log.errorf("%s", unknownClass(name))
		}
	}
	r.checkFiles(s.target())
	s.test.driver.Set(want)
}

// begin begins a test, without users.
func (s *steered) begin(job *locustworker.Job) *failure {
	r := s.r
	o := *s.given
	o.custom = maps.Clone(o.custom)
	if job.Host != "" {
		o.host = job.Host
	}
	o.stopTimeout = job.StopTimeout
	r.adopt(&o, job.Options)
	r.settle(&o)
	r.env.Classes = nil
	if fail := r.classes(); fail != nil {
		return fail
	}
	if r.embedded {
		return usage(errors.New("there is no host: give the master one (--host, or on its page), or the class (static host = \"https://...\")"))
	}
	r.log.infof("the master begins a test of %s", hostsOf(r.env.Classes))
	t := &steeredTest{host: job.Host, driven: make(chan struct{}), missing: map[string]bool{}, cutOff: r.shared.Interrupted.Load()}
	crowd := vu.NewCrowd(r.env, func(class int) { t.driver.Ended(class) })
	t.driver = load.NewDispatched(len(r.env.Classes), crowd, func() { r.enter(live.Running); s.worker.Spawned() })
	r.mu.Lock() // the memory's watch looks for the crowd
	r.crowd, r.people = crowd, crowd
	r.mu.Unlock()
	s.setUsers(countsOf(crowd, r.env.Classes))
	r.enter(live.Spawning)
	r.fire("testStart", nil)
	var ctx context.Context
	ctx, t.cancel = context.WithCancel(context.Background())
	go func() { defer close(t.driven); t.driver.Run(ctx) }()
	s.test = t
	return nil
}

// countsOf gives the users of a crowd by class.
func countsOf(crowd *vu.Crowd, classes []vu.Class) func() map[string]int {
	return func() map[string]int {
		counts := map[string]int{}
		for i, n := range crowd.Count() {
			counts[classes[i].Name] = n
		}
		return counts
	}
}

// hostsOf are the hosts of the classes, each once, for people.
func hostsOf(classes []vu.Class) string {
	var hosts []string
	for _, c := range classes {
		if host := withoutUser(c.Host); host != "" && !slices.Contains(hosts, host) {
			hosts = append(hosts, host)
		}
	}
	return strings.Join(hosts, ", ")
}

func (s *steered) setUsers(users func() map[string]int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.users = users
}

// end ends the test, if there is one.
func (s *steered) end(grace time.Duration) {
	r, t := s.r, s.test
	defer s.worker.Stopped()
	if t == nil {
		return
	}
	t.cancel()
	<-t.driven
	r.enter(live.Stopping)
	r.fire("testStopping", nil)
	r.opts.stopTimeout = grace
	r.stopUsers()
	r.enter(live.Stopped)
	r.fire("testStop", nil)
	s.setUsers(nil)
	s.test = nil
	r.enter(live.Ready)
	if n := r.shared.Interrupted.Load() - t.cutOff; n > 0 {
		r.log.infof("%d requests were on their way when their users were stopped; they are in no figure", n)
	}
	if r.hardStop() {
		s.worker.Leave()
	}
}

// adopt takes over what the master says of the options of the script, and of tags: they are the same on all workers.
func (r *run) adopt(o *options, master map[string]any) {
	for _, a := range r.custom {
		v, there := master[strings.ReplaceAll(a.long(), "-", "_")]
		if !there || v == nil {
			continue
		}
		text, err := optionText(v)
		if err == nil {
			v, err = a.read(text)
		}
		if err != nil {
			if a.secret {
				text = "***"
			}
			r.log.warnf("the master's --%s %s %s: the value given here counts", a.long(), text, err)
			continue
		}
		o.custom[a.long()] = v
	}
	if tags, ok := wordsOf(master["tags"]); ok {
		o.tags = tags
	}
	if tags, ok := wordsOf(master["exclude_tags"]); ok {
		o.excludeTags = tags
	}
}

// optionText writes a value as it would be on a command line.
func optionText(v any) (string, error) {
	switch v := v.(type) {
	case string, bool, int64, float64:
		return fmt.Sprint(v), nil
	case []any:
		var parts []string
		for _, x := range v {
			text, err := optionText(x)
			if err != nil {
				return "", err
			}
			parts = append(parts, text)
		}
		return strings.Join(parts, ","), nil
	}
	return "", errors.New("is of no kind that an option has")
}

// wordsOf reads a list of texts; false if it is none or empty.
func wordsOf(v any) (words []string, ok bool) {
	list, _ := v.([]any)
	for _, x := range list {
		if s, ok := x.(string); ok {
			words = append(words, s)
		}
	}
	return words, len(words) > 0
}
