package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"katydid/stats"
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
		{"nothing", user(""), "-t 1s", 0, []string{"run time limit reached", "exit code 0"}, ""},
		{"throwing constructor", user("constructor(...a) { super(...a); null.x; }"), "-t 1s", 4,
			[]string{"Cannot read property 'x'", "a.js:5:39", "all users have ended"}, "a.js:5:39"},
		{"throwing onStart", user("onStart() { throw new Error('no entry'); }"), "-t 1s", 4, []string{"Error: no entry", "a.js:5:"}, "no entry"},
		{"throwing onStop", user("onStop() { throw new Error('stuck'); }"), "-t 1s", 1, []string{"Error: stuck"}, "stuck"},
		{"throwing task", user("home() { throw new Error('oh'); }"), "-t 1s", 1, []string{"Error: oh"}, "oh"},
		{"throwing task with --exit-code-on-error", user("home() { throw new Error('oh'); }"), "-t 1s --exit-code-on-error 0", 0, nil, "oh"},
		{"throwing a task's null", user("home() { throw null; }"), "-t 1s", 1, []string{"null"}, "null"},
		{"StopUser by all", user("home() { throw new StopUser(); }"), "-u 3 -r 100 -t 1m", 0, []string{"all users have ended"}, ""},
		{"StopTest", user("home() { throw new StopTest('enough'); }"), "-t 1m", 0, []string{"StopTest was thrown: enough"}, ""},
		{"processExitCode", user("") + "events.quitting.on(() => { environment.processExitCode = 7; });", "-t 1s", 7, []string{"exit code 7"}, ""},
		{"throwing listener", user("") + "events.testStart.on(() => { nope(); });", "-t 1s", 2, []string{"nope is not defined"}, "nope is not defined"},
		{"throwing init listener", user("") + "events.init.on(() => { nope(); });", "-t 1m", 1, []string{"nope is not defined", "katydid: error: a listener of init threw"}, "none"},
		{"throwing listener of initCommandLine", user("") + "events.initCommandLine.on(p => p.nope());", "-t 1m", 1,
			[]string{"has no member 'nope'", "katydid: error: a listener of initCommandLine threw"}, "none"},
		{"throwing shape", user("") + "export class S extends LoadShape { tick() { nope(); } }", "-t 1m", 2, []string{"load shape S: ReferenceError: nope is not defined"}, ""},
		{"a shape that wants nonsense", user("") + "export class S extends LoadShape { tick() { return [-1, 2]; } }", "-t 1m", 2, []string{"tick() gave [-1, 2]"}, ""},
		{"endless loop in a task", user("home() {\n let n = 0;\n for (;;) n++;\n }"), "-t 2s", 1,
			[]string{"Interrupted: still running when the user had to stop: is there an endless loop?\n    at home (a.js:7:11)"}, "a.js:7:11"},
		{"endless await", user("async home() { await new Promise(() => {}); }"), "-t 1s", 1, []string{"never settle"}, "never settle"},
		{"stack overflow", user("home() { this.home(); }"), "-t 1s", 1, []string{"Maximum call stack size exceeded"}, "Maximum call stack"},
		{"unhandled rejection", user("home() { Promise.reject(new Error('unheard')); }"), "-t 1s", 1, []string{"unheard"}, "unheard"},
		{"rejecting task", user("async home() { await null; throw new Error('later'); }"), "-t 1s", 1, []string{"Error: later"}, "later"},
		{"NaN as waitTime", user("waitTime() { return NaN; }"), "-t 2s", 1, []string{"waitTime gave NaN"}, "waitTime gave NaN"},
		{"negative waitTime", user("waitTime() { return -1; }"), "-t 1s", 1, []string{"waitTime gave -1"}, "waitTime gave -1"},
		{"unknown request option", user("home() { this.client.get('/', { timeOut: 3 }); }"), "-t 1s", 1, []string{"timeOut", "a.js:5:"}, "timeOut"},
		{"wrong kind of option", user("home() { this.client.get('/', { timeout: 'soon' }); }"), "-t 1s", 1, []string{"timeout", "a.js:5:"}, "timeout"},
		{"URL that is none", user("home() { this.client.get('http://['); }"), "-t 1s", 1, []string{"bad URL http://["}, "bad URL http://["},
		{"all tasks excluded", user(""), "-t 1s --tags nope", 4, []string{"no tasks"}, "no tasks"},
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
			for range test.signals {
				p.signal(syscall.SIGTERM)
				time.Sleep(100 * time.Millisecond) // two signals of a kind that wait are one
			}
			p.expect(test.code)
			if !p.said(test.want) || test.name != "timer" && !p.said("a.js:") {
				t.Errorf("want %q and the place:\n%s", test.want, p.stderr)
			}
			noGoStack(t, p)
		})
	}
}

// More names than anybody can read are folded, and nothing of them is lost.
func TestManyNames(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{"a.js": user("home() { for (let i = 0; i < 3000; i++) this.report({ type: 'X', name: 'n' + i, responseTime: 1 }); throw new StopUser(); }")})
	p := katydid(t, dir, "run", "a.js", "--csv", "x", "--only-summary", "-t", "1m")
	p.expect(0)
	if !p.said("more than 1,000 names: 2000 requests were counted as \"" + stats.Other + "\"") {
		t.Errorf("no warning:\n%s", p.stderr)
	}
	rows := readCSV(t, filepath.Join(dir, "x_stats.csv"))
	if last := rows[len(rows)-1]; len(rows) != 1+1000+1+1 || last[2] != "3000" {
		t.Errorf("%d rows, the last is %q", len(rows), last)
	}
	noGoStack(t, p)
}

// A body of 100 MB is measured as a whole and kept only as far as it may be.
func TestHugeBody(t *testing.T) {
	t.Parallel()
	const size = 100 << 20
	chunk := make([]byte, 1<<20)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for range size / len(chunk) {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	}))
	t.Cleanup(server.Close)
	dir := folder(t, map[string]string{"a.js": user("home() { const r = this.client.get('/', { name: 'big' }); try { r.text; } catch (e) { console.log(e.message); } throw new StopUser(); }")})
	p := plain(t, dir, "run", "a.js", "-H", server.URL, "-u", "3", "-r", "10", "--csv", "x", "--summary", "s.json", "--only-summary", "-t", "1m")
	p.expect(0)
	row := readCSV(t, filepath.Join(dir, "x_stats.csv"))[1]
	if row[1] != "big" || row[2] != "3" || row[8] != "104857600.0" || !p.said("the body of GET big has 104857600 bytes") {
		t.Errorf("%q\n%s", row, p.stderr)
	}
	if rss := readSummary(t, filepath.Join(dir, "s.json")).Generator.RSS; rss > 512<<20 {
		t.Errorf("%d MB were used", rss>>20)
	}
}

// A script that takes memory without end ends the run, not the machine; the results are there.
func TestMemory(t *testing.T) {
	t.Parallel()
	const eat = "const kept = [];\nfor (let i = 0; ; i++) kept.push({ text: 'n' + i, list: [i, i, i] });\n"
	tests := []struct {
		name, script string
		files        bool
		want         []string
	}{
		{"task", user("home() { this.client.get('/');\n" + eat + "}"), true,
			[]string{"ERROR/katydid: out of memory: ", "MB of 200 MB are used; a task of Visitor was running for longest", "    at home (a.js:7:"}},
		{"top level", user("") + eat, false, []string{"katydid: error: the script's top level was stopped, out of memory: ", "a.js:9:"}},
		{"listener", user("") + "events.testStart.on(() => {\n" + eat + "});", true, []string{"a listener of testStart was stopped, out of memory: ", "a.js:10:"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := folder(t, map[string]string{"a.js": test.script})
			p := plain(t, dir, "run", "a.js", "--csv", "x", "--summary", "s.json", "--memory-limit", "200MB", "--only-summary", "-t", "1m")
			p.expect(5)
			for _, text := range test.want {
				if !p.said(text) {
					t.Errorf("%q was not said:\n%s", text, p.stderr)
				}
			}
			noGoStack(t, p)
			if usage := p.cmd.ProcessState.SysUsage().(*syscall.Rusage); usage.Maxrss > 400<<10 {
				t.Errorf("%d MB were used", usage.Maxrss>>10)
			}
			if !test.files {
				return
			}
			if code := readSummary(t, filepath.Join(dir, "s.json")).ExitCode; code != 5 {
				t.Errorf("exit code %d in the summary", code)
			}
			if rows := readCSV(t, filepath.Join(dir, "x_exceptions.csv")); test.name == "task" && len(rows) != 2 {
				t.Errorf("exceptions: %q", rows)
			}
		})
	}
}

// readCSV reads a file that has to be whole: every line ends, and has the fields of the first.
func readCSV(t *testing.T, path string) [][]string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(string(text), "\n") {
		t.Errorf("%s ends in the middle of a line: %q", path, text[max(0, len(text)-80):])
	}
	rows, err := csv.NewReader(strings.NewReader(string(text))).ReadAll()
	if err != nil {
		t.Fatalf("%s: %v\n%s", path, err, text)
	}
	return rows
}

// summary is what the tests need of the document of --summary.
type summary struct {
	ExitCode int     `json:"exit_code"`
	UsersMax int     `json:"users_max"`
	ElapsedS float64 `json:"elapsed_s"`
	Requests []struct {
		Method, Name string
		figures
	}
	Total     figures
	Generator struct {
		RSS int64 `json:"rss_max_bytes"`
	}
}

type figures struct{ Count, Failures, Bytes int64 }

func readSummary(t *testing.T, path string) (s summary) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &s); err != nil {
		t.Fatalf("%s: %v\n%s", path, err, data)
	}
	return s
}

// plainBinary builds katydid as its users have it, without the race detector, which makes all sizes another matter.
var plainBinary = sync.OnceValues(func() (string, error) {
	path := filepath.Join(binaries, "katydid")
	out, err := exec.Command("go", "build", "-o", path, ".").CombinedOutput()
	if err != nil {
		err = fmt.Errorf("go build: %w\n%s", err, out)
	}
	return path, err
})

// plain runs that binary to its end.
func plain(t *testing.T, dir string, args ...string) *process {
	t.Helper()
	path, err := plainBinary()
	if err != nil {
		t.Fatal(err)
	}
	p := newProcess(t, dir, args...)
	p.cmd.Path = path
	p.start().wait()
	return p
}
