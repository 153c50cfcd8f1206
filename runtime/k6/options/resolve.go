package options

import (
	"fmt"
	"net/netip"
	"slices"
	"time"
)

// Resolved are the options that a test runs with: checked, and with k6's
// defaults for what was not given.
type Resolved struct {
	Scenarios  []Scenario // in the order of the script; at least one
	Thresholds []Threshold
	Tags       []Pair
	SystemTags []string // sorted

	SetupTimeout, TeardownTimeout, HandleSummaryTimeout time.Duration
	MinIterationDuration                                time.Duration
	NoSetup, NoTeardown, Paused, Throw                  bool

	RPS                   int // 0: no limit
	DNS                   DNS
	MaxRedirects          int
	UserAgent             Opt[string] // not given: the program's own
	Batch, BatchPerHost   int         // at least 1
	HTTPDebug             string      // "", "headers" or "full"
	HTTPVersion           string      // "1.1", "2" or "": as the server likes
	DiscardResponseBodies bool
	NoConnectionReuse     bool
	NoVUConnectionReuse   bool
	NoCookiesReset        bool
	Hosts                 []Host
	BlacklistIPs          []netip.Prefix
	BlockHostnames        []string
	LocalIPs              []IPRange

	InsecureSkipTLSVerify bool
	TLSVersion            TLSVersion
	TLSCipherSuites       []uint16 // nil: Go's
	TLSAuth               []TLSAuth

	SummaryTrendStats []string
	SummaryTimeUnit   string // "": each time in the unit that fits
	SummaryMode       string
	NoThresholds      bool
	ConsoleOutput     string

	Given *Options // what it was made from
}

// Resolve checks the options, fills in defaults and turns vus, duration,
// iterations and stages into the scenario "default". Errors name the option,
// its value and where it came from. Warnings are lines for the log.
func (o *Options) Resolve() (*Resolved, []string, error) {
	r := &Resolved{
		Thresholds: o.Thresholds.Value, Tags: o.Tags.Value, SystemTags: o.SystemTags.Or(DefaultSystemTags),
		SetupTimeout: o.SetupTimeout.Or(time.Minute), TeardownTimeout: o.TeardownTimeout.Or(time.Minute),
		HandleSummaryTimeout: o.HandleSummaryTimeout.Or(2 * time.Minute), MinIterationDuration: max(0, o.MinIterationDuration.Value),
		NoSetup: o.NoSetup.Value, NoTeardown: o.NoTeardown.Value, Paused: o.Paused.Value, Throw: o.Throw.Value,
		RPS: max(0, o.RPS.Value), MaxRedirects: o.MaxRedirects.Or(10), UserAgent: o.UserAgent,
		Batch: max(1, o.Batch.Or(20)), BatchPerHost: max(1, o.BatchPerHost.Or(6)),
		HTTPDebug: o.HTTPDebug.Value, HTTPVersion: o.HTTPVersion.Value, DiscardResponseBodies: o.DiscardResponseBodies.Value,
		NoConnectionReuse: o.NoConnectionReuse.Value, NoVUConnectionReuse: o.NoVUConnectionReuse.Value, NoCookiesReset: o.NoCookiesReset.Value,
		Hosts: o.Hosts.Value, BlacklistIPs: o.BlacklistIPs.Value, BlockHostnames: o.BlockHostnames.Value, LocalIPs: o.LocalIPs.Value,
		InsecureSkipTLSVerify: o.InsecureSkipTLSVerify.Value, TLSVersion: o.TLSVersion.Value, TLSCipherSuites: o.TLSCipherSuites.Value, TLSAuth: o.TLSAuth.Value,
		SummaryTrendStats: o.SummaryTrendStats.Or(DefaultTrendStats), SummaryTimeUnit: o.SummaryTimeUnit.Value,
		SummaryMode: o.Run.SummaryMode.Or("compact"), NoThresholds: o.Run.NoThresholds.Value, ConsoleOutput: o.ConsoleOutput.Value, Given: o,
	}
	if o.Run.NoSummary.Value {
		r.SummaryMode = "disabled"
	}
	if r.HTTPDebug != "" && r.HTTPDebug != "full" {
		r.HTTPDebug = "headers" // whatever it says, as in k6
	}
	if err := o.check(); err != nil {
		return nil, nil, err
	}
	ttl, err := parseTTL(o.DNS.TTL.Value)
	if err != nil {
		return nil, nil, failed(within("dns.ttl", err), o.DNS.TTL.From)
	}
	r.DNS = DNS{ttl, o.DNS.Select.Or("random"), o.DNS.Policy.Or("preferIPv4")}
	var warnings []string
	r.SystemTags, warnings = o.knownTags(r.SystemTags)
	if !slices.Contains([]string{"", "s", "ms", "us"}, r.SummaryTimeUnit) {
		warnings = append(warnings, fmt.Sprintf("option summaryTimeUnit must be one of s, ms, us: %s does nothing (from %s)", brief(r.SummaryTimeUnit), o.SummaryTimeUnit.From))
		r.SummaryTimeUnit = ""
	}
	more, err := r.addScenarios(o)
	return r, append(warnings, more...), err
}

// check looks at single values beyond their form.
func (o *Options) check() error {
	for _, t := range []struct {
		name string
		Opt[time.Duration]
	}{{"setupTimeout", o.SetupTimeout}, {"teardownTimeout", o.TeardownTimeout}, {"handleSummaryTimeout", o.HandleSummaryTimeout}} {
		if t.Given() && t.Value <= 0 {
			return failed(within(t.name, bad("must be more than 0, not %s", t.Value)), t.From)
		}
	}
	for _, s := range []struct {
		name string
		Opt[string]
	}{{"executionSegment", o.ExecutionSegment}, {"executionSegmentSequence", o.ExecutionSegmentSequence}} {
		// The whole test is no part of it; some scripts say so.
		if s.Value != "" && s.Value != "0:1" && s.Value != "0,1" {
			return failed(within(s.name, bad("cannot split a test here: give each machine its share of the users or rates, with -e or --vus")), s.From)
		}
	}
	return nil
}

// knownTags are those of the list that there are, sorted.
func (o *Options) knownTags(list []string) (known, warnings []string) {
	for _, name := range list {
		if !isSystemTag(name) && name != "" {
			warnings = append(warnings, fmt.Sprintf("option systemTags has %s, which is not a system tag (from %s)", name, o.SystemTags.From))
		}
	}
	known, _ = showSystemTags(list).([]string)
	return known, warnings
}

// addScenarios takes what says something of the load.
func (r *Resolved) addScenarios(o *Options) (warnings []string, err error) {
	by, err := o.shortcut()
	if err != nil {
		return nil, err
	}
	for _, from := range o.erased {
		warnings = append(warnings, fmt.Sprintf("the scenarios of %s are replaced by what %s says of the load", from, by))
	}
	given, note := o.given()
	if note != "" {
		warnings = append(warnings, note)
	}
	for i := range given {
		s, err := given[i].resolve()
		if err != nil {
			return nil, failed(err, by)
		}
		r.Scenarios = append(r.Scenarios, s)
	}
	return warnings, nil
}

// shortcut says who speaks of the load, and that no two ways are mixed.
// After Merge all that is left comes from one level.
func (o *Options) shortcut() (by string, err error) {
	ways := []struct {
		name, from string
		given      bool
	}{
		{"iterations", o.Iterations.From, o.Iterations.Given()},
		{"duration", o.Duration.From, o.Duration.Given()},
		{"stages", o.Stages.From, o.Stages.Given() && len(o.Stages.Value) > 0},
		{"scenarios", o.Scenarios.From, o.Scenarios.Given()},
	}
	var names, froms []string
	for _, w := range ways {
		if w.given {
			names, froms = append(names, w.name), append(froms, w.from)
		}
	}
	switch {
	case len(names) == 0:
		return o.Stages.From, nil
	case len(names) == 1 || len(names) == 2 && names[0] == "iterations" && names[1] == "duration":
		return froms[0], nil
	}
	from := froms[0]
	if froms[1] != from {
		from += " and " + froms[1]
	}
	return "", fmt.Errorf("options %s and %s cannot be used together: choose one (from %s)", names[0], names[1], from)
}

// given are the scenarios that were given, or the one that the other options make.
func (o *Options) given() (list []ScenarioFields, warning string) {
	s := ScenarioFields{Name: "default", VUs: o.VUs, shortcut: true}
	switch {
	case len(o.Scenarios.Value) > 0:
		if o.VUs.Given() {
			warning = fmt.Sprintf("option vus (from %s) does nothing: the scenarios (from %s) say how many users there are", o.VUs.From, o.Scenarios.From)
		}
		return o.Scenarios.Value, warning
	case o.Iterations.Given():
		s.Executor, s.Iterations, s.MaxDuration = SharedIterations, o.Iterations, o.Duration
	case o.Duration.Given():
		s.Executor, s.Duration = ConstantVUs, o.Duration
	case len(o.Stages.Value) > 0:
		s.Executor, s.StartVUs, s.Stages = RampingVUs, o.VUs, o.Stages
		s.VUs = Opt[int]{}
	case o.Stages.Given():
		s.Executor, s.VUs = PerVUIterations, Opt[int]{}
		warning = fmt.Sprintf("option stages (from %s) is empty: the script runs once", o.Stages.From)
	case o.VUs.Given():
		s.Executor, s.Iterations = SharedIterations, o.VUs
	default:
		s.Executor = PerVUIterations
		if o.Scenarios.Given() {
			warning = fmt.Sprintf("option scenarios (from %s) is empty: the script runs once", o.Scenarios.From)
		}
	}
	return []ScenarioFields{s}, warning
}
