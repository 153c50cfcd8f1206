package module_test

import (
	"strconv"
	"testing"
)

// A walk is a script in which the users say what they do; most end after a few steps.
type walk struct {
	name, script string
	want         string // what is said, joined by " | "
	thrown       string // exceptions rows
}

// steps counts the tasks of a script and ends the user after so many.
const steps = `const say = (s) => console.log(s); let left = 6; const step = (u, s) => { say(s); if (--left <= 0) throw new StopUser(); }; `

func testWalks(t *testing.T, walks []walk) {
	t.Helper()
	for _, w := range walks {
		t.Run(w.name, func(t *testing.T) {
			p := play{script: steps + w.script}.do(t)
			p.wants(t, w.want)
			if got := p.thrown(); got != w.thrown {
				t.Errorf("thrown %q, want %q\n%s", got, w.thrown, p.text())
			}
		})
	}
}

func TestTaskDeclarations(t *testing.T) {
	testWalks(t, []walk{
		{name: "decorator", want: "a | a | a | a | a | a",
			script: `export class U extends User { @task a() { step(this, "a"); } b() { say("never"); } }`},
		{name: "static map", want: "a | a | a | a | a | a",
			script: `export class U extends User { static tasks = { a: 1, b: 0 }; a() { step(this, "a"); } b() { say("never"); } }`},
		{name: "array of names", want: "a | a | a | a | a | a",
			script: `export class U extends User { static tasks = ["a"]; a() { step(this, "a"); } }`},
		{name: "array of functions: user as this and as argument", want: "true true | true true | true true | true true | true true | true true",
			script: `function f(u) { step(u, (u === this) + " " + (this instanceof U)); } export class U extends User { static tasks = [f]; }`},
		{name: "arrow function gets the user", want: "1 | 1 | 1 | 1 | 1 | 1",
			script: `export class U extends User { static tasks = [[u => step(u, u.id), 3]]; }`},
		{name: "task set classes in array, map and field", want: "s | s | s | s | s | s",
			script: `class S extends TaskSet { @task a() { step(this, "s"); this.interrupt(); } }
				export class U extends User { static tasks = [S, [S, 4]]; @task(2) static T = class extends TaskSet { @task a() { step(this, "s"); this.interrupt(); } }; }`},
		{name: "inherited tasks are added", want: "true true",
			script: `const seen = new Set(); const mark = n => { seen.add(n); if (seen.size == 2) { say(seen.has("a") + " " + seen.has("b")); throw new StopUser(); } };
				class Base extends User { @task a() { mark("a"); } } export class U extends Base { @task b() { mark("b"); } }`},
		{name: "an override keeps the weight and is run", want: "new | new | new | new | new | new",
			script: `class Base extends User { @task(3) a() { say("old"); } } export class U extends Base { a() { step(this, "new"); } }`},
		{name: "inherited static tasks", want: "a | a | a | a | a | a",
			script: `class Base extends User { static tasks = { a: 1 }; a() { step(this, "a"); } } export class U extends Base {}`},
		{name: "super in an override", want: "old | new | old | new | old | new",
			script: `class Base extends User { @task a() { step(this, "old"); } } export class U extends Base { a() { super.a(); step(this, "new"); } }`},
		{name: "private fields and getters are left alone", want: "1 | 2 | 3 | 4 | 5 | 6",
			script: `export class U extends User { #n = 0; get bad() { throw new Error("read"); } @task a() { step(this, ++this.#n); } }`},
		{name: "default export", want: "a.js? a", script: `left = 1; export default class extends User { @task a() { step(this, "a.js? a"); } }`},
		{name: "exported twice is one class", want: "1", script: `left = 1; class U extends User { @task a() { step(this, this.id); } } export { U, U as V };`},
		{name: "abstract is not inherited", want: "B",
			script: `left = 1; export class A extends User { static abstract = true; @task a() { step(this, this.constructor.name); } } export class B extends A {}`},
		{name: "aliases", want: "start | 1 | stop | wait 0",
			script: `left = 2; export class U extends FastHttpUser { on_start() { say("start"); } on_stop() { say("stop"); say("wait " + this.wait_time()); } wait_time() { return 0; } @task a() { if (left-- == 1) throw new StopUser(); say(this.id); } }`},
		{name: "async tasks run to their end", want: "1 | 2 | 1 | 2 | 1 | 2",
			script: `export class U extends User { @task async a() { step(this, "1"); await Promise.resolve(); await null; step(this, "2"); } }`},
		{name: "top-level await", want: "7", script: `const x = await Promise.resolve(7); left = 1; export class U extends User { @task a() { step(this, x); } }`},
	})
}

func TestTypeScript(t *testing.T) {
	p := play{file: "a.ts", script: `export class U extends User { static waitTime = constant(0); private n: number = 0;
		@tag("x") @task(2) async a(): Promise<void> { console.log(++this.n); if (this.n === 2) this.stop(); } }`}.do(t)
	p.wants(t, "1 | 2")
	p.calm(t)
}

// The shares of tasks follow their weights: a chi-square with 2 degrees of freedom exceeds 18.4 once in 10,000 runs.
func TestTaskWeights(t *testing.T) {
	p := play{script: `let n = 0; const r = (u, name) => { u.report({ type: "T", name, responseTime: null }); if (++n == 6000) u.stop(); };
		export class U extends User { @task(1) a() { r(this, "a"); } @task(2) b() { r(this, "b"); } static tasks = { c: 3 }; c() { r(this, "c"); } }`}.do(t)
	chi := 0.0
	for i, want := range []float64{1000, 2000, 3000} {
		d := float64(p.Rows[i].Count) - want
		chi += d * d / want
	}
	if p.Total.Count != 6000 || chi > 18.4 {
		t.Errorf("%s: chi-square %.1f", p.rows(), chi)
	}
}

func TestTaskSets(t *testing.T) {
	testWalks(t, []walk{
		{name: "sequential: order, repetition, cycling", want: "a | b | b | c | a | b",
			script: `class S extends SequentialTaskSet { @task a() { step(this, "a"); } @task(2) b() { step(this, "b"); } @task c() { step(this, "c"); } } export class U extends User { static tasks = [S]; }`},
		{name: "sequential by static tasks", want: "b | a | b | a | b | a",
			script: `class S extends SequentialTaskSet { static tasks = ["b", "a"]; a() { step(this, "a"); } b() { step(this, "b"); } } export class U extends User { static tasks = [S]; }`},
		{name: "sequential: a nested set takes its place in the order", want: "a | in | c | a | in | c",
			script: `class N extends TaskSet { @task x() { step(this, "in"); this.interrupt(); } } class S extends SequentialTaskSet { static tasks = ["a", N, "c"]; a() { step(this, "a"); } c() { step(this, "c"); } } export class U extends User { static tasks = [S]; }`},
		{name: "sequential: the same function twice", want: "f | g | f | g | f | g",
			script: `const f = u => step(u, "f"), g = u => step(u, "g"); class S extends SequentialTaskSet { static tasks = [f, g]; } export class U extends User { static tasks = [S]; }`},
		{name: "Markov starts at the first and follows", want: "a | b | c | a | b | c",
			script: `class M extends MarkovTaskSet { @transition("b") a() { step(this, "a"); } @transition("c", 2) b() { step(this, "b"); } @transitions(["a"]) c() { step(this, "c"); } } export class U extends User { static tasks = [M]; }`},
		{name: "Markov by static transitions", want: "a | b | a | b | a | b",
			script: `class M extends MarkovTaskSet { static transitions = { a: { b: 1 }, b: ["a"] }; a() { step(this, "a"); } b() { step(this, "b"); } } export class U extends User { static tasks = [M]; }`},
		{name: "interrupt() leaves, and the parent goes on at once", want: "start | in | stop | start | in | stop | start | in | stop | start | in | stop | start | in | stop | start | in | stop",
			script: `class S extends TaskSet { onStart() { say("start"); } onStop() { say("stop"); } @task a() { step(this, "in"); this.interrupt(); } } export class U extends User { static tasks = [S]; waitTime() { say("never"); return 0; } }`},
		{name: "interrupt(false) waits in the parent", want: "in | wait | in | wait | in | wait | in | wait | in | wait | in",
			script: `class S extends TaskSet { @task a() { step(this, "in"); this.interrupt(false); } } export class U extends User { static tasks = [S]; waitTime() { say("wait"); return 0; } }`},
		{name: "interrupt({reschedule: false})", want: "in | wait | in",
			script: `left = 2; class S extends TaskSet { @task a() { step(this, "in"); this.interrupt({ reschedule: false }); } } export class U extends User { static tasks = [S]; waitTime() { say("wait"); return 0; } }`},
		{name: "throw new InterruptTaskSet(false)", want: "in | wait | in",
			script: `left = 2; class S extends TaskSet { @task a() { step(this, "in"); throw new InterruptTaskSet(false); } } export class U extends User { static tasks = [S]; waitTime() { say("wait"); return 0; } }`},
		{name: "user, parent, client, environment", want: "true true true true true",
			script: `left = 1; class In extends TaskSet { @task a() { step(this, [this.user instanceof U, this.parent instanceof Out, this.parent.parent === this.user, this.client === this.user.client, this.environment === this.user.environment].join(" ")); } }
				class Out extends TaskSet { static tasks = [In]; } export class U extends HttpUser { static tasks = [Out]; }`},
		{name: "a constructor of one's own", want: "7 true",
			script: `left = 1; class S extends TaskSet { constructor(parent) { super(parent); this.x = 7; } @task a() { step(this, this.x + " " + (this.user instanceof U)); } } export class U extends User { static tasks = [S]; }`},
		{name: "scheduleTask", want: "a | d | b | c | e | b",
			script: `class N extends TaskSet { @task x() { step(this, "e"); this.interrupt(); } } class S extends SequentialTaskSet { a() { step(this, "a"); this.scheduleTask("b"); this.scheduleTask(this.c); this.schedule_task(f, true); this.scheduleTask(N); } b() { step(this, "b"); } static tasks = ["a", "b", N]; c() { step(this, "c"); } onStart() { this.index = 0; } } const f = u => step(u, "d");
				export class U extends User { static tasks = [S]; }`},
		{name: "scheduleTask of what is no task", want: "a | in", thrown: "1xscheduleTask: nothing is no task of this task set",
			script: `left = 2; class S extends TaskSet { @task a() { step(this, left == 2 ? "a" : "in"); this.scheduleTask("nothing"); } } export class U extends User { static tasks = [S]; }`},
		{name: "onStop of every level at the end", want: "in | inner stops | outer stops | user stops",
			script: `left = 1; class In extends TaskSet { onStop() { say("inner stops"); } @task a() { step(this, "in"); } } class Out extends TaskSet { static tasks = [In]; on_stop() { say("outer stops"); } }
				export class U extends User { static tasks = [Out]; onStop() { say("user stops"); } }`},
		{name: "a task set's onStart that throws", want: "start | stop | wait | start | stop", thrown: "1xno",
			script: `left = 2; class S extends TaskSet { onStart() { say("start"); if (--left == 0) throw new StopUser(); throw new Error("no"); } onStop() { say("stop"); } @task a() { say("never"); } } export class U extends User { static tasks = [S]; waitTime() { say("wait"); return 0; } }`},
	})
}

func TestControl(t *testing.T) {
	testWalks(t, []walk{
		{name: "RescheduleTask waits", want: "a | wait | a",
			script: `left = 2; export class U extends User { waitTime() { say("wait"); return 0; } @task a() { step(this, "a"); throw new RescheduleTask(); } }`},
		{name: "RescheduleTaskImmediately does not", want: "a | a",
			script: `left = 2; export class U extends User { waitTime() { say("wait"); return 0; } @task a() { step(this, "a"); throw new RescheduleTaskImmediately(); } }`},
		{name: "an interrupt of the user itself", want: "a | a",
			script: `left = 2; export class U extends User { waitTime() { say("wait"); return 0; } @task a() { step(this, "a"); throw new InterruptTaskSet(); } }`},
		{name: "stop()", want: "a | stop", script: `export class U extends User { onStop() { say("stop"); } @task a() { say("a"); this.stop(); } }`},
		{name: "control from an async task", want: "a | stop", script: `export class U extends User { onStop() { say("stop"); } @task async a() { await null; say("a"); this.stop(); } }`},
		{name: "StopUser in onStart", want: "stop", script: `export class U extends User { onStart() { throw new StopUser(); } onStop() { say("stop"); } @task a() { say("a"); } }`},
		{name: "control can be caught", want: "StopUser true",
			script: `left = 1; export class U extends User { @task a() { try { this.stop(); } catch (e) { step(this, e.name + " " + (e instanceof StopUser && e instanceof Error)); } } }`},
		{name: "a task that throws: reported, wait, go on", want: "a | wait | a | stop", thrown: "1xbroken",
			script: `left = 2; export class U extends User { onStop() { say("stop"); } waitTime() { say("wait"); return 0; } @task a() { step(this, "a"); throw new Error("broken"); } }`},
		{name: "an async task that rejects", want: "a | a", thrown: "1xbroken",
			script: `left = 2; export class U extends User { @task async a() { step(this, "a"); await null; throw new Error("broken"); } }`},
		{name: "anything can be thrown", want: "a | a | a | a | a | a", thrown: "1xtext, 1xundefined, 1x{\"a\":1}, 1xSymbol(s), 1x7",
			script: `const list = ["text", undefined, { a: 1 }, Symbol("s"), 7n]; export class U extends User { @task a() { step(this, "a"); throw list.shift(); } }`},
		{name: "unhandled rejections", want: "a | a", thrown: "1xlost",
			script: `left = 2; export class U extends User { @task a() { step(this, "a"); Promise.reject(new Error("lost")); } }`},
		{name: "handled rejections are not reported", want: "a | a",
			script: `left = 2; export class U extends User { @task async a() { step(this, "a"); const p = Promise.reject(new Error("lost")); await null; await p.catch(() => {}); } }`},
		{name: "a promise that never settles", want: "a | a", thrown: "1xthis promise can never settle: no timer and no request is left that could do it",
			script: `left = 2; export class U extends User { @task async a() { step(this, "a"); await new Promise(() => {}); } }`},
		{name: "onStop that throws", want: "a", thrown: "1xtoo late", script: `left = 1; export class U extends User { onStop() { throw new Error("too late"); } @task a() { step(this, "a"); } }`},
		{name: "StopUser in a timer ends the user", want: "a | stop",
			script: `export class U extends User { onStop() { say("stop"); } waitTime() { return 600; } @task a() { say("a"); setTimeout(() => { throw new StopUser(); }, 5); } }`},
		{name: "StopUser in a promise that nobody awaits", want: "a | stop",
			script: `export class U extends User { onStop() { say("stop"); } waitTime() { return 600; } @task a() { say("a"); Promise.resolve().then(() => { throw new StopUser(); }); } }`},
		{name: "RescheduleTask in onStart is no reason to die", want: "a",
			script: `left = 1; export class U extends User { onStart() { throw new RescheduleTask(); } @task a() { step(this, "a"); } }`},
	})
}

func TestTracebacks(t *testing.T) {
	p := play{script: `
function deep() { throw new RangeError("far down"); }
export class U extends User {
  @task a() { try { deep(); } finally { this.n = (this.n ?? 0) + 1; if (this.n > 1) this.stop(); } }
}`}.do(t)
	if len(p.Exceptions) != 1 || p.Exceptions[0].Traceback != "RangeError: far down\n    at deep (a.js:2:25)\n    at a (a.js:4:21)" {
		t.Errorf("%+v", p.Exceptions)
	}
}

func TestStopTest(t *testing.T) {
	p := play{script: `export class U extends User { onStop() { console.log("stop"); } @task a() { throw new StopTest("enough"); } }`}.do(t)
	p.wants(t, "stop")
	p.calm(t)
	if len(*p.stops) != 1 || (*p.stops)[0] != "StopTest was thrown: enough" || !p.leftEarly(1) {
		t.Error(*p.stops)
	}
	p = play{script: `export class U extends User { @task a() { environment.runner.quit(); this.stop(); } }`}.do(t)
	if len(*p.stops) != 1 || (*p.stops)[0] != "the script called runner.quit()" {
		t.Error(*p.stops)
	}
}

func TestWaitTimes(t *testing.T) {
	testWalks(t, []walk{
		{name: "static, by the classes' own functions", want: "0 0.25 true",
			script: `left = 1; const b = between(1, 2)(); export class U extends User { static waitTime = constant(0); @task a() { step(this, [U.waitTime(), constant(0.25)(), b >= 1 && b <= 2].join(" ")); } }`},
		{name: "static wait_time, arrow with the user", want: "a | 1 | a | 1 | a",
			script: `left = 3; export class U extends User { static wait_time = u => { say(u.id); return 0; }; @task a() { step(this, "a"); } }`},
		{name: "an instance's field", want: "a | w | a", script: `left = 2; export class U extends User { waitTime = () => { say("w"); return 0; }; @task a() { step(this, "a"); } }`},
		{name: "async", want: "a | w | a", script: `left = 2; export class U extends User { async waitTime() { await null; say("w"); return 0; } @task a() { step(this, "a"); } }`},
		{name: "the task set's own", want: "a | set 1 | a",
			script: `left = 2; class S extends TaskSet { waitTime() { say("set " + this.user.id); return 0; } @task a() { step(this, "a"); } } export class U extends User { static tasks = [S]; waitTime() { say("never"); } }`},
		{name: "the user's in a task set, with the user as this", want: "a | user true 7 | a",
			script: `left = 2; class S extends TaskSet { @task a() { step(this, "a"); } } export class U extends User { n = 7; static tasks = [S]; waitTime() { say("user " + (this instanceof U) + " " + this.n); return 0; } }`},
		{name: "wait() in a task", want: "w | a", script: `left = 1; export class U extends User { waitTime() { say("w"); return 0; } @task a() { this.wait(); step(this, "a"); } }`},
		{name: "wait() of a task set", want: "w | a", script: `left = 1; class S extends TaskSet { waitTime() { say("w"); return 0; } @task a() { this.wait(); step(this, "a"); } } export class U extends User { static tasks = [S]; }`},
		{name: "StopUser in waitTime", want: "a | stop", script: `export class U extends User { onStop() { say("stop"); } waitTime() { this.stop(); } @task a() { say("a"); } }`},
	})
	for _, bad := range []struct{ value, message string }{
		{"-1", "waitTime gave -1: it must be a number of seconds from 0 up"},
		{`"soon"`, "waitTime gave soon: it must be a number of seconds from 0 up"},
		{"undefined", "waitTime gave undefined: it must be a number of seconds from 0 up"},
		{"1/0", "waitTime gave Infinity: it must be a number of seconds from 0 up"},
		{`Symbol("x")`, "waitTime gave x: it must be a number of seconds from 0 up"},
		{`({ valueOf() { throw new Error("valueOf"); } })`, "waitTime gave [object Object]: it must be a number of seconds from 0 up"},
		{`({ toString() { throw new Error("toString"); } })`, "waitTime gave an object: it must be a number of seconds from 0 up"},
	} {
		p := play{script: `export class U extends User { waitTime() { setTimeout(() => this.stop(), 1); return ` + bad.value + `; } @task a() {} }`}.do(t)
		if got := p.thrown(); got != "1x"+bad.message {
			t.Errorf("%s: %s", bad.value, got)
		}
	}
}

func TestPacing(t *testing.T) {
	t.Parallel()
	for _, wait := range []string{"constantPacing(0.1)", "constant_throughput(10)", "constantThroughput(10)", "constant_pacing(0.1)"} {
		p := play{script: `let n = 0; const at = [];
			class S extends TaskSet { @task a() { sleep(0.03); at.push(performance.now()); if (++n % 2 == 0) this.interrupt(false); if (n > 6) { console.log(at[6] - at[1]); this.user.stop(); } } }
			export class U extends User { static waitTime = ` + wait + `; static tasks = [S]; }`}.do(t)
		var took float64
		if got := p.said(); len(got) == 1 {
			took = number(t, got[0])
		}
		if took < 400 || took > 1500 { // five times 0.1 s however long a task takes, but for a first one that came late; the upper bound only keeps waits from adding up
			t.Errorf("%s: 5 periods took %v ms, want 500", wait, p.said())
		}
	}
}

func TestTags(t *testing.T) {
	script := `const seen = new Set(); let n = 0; const say = s => { seen.add(s); if (++n > 300) throw new StopUser(); };
		class In extends TaskSet { static tags = ["set"]; out() { this.parent.scheduleTask(p => p.interrupt()); this.interrupt(); } @task x() { say("x"); this.out(); } @tag("deep") @task y() { say("y"); this.out(); } }
		@tag("outer") class Out extends TaskSet { @task static I = In; @task z() { say("z"); this.interrupt(); } }
		export class U extends User { static tasks = { p: 1 }; static tags = { p: ["plain", "fast"] }; p() { say("p"); } @tag("slow", "fast") @task a() { say("a"); } @task none() { say("none"); } @task static O = Out;
			onStop() { console.log([...seen].sort().join(" ")); } }`
	for _, c := range []struct {
		tags, exclude []string
		want          string
	}{
		{nil, nil, "a none p x y z"},
		{[]string{"fast"}, nil, "a p"},
		{[]string{"fast"}, []string{"slow"}, "p"},
		{[]string{"set"}, nil, "x y"},
		{[]string{"deep", "plain"}, nil, "p y"},
		{[]string{"outer"}, nil, "x y z"},
		{nil, []string{"outer"}, "a none p"},
		{nil, []string{"deep", "fast"}, "none x z"},
	} {
		p := play{script: script, tags: c.tags, exclude: c.exclude}.do(t)
		p.calm(t)
		p.wants(t, c.want)
	}
}

func TestTimersDuringWaits(t *testing.T) {
	p := play{script: `let n = 0; export class U extends User {
		onStart() { this.i = setInterval(() => { if (++n == 3) { clearInterval(this.i); console.log("interval"); } }, 5); setTimeout((a, b) => console.log("timeout " + a + b), 1, "x", "y"); clearTimeout(setTimeout(() => console.log("never"), 2)); setImmediate(() => console.log("immediate")); queueMicrotask(() => console.log("microtask")); }
		waitTime() { return n < 3 ? 0.05 : this.stop(); } @task a() {} }`}.do(t)
	p.calm(t)
	p.wants(t, "microtask | immediate | timeout xy | interval")
}

func TestSleep(t *testing.T) {
	p := play{script: `export class U extends User { @task async a() { const t = performance.now(); sleep(0.05); await sleep(0.05); console.log(performance.now() - t); this.stop(); } }`}.do(t)
	if ms := number(t, p.said()[0]); ms < 99 || ms > 2000 {
		t.Error(ms)
	}
	for _, bad := range []string{"-1", "'x'", "undefined", "NaN", "Infinity", "Symbol()"} {
		p := play{script: `export class U extends User { @task a() { try { sleep(` + bad + `); } catch (e) { console.log(e.name); } this.stop(); } }`}.do(t)
		p.wants(t, "TypeError")
	}
}

func number(t *testing.T, s string) float64 {
	t.Helper()
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Errorf("%q is no number", s)
	}
	return f
}
