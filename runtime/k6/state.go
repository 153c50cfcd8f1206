package k6

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/dop251/goja"

	"katydid/metrics"
	"katydid/runtime/bridge"
	"katydid/runtime/js"
	"katydid/runtime/k6/options"
	"katydid/runtime/k6data"
	"katydid/runtime/load"
	"katydid/runtime/vu"
)

// Run is what the modules of k6 share between all users. It is filled before the first VM is made, but for Options, HTTP
// and Tags, which the script itself decides on: they are set after the first VM has run its top level, and before any
// other VM is made. From then on all of it is only read, but for what guards itself.
type Run struct {
	Metrics *metrics.Engine
	Pool    *vu.Pool
	Options *options.Resolved // nil until they are known
	HTTP    *bridge.Config    // of all users
	Tags    *metrics.TagSet   // of all samples
	Environ []string          // of __ENV: NAME=VALUE
	Arrays  *k6data.Arrays    // of k6/data
	Files   *k6data.Files     // of k6/experimental/fs
	Secrets *Secrets          // of k6/secrets; nil for none
	// Shard says which of the users of all processes of a test are here.
	Shard load.Shard
	// Turn says how long a request that is about to be sent has to wait for its turn (options.rps); nil without a cap.
	Turn func(now time.Time) time.Duration
	// Abort ends the test at once (exec.test.abort); Fail marks it as failed.
	Abort, Fail func(reason string)
	// Elapsed is the time since the scenarios began.
	Elapsed func() time.Duration

	Completed, Interrupted atomic.Int64 // iterations

	envOnce sync.Once
	env     *environ

	urls     urls
	told     sync.Map // warnings that were logged
	warnings atomic.Int64
	once     sync.Once
	fallback *bridge.Config // see config
}

// Throws says that failed requests and wrong arguments are to be thrown.
func (r *Run) Throws() bool { return r.Options != nil && r.Options.Throw }

func runOf(vm *vu.VM) *Run { return vm.Env.K6.(*Run) }

// State is what a VM knows of itself. It belongs to the VM's goroutine.
type State struct {
	vm   *vu.VM
	run  *Run
	made js.Members      // exports of modules
	net  *web            // of k6/http; nil before its first use
	ws   *bridge.Traffic // of k6/ws and k6/websockets; nil before their first use

	base     *metrics.TagSet // of all samples, without the group; see retag
	tags     *metrics.TagSet // with it
	own      tagList         // exec.vu.metrics.tags
	name     string          // of all requests that have none of their own; "" for the URL
	metadata tagList
	group    string      // "" or "::outer::inner"
	groups   []groupTags // see setGroup

	scenario  *Scenario // nil outside of one
	iteration int64     // of this user, from 0; -1 before the first
	inThis    int64     // iterations of this user in its scenario, the one under way included
	number    int64     // of the iteration, unique in the scenario, from 0
	ownNumber int64     // the same among those of this process
	phase     phase
	aborting  bool // the script has called exec.test.abort
}

// phase is what part of the script is running.
type phase int

const (
	atTopLevel phase = iota
	inSetup          // or teardown
	iterating
)

// stateOf gives the state of a VM, made on its first use.
func stateOf(vm *vu.VM) *State {
	s, ok := vm.K6.(*State)
	if !ok {
		s = &State{vm: vm, run: runOf(vm), iteration: -1}
		s.retag()
		vm.K6 = s
	}
	return s
}

func (s *State) rt() *goja.Runtime { return s.vm.RT }

// now is what part of the script is running. A native user has no scenarios: once it is there it iterates.
func (s *State) now() phase {
	if s.vm.Class != nil && s.vm.Self != nil {
		return iterating
	}
	return s.phase
}

// inIteration throws at the top level of the script, where no load is made.
func (s *State) inIteration(what string) {
	if s.now() == atTopLevel {
		js.Throw(s.rt(), "%s cannot be used at the top level of the script: use it in the default function, setup or teardown", what)
	}
}

// atInit throws where the script's top level is over.
func (s *State) atInit(what string) {
	if s.now() != atTopLevel {
		js.Throw(s.rt(), "%s can only be used at the top level of the script", what)
	}
}

// Global makes a global variable that only k6 scripts have; nil for any other name.
func Global(vm *vu.VM, name string) goja.Value {
	switch name {
	case "__VU":
		return vm.RT.ToValue(vm.ID)
	case "__ENV":
		return vm.RT.NewDynamicObject(&environment{rt: vm.RT, all: runOf(vm).environ()})
	}
	return nil
}

// Live makes a global variable that changes; nil for any other name.
func Live(vm *vu.VM, name string) goja.Value {
	if name != "__ITER" {
		return nil
	}
	if s := stateOf(vm); s.iteration >= 0 {
		return vm.RT.ToValue(s.iteration)
	}
	return goja.Undefined()
}
