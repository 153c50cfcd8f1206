// Package options holds the options of k6 as data: it reads them from a script,
// a configuration file, the environment and the command line, merges them by
// k6's precedence, checks them and says which scenarios they make. It knows no
// JavaScript and runs nothing.
package options

import (
	"encoding/json"
	"net/netip"
	"time"
)

// An Opt is a value that may not have been given. From says where it was given,
// in the words of messages: "the script", "K6_VUS", "--vus", "the file k6.json".
// It is "" if the value was not given.
type Opt[T any] struct {
	Value T
	From  string
}

// Given tells whether there is a value.
func (o Opt[T]) Given() bool { return o.From != "" }

// Or is the value, or other if it was not given.
func (o Opt[T]) Or(other T) T {
	if o.Given() {
		return o.Value
	}
	return other
}

// Options are the options of one level (a script, the command line...), or of
// several, merged. Nothing is filled in: see Resolve.
type Options struct {
	VUs        Opt[int]
	Duration   Opt[time.Duration]
	Iterations Opt[int]
	Stages     Opt[[]Stage]
	Scenarios  Opt[[]ScenarioFields]

	Thresholds Opt[[]Threshold]
	Tags       Opt[[]Pair]
	SystemTags Opt[[]string]

	SetupTimeout         Opt[time.Duration]
	TeardownTimeout      Opt[time.Duration]
	HandleSummaryTimeout Opt[time.Duration]
	MinIterationDuration Opt[time.Duration]
	NoSetup              Opt[bool]
	NoTeardown           Opt[bool]
	Paused               Opt[bool]
	Throw                Opt[bool]

	RPS                   Opt[int] // 0 or less: no limit
	DNS                   DNSOptions
	MaxRedirects          Opt[int]
	UserAgent             Opt[string]
	Batch                 Opt[int]
	BatchPerHost          Opt[int]
	HTTPDebug             Opt[string]
	HTTPVersion           Opt[string] // katydid's own: "1.1", "2" or ""
	DiscardResponseBodies Opt[bool]
	NoConnectionReuse     Opt[bool]
	NoVUConnectionReuse   Opt[bool]
	NoCookiesReset        Opt[bool]
	Hosts                 Opt[[]Host]
	BlacklistIPs          Opt[[]netip.Prefix]
	BlockHostnames        Opt[[]string]
	LocalIPs              Opt[[]IPRange]

	InsecureSkipTLSVerify Opt[bool]
	TLSVersion            Opt[TLSVersion]
	TLSCipherSuites       Opt[[]uint16]
	TLSAuth               Opt[[]TLSAuth]

	SummaryTrendStats Opt[[]string]
	SummaryTimeUnit   Opt[string]
	ConsoleOutput     Opt[string]

	ExecutionSegment         Opt[string]
	ExecutionSegmentSequence Opt[string]
	MetricSamplesBufferSize  Opt[int]
	Features                 Opt[[]string]
	Cloud, Ext               Opt[json.RawMessage]

	Run RunOptions

	erased []string // where the scenarios came from that a higher level has erased
}

// RunOptions are those that a script cannot set.
type RunOptions struct {
	Config               Opt[string]
	Out                  Opt[[]string]
	Env                  Opt[[]Pair]
	IncludeSystemEnvVars Opt[bool]
	SummaryExport        Opt[string]
	SummaryMode          Opt[string]
	NoSummary            Opt[bool]
	NoThresholds         Opt[bool]
	Linger               Opt[bool]
	Quiet                Opt[bool]
	Verbose              Opt[bool]
	NoColor              Opt[bool]
	LogFormat            Opt[string]
	LogOutput            Opt[string]
	Type                 Opt[string]
	CompatibilityMode    Opt[string]
	NoUsageReport        Opt[bool]
	Address              Opt[string]
	SecretSource         Opt[[]string]
}

// A Pair is a name with its value. Lists of pairs have each name once, sorted.
type Pair struct{ Name, Value string }

// A Stage is a part of a ramp: to Target within Duration; 0 is a jump.
type Stage struct {
	Duration time.Duration
	Target   int
}

// A Threshold holds what is demanded of one metric or submetric. Thresholds are
// in the order of the script; whether the key and the expressions make sense is
// checked by those who know the metrics.
type Threshold struct {
	Key  string
	List []Demand
}

// A Demand is one expression of a threshold.
type Demand struct {
	Expr           string
	AbortOnFail    bool
	DelayAbortEval time.Duration // from the start of the test
}
