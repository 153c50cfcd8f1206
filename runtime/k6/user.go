package k6

import (
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/dop251/goja"

	"katydid/metrics"
	"katydid/runtime/js"
	"katydid/runtime/load"
	"katydid/runtime/vu"
)

// Scenario is what the users that serve a scenario share. It implements load.Workers. It is filled, and Ready called,
// before the first Take; then it is only read.
type Scenario struct {
	Name, Executor string
	Exec           string        // the exported function that is an iteration
	Env            []string      // of its own: NAME=VALUE
	Tags           []metrics.Tag // the scenario's own
	SetupData      []byte        // JSON of what setup gave; nil for nothing
	// MinDuration is the least time that an iteration takes; what is left of it is waited for.
	MinDuration time.Duration
	// KeepCookies and CloseConnections say what becomes of those at the end of an iteration.
	KeepCookies, CloseConnections bool

	Run *Run
	Log func(vu.Level, string)

	began    func() time.Time
	progress func(now time.Time) float64
	tags     *metrics.TagSet // of all samples of it
	told     sync.Once
}

// Clock gives what the scenario's driver knows of its time.
func (sc *Scenario) Clock(began func() time.Time, progress func(now time.Time) float64) {
	sc.began, sc.progress = began, progress
}

// OwnTags are the tags of the scenario's samples that come from no user: as in k6, those of the scenario's options are
// not among them.
func (sc *Scenario) OwnTags() metrics.Tags { return sc.named(sc.Run.Tags) }

// named is the tags with the scenario's name on top.
func (sc *Scenario) named(tags *metrics.TagSet) *metrics.TagSet {
	if !sc.Run.tagged("scenario") {
		return tags
	}
	return tags.With(metrics.Tag{Name: "scenario", Value: sc.Name})
}

// Ready has to be called once when all is set, before the first Take.
func (sc *Scenario) Ready() {
	sc.tags = sc.named(sc.Run.Tags.With(sc.Tags...))
}

// log logs an error of which there may be as many as there are users, once.
func (sc *Scenario) log(text string) {
	sc.told.Do(func() { sc.Log(vu.Error, "scenario "+sc.Name+": "+text) })
}

// Take implements load.Workers.
func (sc *Scenario) Take(int) load.Worker {
	vm, err := sc.Run.Pool.Take()
	if err != nil {
		sc.log(fmt.Sprintf("a user could not be made: %s", err))
	}
	if vm == nil || err != nil {
		return nil
	}
	s := stateOf(vm)
	w := &worker{s: s}
	if err := vm.Guard(func() { s.activate(sc) }); err != nil { // the script has made something else of __ENV
		vm.Report(err)
	}
	return w
}

// Put implements load.Workers.
func (sc *Scenario) Put(w load.Worker) { sc.Run.Pool.Put(w.(*worker).s.vm) }

// activate makes s a user of the scenario.
func (s *State) activate(sc *Scenario) {
	s.phase, s.scenario, s.inThis = iterating, sc, 0
	s.own, s.metadata, s.group = nil, nil, ""
	s.retag()
	if len(sc.Env) > 0 {
		setEnv(s.rt().GlobalObject().Get("__ENV").ToObject(s.rt()), sc.Env)
	}
}

// worker is a user that serves a scenario.
type worker struct {
	s    *State
	fn   goja.Callable // of the scenario's iterations; nil before the first
	data goja.Value    // what setup gave; nil if each iteration needs a copy
}

// Iterate implements load.Worker.
func (w *worker) Iterate(it load.Iteration) bool {
	s := w.s
	if s.vm.Killed() || !w.prepare() {
		return false
	}
	data, ok := w.copyData()
	if !ok {
		return false
	}
	s.iteration++
	s.inThis++
	s.number, s.ownNumber = it.Number, it.Own
	if s.run.tagged("iter") {
		s.retag()
	}
	if !it.Start.Planned.IsZero() {
		s.vm.Begin(it.Start)
	}
	began := time.Now()
	_, err := s.vm.Perform(w.fn, data)
	took := time.Since(began)
	s.vm.Depart()
	killed := s.vm.Killed()
	if err != nil && !killed {
		s.vm.Report(err)
	}
	cut := killed && !s.aborting // as in k6, the iteration that aborts is one that was completed
	s.endIteration(took, cut)
	return !cut
}

// Interrupt implements load.Worker.
func (w *worker) Interrupt() { w.s.vm.Kill() }

// prepare finds the function, for the first iteration.
func (w *worker) prepare() bool {
	if w.fn != nil {
		return true
	}
	s := w.s
	fn, ok := s.vm.Function(s.scenario.Exec)
	if !ok {
		s.scenario.log("the script exports no function " + s.scenario.Exec + " to this user: exports must not depend on chance or time")
		return false
	}
	w.fn = fn
	return true
}

// copyData makes the iteration's own copy of what setup gave: what one writes to it no other sees. One without members
// is made once.
func (w *worker) copyData() (goja.Value, bool) {
	if w.data != nil {
		return w.data, true
	}
	text := w.s.scenario.SetupData
	if text == nil {
		w.data = goja.Undefined()
		return w.data, true
	}
	var data goja.Value
	if err := w.s.vm.Guard(func() { data = w.s.parseJSON(text) }); err != nil {
		return nil, false
	}
	if !js.IsObject(data) {
		w.data = data
	}
	return data, true
}

// endIteration counts an iteration that is over.
func (s *State) endIteration(took time.Duration, cut bool) {
	b := &s.run.Metrics.Builtin
	s.transferred()
	if s.scenario.CloseConnections {
		s.closeIdle()
	}
	if !s.scenario.KeepCookies {
		s.forgetCookies()
	}
	if cut {
		s.run.Interrupted.Add(1)
		return
	}
	if s.group != "" {
		s.setGroup("")
	}
	s.run.Completed.Add(1)
	s.add(b.IterationDuration, millisOf(took), nil)
	s.add(b.Iterations, 1, nil)
	if left := s.scenario.MinDuration - took; left > 0 {
		s.vm.Sleep(left)
	}
}

// parseJSON makes a value of JSON text that we have written ourselves.
func (s *State) parseJSON(text []byte) goja.Value {
	parse, _ := goja.AssertFunction(s.rt().GlobalObject().Get("JSON").ToObject(s.rt()).Get("parse"))
	v, err := parse(goja.Undefined(), s.rt().ToValue(string(text)))
	vu.Rethrow(s.rt(), err)
	return v
}

// Exports are what the main VM's script exports, as far as it matters here.
type Exports struct {
	Options                        json.RawMessage // JSON of options; nil without
	Setup, Teardown, HandleSummary bool
	Functions                      map[string]bool // exported functions, default included
}

// Look reads the exports of a VM whose top level has run. False means that this is no script of k6's: it has neither a
// default function nor options.
func Look(vm *vu.VM) (e Exports, ok bool, err error) {
	g := vm.Guard(func() { e, ok = look(vm) })
	return e, ok, g
}

func look(vm *vu.VM) (e Exports, ok bool) {
	e.Functions = map[string]bool{}
	for _, name := range vm.ExportNames() {
		v := vm.Exported(name)
		if _, callable := goja.AssertFunction(v); callable {
			e.Functions[name] = true
		}
	}
	e.Setup, e.Teardown, e.HandleSummary = e.Functions["setup"], e.Functions["teardown"], e.Functions["handleSummary"]
	if v := vm.Exported("options"); js.Given(v) {
		stringify, _ := goja.AssertFunction(vm.RT.GlobalObject().Get("JSON").ToObject(vm.RT).Get("stringify"))
		text, err := stringify(goja.Undefined(), v)
		vu.Rethrow(vm.RT, err)
		if js.Given(text) {
			e.Options = json.RawMessage(text.String())
		}
	}
	return e, e.Functions["default"] || e.Options != nil
}
