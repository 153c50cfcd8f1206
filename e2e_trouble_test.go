//go:build unix

package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// user is a script with one user class that has the given members from line 5 on, and a task if there is none in them.
func user(members string) string {
	if !strings.Contains(members, " home(") && !strings.HasPrefix(members, "home(") {
		members += "\nhome() { this.client.get('/'); }"
	}
	return `import { HttpUser, User, StopUser, StopTest, LoadShape, constant, between, environment, events, sleep } from "katydid";
export class Visitor extends HttpUser {
  static waitTime = constant(0.1);
  static tasks = { home: 1 };
` + members + "\n}\n"
}

// What goes wrong while the test runs: it is counted and said with its place in the script, the run goes on as far as
// it can, and the exit code tells.
func TestTrouble(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, script, args string
		code               int
		want               []string // in stderr
		exceptions         string   // in the exceptions file; "" for an empty one
	}{
		{"nothing", user(""), "-t 3s", 0, []string{"run time limit reached", "exit code 0"}, ""},
		{"throwing constructor", user("constructor(...a) { super(...a); null.x; }"), "-t 3s", 4,
			[]string{"Cannot read property 'x'", "a.js:5:39", "all users have ended"}, "a.js:5:39"},
		{"throwing onStart", user("onStart() { throw new Error('no entry'); }"), "-t 3s", 4, []string{"Error: no entry", "a.js:5:"}, "no entry"},
		{"throwing onStop", user("onStop() { throw new Error('stuck'); }"), "-t 3s", 1, []string{"Error: stuck"}, "stuck"},
		{"throwing task", user("home() { throw new Error('oh'); }"), "-t 3s", 1, []string{"Error: oh"}, "oh"},
		{"throwing task with --exit-code-on-error", user("home() { throw new Error('oh'); }"), "-t 3s --exit-code-on-error 0", 0, nil, "oh"},
		{"throwing a task's null", user("home() { throw null; }"), "-t 3s", 1, []string{"null"}, "null"},
		{"StopUser by all", user("home() { throw new StopUser(); }"), "-u 3 -r 100 -t 1m", 0, []string{"all users have ended"}, ""},
		{"StopTest", user("home() { throw new StopTest('enough'); }"), "-t 1m", 0, []string{"StopTest was thrown: enough"}, ""},
		{"processExitCode", user("") + "events.quitting.on(() => { environment.processExitCode = 7; });", "-t 3s", 7, []string{"exit code 7"}, ""},
		{"throwing listener", user("") + "events.testStart.on(() => { nope(); });", "-t 3s", 2, []string{"nope is not defined"}, "nope is not defined"},
		{"throwing init listener", user("") + "events.init.on(() => { nope(); });", "-t 1m", 1, []string{"nope is not defined", "katydid: error: a listener of init threw"}, "none"},
		{"throwing listener of initCommandLine", user("") + "events.initCommandLine.on(p => p.nope());", "-t 1m", 1,
			[]string{"has no member 'nope'", "katydid: error: a listener of initCommandLine threw"}, "none"},
		{"throwing shape", user("") + "export class S extends LoadShape { tick() { nope(); } }", "-t 1m", 2, []string{"load shape S: ReferenceError: nope is not defined"}, ""},
		{"a shape that wants nonsense", user("") + "export class S extends LoadShape { tick() { return [-1, 2]; } }", "-t 1m", 2, []string{"tick() gave [-1, 2]"}, ""},
		{"endless loop in a task", user("home() {\n let n = 0;\n for (;;) n++;\n }"), "-t 3s", 1,
			[]string{"Interrupted: still running when the user had to stop: is there an endless loop?\n    at home (a.js:7:11)"}, "a.js:7:11"},
		{"endless onStart", user("onStart() { let n = 0; for (;;) n++; }"), "-t 3s", 1, []string{"is there an endless loop?\n    at onStart (a.js:5:"}, "a.js:5:"},
		{"endless onStop", user("onStop() { let n = 0; for (;;) n++; }"), "-t 3s", 1, []string{"is there an endless loop?\n    at onStop (a.js:5:"}, "a.js:5:"},
		{"endless constructor", user("constructor(...a) { super(...a); let n = 0; for (;;) n++; }"), "-t 3s", 1, []string{"is there an endless loop?"}, "a.js:5:"},
		{"endless await", user("async home() { await new Promise(() => {}); }"), "-t 3s", 1, []string{"never settle"}, "never settle"},
		{"stack overflow", user("home() { this.home(); }"), "-t 3s", 1, []string{"Maximum call stack size exceeded"}, "Maximum call stack"},
		{"unhandled rejection", user("home() { Promise.reject(new Error('unheard')); }"), "-t 3s", 1, []string{"unheard"}, "unheard"},
		{"rejecting task", user("async home() { await null; throw new Error('later'); }"), "-t 3s", 1, []string{"Error: later"}, "later"},
		{"NaN as waitTime", user("waitTime() { return NaN; }"), "-t 3s", 1, []string{"waitTime gave NaN"}, "waitTime gave NaN"},
		{"negative waitTime", user("waitTime() { return -1; }"), "-t 3s", 1, []string{"waitTime gave -1"}, "waitTime gave -1"},
		{"unknown request option", user("home() { this.client.get('/', { timeOut: 3 }); }"), "-t 3s", 1, []string{"timeOut", "a.js:5:"}, "timeOut"},
		{"wrong kind of option", user("home() { this.client.get('/', { timeout: 'soon' }); }"), "-t 3s", 1, []string{"timeout", "a.js:5:"}, "timeout"},
		{"URL that is none", user("home() { this.client.get('http://['); }"), "-t 3s", 1, []string{"bad URL http://["}, "bad URL http://["},
		{"all tasks excluded", user(""), "-t 3s --tags nope", 4, []string{"no tasks"}, "no tasks"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := folder(t, map[string]string{"a.js": test.script})
			args := append([]string{"run", "a.js", "--csv", "out/x", "--only-summary"}, strings.Fields(test.args)...)
			p := katydid(t, dir, args...)
			p.expect(test.code)
			for _, text := range test.want {
				if !strings.Contains(p.stderr.String(), text) {
					t.Errorf("%q was not said:\n%s", text, p.stderr)
				}
			}
			noGoStack(t, p)
			got, err := os.ReadFile(filepath.Join(dir, "out", "x_exceptions.csv"))
			switch {
			case test.exceptions == "none":
				if err == nil {
					t.Errorf("files were made though there was no run")
				}
			case err != nil:
				t.Error(err)
			case test.exceptions == "" && strings.Count(string(got), "\n") != 1, !strings.Contains(string(got), test.exceptions):
				t.Errorf("exceptions file: want %q\n%s\n%s", test.exceptions, got, p.stderr)
			}
		})
	}
}

// noGoStack makes sure that the user is shown nothing of the program's insides.
func noGoStack(t *testing.T, p *process) {
	t.Helper()
	for _, text := range []string{"goroutine ", "panic:", ".go:", "builtin:", "dop251"} {
		if strings.Contains(p.stderr.String(), text) {
			t.Errorf("%q in:\n%s", text, p.stderr)
		}
	}
}

// Script code that belongs to no user and never ends does not keep signals from working.
func TestEndlessLoopOfNoUser(t *testing.T) {
	t.Parallel()
	const loop = "console.log('now'); for (;;) ;"
	tests := []struct {
		name, script string
		runTime      string
		signals      int
		code         int
		want         string
	}{
		{"top level", user("") + "console.log('now');\nfor (;;) ;", "1m", 1, 1, "katydid: error: the script's top level was stopped by signal terminated\n"},
		{"init", user("") + "events.init.on(() => { " + loop + " });", "1m", 1, 1, "a listener of init was stopped by signal terminated\n"},
		{"testStart", user("") + "events.testStart.on(() => { " + loop + " });", "1m", 1, 2, "a listener of testStart was stopped by signal terminated\n"},
		{"tick", user("") + "export class S extends LoadShape { tick() { " + loop + " } }", "1m", 2, 143, "tick() was stopped by signal terminated\n"},
		{"testStop", user("") + "events.testStop.on(() => { " + loop + " });", "1s", 1, 143, "a listener of testStop was stopped by signal terminated\n"},
		{"timer", user("") + "events.testStart.on(() => { setTimeout(() => { " + loop + " }, 10); });", "1m", 2, 143, "a timer of no user was stopped by signal terminated\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := folder(t, map[string]string{"a.js": test.script})
			p := newProcess(t, dir, "run", "a.js", "-t", test.runTime, "--csv", "x").start()
			p.says("now")
			p.signal(syscall.SIGTERM)
			if test.signals == 2 {
				p.says(" has 5s to end") // two signals of a kind that wait are one
				p.signal(syscall.SIGTERM)
			}
			p.expect(test.code)
			if !p.said(test.want) || test.name != "timer" && !p.said("a.js:") {
				t.Errorf("want %q and the place:\n%s", test.want, p.stderr)
			}
			noGoStack(t, p)
		})
	}
}
