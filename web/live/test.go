// Package live serves the page on which a test is started, watched and steered, Locust's REST interface to the same, and
// figures for Prometheus. It knows of the test what Test and Frame say.
package live

import (
	"context"
	"errors"
	"io"
	"time"

	"katydid/stats"
)

// Test is what the pages and programs on the other side may do with the test. Any goroutine may call its methods at any
// time. Errors are for the person who asked: one line, without secrets. Server.Show calls Plan and Log: who calls it must hold
// nothing that these wait for.
type Test interface {
	// Plan is what there is to be started.
	Plan() *Plan
	// Start starts a test, or changes the one that goes on: its users and spawn rate, or the rate of an open run. It
	// returns when that is under way.
	Start(Form) error
	// Stop ends the test and returns when all users have left, or ctx is done. Without a test it does nothing.
	Stop(ctx context.Context) error
	// Reset forgets what the test has measured so far.
	Reset() error
	// Log gives the lines of the log that came after number n, at most the last LogLines of them.
	Log(n int64) []Line
	// File is the path of a file of the test that goes on, or of the last one; "" if there is none. Kinds are "history"
	// (PREFIX_stats_history.csv) and "hlog".
	File(kind string) string
	// Write writes the summary (kind "summary") or the report ("report") of the test as it is now.
	Write(w io.Writer, kind string) error
	// Histograms calls fn with the times of every row, as of the latest frame.
	Histograms(fn stats.HistogramFunc)
}

// ErrNoTest is why there is no summary and no report before the first test.
var ErrNoTest = errors.New("no test was started yet")

// LogLines is how many lines of the log are kept.
const LogLines = 500

// Line is an entry of the log as it was written, without its line end; an entry may have several lines. Numbers grow by
// one from 1.
type Line struct {
	N    int64  `json:"n"`
	Text string `json:"text"`
}

// Form is what a test is started with. What is nil or empty is left as the command line, the environment and the
// configuration files say.
type Form struct {
	Users     *int     // at the peak, or at most in an open run
	SpawnRate *float64 // users a second
	Rate      *float64 // iterations a second: an open run
	RunTime   string   // as on the command line; "0" for none
	Host      string
	Classes   []string            // user classes to run
	Shape     string              // "Default" or "" for the script's, which is the only one
	Profile   string              // a label
	Args      map[string][]string // options of the script, by name without dashes
}

// The kinds of plans: how the number of users, or of starts, comes about.
const (
	KindClosed = "closed" // users and spawn rate, which may be changed
	KindOpen   = "open"   // a rate of starts, which may be changed
	KindShape  = "shape"  // the script's load shape decides
	KindK6     = "k6"     // scenarios decide; users may be changed in those that are externally controlled
)

// Plan is what there is to be started: the script, and what the form begins with. Immutable.
type Plan struct {
	Version    string      `json:"version"`
	Script     string      `json:"script"`
	Title      string      `json:"title"` // --web-host-display-name; "" for none
	Kind       string      `json:"kind"`
	Error      string      `json:"error"`      // why nothing can be started; "" if it can
	Steerable  bool        `json:"steerable"`  // users or rate may be changed while a test goes on
	HostLocked bool        `json:"hostLocked"` // the form must not change the host
	Embedded   bool        `json:"embedded"`   // without a host the target API of this process is loaded
	Host       string      `json:"host"`       // "" if there is none, or classes differ
	Users      int         `json:"users"`
	SpawnRate  float64     `json:"spawnRate"`
	Rate       float64     `json:"rate"`    // of an open run; 0 for none
	RunTime    string      `json:"runTime"` // "" for no limit
	Profile    string      `json:"profile"`
	Picker     bool        `json:"picker"` // --class-picker: the form lets choose classes
	Shape      string      `json:"shape"`  // name of the script's load shape; "" for none
	Classes    []PlanClass `json:"classes"`
	Scenarios  []string    `json:"scenarios"` // of a k6 script, a line each
	Thresholds []string    `json:"thresholds"`
	Args       []PlanArg   `json:"args"`
	Ratios     Ratios      `json:"ratios"`
}

// PlanClass is a user class of the script.
type PlanClass struct {
	Name   string   `json:"name"`
	Host   string   `json:"host"`
	Weight float64  `json:"weight"`
	Fixed  int      `json:"fixed"`  // 0 for none
	Chosen bool     `json:"chosen"` // the command line names it, or none
	Tasks  []string `json:"tasks"`
}

// PlanArg is an option that the script declares.
type PlanArg struct {
	Name     string   `json:"name"`     // without dashes
	Kind     string   `json:"kind"`     // string, int, float or bool
	Value    []string `json:"value"`    // that it has without the form; nothing for one that is secret
	Choices  []string `json:"choices"`  // empty: any
	Multiple bool     `json:"multiple"` // any number of values
	Required bool     `json:"required"`
	Secret   bool     `json:"secret"` // to be typed in without being shown
	Help     string   `json:"help"`
}

// Ratios are the shares of the tasks in what users do, as /tasks and the tab of the page show them.
type Ratios struct {
	PerClass []Ratio `json:"perClass"` // tasks are parts of their class
	Total    []Ratio `json:"total"`    // tasks are parts of all
}

// Ratio is the share of a class or task, and of the tasks below it.
type Ratio struct {
	Name  string  `json:"name"`
	Share float64 `json:"share"` // 0 to 1
	Tasks []Ratio `json:"tasks,omitempty"`
}

// The states of a test, in Locust's words.
const (
	Ready    = "ready"    // none was started yet
	Spawning = "spawning" // users come, or go until there are as many as wanted
	Running  = "running"
	Stopping = "stopping"
	Stopped  = "stopped"
)

// Frame is the state of the test at one moment: once a second while one goes on, and when its state changes. Immutable.
type Frame struct {
	Run      int             // number of the test since the program began; 0 before the first
	State    string          // one of those above
	Snapshot *stats.Snapshot // not nil; has an interval when it is a second later than the one before
	Host     string          // that is loaded
	Elapsed  time.Duration   // of the load
	RunTime  time.Duration   // 0: without an end
	Users    int
	Target   int     // users that are wanted, or in an open run those that there may be
	Rate     float64 // of an open run: starts a second that are planned now
	Open     bool    // starts are planned

	Planned, Started, Omitted, Dropped int64 // starts of an open run so far

	Health     stats.Health
	CPU        float64 // share of its processors that this process took since the frame before; below 0 if not known
	Verdict    stats.Verdict
	Reasons    []string
	Checks     []stats.SummaryCheck
	Thresholds []stats.SummaryThreshold
	ExitCode   int // of a test that has ended

	// Of a test that several processes make together, and of which is heard with some delay; both nil in others.
	Shards  []Shard
	Seconds []stats.CourseSecond // those that are known in full now and were not in the frame before; Snapshot has no interval then
}

// Shard is one of the processes that make a test together.
type Shard struct {
	Index    int
	Host     string
	State    string // waiting, running, ended, dead or absent
	Users    int
	Requests int64
	Failures int64
	LagP99   time.Duration // of the generator
	CPU      float64       // share of its processors
	Skew     time.Duration // how late it began
	Missing  float64       // share of its own load that it has not made
	Verdict  stats.Verdict
	Why      string // it is not VALID; one line
}
