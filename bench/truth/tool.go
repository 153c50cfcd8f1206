package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"katydid/internal/tools"
)

// The server has the first core for itself, the tools run on the second.
const (
	serverCore = 0
	toolCore   = 1
)

// tool is a load tester and what has to be known to call it.
type tool struct {
	name    string
	program string // the name of its executable, if that is another
	path    string // of its executable; filled when it is found
	version string

	ask      string        // the argument that makes it print its version
	open     bool          // it can keep a rate whatever the target does
	closed   bool          // it can send as fast as its users get answers
	paced    bool          // its users can keep a rate each, as long as they get answers in time
	poisson  bool          // its arrivals can be random
	grows    bool          // it makes users on demand: it is given as many as the plan may need at once
	responds bool          // the times it reports count from when a request was planned
	warmup   time.Duration // at its start, of which it reports nothing

	prepare func(c *call)                  // fills in arguments and environment
	read    func(c *call) (*report, error) // makes a report of the output
}

// load is what a tool is to do.
type load struct {
	rate    float64 // requests a second; 0 is closed: as fast as the users get answers
	poisson bool    // random arrivals
	users   int     // the most at once, or the connections
	spawn   int     // users started a second in closed runs, where the tool can; 0 is all at once
	time    time.Duration
}

// seconds of the load, with the tool's warm-up.
func (c *call) seconds() string {
	return strconv.FormatFloat((c.load.time + c.tool.warmup).Seconds(), 'f', -1, 64)
}

func (c *call) rate() string { return strconv.FormatFloat(c.load.rate, 'f', -1, 64) }

// call is one run of a tool.
type call struct {
	tool   *tool
	load   load
	url    string // of the server, without a slash at its end
	dir    string // for its files; the scripts are in the folder above, in scripts
	args   []string
	env    []string // beside the plain environment
	input  string   // for its standard input
	stdout []byte
	stderr []byte
}

func (c *call) script(name string) string { return filepath.Join(filepath.Dir(c.dir), "scripts", name) }
func (c *call) file(name string) string   { return filepath.Join(c.dir, name) }

// report is what a tool says of a run, and what the run has cost.
type report struct {
	service  times // sending to answer
	response times // planned start to answer
	lag      times // what the tool says that it added itself

	requests, failures        int64
	planned, started, omitted int64    // starts; -1 if it does not say
	says                      []string // what it says of its own trouble, in its words

	took   time.Duration // the whole process
	cpu    time.Duration
	memory []tools.Memory
	rss    int64 // the most memory at once, in bytes
}

func newReport() *report {
	return &report{service: noTimes(), response: noTimes(), lag: noTimes(), planned: -1, started: -1, omitted: -1}
}

// graceToEnd is what a tool may take beyond its load before it is killed: to start, to drain, to report.
const graceToEnd = 60 * time.Second

// memoryEvery is how often the memory of a tool is read. What it takes in its last instants is not seen.
const memoryEvery = 500 * time.Millisecond

// run runs the tool once, in an empty folder, and reads what it reports.
func (t *tool) run(ctx context.Context, dir, url string, l load) (*report, error) {
	c := &call{tool: t, load: l, url: url, dir: filepath.Join(dir, "run")}
	if err := errors.Join(os.RemoveAll(c.dir), os.MkdirAll(c.dir, 0o755)); err != nil {
		return nil, err
	}
	t.prepare(c)
	ctx, cancel := context.WithTimeout(ctx, l.time+t.warmup+graceToEnd)
	defer cancel()
	cmd := exec.CommandContext(ctx, t.path, c.args...)
	cmd.Dir = c.dir
	cmd.Env = append(tools.PlainEnv(), c.env...)
	var stdout, stderr bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewBufferString(c.input), &stdout, &stderr
	began := time.Now()
	if err := tools.StartOn(toolCore, cmd); err != nil {
		return nil, err
	}
	ended, watched := make(chan struct{}), make(chan []tools.Memory, 1)
	go func() { watched <- tools.WatchMemory(cmd.Process.Pid, memoryEvery, ended) }()
	_ = cmd.Wait() // what it means is seen by what the tool has left: many end with 1 when a request failed
	close(ended)
	took := time.Since(began)
	c.stdout, c.stderr = stdout.Bytes(), stderr.Bytes()
	r, err := t.read(c)
	if err == nil && r.requests == 0 {
		err = errors.New("it reports no request")
	}
	if err != nil {
		return nil, fmt.Errorf("%s %q: %w (%v); it said:\n%s%s", t.name, c.args, err, cmd.ProcessState, c.stdout, c.stderr)
	}
	r.took, r.cpu = took, cmd.ProcessState.UserTime()+cmd.ProcessState.SystemTime()
	if r.memory = <-watched; len(r.memory) > 0 {
		r.rss = r.memory[len(r.memory)-1].Most
	}
	return r, nil
}

// allTools are the tools in the order in which they are run.
var allTools = []*tool{&katydid, &k6, &locustRequests, &locustFast, &wrk, &wrk2, &vegeta, &oha, &ohaCorrected}

// findTools looks for the tools on PATH, all or those with a name, and builds katydid into dir. Of those wanted by name
// every one has to be there; of the others the absent ones are named.
func findTools(ctx context.Context, dir string, names []string) (found []*tool, absent []string, err error) {
	for _, t := range allTools {
		if len(names) > 0 && !slices.Contains(names, t.name) {
			continue
		}
		switch t.path, err = exec.LookPath(cmp.Or(t.program, t.name)); {
		case t == &katydid:
			if t.path, _, err = tools.BuildKatydid(ctx, dir); err != nil {
				return nil, nil, err
			}
		case err != nil && len(names) > 0:
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
