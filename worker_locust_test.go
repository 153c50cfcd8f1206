//go:build unix

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// The tests of --worker have real Locusts as masters: Debian's 2.12.1 and the current one. make setup gets both.

// locustVersion is one Locust.
type locustVersion struct {
	name string
	path string
	old  bool // 2.12, whose package does not know its version
}

// locusts finds the two. On a laptop one may be missing, in CI none.
var locusts = sync.OnceValue(func() (found []locustVersion) {
	own, err := filepath.Abs(".ci/locust/bin/locust")
	if err != nil {
		return nil
	}
	seen := map[bool]bool{}
	onPath, _ := exec.LookPath("locust")
	for _, path := range []string{"/usr/bin/locust", own, onPath} {
		text, err := exec.Command(path, "--version").Output()
		words := strings.Fields(string(text))
		if err != nil || len(words) == 0 {
			continue
		}
		v := locustVersion{name: "2.12", path: path, old: len(words) < 2 || words[1] == "from"}
		if !v.old {
			v.name = words[1]
		}
		if !seen[v.old] {
			seen[v.old] = true
			found = append(found, v)
		}
	}
	return found
})

// withLocusts runs a test with each Locust.
func withLocusts(t *testing.T, test func(t *testing.T, v locustVersion)) {
	t.Helper()
	t.Parallel()
	found := locusts()
	if len(found) < 2 {
		const text = "Locust 2.12 (Debian's python3-locust) and a current one are needed, found %v: run make setup"
		if os.Getenv("CI") != "" {
			t.Fatalf(text, found)
		}
		t.Logf(text, found)
	}
	if len(found) == 0 {
		t.Skip("there is no Locust: run make setup")
	}
	for _, v := range found {
		t.Run(v.name, func(t *testing.T) {
			t.Parallel()
			test(t, v)
		})
	}
}

// locustfile has the classes that the master deals out, and an option that the script has too.
const locustfile = `
from locust import HttpUser, task, constant, events

@events.init_command_line_parser.add_listener
def _(parser):
    parser.add_argument("--tenant-id", type=str, default="nobody")
    parser.add_argument("--page-size", type=int, default=1)

class Shopper(HttpUser):
    weight = 3
    wait_time = constant(0.1)
    @task
    def visit(self): self.client.get("/python")

class Admin(HttpUser):
    wait_time = constant(0.1)
    @task
    def visit(self): self.client.get("/python")
`

// workerScript has the same classes in JavaScript.
const workerScript = `
import { HttpUser, User, StopUser, StopTest, constant, events, environment } from "katydid";
events.initCommandLine.on(p => {
  p.addArgument("--tenant-id", { default: "local" });
  p.addArgument("--page-size", { type: "int", default: 0 });
});
events.testStart.on(() => console.log("test of " + environment.parsedOptions.tenantId + " " + (environment.parsedOptions.pageSize + 1)));
events.spawningComplete.on(e => console.log("complete with " + e.userCount));
export class Shopper extends HttpUser {
  static waitTime = constant(0.1);
  static tasks = { visit: 1 };
  visit() { this.client.get("/shop?" + environment.parsedOptions.tenantId, { name: "/shop" }); }
}
export class Admin extends HttpUser {
  static waitTime = constant(0.1);
  static tasks = { visit: 1 };
  visit() {
    this.client.get("/admin");
    this.client.get("/missing");
    throw new Error("of an admin");
  }
}
`

// counted is a server that counts by path. An answer to /missing is 404. What begins with /late waits to be released.
type counted struct {
	url     string
	release chan struct{}
	mu      sync.Mutex
	n       map[string]int64
	queries map[string]bool
}

func newCounted(t *testing.T) *counted {
	c := &counted{n: map[string]int64{}, queries: map[string]bool{}, release: make(chan struct{})}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.mu.Lock()
		c.n[r.URL.Path]++
		c.queries[r.URL.RawQuery] = true
		c.mu.Unlock()
		if strings.HasPrefix(r.URL.Path, "/late") {
			select {
			case <-c.release:
			case <-r.Context().Done():
			}
		}
		if r.URL.Path == "/missing" {
			w.WriteHeader(http.StatusNotFound)
		}
		_, _ = io.WriteString(w, "hello")
	}))
	c.url = server.URL
	t.Cleanup(server.Close)
	return c
}

// take gives the counts since the call before.
func (c *counted) take() map[string]int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := c.n
	c.n = map[string]int64{}
	return n
}

func (c *counted) count(path string) int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.n[path]
}

// master is a Locust master.
type master struct {
	*process
	v         locustVersion
	port, web string
	dir       string
}

// newMaster starts one, with a web page unless the arguments say --headless.
func newMaster(t *testing.T, v locustVersion, host string, args ...string) *master {
	t.Helper()
	m := &master{v: v, port: freePort(t), web: freePort(t), dir: folder(t, map[string]string{"locustfile.py": locustfile, "s.js": workerScript})}
	return m.start(t, host, args...)
}

// start starts it, or one more at the same ports after it has ended.
func (m *master) start(t *testing.T, host string, args ...string) *master {
	t.Helper()
	args = append([]string{"-f", "locustfile.py", "--master", "--master-bind-host", "127.0.0.1", "--master-bind-port", m.port,
		"--web-host", "127.0.0.1", "--web-port", m.web, "--host", host, "--only-summary"}, args...)
	m.process = newProcess(t, m.dir, args...)
	m.cmd.Path = m.v.path
	m.process.start()
	return m
}

// worker starts katydid as a worker of the master.
func (m *master) worker(t *testing.T, args ...string) *process {
	t.Helper()
	p := newProcess(t, m.dir, append([]string{"-f", "s.js", "--worker", "--master-host", "127.0.0.1", "--master-port", m.port}, args...)...)
	return p.start()
}

// python starts a Python worker. Debian's own would be refused, because it does not know its version; so it is told.
func (m *master) python(t *testing.T) *process {
	t.Helper()
	p := newProcess(t, m.dir, "-f", "locustfile.py", "--worker", "--master-host", "127.0.0.1", "--master-port", m.port)
	p.cmd.Path = m.v.path
	if m.v.old {
		const program = "import sys, locust.runners; locust.runners.__version__ = '2.12.1'; from locust.main import main; sys.argv[0] = 'locust'; sys.exit(main())"
		p.cmd.Path = "/usr/bin/python3"
		p.cmd.Args = append([]string{"python3", "-c", program}, p.cmd.Args[1:]...)
	}
	return p.start()
}

// ask calls the master's web interface; form is nil for GET.
func (m *master) ask(path string, form url.Values) string {
	m.t.Helper()
	get := func() (*http.Response, error) { return http.Get("http://127.0.0.1:" + m.web + path) }
	if form != nil {
		get = func() (*http.Response, error) { return http.PostForm("http://127.0.0.1:"+m.web+path, form) }
	}
	answer, err := get()
	if err != nil {
		m.t.Fatalf("%v\n%s", err, m.stderr)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		m.t.Fatalf("%s: %d %v %s\n%s", path, answer.StatusCode, err, text, m.stderr)
	}
	return string(text)
}

// swarm starts a test or changes the number of its users.
func (m *master) swarm(users int, host string) {
	m.t.Helper()
	if text := m.ask("/swarm", url.Values{"user_count": {fmt.Sprint(users)}, "spawn_rate": {"100"}, "host": {host}}); !strings.Contains(text, `"success"`) || strings.Contains(text, "false") {
		m.t.Fatalf("/swarm: %s", text)
	}
}

// stopTest stops the test.
func (m *master) stopTest() {
	m.t.Helper()
	if m.v.old {
		m.ask("/stop", nil)
	} else {
		m.ask("/stop", url.Values{})
	}
}

// report is what /stats/requests has.
type masterReport struct {
	State     string  `json:"state"`
	UserCount int     `json:"user_count"`
	FailRatio float64 `json:"fail_ratio"`
	Stats     []struct {
		Name     string  `json:"name"`
		Requests int64   `json:"num_requests"`
		Failures int64   `json:"num_failures"`
		Min      float64 `json:"min_response_time"`
		Max      float64 `json:"max_response_time"`
		Average  float64 `json:"avg_response_time"`
		Length   float64 `json:"avg_content_length"`
		Rate     float64 `json:"current_rps"`
	} `json:"stats"`
	Errors []struct {
		Name        string `json:"name"`
		Error       string `json:"error"`
		Occurrences int64  `json:"occurrences"`
	} `json:"errors"`
	Workers []struct {
		ID     string  `json:"id"`
		State  string  `json:"state"`
		Users  int     `json:"user_count"`
		CPU    float64 `json:"cpu_usage"`
		Memory int64   `json:"memory_usage"`
	} `json:"workers"`
}

func (m *master) report() (r masterReport) {
	m.t.Helper()
	if err := json.Unmarshal([]byte(m.ask("/stats/requests", nil)), &r); err != nil {
		m.t.Fatal(err)
	}
	return r
}

type masterException struct {
	Count     int64  `json:"count"`
	Message   string `json:"msg"`
	Traceback string `json:"traceback"`
}

func (m *master) exceptions() []masterException {
	m.t.Helper()
	var list struct {
		Exceptions []masterException `json:"exceptions"`
	}
	if err := json.Unmarshal([]byte(m.ask("/exceptions", nil)), &list); err != nil {
		m.t.Fatal(err)
	}
	return list.Exceptions
}

// counts are the requests by name; "Aggregated" has all.
func (r masterReport) counts() map[string]int64 {
	n := map[string]int64{}
	for _, row := range r.Stats {
		n[row.Name] = row.Requests
	}
	return n
}

// workerUsers are the users of the workers that have some, by the state.
func (r masterReport) workerUsers() (users []int) {
	for _, w := range r.Workers {
		if w.Users > 0 {
			users = append(users, w.Users)
		}
	}
	return users
}

// writeFile replaces a file of the master's folder.
func writeFile(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// ready waits until the master has so many workers that are ready.
func (m *master) ready(n int) {
	m.t.Helper()
	until(m.t, "the page answers", func() bool {
		answer, err := http.Get("http://127.0.0.1:" + m.web + "/stats/requests")
		if err == nil {
			answer.Body.Close()
		}
		return err == nil
	})
	until(m.t, fmt.Sprintf("%d workers are ready", n), func() bool {
		ready := 0
		for _, w := range m.report().Workers {
			if w.State == "ready" {
				ready++
			}
		}
		return ready == n
	})
}

// agreesWith waits until the master's counts are the server's; the page is allowed to show what was two seconds ago.
func (m *master) agreesWith(want map[string]int64) masterReport {
	m.t.Helper()
	var last masterReport
	for end := time.Now().Add(15 * time.Second); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		last = m.report()
		got, sum := last.counts(), int64(0)
		same := len(got) == len(want)+1
		for path, n := range want {
			same = same && got[path] == n
			sum += n
		}
		if same && got["Aggregated"] == sum {
			m.t.Logf("master %v, server %v", got, want)
			return last
		}
	}
	m.t.Fatalf("master %v, server %v\n%s", last.counts(), want, m.stderr)
	return last
}

var locustRow = regexp.MustCompile(`(?m)^ *(?:GET)? +(/\S+|Aggregated) +([0-9]+) +([0-9]+)\(`)

// table reads the counts from the tables that a headless master prints at its end.
func (m *master) table() (requests, failures map[string]int64) {
	requests, failures = map[string]int64{}, map[string]int64{}
	for _, row := range locustRow.FindAllStringSubmatch(m.stdout.String()+m.stderr.String(), -1) {
		requests[row[1]], failures[row[1]] = number(m.t, row[2]), number(m.t, row[3])
	}
	return requests, failures
}
