package main

import (
	"cmp"
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"katydid/internal/tools"
)

// What a tool is to do. Not every tool can do everything.
const (
	getWork   = "get"   // a request after the other, as fast as can be
	loopWork  = "loop"  // the same, a hundred in each task
	thinkWork = "think" // a request, then a pause of 5 to 9 seconds
	namesWork = "names" // as get, with many URLs
)

// job is one run of a tool.
type job struct {
	work  string
	users int
	names int           // URLs of the work of that name
	time  time.Duration // after which the tool ends by itself
	url   string        // of the server, without a slash at its end
	dir   string        // that of the scripts
}

// tool is a load tester and what has to be known to call it.
type tool struct {
	name    string
	program string // the name of its executable, if that is another
	path    string // of its executable; filled when it is found
	version string
	ask     string   // the argument that makes it print its version
	does    []string // the kinds of work that it is asked for
	call    func(j job) call
}

// call is how a tool is called for a job.
type call struct {
	args  []string
	env   []string // beside the plain environment
	input string   // for its standard input
}

func (t *tool) can(work string) bool { return slices.Contains(t.does, work) }

func (j job) script(name string) string { return filepath.Join(j.dir, name) }
func (j job) seconds() string           { return strconv.FormatFloat(j.time.Seconds(), 'f', -1, 64) }

var (
	katydid = tool{name: "katydid", ask: "version", does: []string{getWork, thinkWork, namesWork}, call: callKatydid}
	// katydidLoop is no other tool but another script, which tells the cost of a task from that of a request.
	katydidLoop = tool{name: "katydid-loop", ask: "version", does: []string{loopWork}, call: callKatydid}
	wrk         = tool{name: "wrk", ask: "-v", does: []string{getWork}, call: callWrk}
	k6          = tool{name: "k6", ask: "version", does: []string{getWork, thinkWork, namesWork, checkWork, shopWork}, call: callK6}
	locust      = tool{name: "locust", ask: "--version", does: []string{getWork, thinkWork}, call: callLocust("Requests")}
	locustFast  = tool{name: "locust-fast", program: "locust", ask: "--version", does: []string{getWork, thinkWork}, call: callLocust("Fast")}
	vegeta      = tool{name: "vegeta", ask: "-version", does: []string{getWork}, call: callVegeta}
	oha         = tool{name: "oha", ask: "--version", does: []string{getWork}, call: callOha}
)

// allTools are the tools in the order in which they are run.
var allTools = []*tool{&katydid, &katydidLoop, &katydidK6, &wrk, &k6, &locust, &locustFast, &vegeta, &oha}

func callKatydid(j job) call {
	users := strconv.Itoa(j.users)
	return call{
		args: []string{"run", j.script(j.work + ".js"), "-H", j.url, "-u", users, "-r", users, "-t", j.seconds() + "s", "--only-summary"},
		env:  []string{fmt.Sprint("NAMES=", j.names)},
	}
}

// callWrk has it use no Lua.
func callWrk(j job) call {
	return call{args: []string{"-t", "1", "-c", strconv.Itoa(j.users), "-d", j.seconds() + "s", j.url + "/"}}
}

func callK6(j job) call {
	return call{
		args: []string{"run", "--quiet", "--no-usage-report", "--vus", strconv.Itoa(j.users), "--duration", j.seconds() + "s",
			j.script("k6-" + j.work + ".js")},
		env: []string{"TARGET=" + j.url, fmt.Sprint("NAMES=", j.names)},
	}
}

// callLocust returns the calls for one of the two kinds of Locust's HTTP users.
func callLocust(kind string) func(job) call {
	classes := map[string]string{getWork: kind + "Get", thinkWork: kind + "Think"}
	return func(j job) call {
		users := strconv.Itoa(j.users)
		return call{args: []string{"-f", j.script("locustfile.py"), classes[j.work], "--headless", "--only-summary", "-H", j.url,
			"-u", users, "-r", users, "-t", j.seconds() + "s"}}
	}
}

// callVegeta has it throw its results away. A rate of 0 is as fast as its workers get answers.
func callVegeta(j job) call {
	users := strconv.Itoa(j.users)
	return call{
		args:  []string{"attack", "-rate", "0", "-duration", j.seconds() + "s", "-workers", users, "-max-workers", users, "-output", "/dev/null"},
		input: "GET " + j.url + "/\n",
	}
}

func callOha(j job) call {
	return call{args: []string{"--no-tui", "--output-format", "quiet", "-z", j.seconds() + "s", "-c", strconv.Itoa(j.users), j.url + "/"}}
}

func toolNames() []string {
	var all []string
	for _, t := range allTools {
		all = append(all, t.name)
	}
	return all
}

// findTools looks for the tools on PATH, all or those with a name; katydid is the binary at ours. Of those wanted by name
// every one has to be there; of the others the absent ones are named.
func findTools(ctx context.Context, ours string, wanted []string) (found []*tool, absent []string, err error) {
	for _, t := range allTools {
		if len(wanted) > 0 && !slices.Contains(wanted, t.name) {
			continue
		}
		switch t.path, err = exec.LookPath(cmp.Or(t.program, t.name)); {
		case t == &katydid || t == &katydidLoop || t == &katydidK6:
			t.path = ours
		case err != nil && len(wanted) > 0:
			return nil, nil, fmt.Errorf("find %s: %w", t.name, err)
		case err != nil:
			absent = append(absent, t.name)
			continue
		}
		t.version = tools.Version(ctx, t.path, t.ask)
		found = append(found, t)
	}
	return found, absent, nil
}

// those are the tools that can do a kind of work.
func (b *bench) those(works ...string) []*tool {
	var all []*tool
	for _, t := range b.tools {
		if slices.ContainsFunc(works, t.can) {
			all = append(all, t)
		}
	}
	return all
}
