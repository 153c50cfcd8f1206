//go:build unix

package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"katydid/internal/azurite"
)

// pathTally is a server that counts its requests by path.
type pathTally struct {
	url string
	mu  sync.Mutex
	by  map[string]int64
}

func newPathTally(t *testing.T) *pathTally {
	c := &pathTally{by: map[string]int64{}}
	server := httptest.NewServer(c)
	t.Cleanup(server.Close)
	c.url = server.URL
	return c
}

func (c *pathTally) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	c.by[r.URL.Path]++
	c.mu.Unlock()
	_, _ = io.WriteString(w, "ok")
}

func (c *pathTally) of(path string) int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.by[path]
}

// rendezvous are places where shards can meet, each with the environment that opens it.
var rendezvous = map[string]func(t *testing.T) (url string, env []string){
	"folder": func(t *testing.T) (string, []string) { return "file://" + t.TempDir(), nil },
	"azure": func(t *testing.T) (string, []string) {
		store := azurite.Start(t)
		container := store.Container(t)
		return store.URL + "/" + container + "/loads", []string{"SAS_TOKEN=" + store.ContainerSAS(container, "rcwl", time.Now().Add(time.Hour)), "KATYDID_EXPORT_INSECURE=1"}
	},
	"s3": func(t *testing.T) (string, []string) {
		backend := s3mem.New()
		if err := backend.CreateBucket("results"); err != nil {
			t.Fatal(err)
		}
		server := httptest.NewServer(gofakes3.New(backend).Server())
		t.Cleanup(server.Close)
		return "s3://results/loads?endpoint=" + server.URL, []string{"AWS_ACCESS_KEY_ID=AKIATEST", "AWS_SECRET_ACCESS_KEY=secretsecret", "KATYDID_EXPORT_INSECURE=1"}
	},
}

// fleetOf starts the shards of a run, each in a folder of its own.
func fleetOf(t *testing.T, n int, script, url string, env []string, args ...string) (shards []*process) {
	t.Helper()
	for i := range n {
		shards = append(shards, shardOf(t, i, n, script, url, env, args...).start())
	}
	return shards
}

// shardOf prepares shard i of n.
func shardOf(t *testing.T, i, n int, script, url string, env []string, args ...string) *process {
	t.Helper()
	dir := folder(t, map[string]string{"a.js": script, "rows.csv": "id\n" + strings.Join(ids(400), "\n") + "\n"})
	all := append([]string{"run", "a.js", "--shards", fmt.Sprint(n), "--shard-index", fmt.Sprint(i), "--run-id", "run-1", "--rendezvous", url,
		"--csv", "out/x", "--summary", "out/s.json"}, args...)
	p := newProcess(t, dir, all...)
	p.cmd.Env = append(p.cmd.Env, env...)
	return p
}

func ids(n int) (list []string) {
	for i := range n {
		list = append(list, fmt.Sprintf("row%d", i))
	}
	return list
}

// lastOf adds up a column of the last row of a file of all shards.
func lastOf(t *testing.T, shards []*process, name string, column int) (n int64) {
	t.Helper()
	for _, p := range shards {
		rows := readCSV(t, filepath.Join(p.cmd.Dir, name))
		n += number(t, rows[len(rows)-1][column])
	}
	return n
}

// On every kind of store: shards begin together, make exactly the users and rows of one process, count what the server
// counts, and end with the same exit code; a failure is a failure of all.
func TestShards(t *testing.T) {
	t.Parallel()
	script := `import { HttpUser, constant, shared } from "katydid";
const rows = shared.csv("rows.csv", { mode: "unique", onEnd: "error" });
export class Visitor extends HttpUser {
  static waitTime = constant(0.2);
  static tasks = { home: 1 };
  home() { this.client.get("/row/" + rows.next().id, { name: "/row" }); }
}`
	for name, open := range rendezvous {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			target := newPathTally(t)
			url, env := open(t)
			shards := fleetOf(t, 3, script, url, env, "-H", target.url, "-u", "8", "-r", "100", "-t", "4s", "-s", "10s")
			users := 0
			for _, p := range shards {
				p.expect(exitOK)
				for _, n := range []int{2, 3} {
					if p.said(fmt.Sprintf("all users spawned: %d\n", n)) {
						users += n
					}
				}
				if !p.said("3 shards begin together") || p.said("SAS_TOKEN") {
					t.Errorf("%s", p.stderr)
				}
			}
			if users != 8 {
				t.Errorf("there were %d users", users)
			}
			total, most := int64(0), int64(0)
			target.mu.Lock()
			for _, n := range target.by {
				total, most = total+n, max(most, n)
			}
			target.mu.Unlock()
			if sum := lastOf(t, shards, "out/x_stats.csv", 2); sum != total || most != 1 || total < 80 {
				t.Errorf("the shards count %d requests, the server %d; %d times the same row", sum, total, most)
			}
			together := 0
			for _, p := range shards {
				if p.said(fmt.Sprintf("all shards together: %d requests", total)) {
					together++
				}
			}
			if together != 3 {
				t.Errorf("%d shards know of all %d requests\n%s", together, total, shards[0].stderr)
			}
			if name == "folder" {
				text, err := os.ReadFile(filepath.Join(strings.TrimPrefix(url, "file://"), "run-1/merged/fleet_stats.csv"))
				if err != nil {
					t.Fatal(err)
				}
				rows, err := csv.NewReader(strings.NewReader(string(text))).ReadAll()
				if err != nil || number(t, rows[len(rows)-1][2]) != total {
					t.Errorf("the merged file has %s (%v)", text, err)
				}
				history := filepath.Join(strings.TrimPrefix(url, "file://"), "run-1/merged/fleet_stats_history.csv")
				everySecond(t, history)
				if rows := readCSV(t, history); rows[1][1] != "0" || rows[len(rows)-1][1] != "0" {
					t.Errorf("the merged history begins with %v and ends with %v", rows[1], rows[len(rows)-1])
				}
			}
		})
	}
}

// The starts of an open run are those of the plan, to the last one, also after the rate of one shard's part alone would
// not come out even.
func TestShardsOpenRun(t *testing.T) {
	t.Parallel()
	target := newPathTally(t)
	url, env := rendezvous["folder"](t)
	shards := fleetOf(t, 3, user(""), url, env, "-H", target.url, "--rate", "50", "--arrivals", "poisson", "-t", "4s", "-s", "10s")
	planned, started := int64(0), int64(0)
	for _, p := range shards {
		p.expect(exitOK)
		var sum struct {
			Generator struct{ Planned, Started int64 }
		}
		readJSON(t, filepath.Join(p.cmd.Dir, "out/s.json"), &sum)
		planned, started = planned+sum.Generator.Planned, started+sum.Generator.Started
		if sum.Generator.Planned == 0 {
			t.Errorf("%s had nothing to do", p)
		}
	}
	if total := target.of("/"); started != total || planned != started || planned < 130 || planned > 280 {
		t.Errorf("%d starts planned, %d made, %d requests came", planned, started, total)
	}
}

// A threshold that no shard crosses by itself, but all of them together, is crossed for all. A process with other options is
// refused.
func TestShardsAgree(t *testing.T) {
	t.Parallel()
	target := newPathTally(t)
	url, env := rendezvous["folder"](t)
	shards := fleetOf(t, 2, user(""), url, env, "-H", target.url, "-u", "6", "-r", "100", "-t", "4s", "--threshold", "http_reqs:count<150")
	shards[0].says("begin together")
	other := shardOf(t, 1, 2, user(""), url, env, "-H", target.url, "-u", "7", "-r", "100", "-t", "4s", "--threshold", "http_reqs:count<150").start()
	other.expect(exitUsage)
	if !other.said("options") {
		t.Errorf("%s", other.stderr)
	}
	for _, p := range shards {
		p.expect(exitCrossed)
		if n := lastOf(t, []*process{p}, "out/x_stats.csv", 2); n >= 150 || n == 0 {
			t.Errorf("%s made %d requests by itself", p, n)
		}
	}
}

// A process too many of a run that goes on ends well: an engine has started it twice. One that comes when the run is over is
// refused: it was given the id of an old run, and no load must not look like success.
func TestShardsTooMany(t *testing.T) {
	t.Parallel()
	target := newPathTally(t)
	url, env := rendezvous["folder"](t)
	load := []string{"-H", target.url, "-u", "2", "-r", "100", "-t", "5m"}
	again := func(index string) *process {
		return shardOf(t, 0, 2, user(""), url, env, append(load, "--shard-index", index)...).start()
	}
	shards := fleetOf(t, 2, user(""), url, env, load...)
	shards[0].says("all users spawned")
	twice, more := again("1"), again("auto")
	twice.expect(exitOK)
	more.expect(exitOK)
	if !twice.said("this one was started twice") || !more.said("all shards of run run-1 are there already") {
		t.Errorf("%s%s", twice.stderr, more.stderr)
	}
	shards[1].signal(syscall.SIGTERM)
	for _, p := range shards {
		p.expect(exitOK)
	}
	for _, p := range []*process{again("1"), again("auto")} {
		p.expect(exitUsage)
		if !p.said("run run-1 is over since") || !p.said("a new run needs an id of its own (--run-id)") {
			t.Errorf("%s", p.stderr)
		}
	}
}

// What is wrong with the options of a shard is said in one line that names the option, before anything is sent.
func TestShardsRefuse(t *testing.T) {
	t.Parallel()
	url, _ := rendezvous["folder"](t)
	for _, tt := range []struct{ env, args, want string }{
		{"KATYDID_SHARD=5", "--run-id r --rendezvous " + url, "KATYDID_SHARD=5 makes this shard 5, counted from 0, but there are only --shards 2"},
		{"JOB_COMPLETION_INDEX=2", "--run-id r --rendezvous " + url, "JOB_COMPLETION_INDEX=2 makes this shard 2"},
		{"A=b", "--shard-index 0 --run-id a/b --rendezvous " + url, "--run-id a/b is no name of a run: it takes 1 to 100 letters"},
		{"KATYDID_RUN_ID=a b", "--shard-index 0 --rendezvous " + url, "KATYDID_RUN_ID=a b is no name of a run"},
		{"A=b", "--worker --shard-index 0 --run-id r --rendezvous " + url, "--shards and --worker do not go together"},
		{"SAS_TOKEN=", "--shard-index 0 --run-id r --rendezvous https://a.blob.core.windows.net/c", "SAS_TOKEN is not set: it has to hold a SAS token with the permissions read, create, write and list (sp=rcwl)"},
	} {
		p := newProcess(t, folder(t, map[string]string{"a.js": user("")}), append(strings.Fields("run a.js -H http://127.0.0.1:9 --shards 2"), strings.Fields(tt.args)...)...)
		p.cmd.Env = append(p.cmd.Env, tt.env)
		p.start().expect(exitUsage)
		if !p.said("katydid: error: ") || !p.said(tt.want) {
			t.Errorf("%s %s: %s", tt.env, tt.args, p.stderr)
		}
	}
}

// Setup, teardown and handleSummary of a k6 script are run once, its data is everybody's, and an abort of one shard is one of
// all.
func TestShardsOfK6Script(t *testing.T) {
	t.Parallel()
	target := newPathTally(t)
	url, env := rendezvous["folder"](t)
	script := fmt.Sprintf(`import http from "k6/http"; import exec from "k6/execution"; import { sleep } from "k6";
export const options = { scenarios: { s: { executor: "constant-vus", vus: 4, duration: "60s", gracefulStop: "1s" } } };
export function setup() { http.get(%[1]q + "/setup"); return { word: "blue" }; }
export default function (data) {
  http.get(%[1]q + "/" + data.word + "/" + exec.vu.idInTest);
  if (exec.vu.idInTest === 4 && exec.vu.iterationInInstance === 20) exec.test.abort("enough");
  sleep(0.1);
}
export function teardown(data) { http.get(%[1]q + "/teardown/" + data.word); }
export function handleSummary(data) { return { stdout: "requests of all: " + data.metrics.http_reqs.values.count + "\n" }; }`, target.url)
	began := time.Now()
	shards := fleetOf(t, 2, script, url, env)
	for _, p := range shards {
		p.expect(exitK6Abort)
	}
	if took := time.Since(began); took > 45*time.Second {
		t.Errorf("it took %s", took)
	}
	if n := []int64{target.of("/setup"), target.of("/teardown/blue")}; !slices.Equal(n, []int64{1, 1}) {
		t.Errorf("setup and teardown were run %d times", n)
	}
	for id := 1; id <= 4; id++ {
		if target.of(fmt.Sprintf("/blue/%d", id)) == 0 {
			t.Errorf("there was no user %d", id)
		}
	}
	all := lastOf(t, shards, "out/x_stats.csv", 2) // without what the abort has cut off
	summaries, elsewhere := 0, 0
	for _, p := range shards {
		if p.said("requests of all: ") {
			summaries++
			if want := fmt.Sprintf("requests of all: %d\n", all); !p.said(want) {
				t.Errorf("the shards count %d requests: %s", all, p.stdout)
			}
		}
		if p.said("k6's summary is made by shard ") {
			elsewhere++
		}
	}
	if summaries != 1 || elsewhere != 1 {
		t.Errorf("%d shards have made the summary, %d say who does", summaries, elsewhere)
	}
}

// A shard's figures begin with the load, not with its wait for the others: rates are those that were asked for, its history,
// log and summary are of one run, and what setup and teardown have sent is in the files of the shard that ran them.
func TestShardsBeginWithTheLoad(t *testing.T) {
	t.Parallel()
	target := newPathTally(t)
	url, env := rendezvous["folder"](t)
	script := fmt.Sprintf(`import http from "k6/http";
export const options = { scenarios: { s: { executor: "constant-arrival-rate", rate: 20, duration: "5s", preAllocatedVUs: 8 } } };
export function setup() { http.get(%[1]q + "/setup"); }
export default function () { http.get(%[1]q + "/"); }
export function teardown() { http.get(%[1]q + "/teardown"); }`, target.url)
	shards := fleetOf(t, 2, script, url, env)
	rps, counted := 0.0, int64(0)
	for _, p := range shards {
		p.expect(exitOK)
		var sum struct {
			Started time.Time
			Total   struct{ RPS float64 }
		}
		readJSON(t, filepath.Join(p.cmd.Dir, "out/s.json"), &sum)
		rps += sum.Total.RPS
		counted += lastOf(t, []*process{p}, "out/x_stats.csv", 2)
		history := readCSV(t, filepath.Join(p.cmd.Dir, "out/x_stats_history.csv"))
		for i, row := range history[1:] {
			if at := number(t, row[0]); at != sum.Started.Unix()+int64(i) {
				t.Errorf("line %d of the history of a run that began at %d is of second %d", i+1, sum.Started.Unix(), at)
			}
		}
		report := newProcess(t, p.cmd.Dir, "report", "out/s.json", "out/x.hlog", "-o", "r.html").start()
		report.expect(exitOK)
		if page := read(t, filepath.Join(p.cmd.Dir, "r.html")); strings.Contains(page, "two runs") {
			t.Error("the summary and the log of a shard are taken for two runs")
		}
	}
	if rps < 19 || rps > 22 {
		t.Errorf("20 requests a second were asked for, and %.2f are said to have been made", rps)
	}
	sent := target.of("/") + target.of("/setup") + target.of("/teardown")
	if counted != sent || target.of("/setup") != 1 || target.of("/teardown") != 1 {
		t.Errorf("%d requests were sent, %d counted: %v", sent, counted, target.by)
	}
}

// A shard that is killed leaves what it had stored; the run goes on and says that it is partial.
func TestShardsPartial(t *testing.T) {
	t.Parallel()
	target := newPathTally(t)
	url, env := rendezvous["folder"](t)
	shards := fleetOf(t, 3, user(""), url, env, "-H", target.url, "-u", "6", "-r", "100", "-t", "12s", "-s", "10s")
	shards[2].says("all users spawned")
	time.Sleep(5 * time.Second) // it stores what it has measured every 3 s
	shards[2].signal(syscall.SIGKILL)
	for _, p := range shards[:2] {
		p.expect(exitPartial)
		if !p.said("PARTIAL: shard 2 died") {
			t.Errorf("%s", p.stderr)
		}
	}
}

// A signal to one shard ends the load of all: without its part it would not be the one that was asked for.
func TestShardsStopTogether(t *testing.T) {
	t.Parallel()
	target := newPathTally(t)
	url, env := rendezvous["folder"](t)
	shards := fleetOf(t, 2, user(""), url, env, "-H", target.url, "-u", "4", "-r", "100", "-t", "60s", "-s", "10s", "--profile", "night")
	for _, p := range shards {
		p.says("all users spawned")
	}
	shards[1].signal(syscall.SIGTERM)
	for _, p := range shards {
		p.expect(exitOK)
	}
	var sum struct {
		Profile string
		Total   struct{ Count int64 }
		Shards  []struct{ Requests int64 }
	}
	readJSON(t, filepath.Join(strings.TrimPrefix(url, "file://"), "run-1/merged/fleet.json"), &sum)
	if sum.Profile != "night" || sum.Total.Count != target.of("/") || len(sum.Shards) != 2 || sum.Shards[0].Requests+sum.Shards[1].Requests != sum.Total.Count {
		t.Errorf("the summary has %+v, the server %d requests", sum, target.of("/"))
	}
}

// What ends a run before it began has the exit code that it has without shards, and the others are told.
func TestShardsThatDoNotStart(t *testing.T) {
	t.Parallel()
	url, env := rendezvous["folder"](t)
	stopped := shardOf(t, 0, 2, user(""), url, env, "-H", "http://127.0.0.1:9", "--run-id", "stopped").start()
	stopped.says("waiting for the other shards")
	stopped.signal(syscall.SIGINT)
	stopped.expect(exitFailed)
	if !stopped.said("error: got signal interrupt while the wait for the other shards was under way") {
		t.Errorf("%s", stopped.stderr)
	}
	merged := newProcess(t, t.TempDir(), "merge", url, "--run-id", "stopped").start()
	merged.expect(exitFailed)
	if !merged.said("the run stopped was given up before it began: it was stopped while it waited for the start\n") {
		t.Errorf("%s", merged.stderr)
	}
	failing := fleetOf(t, 2, `export const options = { vus: 2, duration: "5s" };
export function setup() { throw new Error("no login"); }
export default function () {}`, url, env, "--run-id", "failing")
	lines := map[bool]string{true: "katydid: error: setup failed, see above\n", false: "): setup failed: its log says why\n"}
	for _, p := range failing {
		p.expect(exitK6Script)
		ran := p.said("no login")
		if !p.said(lines[ran]) {
			t.Errorf("%s", p.stderr)
		}
		delete(lines, ran)
	}
	if len(lines) > 0 {
		t.Error("setup was not run by one of two shards")
	}
}

// The engine says which shard a process is; an automatic one takes what is left.
func TestShardsByEngine(t *testing.T) {
	t.Parallel()
	target := newPathTally(t)
	url, _ := rendezvous["folder"](t)
	var shards []*process
	for i, how := range []string{"JOB_COMPLETION_INDEX=1", "KATYDID_SHARD=0", "auto"} {
		args := []string{"run", "a.js", "--shards", "3", "--run-id", "job-1", "--rendezvous", url, "-H", target.url, "-u", "6", "-r", "100", "-t", "3s", "-s", "10s", "--csv", "out/x"}
		if how == "auto" {
			args = append(args, "--shard-index", "auto")
		}
		p := newProcess(t, folder(t, map[string]string{"a.js": user("")}), args...)
		if how != "auto" {
			p.cmd.Env = append(p.cmd.Env, how)
		}
		shards = append(shards, p.start())
		p.says(fmt.Sprintf("this is shard %d of 3", []int{1, 0, 2}[i]))
	}
	for _, p := range shards {
		p.expect(exitOK)
	}
	if n := lastOf(t, shards, "out/x_stats.csv", 2); n != target.of("/") || n < 100 {
		t.Errorf("the shards count %d requests, the server %d", n, target.of("/"))
	}
	wrong := newProcess(t, folder(t, map[string]string{"a.js": user("")}), "run", "a.js", "--shards", "3", "--run-id", "job-2", "--rendezvous", url, "-H", target.url).start()
	wrong.expect(exitUsage)
	if !wrong.said("which of them is this?") {
		t.Errorf("%s", wrong.stderr)
	}
}

// Sixteen processes on each kind of store: they begin within 50 ms of each other, and make and count what one would.
func TestSixteenShards(t *testing.T) {
	t.Parallel()
	for name, open := range rendezvous {
		t.Run(name, func(t *testing.T) { // one kind after the other: 48 processes at once would measure this machine
			target := newPathTally(t)
			url, env := open(t)
			var shards []*process
			for range 16 {
				p := plainProcess(t, folder(t, map[string]string{"a.js": user("")}), "run", "a.js", "--shards", "16", "--shard-index", "auto", "--run-id", "sixteen",
					"--rendezvous", url, "-H", target.url, "--rate", "160", "-t", "5s", "-s", "10s", "--csv", "out/x", "--summary", "out/s.json")
				p.cmd.Env = append(p.cmd.Env, env...)
				shards = append(shards, p.start())
			}
			for _, p := range shards {
				p.expect(exitOK)
			}
			var planned int64
			for _, p := range shards {
				var sum struct{ Generator struct{ Planned int64 } }
				readJSON(t, filepath.Join(p.cmd.Dir, "out/s.json"), &sum)
				if planned += sum.Generator.Planned; sum.Generator.Planned != 50 {
					t.Errorf("%s planned %d starts, not a sixteenth", p, sum.Generator.Planned)
				}
			}
			total := target.of("/")
			if count := lastOf(t, shards, "out/x_stats.csv", 2); planned != 800 || count != total || total != 800 {
				t.Errorf("%d starts planned, %d requests counted, %d came", planned, count, total)
			}
			merged := newProcess(t, t.TempDir(), "merge", url, "--run-id", "sixteen", "-o", "all")
			merged.cmd.Env = append(merged.cmd.Env, env...)
			merged.start().expect(exitOK)
			var sum struct {
				Total  struct{ Count int64 }
				Shards []struct {
					Late     float64 `json:"late_ms"`
					Requests int64
				}
			}
			readJSON(t, filepath.Join(merged.cmd.Dir, "all.json"), &sum)
			late := 0.0
			for _, s := range sum.Shards {
				late = max(late, s.Late)
			}
			if sum.Total.Count != total || len(sum.Shards) != 16 {
				t.Errorf("merged: %d requests of %d shards", sum.Total.Count, len(sum.Shards))
			}
			t.Logf("%s: the last of 16 began %.1f ms late", name, late)
		})
	}
}
