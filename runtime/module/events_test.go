package module_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dop251/goja"

	"katydid/runtime/module"
	"katydid/runtime/script"
	"katydid/runtime/vu"
)

func TestRequestEvents(t *testing.T) {
	testCalls(t, "", []call{
		{`let e; events.request.on(x => e = x); this.context = () => ({ a: 1, b: 1 }); client.get("/echo", { name: "n", context: { b: 2 } });
			return [e.type, e.request_type, e.name, typeof e.responseTime, e.responseLength > 10, e.error, e.exception, e.context, e.response.status, e.url, e.startTime > 1e9, e.user === this]`,
			`["GET","GET","n","number",true,null,null,{"a":1,"b":2},200,"HOST/echo",true,true]`},
		{`let e; events.request.add_listener(x => e = x); this.report({ type: "T", name: "n", responseTime: null, error: "bad", context: { c: 1 } }); return [e.type, e.responseTime, e.responseLength, e.error, e.context, e.response ?? null]`,
			`["T",null,0,"bad",{"c":1},null]`},
		{`const seen = []; const f = () => seen.push("f"), g = () => seen.push("g"); events.request.on(f); events.request.on(g); client.get("/echo"); events.request.off(f); client.get("/echo"); events.request.off(() => 1); return seen`, `["f","g","g"]`},
		{`events.request.on(7)`, "TypeError: events.request.on: the listener must be a function"},
		{`return events.nothing`, "undefined"},
		{`let n = 0; events.request.on(async () => { await null; n++ }); client.get("/echo"); await null; await null; return n`, "1"},
	})
	p := play{handler: site(), script: `events.request.on(() => { throw new Error("listener") }); events.request.on(() => console.log("second")); events.user_error.on(e => console.log(e.error + " " + (e.user instanceof U) + " " + /a.js:\d/.test(e.traceback)));
		export class U extends HttpUser { @task t() { if (this.n) this.stop(); this.n = 1; this.client.get("/echo"); throw new RangeError("task"); } }`}.do(t)
	p.wants(t, "listener true true | second | task true true")
	if p.thrown() != "1xlistener, 1xtask" || fmt.Sprint(*p.troubles) != fmt.Sprint([]vu.Trouble{vu.ListenerThrew}) {
		t.Error(p.thrown(), *p.troubles)
	}
	p = play{handler: site(), script: `events.request.on(() => { throw new StopUser() }); export class U extends HttpUser { @task t() { this.client.get("/echo"); console.log("never"); } onStop() { console.log("stop"); } }`}.do(t)
	p.wants(t, "stop")
	p.calm(t)
}

func TestMainEvents(t *testing.T) {
	pl := play{script: `for (const name of ["init", "test_start", "testStop", "quitting"]) events[name].on(async e => { await null; console.log(name + " " + (e.environment.runner === e.runner) + " " + (e.more ?? "")); });
		events.testStart.on(() => { throw new Error("listener") }); events.quitting.on(({ environment }) => { environment.processExitCode = 3; console.log(environment.process_exit_code + " " + environment.stats.total.numRequests + " " + environment.host + " " + environment.parsedOptions.users + " " + environment.parsed_options.tags); });
		export class U extends User { static host = "http://h"; @task t() {} }`, options: map[string]any{"users": 5, "tags": []string{"a", "b"}}}
	s := pl.setup(t)
	if err := s.load(pl, ""); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"init", "testStart", "testStop", "quitting"} {
		if err := s.p.main.Fire(name, module.Event(s.p.main, map[string]any{"more": name})); err != nil {
			t.Error(err)
		}
	}
	s.p.wants(t, "init true init | test_start true testStart | testStop true testStop | quitting true quitting | 3 0 http://h 5 a,b")
	if s.p.run.ExitCode.Load() != 3 || len(*s.p.troubles) != 1 {
		t.Error(s.p.run.ExitCode.Load(), *s.p.troubles)
	}
}

func TestEnvironment(t *testing.T) {
	p := play{handler: site(), options: map[string]any{"x": 1, "list": []string{"a"}}, environ: []string{"PLAIN=1", "SAS_TOKEN=2"}, users: 20, script: `export class U extends HttpUser { @task t() {
		environment.parsedOptions.x = this.id; environment.parsedOptions["k" + this.id] = 1; environment.parsedOptions.list.push("b"); // each user's own copy
		this.client.get("/echo"); const s = environment.stats, row = s.get("GET", "/echo");
		if (this.id === 1) console.log([environment.runner.userCount > 0, environment.runner.target_user_count, runner.state, environment.shapeClass, environment.host === this.host, env.PLAIN, env.SAS_TOKEN, row.numRequests > 0, row.num_failures, row.percentile(0.5) > 0, s.total.failRatio, s.entries.length, typeof row.currentRps, environment.parsedOptions.x, Object.keys(environment.parsedOptions).length].join(" "));
		this.stop(); } }`}.do(t)
	p.wants(t, "true 7 running  true 1  true 0 true 0 1 number 1 3")
	testCalls(t, "", []call{
		{`environment.processExitCode = 300`, "TypeError: processExitCode must be a whole number from 0 to 255, not 300"},
		{`environment.stats.total.percentile(0.42)`, "RangeError: percentile(0.42): known are [0.5 0.66 0.75 0.8 0.9 0.95 0.98 0.99 0.999 0.9999 1]"},
		{`return environment === this.environment`, "true"},
	})
}

func TestArguments(t *testing.T) {
	pl := play{script: `events.init_command_line_parser.on(p => { p.addArgument("--tenant", { default: "a", env: "TENANT", choices: ["a", "b"], help: "h", secret: true, required: true, multiple: true, type: "string" }); p.add_argument("--n", { default: 3 }); p.addArgument("--plain"); });
		export class U extends User { @task t() {} }`}
	s := pl.setup(t)
	var got []module.Argument
	s.p.run.OnArgument = func(a module.Argument) error { got = append(got, a); return nil }
	if err := s.load(pl, ""); err != nil {
		t.Fatal(err)
	}
	if err := module.Arguments(s.p.main); err != nil {
		t.Fatal(err)
	}
	want := "[{--tenant string a TENANT h [a b] true true true} {--n  3   [] false false false} {--plain  <nil>   [] false false false}]"
	if fmt.Sprint(got) != want {
		t.Errorf("%v, want %v", got, want)
	}
	pl.script = `events.initCommandLine.on(p => p.addArgument("--x", { defaults: 1 })); export class U extends User { @task t() {} }`
	s = pl.setup(t)
	if err := s.load(pl, ""); err != nil {
		t.Fatal(err)
	}
	if err := module.Arguments(s.p.main); err != nil || !strings.Contains(s.p.text(), `addArgument("--x"): unknown option "defaults"`) || len(*s.p.troubles) != 1 {
		t.Error(err, s.p.text())
	}
}

func TestShapes(t *testing.T) {
	for _, c := range []struct{ script, want string }{
		{`tick() { return [10, 2] }`, "{10 2 []} true <nil>"},
		{`async tick() { await null; return [10, 2.5, ["U"]] }`, "{10 2.5 [U]} true <nil>"},
		{`tick() { return [10, 2, [U]] }`, "{10 2 [U]} true <nil>"},
		{`tick() { return null }`, "{0 0 []} false <nil>"},
		{`tick() { return this.runTime >= 0 && this.getCurrentUserCount() === 0 && this.get_run_time() < 60 ? [1, 1] : null }`, "{1 1 []} true <nil>"},
		{`static stages = [{ duration: 0, users: 9, rate: 9 }, { duration: 60, users: 7, spawn_rate: 3 }]`, "{7 3 []} true <nil>"},
		{`static stages = []`, "{0 0 []} false <nil>"},
		{`tick() { return 5 }`, "{0 0 []} false tick() gave 5: it must give [users, rate], [users, rate, classes] or null"},
		{`tick() { return [5] }`, "{0 0 []} false tick() gave 5: it must give [users, rate], [users, rate, classes] or null"},
		{`tick() { return [5, 0] }`, "{5 0 []} false tick() gave [5, 0]: users must be 0 or more and the rate above 0"},
		{`tick() { return [Symbol(), 1] }`, "{0 0 []} false TypeError: Cannot convert a Symbol value to a number"},
		{`tick() { throw new Error("tick") }`, "{0 0 []} false Error: tick"},
		{`get tick() { throw new Error("tick") }`, "{0 0 []} false Error: tick"},
		{`tick() { const f = () => f() + 1; f() }`, "{0 0 []} false stack"},
	} {
		pl := play{script: `export class U extends User { @task t() {} } export class Abstract extends LoadTestShape { static abstract = true; } export class S extends Abstract { ` + c.script + ` }`}
		s := pl.setup(t)
		if err := s.load(pl, ""); err != nil {
			t.Fatal(err)
		}
		s.p.crowd = vu.NewCrowd(s.env, nil)
		if name, err := s.p.main.FindShape(); name != "S" || err != nil {
			t.Fatal(name, err)
		}
		tick, ok, err := s.p.main.Tick()
		got := fmt.Sprintf("%v %v %v", tick, ok, err)
		if !strings.HasPrefix(got, strings.TrimSuffix(c.want, "stack")) {
			t.Errorf("%s: %s, want %s", c.script, got, c.want)
		}
	}
}

func TestClasses(t *testing.T) {
	pl := play{script: `export class A extends User { static weight = 2.5; static fixedCount = 3; static host = "http://a"; @task t() {} }
		export class B extends A { static fixed_count = 0; static fixedCount = undefined; } export class C extends HttpUser { static abstract = true; @task t() {} } export class D extends C {} class E extends User { @task t() {} } export const x = 7; export { E as Named };
		export default class extends User { @task t() {} }`}
	s := pl.setup(t)
	if err := s.load(pl, ""); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range s.p.classes {
		got = append(got, fmt.Sprintf("%s %v %d %s %v", c.Name, c.Weight, c.Fixed, c.Host, c.HTTP != nil))
	}
	// in the order of a namespace object: sorted
	if want := "A 2.5 3 http://a false, B 2.5 0 http://a false, D 1 0  true, Named 1 0  false, a 1 0  false"; strings.Join(got, ", ") != want {
		t.Errorf("%s\nwant\n%s", strings.Join(got, ", "), want)
	}
	for _, c := range []struct{ script, want string }{
		{`export class U extends User {}`, "a.js: class U: it has no tasks"},
		{`export class U extends User { static weight = -1; @task t() {} }`, "static weight must be a number of 0 or more, not -1"},
		{`export class U extends User { static fixedCount = 1.5; @task t() {} }`, "static fixedCount must be a whole number of 0 or more, not 1.5"},
		{`export class U extends User { @task(1.5) t() {} }`, "U: the weight of task t must be a whole number of 0 or more, not 1.5"},
		{`export class U extends User { @task("x") t() {} }`, "write @task or @task(weight), not @task(x)"},
		{`export class U extends User { static tasks = { none: 1 }; }`, `U.tasks: there is no method "none"`},
		{`export class U extends User { static tasks = [7]; }`, "U.tasks: 7 is no task"},
		{`export class U extends User { static tasks = "t"; t() {} }`, "U.tasks must be an object {method: weight} or an array"},
		{`class M extends MarkovTaskSet { @transition("none") a() {} } export class U extends User { static tasks = [M]; }`, `M.a: transition to "none", which is no task of this MarkovTaskSet`},
		{`class M extends MarkovTaskSet { @transition("b") a() {} @task b() {} } export class U extends User { static tasks = [M]; }`, "M.b has no transition"},
		{`class M extends MarkovTaskSet { @transition("a", 0) a() {} } export class U extends User { static tasks = [M]; }`, `the weight of the transition to "a" must be 1 or more`},
		{`class S extends SequentialTaskSet { @task a() {} @task static T = class extends TaskSet { @task x() {} } } export class U extends User { static tasks = [S]; }`, "the order of a() and the task set T is not known"},
		{`export class U extends User { @tag(7) @task t() {} }`, "tag needs one or more strings"},
		{`throw new Error("top level")`, "top level"},
		{`await Promise.reject(new Error("top level"))`, "top level"},
		{`await new Promise(() => {})`, "this promise can never settle"},
		{`between(2, 1)`, "between(2, 1): the first number must not be larger than the second"},
		{`constantThroughput(0)`, "constantThroughput(0): a number above 0 is needed"},
	} {
		pl := play{script: c.script}
		_, trace := script.Stack(pl.setup(t).load(pl, ""))
		if !strings.Contains(trace, c.want) {
			t.Errorf("%s: %q, want %q", c.script, trace, c.want)
		}
	}
}

// What goes wrong only in the users, not in the main VM, ends them and is noted.
func TestUsersThatDie(t *testing.T) {
	for _, c := range []struct{ script, thrown, said string }{
		{`if (shared.counter("n").next() > 1) throw new Error("top"); export class U extends User { @task t() {} onStop() { console.log("never") } }`, "1xtop", ""},
		{`export class U extends User { constructor() { super(); throw new Error("new"); } @task t() {} onStop() { console.log("never") } }`, "1xnew", ""},
		{`export class U extends User { constructor() { super(); const f = () => f() + 1; f(); } @task t() {} }`, "1xMaximum call stack size exceeded", ""},
		{`export class U extends User { onStart() { throw new Error("start"); } @task t() { console.log("never") } onStop() { console.log("stop") } }`, "1xstart", "stop"},
		{`export class U extends User { async onStart() { await null; throw new Error("start"); } @task t() { console.log("never") } }`, "1xstart", ""},
	} {
		p := play{script: c.script}.do(t)
		p.wants(t, c.said)
		if p.thrown() != c.thrown || fmt.Sprint(*p.troubles) != fmt.Sprint([]vu.Trouble{vu.UserDied}) || !p.leftEarly(1) {
			t.Errorf("%s: %s %v", c.script, p.thrown(), *p.troubles)
		}
	}
}

// fault panics when m is nil.
func fault(m map[string]int) { m["x"] = 1 }

// A fault in our own code ends the user whose goroutine it is in, and nobody else.
func TestInternalError(t *testing.T) {
	pl := play{script: `export class U extends User { @task t() { if (this.id == 1) fault(); console.log("alive"); this.stop(); } }`, users: 2}
	s := pl.setup(t)
	s.env.Global = func(vm *vu.VM, name string) goja.Value {
		if name == "fault" {
			return vm.RT.ToValue(func(goja.FunctionCall) goja.Value { fault(nil); return nil })
		}
		return module.Global(vm, name)
	}
	if err := s.load(pl, ""); err != nil {
		t.Fatal(err)
	}
	p := s.p
	p.crowd = vu.NewCrowd(s.env, func(int) {})
	p.crowd.Start(0)
	p.crowd.Start(0)
	pl.wait(t, p)
	p.Snapshot = s.env.Recorder.Collect(s.env.Recorder.Collect(p.run.Born, 0).At, 0)
	p.wants(t, "alive")
	if !strings.Contains(p.thrown(), "internal error: assignment to entry in nil map") || len(*p.troubles) != 1 {
		t.Error(p.thrown(), *p.troubles)
	}
}

func TestOpen(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "f.txt")
	if err := os.WriteFile(file, []byte("hé"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := play{script: `const a = open(` + fmt.Sprintf("%q", file) + `), b = open(` + fmt.Sprintf("%q", file) + `, "b"); export class U extends User { @task t() { console.log(a + " " + b.byteLength); try { open("/none/x") } catch (e) { console.log(e.message) } this.stop(); } }`}.do(t)
	p.wants(t, "hé 3 | open /none/x: no such file or directory")
}
