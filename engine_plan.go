package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"

	"katydid/exporter"
	k6options "katydid/runtime/k6/options"
)

// enginePlan is what a command has found out about a run that an engine is to start.
type enginePlan struct {
	run     *run
	scripts []string // as given
	demand  demand
	length  time.Duration // of the whole run, but for the wait for its start; 0 has no end
	grace   time.Duration // that users may take at the end
	read    []string      // the data files that the script has read so far; absolute
}

// planEngine reads the options and loads the script as katydid run does, so that what is wrong with them shows here and not
// in every process. environ is what those processes will have.
func planEngine(sys *system, a *engineArgs, name string, environ []string) (*enginePlan, *failure) {
	inner := *sys
	inner.args = append([]string{"-f", name, "--headless"}, a.others...)
	inner.environ = environ
	inner.home = "" // nobody's home folder is there
	p := &enginePlan{}
	var mu sync.Mutex
	inner.onRead = func(path string) {
		mu.Lock()
		defer mu.Unlock()
		if !slices.Contains(p.read, path) {
			p.read = append(p.read, path)
		}
	}
	if inner.elsewhere && namesConfig(inner.args) {
		return nil, usage(errors.New("--config is a file of this machine: give its options on the command line"))
	}
	first, err := parseFirst(inner.args, inner.environ, inner.home, inner.configDir())
	if err != nil {
		return nil, usage(err)
	}
	if slices.Contains(first.scripts, "-") {
		return nil, usage(errors.New("a script from standard input is not there when the processes start: give a file"))
	}
	if strings.ContainsFunc(name, unicode.IsControl) { // it stands in comments of what is printed
		return nil, usage(fmt.Errorf("the script's name %q holds a control character", name))
	}
	first.logFile = "" // it is a file of the processes
	p.run, p.scripts = newRun(&inner), first.scripts
	if fail := p.run.load(first); fail != nil {
		if redact := p.run.env.Redact; redact != nil { // it may be what the script threw
			fail.err = errors.New(redact(fail.err.Error()))
		}
		return p, fail
	}
	return p, p.measure()
}

// namesConfig says that a configuration file is named on the command line.
func namesConfig(args []string) bool {
	p := newOptionParser(nil)
	p.early = earlyOptions()
	given, err := p.fromArgs(args)
	return err == nil && slices.ContainsFunc(given, func(s setting) bool { return s.name == "config" })
}

// measure finds out how large and how long the run is.
func (p *enginePlan) measure() *failure {
	r := p.run
	if r.opts.export != "" {
		if _, err := exporter.Parse(r.opts.export, anyCredentials); err != nil {
			return usage(fmt.Errorf("--export: %w", err))
		}
	}
	if r.k6 != nil {
		p.measureK6(r.k6.options)
	} else if fail := p.measureNative(r); fail != nil {
		return fail
	}
	if r.opts.maxRPS > 0 && p.demand.requests > r.opts.maxRPS {
		p.demand.requests, p.demand.guessed = r.opts.maxRPS, false
	}
	return nil
}

func (p *enginePlan) measureNative(r *run) *failure {
	plan, open, fail := r.openPlan()
	if fail != nil {
		return fail
	}
	p.grace = r.opts.stopTimeout
	if open {
		p.demand.users = manyUsers
		if r.opts.given("users") {
			p.demand.users = r.opts.users
		}
		for _, stage := range plan.Shape {
			p.demand.requests = max(p.demand.requests, stage.From, stage.To)
		}
		if length := plan.Shape.Length(); length < endless {
			p.length = length + p.grace
		}
	} else {
		p.demand = demand{users: r.opts.users, requests: float64(r.opts.users), guessed: true}
		if r.opts.runTime > 0 {
			p.length = r.opts.runTime + p.grace
		}
	}
	if r.shape != "" && !open {
		r.log.warnf("the load shape %s decides on the load as it runs: memory and processors are for %s; give what it really needs", r.shape, count(int64(p.demand.users), "user"))
	}
	return nil
}

func (p *enginePlan) measureK6(o *k6options.Resolved) {
	endless := false
	for i := range o.Scenarios {
		sc := &o.Scenarios[i]
		_, most := sc.MostVUs()
		p.demand.users += most
		if rate := peakRate(sc); rate > 0 {
			p.demand.requests += rate
		} else {
			p.demand.requests += float64(most)
			p.demand.guessed = true
		}
		p.length = max(p.length, sc.StartTime+sc.Length())
		p.grace = max(p.grace, sc.GracefulStop)
		endless = endless || sc.Length() == 0
	}
	if o.RPS > 0 && p.demand.requests > float64(o.RPS) {
		p.demand.requests, p.demand.guessed = float64(o.RPS), false
	}
	if endless {
		p.length = 0
		return
	}
	p.length += o.SetupTimeout + o.TeardownTimeout
}

// peakRate is the most iterations a second of a scenario with an arrival rate, 0 for others.
func peakRate(sc *k6options.Scenario) float64 {
	most := 0
	switch sc.Executor {
	case k6options.ConstantArrivalRate:
		most = sc.Rate
	case k6options.RampingArrivalRate:
		most = sc.StartRate
		for _, stage := range sc.Stages {
			most = max(most, stage.Target)
		}
	default:
		return 0
	}
	return float64(most) / sc.TimeUnit.Seconds()
}

// withoutSettings leaves the variables out that set options: they are this machine's, not that of the processes.
func withoutSettings(environ []string) (kept []string) {
	for _, pair := range environ {
		name, _, _ := strings.Cut(pair, "=")
		if name != importCache && hasPrefix(name, "KATYDID_", "LOCUST_", "K6_") {
			continue
		}
		kept = append(kept, pair)
	}
	return kept
}

func hasPrefix(s string, prefixes ...string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(s, p) })
}

// jobName makes the name of a job from that of its script: katydid-scene-1.
func jobName(script string) string {
	base := strings.ToLower(strings.TrimSuffix(filepath.Base(script), filepath.Ext(script)))
	word := strings.FieldsFunc(base, func(c rune) bool { return (c < 'a' || c > 'z') && (c < '0' || c > '9') })
	name := strings.Join(append([]string{"katydid"}, word...), "-")
	return strings.TrimRight(name[:min(len(name), 50)], "-")
}

// localSettings are the variables of this machine that set options, and that are not among those that the processes have too.
func localSettings(environ, known []string) (names []string) {
	parsers := []*optionParser{newOptionParser(nil), newOptionParser(&k6Levels{})}
	for _, pair := range environ {
		name, value, _ := strings.Cut(pair, "=")
		sets := func(o *option) bool { return slices.Contains(o.variables(), name) }
		if value == "" || slices.Contains(known, name) || slices.Contains(names, name) {
			continue
		}
		if strings.HasPrefix(name, "K6_") || slices.ContainsFunc(parsers, func(p *optionParser) bool { return slices.ContainsFunc(p.all, sets) }) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func processes(n int) string {
	if n == 1 {
		return "1 process"
	}
	return fmt.Sprintf("%d processes", n)
}
