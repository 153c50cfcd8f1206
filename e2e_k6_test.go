//go:build unix

package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"katydid/stats"
)

// A k6 script ends with k6's exit codes, whatever its iterations did.
func TestK6ExitCodes(t *testing.T) {
	t.Parallel()
	const iteration = "export default function () {}\n"
	tests := []struct {
		name, script, args string
		code               int
		want               string // on either stream
	}{
		{"nothing wrong", iteration, "", 0, "iterations...........: 1"},
		{"iterations that throw", "export const options = { iterations: 2 };\nexport default function () { throw new Error('no'); }\n", "", 0, "2 x Error: no"},
		{"unhandled rejection", "export default function () { Promise.reject(new Error('lost')); }\n", "", 0, "1 x Error: lost"},
		{"failed checks", "import { check } from 'k6';\nexport default function () { check(1, { one: v => v > 1 }); }\n", "", 0, "checks_failed......: 100.00% 1 out of 1"},
		{"crossed threshold", "export const options = { thresholds: { iterations: ['count>5'] } };\n" + iteration, "", 99, "✗ 'count>5' count=1"},
		{"crossed threshold of the command line", iteration, "--threshold iterations:count>5", 99, "✗ 'count>5' count=1"},
		{"thresholds that do not count", "export const options = { thresholds: { iterations: ['count>5'] } };\n" + iteration, "--no-thresholds", 0, ""},
		{"abortOnFail", "import { sleep } from 'k6';\nexport const options = { duration: '60s', thresholds: { iterations: [{ threshold: 'count<2', abortOnFail: true }] } };\n" +
			"export default function () { sleep(0.1); }\nexport function teardown() { console.log('torn down'); }\n", "", 99, "torn down"},
		{"setup takes too long", "import { sleep } from 'k6';\nexport const options = { setupTimeout: '50ms' };\nexport function setup() { sleep(60); }\n" + iteration, "", 100, "see the option setupTimeout"},
		{"setup in an endless loop", "export const options = { setupTimeout: '50ms' };\nexport function setup() { for (;;) {} }\n" + iteration, "", 100, "see the option setupTimeout"},
		{"teardown takes too long", "import { sleep } from 'k6';\nexport const options = { teardownTimeout: '50ms' };\nexport function teardown() { sleep(60); }\n" + iteration, "", 101, "see the option teardownTimeout"},
		{"wrong option", "export const options = { vus: 'many' };\n" + iteration, "", 104, "option vus must be a whole number"},
		{"wrong key of a scenario", "export const options = { scenarios: { a: { executor: 'constant-vus', duration: '1s', vuz: 1 } } };\n" + iteration, "", 104, "vuz"},
		{"scenario without its function", "export const options = { scenarios: { a: { executor: 'constant-vus', duration: '1s', exec: 'nope' } } };\n" + iteration, "", 104, `scenario a runs the function "nope"`},
		{"wrong argument", iteration, "--vus none", 104, "--vus"},
		{"threshold on nothing", "export const options = { thresholds: { nope: ['count>5'] } };\n" + iteration, "", 104, `there is no metric "nope"`},
		{"threshold that cannot be read", iteration, "--threshold iterations", 104, "must be METRIC:EXPRESSION"},
		{"top level throws", "import 'k6';\nnull.x;\n" + iteration, "", 107, "a.js:2:6"},
		{"syntax error", "import 'k6';\nexport default function ( {\n", "", 107, "a.js:3:1"},
		{"setup throws", "export function setup() { throw new Error('not today'); }\n" + iteration, "", 107, "setup: not today"},
		{"teardown throws", "export function teardown() { throw new Error('not today'); }\n" + iteration, "", 107, "teardown: not today"},
		{"bad metric", "import { Trend } from 'k6/metrics';\nnew Trend('a');\n" + iteration, "", 107, `"a" cannot be the name of a metric`},
		{"abort", "import exec from 'k6/execution';\nexport const options = { iterations: 5 };\nexport default function () { exec.test.abort('enough'); }\n", "", 108, "the script called exec.test.abort: enough"},
		{"abort at the top level", "import exec from 'k6/execution';\nexec.test.abort('never');\n" + iteration, "", 108, "the script called exec.test.abort: never"},
		{"fail", "import exec from 'k6/execution';\nexport default function () { exec.test.fail('bad'); }\n", "", 110, "the script called exec.test.fail: bad"},
		{"setup gives a function", "export function setup() { return () => 1; }\n" + iteration, "", 255, "cannot be written as JSON"},
		{"an earlier error than the threshold", "export const options = { thresholds: { iterations: ['count>5'] } };\nexport function teardown() { throw 1; }\n" + iteration, "", 107, ""},
		{"not interested in user classes", iteration, "Visitor", 104, "Visitor"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			writeIn(t, dir, "a.js", tt.script)
			p := katydid(t, dir, append([]string{"run", "a.js"}, strings.Fields(tt.args)...)...)
			p.expect(tt.code)
			if !p.said(tt.want) {
				t.Errorf("does not say %q:\n%s%s", tt.want, p.stdout, p.stderr)
			}
			if strings.Contains(p.stderr.String(), "goroutine ") {
				t.Errorf("a stack of Go's:\n%s", p.stderr)
			}
		})
	}
}

// k6's own figures, Locust's rows, the summary and the server agree on what was sent.
func TestK6FiguresAgree(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	target, url := targetProcess(t, dir, "0")
	writeIn(t, dir, "a.js", `import http from "k6/http";
import { check, group } from "k6";
export const options = { scenarios: {
  a: { executor: "shared-iterations", vus: 3, iterations: 30 },
  b: { executor: "constant-arrival-rate", rate: 20, duration: "1s", preAllocatedVUs: 2, maxVUs: 50, exec: "second" },
} };
export default function () {
  const res = http.get(__ENV.TARGET + "/", { tags: { name: "home" } });
  group("outer", () => check(res, { ok: r => r.status === 200 && r.body === "Server OK" }));
}
export function second() { http.get(__ENV.TARGET + "/buggy"); }
export function handleSummary(data) { return { stdout: "ours\n", "out/data.json": JSON.stringify(data) }; }
`)
	p := katydid(t, dir, "run", "-e", "TARGET="+url, "--csv", "r/a", "--summary", "s.json", "--summary-export", "old.json", "a.js")
	p.expect(0)
	target.signal(syscall.SIGTERM)
	target.wait()
	if p.stdout.String() != "ours\n" {
		t.Errorf("standard output: %q", p.stdout)
	}
	var data struct {
		Metrics map[string]struct{ Values map[string]float64 }
		Root    struct {
			Groups []struct{ Checks []struct{ Passes int } }
		} `json:"root_group"`
	}
	readJSON(t, filepath.Join(dir, "out/data.json"), &data)
	var old struct{ Metrics map[string]map[string]float64 }
	readJSON(t, filepath.Join(dir, "old.json"), &old)
	var sum stats.Summary
	readJSON(t, filepath.Join(dir, "s.json"), &sum)
	requests := data.Metrics["http_reqs"].Values["count"]
	sent := float64(strings.Count(target.stdout.String()+target.stderr.String(), "GET /"))
	for name, got := range map[string]float64{
		"summary": float64(sum.Total.Count), "summary export": old.Metrics["http_reqs"]["count"], "server": sent,
		"plan": 30 + 21 - data.Metrics["dropped_iterations"].Values["count"], // the last arrival is due at the very end
	} {
		if got != requests {
			t.Errorf("%s: %v requests, handleSummary %v", name, got, requests)
		}
	}
	if n := data.Root.Groups[0].Checks[0].Passes; n != 30 {
		t.Errorf("%d checks passed", n)
	}
	csv, err := os.ReadFile(filepath.Join(dir, "r/a_stats.csv"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(csv), "GET,home,30,0,") || !strings.Contains(string(csv), "GET,"+url+"/buggy,") {
		t.Errorf("stats.csv:\n%s", csv)
	}
	if len(sum.Checks) != 1 || sum.Checks[0].Path != "::outer::ok" || sum.Checks[0].Passes != 30 {
		t.Errorf("checks of the summary: %v", sum.Checks)
	}
}

func readJSON(t *testing.T, path string, v any) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(text, v)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// A signal interrupts all users at once; teardown and summary still run. A second one ends it all.
func TestK6Signals(t *testing.T) {
	t.Parallel()
	const script = `import { sleep } from "k6";
export const options = { vus: 2, duration: "10m" };
export function setup() { return { a: 1 }; }
export default function () { console.log("begun"); sleep(600); console.log("woke"); }
export function teardown(data) { console.log("teardown", data.a, __VU); if (__ENV.HANG) sleep(600); }
`
	dir := t.TempDir()
	writeIn(t, dir, "a.js", script)
	p := newProcess(t, dir, "run", "a.js").start()
	p.says("begun")
	p.signal(os.Interrupt)
	p.expect(exitK6Signal)
	if !p.said("teardown 1 0") || !p.said("TOTAL RESULTS") || p.said("woke") {
		t.Errorf("after one signal:\n%s%s", p.stdout, p.stderr)
	}
	p = newProcess(t, dir, "run", "-e", "HANG=1", "a.js").start()
	p.says("begun")
	p.signal(syscall.SIGTERM)
	p.says("teardown 1 0")
	p.signal(syscall.SIGTERM)
	p.expect(128 + int(syscall.SIGTERM))
}

// Options come from the file, the script, the environment and the command line, each stronger than those before. What says
// something of the load takes all that weaker levels say of it away.
func TestK6Precedence(t *testing.T) {
	t.Parallel()
	tests := []struct {
		options, file, env, args, want string
	}{
		{"", "", "", "", "scenario default: per-vu-iterations, 1 users"},
		{"vus: 2, iterations: 4", "", "", "", "scenario default: shared-iterations, 2 users"},
		{"vus: 2, iterations: 4", `{"vus": 3, "iterations": 3}`, "", "", "scenario default: shared-iterations, 2 users"},
		{"vus: 2, iterations: 4", "", "K6_VUS=4", "", "scenario default: shared-iterations, 4 users"},
		{"vus: 2, iterations: 4", "", "K6_VUS=4", "-u 3", "scenario default: shared-iterations, 3 users"},
		{"vus: 2, iterations: 4", "", "", "--users 3", "scenario default: shared-iterations, 3 users"},
		{"scenarios: { a: { executor: 'per-vu-iterations' } }", "", "", "-u 2 -i 2", "scenario default: shared-iterations, 2 users"},
		{"scenarios: { a: { executor: 'per-vu-iterations' } }", "", "", "-d 1s", "scenario default: constant-vus, 1 users"},
		{"scenarios: { a: { executor: 'per-vu-iterations' } }", "", "", "-t 1s", "scenario default: constant-vus, 1 users"},
		{"iterations: 1", "", "", "-s 1s:2 -s 500ms:0", "scenario default: ramping-vus, 2 users, at most 31.5s"},
		{"", `{"iterations": 2, "vus": 2}`, "", "", "scenario default: shared-iterations, 2 users"},
	}
	for _, tt := range tests {
		t.Run(tt.options+" "+tt.file+" "+tt.env+" "+tt.args, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			writeIn(t, dir, "a.js", "export const options = { "+tt.options+" };\nexport default function () {}\n")
			args := strings.Fields(tt.args)
			if tt.file != "" {
				writeIn(t, dir, "k6.json", tt.file)
				args = append(args, "--config", "k6.json")
			}
			p := newProcess(t, dir, append(append([]string{"run"}, args...), "a.js")...) // the script may come last, as for k6
			p.cmd.Env = append(p.cmd.Env, strings.Fields(tt.env)...)
			p.start().expect(0)
			if !p.said(tt.want) {
				t.Errorf("does not say %q:\n%s", tt.want, p.stderr)
			}
		})
	}
}

// Thresholds and checks are for user classes, too, and modules of k6 can be used in them.
func TestThresholdsOfUserClasses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writeIn(t, dir, "a.js", `import { HttpUser, constant } from "katydid";
import { check } from "k6";
import http from "k6/http";
import { Counter } from "k6/metrics";
const visits = new Counter("visits");
export class Visitor extends HttpUser {
  static waitTime = constant(0.05);
  static tasks = { home: 1 };
  home() {
    check(this.client.get("/"), { ok: r => r.status === 200 });
    check(http.get(this.host + "/"), { "ok too": r => r.status === 200 });
    visits.add(1);
  }
}
`)
	run := func(code int, thresholds ...string) *process {
		args := []string{"run", "a.js", "-t", "1s", "--summary", "s.json"}
		for _, th := range thresholds {
			args = append(args, "--threshold", th)
		}
		p := katydid(t, dir, args...)
		p.expect(code)
		return p
	}
	p := run(0, "http_req_duration:p(95)<60000", "http_req_failed{name:/}:rate<0.01", "visits:count>0", "checks:rate==1", "http_reqs{scenario:Visitor}:count>1")
	if !p.said("✓ visits: count>0") || !p.said("✓ ok too: ") {
		t.Errorf("says:\n%s", p.stderr)
	}
	var sum stats.Summary
	readJSON(t, filepath.Join(dir, "s.json"), &sum)
	if len(sum.Thresholds) != 5 || !sum.Thresholds[4].OK || sum.Thresholds[4].Value != float64(sum.Total.Count) {
		t.Errorf("thresholds of the summary: %v, %d requests", sum.Thresholds, sum.Total.Count)
	}
	p = run(exitCrossed, "http_reqs:count>1000000")
	if !p.said("✗ http_reqs: count>1000000, it was count=") {
		t.Errorf("says:\n%s", p.stderr)
	}
	run(exitUsage, "http_reqs:p(95)<5")
	run(exitUsage, "nope:count>5")
}

// writeIn writes a file of a test's folder.
func writeIn(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
