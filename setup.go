package main

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/dop251/goja"

	"katydid/runtime/bridge"
	"katydid/runtime/k6"
	"katydid/runtime/module"
	"katydid/runtime/script"
	"katydid/runtime/vu"
	"katydid/stats"
	"katydid/web/live"
)

// failure is an error with the exit code that it deserves.
type failure struct {
	code int
	err  error
}

func (f *failure) Error() string { return f.err.Error() }

// usage is an error of the command line.
func usage(err error) *failure { return &failure{exitUsage, err} }

// broken is an error that keeps the run from starting.
func broken(err error) *failure { return &failure{exitFailed, err} }

// load finds out what is to be run: it loads the script, lets it declare its own options, and reads the options with
// those. Nothing is sent or written yet, but for the log.
func (r *run) load(first *options) *failure {
	custom, warnings, fail := r.declare(first)
	r.custom = custom
	if fail != nil {
		for _, w := range warnings { // one may be the reason
			r.log.warnf("%s", w.Error())
		}
		if looksK6(first.scripts, r.sys.dir) && fail.code == exitFailed {
			fail.code = exitK6Script
		}
		return fail
	}
	exports, fail := r.vocabulary(first.scripts)
	if fail != nil {
		return fail
	}
	if exports != nil {
		for _, w := range warnings {
			r.log.warnf("%s", w.Error())
		}
		return r.loadK6(*exports)
	}
	sys := r.sys
	opts, more, err := parseOptions(sys, custom, nil)
	if err != nil {
		return usage(err)
	}
	r.settle(opts)
	for _, w := range more {
		r.log.warnf("%s", w)
	}
	for _, w := range warnings {
		r.log.warnf("%s", w.Error())
	}
	if fail := r.classes(); fail != nil {
		return fail
	}
	if err := r.thresholds(); err != nil {
		return usage(err)
	}
	return nil
}

// declare loads the script and runs its top level, which may declare options of its own. first is from parseFirst.
func (r *run) declare(first *options) ([]customArg, []script.Warning, *failure) {
	sc, warnings, err := r.loadScript(first)
	if err != nil {
		return nil, warnings, broken(err)
	}
	if err := r.openLog(first); err != nil {
		return nil, warnings, broken(err)
	}
	r.memory.start(r, first.memoryLimit)
	tuneGC(r.sys.getenv, r.memory.quit)
	r.env.Script = sc
	var load func() error
	r.main, load = vu.NewMain(r.env)
	r.shared.Main = r.main
	if err := r.guarded("the script's top level", load); err != nil {
		return nil, warnings, r.broken(err)
	}
	var custom []customArg
	r.shared.OnArgument = func(a module.Argument) error {
		custom = append(custom, customOf(a))
		return nil
	}
	err = r.guarded("a listener of initCommandLine", func() error { return module.Arguments(r.main) })
	if err == nil && r.outcome.listener {
		err = errors.New("a listener of initCommandLine threw, see above")
	}
	if err != nil {
		return nil, warnings, r.broken(err)
	}
	return custom, warnings, nil
}

// loadScript loads the script, from standard input if it is called "-".
func (r *run) loadScript(first *options) (*script.Script, []script.Warning, error) {
	o := scriptOptions(first, r.sys)
	if slices.Contains(first.scripts, "-") {
		if len(first.scripts) > 1 {
			return nil, nil, errors.New("a script from standard input (-) has to be the only one")
		}
		text, err := r.sys.stdin.text()
		if err != nil {
			return nil, nil, fmt.Errorf("the script cannot be read from standard input: %w", err)
		}
		return script.FromSource("-", text, o)
	}
	sc, warnings, err := script.Load(o)
	if err == nil && first.imports.lock {
		err = stats.ReplaceFile(filepath.Join(sc.Dir, script.LockName), sc.Lock())
	}
	return sc, warnings, err
}

// scriptOptions say how the scripts of a run are loaded.
func scriptOptions(first *options, sys *system) script.Options {
	return script.Options{
		Paths: first.scripts, Builtins: builtins(), Define: module.Defines(), Inert: module.Inert(), Dir: sys.dir,
		CacheDir: sys.getenv(importCache), Offline: first.imports.offline, Refresh: first.imports.refresh,
		Relock: first.imports.lock, NoReplacements: first.imports.plain,
	}
}

// importCache is the environment variable for the folder that keeps modules imported by their URL.
const importCache = "KATYDID_IMPORT_CACHE"

// stdin is the standard input, which is read once, however many runs want it.
type stdin struct {
	r    io.Reader
	once sync.Once
	all  []byte
	err  error
}

// maxStdin bounds a script from standard input, in bytes.
const maxStdin = 16 << 20

// file is the file that it is, nil if it is none.
func (s *stdin) file() *os.File {
	if s == nil {
		return nil
	}
	f, _ := s.r.(*os.File)
	return f
}

func (s *stdin) text() (string, error) {
	s.once.Do(func() { s.all, s.err = io.ReadAll(io.LimitReader(s.r, maxStdin)) })
	return string(s.all), s.err
}

// builtins are the modules that scripts can import.
func builtins() map[string]string {
	all := module.Builtins()
	maps.Copy(all, k6.Builtins())
	return all
}

// openLog settles where the log goes and what is in it.
func (r *run) openLog(first *options) error {
	r.log.level = levelOf(first.logLevel)
	if first.logFile == "" {
		return nil
	}
	f, err := os.OpenFile(first.logFile, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("--logfile: %w", err)
	}
	r.logFile, r.logFeed = f, newFeed(f)
	r.log.out = r.logFeed
	return nil
}

// broken is an error of the script that keeps the run from starting.
func (r *run) broken(err error) *failure {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.outcome.memory:
		return &failure{exitMemory, err}
	case r.outcome.k6 != exitOK: // the script has ended itself
		select {
		case reason := <-r.stop:
			err = errors.New(reason)
		default:
		}
		return &failure{r.outcome.k6, err}
	}
	return broken(err)
}

// vocabulary finds out what kind of script it is: one with user classes, or, if there are none, one of k6's, whose
// exports it gives.
func (r *run) vocabulary(scripts []string) (exports *k6.Exports, fail *failure) {
	err := r.guarded("the script", func() error {
		if found, err := r.main.Classes(); err != nil || len(found) > 0 {
			return nil // what is wrong with a class is said when the options, which choose its tasks, are known
		}
		e, ok, err := k6.Look(r.main.VM)
		if ok {
			exports = &e
		} else if looksK6(scripts, r.sys.dir) {
			fail = usageK6(errors.New("the script exports no default function, which is what users run"))
		}
		return err
	})
	if err != nil {
		return nil, r.broken(err)
	}
	return exports, fail
}

// classes finds the user classes, chooses those to run, and settles their hosts.
func (r *run) classes() *failure {
	var found []vu.Found
	err := r.guarded("the script", func() (err error) {
		found, err = r.main.Classes()
		return err
	})
	if err != nil {
		return r.broken(err)
	}
	err = r.guarded("the constructor of the load shape", func() (err error) {
		r.shape, err = r.main.FindShape()
		return err
	})
	if err != nil {
		return r.broken(fmt.Errorf("load shape %s: %w", r.shape, err))
	}
	r.shared.Shape = r.shape
	if len(found) == 0 {
		return broken(fmt.Errorf("%s exports no user class: export one, as in `export class MyUser extends HttpUser { ... }`",
			strings.Join(r.env.Script.Paths, ", ")))
	}
	r.found = found
	chosen, fail := choose(found, r.opts.classes)
	if fail != nil {
		return fail
	}
	for _, f := range chosen {
		f.HTTP, err = module.HTTPConfig(r.main, f.Object, func(p string) string {
			if full, err := r.env.Script.Resolve(p); err == nil {
				return full
			}
			return p
		})
		if err != nil {
			return broken(fmt.Errorf("class %s: %s", f.Name, withoutUser(err.Error())))
		}
		if r.opts.host != "" {
			f.Host = r.opts.host
		}
		r.env.Classes = append(r.env.Classes, f.Class)
	}
	return r.hosts()
}

// choose keeps the classes that the command line names; all if it names none.
func choose(found []vu.Found, names []string) ([]vu.Found, *failure) {
	if len(names) == 0 {
		return found, nil
	}
	var chosen []vu.Found
	var all []string
	for _, f := range found {
		all = append(all, f.Name)
	}
	for n, name := range names {
		if indexOf(names[:n], name) >= 0 {
			return nil, usage(fmt.Errorf("user class %s is named twice", name))
		}
		i := indexOf(all, name)
		if i < 0 {
			return nil, broken(fmt.Errorf("unknown user class %s: the script exports %s", name, strings.Join(all, ", ")))
		}
		chosen = append(chosen, found[i])
	}
	return chosen, nil
}

func indexOf(list []string, s string) int {
	for i, x := range list {
		if x == s {
			return i
		}
	}
	return -1
}

// hosts parses the classes' hosts. If there is no host anywhere the target API takes their place (run.embed).
func (r *run) hosts() *failure {
	without := ""
	with := 0
	for i := range r.env.Classes {
		c := &r.env.Classes[i]
		if c.HTTP == nil {
			continue
		}
		if c.Host == "" {
			without = c.Name
			continue
		}
		with++
		var err error
		if c.Origin, err = bridge.ParseOrigin(c.Host); err != nil {
			var e *bridge.Error
			if errors.As(err, &e) {
				err = errors.New(e.Text)
			}
			return usage(fmt.Errorf("the host of class %s: %s", c.Name, withoutUser(err.Error())))
		}
	}
	if without != "" && with > 0 {
		return usage(fmt.Errorf("class %s has no host: give --host or static host = \"https://...\"", without))
	}
	r.embedded = without != ""
	return nil
}

func customOf(a module.Argument) customArg {
	return customArg{name: a.Name, kind: a.Type, def: a.Default, env: a.Env, choices: a.Choices,
		required: a.Required, multiple: a.Multiple, secret: a.Secret, help: a.Help}
}

// newRun prepares what does not depend on the options.
func newRun(sys *system) *run {
	r := &run{sys: sys, stop: make(chan string, 1), hard: make(chan struct{}), driven: make(chan struct{}), spawned: make(chan int, 1), started: time.Now(),
		commands: make(chan func()), over: make(chan struct{}), settled: make(chan struct{}), told: make(chan struct{})}
	r.memory = newMemoryWatch()
	r.screen = newScreen(sys.stderr, sys.getenv)
	r.log = newLogger(r.screen, "INFO")
	r.log.tail = sys.tail
	r.shared = &module.Run{
		Environ: sys.environ, Born: r.started,
		Shared: module.NewShared(sys.readFile), ReadFile: sys.readFile,
		Stats:  func() *stats.Snapshot { return r.snapshot.Load() },
		State:  func() string { return r.state.Load().(string) },
		Users:  r.users,
		Export: k6.Export,
	}
	r.shared.ExitCode.Store(module.NoExitCode)
	r.state.Store(live.Ready)
	r.snapshot.Store(&stats.Snapshot{Start: r.started, At: r.started})
	r.env = &vu.Env{
		Recorder: stats.NewRecorder(r.started, stats.Options{}),
		Log:      r.log.log, Native: module.Native, Member: module.Member, Model: module.Model, Global: global, Live: k6.Live,
		Stop: r.stopFor, Trouble: r.note, Extra: r.shared, K6: r.newK6(),
	}
	r.env.Redact = r.log.redact
	return r
}

// global is a global variable of either vocabulary.
func global(vm *vu.VM, name string) goja.Value {
	if v := k6.Global(vm, name); v != nil {
		return v
	}
	return module.Global(vm, name)
}

// settle takes over what the options say, once they are known for good.
func (r *run) settle(o *options) {
	r.opts = o
	r.env.Tags, r.env.ExcludeTags = o.tags, o.excludeTags
	r.shared.Host = o.host
	r.shared.StopTimeout = o.stopTimeout.Seconds()
	r.shared.Settled++
	r.shared.Options = map[string]any{
		"host": o.host, "users": o.users, "spawnRate": o.rate, "runTime": o.runTime.Seconds(), "stopTimeout": o.stopTimeout.Seconds(),
		"tags": o.tags, "excludeTags": o.excludeTags, "csvPrefix": o.csv, "headless": o.headless, "logLevel": o.logLevel,
	}
	for name, v := range o.custom {
		r.shared.Options[name] = v
		r.shared.Options[camel(name)] = v
	}
	r.hideSecrets(o.custom)
}

// camel turns tenant-id and tenant_id into tenantId.
func camel(name string) string {
	parts := strings.FieldsFunc(name, func(c rune) bool { return c == '-' || c == '_' })
	for i := 1; i < len(parts); i++ {
		parts[i] = strings.ToUpper(parts[i][:1]) + parts[i][1:]
	}
	return strings.Join(parts, "")
}

// scriptName is the script in reports: as it was given.
func (r *run) scriptName() string { return filepath.ToSlash(strings.Join(r.opts.scripts, ",")) }
