//go:build unix

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// session starts katydid with its web UI on a free port.
func webSession(t *testing.T, script string, args ...string) (p *process, ui webClient) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "scene.js"), []byte(script), 0o666); err != nil {
		t.Fatal(err)
	}
	p = newProcess(t, dir, append([]string{"-f", "scene.js", "--web-port", "0"}, args...)...)
	p.cmd.Env = append(p.cmd.Env, "TMPDIR="+t.TempDir())
	p.start()
	p.says("starting web interface at ")
	_, rest, _ := strings.Cut(p.stderr.String(), "starting web interface at ")
	base, _, _ := strings.Cut(rest, "\n")
	return p, webClient{t, strings.TrimSuffix(base, "/")}
}

// webClient is a script that uses the web UI's REST interface.
type webClient struct {
	t    *testing.T
	base string
}

func (c webClient) read(res *http.Response, err error) string {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		c.t.Fatalf("%s: %s %v\n%s", res.Request.URL, res.Status, err, body)
	}
	return string(body)
}

func (c webClient) get(path string) string {
	c.t.Helper()
	return c.read(http.Get(c.base + "/" + path))
}

// swarm posts the form and gives the message.
func (c webClient) swarm(form string) (success bool, message string) {
	c.t.Helper()
	values, err := url.ParseQuery(form)
	if err != nil {
		c.t.Fatal(err)
	}
	var answer struct {
		Success bool
		Message string
	}
	if err := json.Unmarshal([]byte(c.read(http.PostForm(c.base+"/swarm", values))), &answer); err != nil {
		c.t.Fatal(err)
	}
	return answer.Success, answer.Message
}

// starts posts the form of a test that has to start.
func (c webClient) starts(form string) {
	c.t.Helper()
	if ok, message := c.swarm(form); !ok {
		c.t.Fatalf("%s: %s", form, message)
	}
}

type webStats struct {
	State string
	Users int `json:"user_count"`
	Stats []struct {
		Name     string
		Requests int64 `json:"num_requests"`
	}
}

func (c webClient) stats() (s webStats) {
	c.t.Helper()
	if err := json.Unmarshal([]byte(c.get("stats/requests")), &s); err != nil {
		c.t.Fatal(err)
	}
	return s
}

// total is the count of the last row.
func (s webStats) total() int64 {
	if len(s.Stats) == 0 {
		return 0
	}
	return s.Stats[len(s.Stats)-1].Requests
}

const webScene = `
import { HttpUser, constant, events } from "katydid";
let starts = 0;
events.testStart.addListener(() => { starts++; console.log("tests started in this copy of the script: " + starts); });
events.initCommandLine.addListener(parser => { parser.addArgument("--tenant", {default: "nobody"}); });
export class Visitor extends HttpUser {
  static waitTime = constant(0.05);
  static tasks = { home: 3, away: 1 };
  home() { this.client.get("/"); }
  away() { this.client.get("/volatile", {name: "away of " + this.environment.parsedOptions.tenant}); }
}
export class Admin extends HttpUser {
  static weight = 0.0001;
  static waitTime = constant(0.05);
  static tasks = { admin: 1 };
  admin() { this.client.get("/", {name: "admin"}); }
}
`

// Two tests one after the other, as a script would make them with Locust's REST interface: started, changed, reset,
// stopped, read; the files, the downloads and the figures agree.
func TestSession(t *testing.T) {
	t.Parallel()
	p, ui := webSession(t, webScene, "--csv", "out/a", "--summary", "out/sum.json", "--html", "out/report.html", "--class-picker")
	if s := ui.stats(); s.State != "ready" || s.total() != 0 {
		t.Errorf("before the first test: %+v", s)
	}
	ui.starts("user_count=4&spawn_rate=50&tenant=blue")
	until(t, "4 users run and 40 requests were made", func() bool { s := ui.stats(); return s.State == "running" && s.Users == 4 && s.total() >= 40 })
	ui.starts("user_count=8&spawn_rate=50")
	until(t, "8 users run", func() bool { s := ui.stats(); return s.State == "running" && s.Users == 8 })
	ui.starts("user_count=2&spawn_rate=50")
	until(t, "2 users run", func() bool { s := ui.stats(); return s.State == "running" && s.Users == 2 })
	if got := ui.get("stats/reset"); got != "ok" {
		t.Errorf("reset says %q", got)
	}
	until(t, "requests were made since the reset", func() bool { return ui.stats().total() > 0 })
	ui.get("stop")
	first := ui.stats()
	if first.State != "stopped" || first.Users != 0 || first.total() == 0 {
		t.Errorf("after the first test: %+v", first)
	}
	for _, row := range first.Stats {
		if strings.HasPrefix(row.Name, "away") && row.Name != "away of blue" {
			t.Errorf("there is a row %q", row.Name)
		}
	}

	ui.starts("user_count=3&spawn_rate=50&user_classes=Admin&run_time=2s&host=")
	until(t, "the second test ends by itself", func() bool { s := ui.stats(); return s.State == "stopped" && s.total() != first.total() })
	second := ui.stats()
	until(t, "its files are written", func() bool { return strings.Count(p.stderr.String(), "the test has ended (exit code 0)") == 2 })
	if len(second.Stats) != 2 || second.Stats[0].Name != "admin" {
		t.Errorf("the second test has %+v", second.Stats)
	}
	if n := strings.Count(p.stderr.String(), "tests started in this copy of the script: 1"); n != 2 {
		t.Errorf("%d of 2 tests began with a fresh copy of the script\n%s", n, p.stderr)
	}
	var sum struct {
		Total    struct{ Count int64 }
		UsersMax int `json:"users_max"`
	}
	for _, text := range []string{ui.get("summary"), file(t, p.cmd.Dir, "out/sum.json")} {
		if err := json.Unmarshal([]byte(text), &sum); err != nil || sum.Total.Count != second.total() || sum.UsersMax != 3 {
			t.Errorf("the summary has %+v (%v), the page %d", sum, err, second.total())
		}
	}
	for download, name := range map[string]string{
		"stats/requests/csv": "out/a_stats.csv", "stats/failures/csv": "out/a_failures.csv", "exceptions/csv": "out/a_exceptions.csv",
		"stats/requests_full_history/csv": "out/a_stats_history.csv", "hlog": "out/a.hlog", "stats/report?download=1": "out/report.html",
	} {
		if got, want := ui.get(download), file(t, p.cmd.Dir, name); got != want {
			t.Errorf("%s has %d bytes, the file %s %d: %.200s", download, len(got), name, len(want), got)
		}
	}
	p.signal(syscall.SIGINT)
	p.expect(exitOK)
}

func file(t *testing.T, dir, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// What cannot be started says why, in one line, and the session goes on. A script that was mended meanwhile is taken.
func TestSessionRefuses(t *testing.T) {
	t.Parallel()
	p, ui := webSession(t, webScene, "--lock-host", "-H", "http://127.0.0.1:1")
	for form, want := range map[string]string{
		"user_count=0&spawn_rate=1":                                 "must be at least 1",
		"user_count=1&spawn_rate=-1":                                "not a number from 0 up",
		"user_count=1&spawn_rate=1&run_time=soon":                   "Valid run_time formats",
		"user_count=1&spawn_rate=1&user_classes=Nobody":             "no user class Nobody",
		"user_count=1&spawn_rate=1&host=http%3A%2F%2F127.0.0.1%3A2": "The host is locked (--lock-host): it is http://127.0.0.1:1",
	} {
		if ok, message := ui.swarm(form); ok || !strings.Contains(message, want) || strings.Contains(message, "\n") {
			t.Errorf("%s: %v %q, want %q", form, ok, message, want)
		}
	}
	path := filepath.Join(p.cmd.Dir, "scene.js")
	if err := os.WriteFile(path, []byte("export class {"), 0o666); err != nil {
		t.Fatal(err)
	}
	if ok, message := ui.swarm("user_count=1&spawn_rate=1"); ok || !strings.Contains(message, "scene.js:1:") {
		t.Errorf("a broken script: %v %q", ok, message)
	}
	if err := os.WriteFile(path, []byte(strings.ReplaceAll(webScene, `"/"`, `"/mended"`)), 0o666); err != nil {
		t.Fatal(err)
	}
	ui.starts("user_count=1&spawn_rate=1")
	until(t, "requests of the mended script fail", func() bool { return strings.Contains(ui.get("stats/requests"), "/mended") })
	p.signal(syscall.SIGINT)
	p.expect(exitFailed)
	if strings.Contains(p.stderr.String(), "goroutine ") {
		t.Error(p.stderr)
	}
}

func TestSessionStartsAndQuitsByItself(t *testing.T) {
	t.Parallel()
	p, ui := webSession(t, webScene, "--autostart", "--autoquit", "1", "-u", "2", "-t", "2s")
	until(t, "the test runs", func() bool { return ui.stats().State == "running" })
	if history := ui.get("stats/requests_full_history/csv"); !strings.HasPrefix(history, "Timestamp,User Count") {
		t.Errorf("the history is %.100s", history)
	}
	p.expect(exitOK)
	if !p.said("--autoquit: shutting down (exit code 0)") {
		t.Error(p.stderr)
	}
	_, folder, _ := strings.Cut(strings.Join(p.cmd.Env, "\n"), "TMPDIR=")
	if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

// The rate of an open run is changed while it goes on; the verdict, the planned starts and the made ones stay true.
func TestSessionOpenRun(t *testing.T) {
	t.Parallel()
	p, ui := webSession(t, webScene, "--rate", "20")
	ui.starts("user_count=50")
	until(t, "20 requests were made", func() bool { return ui.stats().total() >= 20 })
	ui.starts("rate=100")
	before := ui.stats().total()
	until(t, "300 more were made", func() bool { return ui.stats().total() >= before+300 })
	if ok, message := ui.swarm("user_count=5&spawn_rate=1"); ok || !strings.Contains(message, "change its rate") {
		t.Errorf("users of an open run: %v %q", ok, message)
	}
	ui.get("stop")
	var sum struct {
		Total     struct{ Count int64 }
		Generator struct{ Planned, Started, Omitted, Interrupted int64 }
	}
	until(t, "it has ended", func() bool { return p.said("the test has ended") })
	if err := json.Unmarshal([]byte(ui.get("summary")), &sum); err != nil {
		t.Fatal(err)
	}
	g := sum.Generator
	if g.Planned != g.Started+g.Omitted || g.Started != sum.Total.Count+g.Interrupted || g.Planned < 320 {
		t.Errorf("the summary has %+v", sum)
	}
	p.signal(syscall.SIGTERM)
	p.expect(exitOK)
}

// A k6 script is started as it is; only scenarios that are externally controlled can be changed.
func TestSessionOfK6Script(t *testing.T) {
	t.Parallel()
	_, target := targetProcess(t, t.TempDir(), "0")
	script := fmt.Sprintf(`
import http from "k6/http"; import { sleep, check } from "k6";
export const options = { scenarios: { hands: { executor: "externally-controlled", vus: 2, maxVUs: 10, duration: "1m" } }, thresholds: { checks: ["rate>0.5"] } };
export default function () { check(http.get(%q), { ok: r => r.status === 200 }); sleep(0.05); }`, target)
	p, ui := webSession(t, script)
	ui.starts("")
	until(t, "2 users run", func() bool { return ui.stats().Users == 2 })
	ui.starts("user_count=5&spawn_rate=1")
	until(t, "5 users run", func() bool { return ui.stats().Users == 5 })
	if ok, message := ui.swarm("user_count=50&spawn_rate=1"); ok || !strings.Contains(message, "between 0 and 10") {
		t.Errorf("too many users: %v %q", ok, message)
	}
	ui.get("stop")
	until(t, "it has ended", func() bool { return p.said("the test has ended (exit code 0)") })
	if s := ui.get("summary"); !strings.Contains(s, `"checks"`) || !strings.Contains(s, `"rate>0.5"`) {
		t.Errorf("the summary is %s", s)
	}
	p.signal(syscall.SIGINT)
	p.expect(exitOK)
}

// Where nobody is there to try again, a test that cannot be started ends the program.
func TestSessionCannotStartByItself(t *testing.T) {
	t.Parallel()
	p, _ := webSession(t, webScene, "--autostart", "--autoquit", "0", "--csv", "scene.js/x")
	p.expect(exitNotWritten)
	if !p.said("the test could not be started: ") {
		t.Error(p.stderr)
	}
}
