//go:build unix

package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// An open run makes exactly the starts that were planned, and says so everywhere.
func TestOpenRun(t *testing.T) {
	t.Parallel()
	shape := user("") + "export class S extends LoadShape { static stages = [{ duration: 1, rate: 20 }, { duration: 1, rate: [20, 60] }]; }"
	for name, test := range map[string]struct {
		script string
		args   []string
		starts int64
	}{
		"rate":    {user(""), []string{"--rate", "50", "-t", "2s"}, 100},
		"slow":    {user(""), []string{"--rate", "0.5", "-t", "3s"}, 2},
		"shape":   {shape, []string{"-t", "1h"}, 60},
		"poisson": {user(""), []string{"--rate", "100", "-t", "2s", "--arrivals", "poisson"}, -1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, target := folder(t, map[string]string{"a.js": test.script}), newCounting(t)
			p := katydid(t, dir, append([]string{"run", "a.js", "-H", target.url, "--summary", "s.json", "--csv", "x", "-s", "20s", "-u", "100"}, test.args...)...)
			p.expect(0)
			s := readDocument(t, filepath.Join(dir, "s.json"))
			g := s.Generator
			if test.starts >= 0 && g.Planned != test.starts || g.Planned < 1 || g.Started+g.Omitted != g.Planned {
				t.Errorf("%+v", g)
			}
			if s.Total.Count != g.Started || target.hits.Load() != s.Total.Count {
				t.Errorf("%d requests for %d starts, the target had %d", s.Total.Count, g.Started, target.hits.Load())
			}
			if s.Total.ResponseMS == nil || g.StartLagMS == nil || s.Total.ResponseMS.Min < s.Total.ServiceMS.Min {
				t.Errorf("%+v %+v", s.Total, g)
			}
		})
	}
}

// A target that takes longer than the plan allows: starts wait for a user, and those that have waited to the end are
// counted. That is the target's doing, and said so.
func TestOpenRunWithTooFewUsers(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{"a.js": user("async home() { this.client.get('/'); await new Promise(done => setTimeout(done, 1000)); }")})
	p := katydid(t, dir, "run", "a.js", "--rate", "20", "-u", "2", "-t", "4s", "-s", "20s", "--summary", "s.json")
	p.expect(0)
	g := readDocument(t, filepath.Join(dir, "s.json")).Generator
	if g.Planned != 80 || g.Started > 10 || g.OmittedBusy != g.Omitted || g.Started+g.Omitted != 80 || g.WaitMaxMS < 2_000_000_000 {
		t.Errorf("%+v", g)
	}
	p.says("starts were not made because all users were busy")
}

// The wait for a user belongs to the request of an iteration that is sent first, in whatever order they are counted;
// what the script does before it is nobody's.
func TestOpenRunPlansTheFirstRequest(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{"a.js": user(`home() {
    sleep(0.5);
    const first = this.client.get('/', { name: 'first', catchResponse: true });
    this.client.get('/', { name: 'second' });
    this.report({ type: 'X', name: 'third', responseTime: 1 });
    first.done();
  }`)})
	p := katydid(t, dir, "run", "a.js", "--rate", "10", "-u", "1", "-t", "3s", "-s", "20s", "--summary", "s.json")
	p.expect(0)
	s := readDocument(t, filepath.Join(dir, "s.json"))
	for _, row := range s.Requests {
		late := row.ResponseMS.Max - row.ServiceMS.Max
		// The last start had waited for more than a second; the first had not, and had slept as all did.
		if row.Name == "first" && (late < 1e9 || row.ResponseMS.Min > 400e6) || row.Name != "first" && late != 0 {
			t.Errorf("%s: response %+v, service %+v", row.Name, row.ResponseMS, row.ServiceMS)
		}
	}
	if g := s.Generator; len(s.Requests) != 3 || g.StartLagMS == nil || s.Requests[0].Count != g.Started {
		t.Errorf("%+v, %d rows", g, len(s.Requests))
	}
}

// Each task of a task set has a start of its own.
func TestOpenRunOfATaskSet(t *testing.T) {
	t.Parallel()
	dir, target := folder(t, map[string]string{"a.js": `import { HttpUser, SequentialTaskSet } from "katydid";
class Visit extends SequentialTaskSet {
  static tasks = ["first", "second", "last"];
  first() { this.client.get("/1"); }
  second() { this.client.get("/2"); }
  last() { this.client.get("/3"); this.interrupt(); }
}
export class Visitor extends HttpUser { static tasks = [Visit]; }`}), newCounting(t)
	p := katydid(t, dir, "run", "a.js", "-H", target.url, "--rate", "30", "-t", "3s", "-u", "1", "-s", "20s", "--summary", "s.json", "--csv", "x")
	p.expect(0)
	s := readDocument(t, filepath.Join(dir, "s.json"))
	if g := s.Generator; g.Planned != 90 || s.Total.Count != g.Started || target.hits.Load() != g.Started {
		t.Errorf("%d requests, the target had %d, %+v", s.Total.Count, target.hits.Load(), g)
	}
	counts := csvCounts(t, filepath.Join(dir, "x_stats.csv"), 1, 2, 3)
	if n := counts["/1"].requests; n < counts["/3"].requests || n > counts["/3"].requests+1 {
		t.Errorf("%v", counts)
	}
}

// What cannot be an open run says why, and what takes no part in one is warned of.
func TestOpenRunRefused(t *testing.T) {
	t.Parallel()
	stages := func(list string) string {
		return user("") + "export class S extends LoadShape { static stages = " + list + "; }"
	}
	for name, test := range map[string]struct{ script, args, says string }{
		"fixed count": {user("static fixedCount = 3;"), "--rate 5", "class Visitor has a fixed count, but an open run"},
		"mixed":       {stages("[{duration: 1, rate: 5}, {duration: 1, users: 5, rate: 5}]"), "", "stages with users and stages without cannot be mixed"},
		"no duration": {stages("[{rate: 5}]"), "", "stage 1: duration must be a number of seconds above 0"},
		"bad rate":    {stages("[{duration: 1, rate: [1, 2, 3]}]"), "", "stage 1: rate must be a number of starts per second, or [from, to]"},
		"negative":    {stages("[{duration: 1, rate: -1}]"), "", "stage 1: the rate must be a number of 0 or more, not -1"},
		"nothing":     {stages("[{duration: 1, rate: 0}]"), "", "no stage has a rate above 0"},
		"rate":        {user(""), "--rate 0", "--rate"},
		"kind":        {user(""), "--rate 5 --arrivals normal", "--arrivals"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newProcess(t, folder(t, map[string]string{"a.js": test.script}), append([]string{"run", "a.js", "-t", "1s"}, strings.Fields(test.args)...)...)
			code := exitFailed
			if strings.HasPrefix(test.says, "--") {
				code = exitUsage
			}
			p.start().expect(code)
			if line, one := oneError(p); !one || !strings.Contains(line, test.says) {
				t.Errorf("%s", p.stderr)
			}
		})
	}
	p := katydid(t, folder(t, map[string]string{"a.js": user("")}), "run", "a.js", "--rate", "50", "-r", "5", "-t", "2s")
	p.expect(0)
	p.says("--spawn-rate is ignored: users are made as they are needed")
}
