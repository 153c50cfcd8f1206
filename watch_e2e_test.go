//go:build unix

package main

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"katydid/internal/chromium"
)

const watchedScene = `
import { HttpUser, task, constant } from "katydid";
export class Shopper extends HttpUser {
  static waitTime = constant(0.02);
  @task(3) home() { this.client.get("/"); }
  @task item() { this.client.get("/item"); }
  @task gone() { this.client.get("/gone"); }
}`

// watchedFleet is a run of several processes over a folder, and the server that they load, which counts.
type watchedFleet struct {
	t      *testing.T
	dir    string
	store  string // the URL
	run    string
	shards []*process

	mu    sync.Mutex
	tally map[string]int64 // requests by path
}

// newWatchedFleet prepares n processes; args are options of the load.
func newWatchedFleet(t *testing.T, n int, args ...string) *watchedFleet {
	t.Helper()
	f := &watchedFleet{t: t, dir: t.TempDir(), run: "watched", tally: map[string]int64{}}
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		f.tally[r.URL.Path]++
		f.mu.Unlock()
		if r.URL.Path == "/gone" {
			w.WriteHeader(http.StatusGone)
		}
		_, _ = io.WriteString(w, "here it is")
	}))
	t.Cleanup(site.Close)
	if err := os.WriteFile(filepath.Join(f.dir, "scene.js"), []byte(watchedScene), 0o666); err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(f.dir, "store")
	if err := os.Mkdir(folder, 0o777); err != nil {
		t.Fatal(err)
	}
	f.store = (&url.URL{Scheme: "file", Path: folder}).String()
	for i := range n {
		options := []string{"run", "scene.js", "-H", site.URL, "--shards", strconv.Itoa(n), "--shard-index", strconv.Itoa(i),
			"--run-id", f.run, "--rendezvous", f.store, "-s", "10", "--summary", fmt.Sprintf("shard%d.json", i)}
		f.shards = append(f.shards, newProcess(t, f.dir, append(options, args...)...))
	}
	return f
}

func (f *watchedFleet) start() {
	for _, p := range f.shards {
		if p.cmd.Process == nil {
			p.start()
		}
	}
}

// watch starts katydid watch, which may be there before the run, and gives its web UI once that is open. begin is called
// between.
func (f *watchedFleet) watch(begin func()) (*process, webClient) {
	f.t.Helper()
	p := newProcess(f.t, f.dir, "watch", f.store, "--run-id", f.run, "--web-port", "0")
	p.cmd.Env = append(p.cmd.Env, "TMPDIR="+f.t.TempDir())
	p.start()
	p.says("waiting for its first process")
	begin()
	p.says("watching the run " + f.run + " at ")
	_, rest, _ := strings.Cut(p.stderr.String(), "watching the run "+f.run+" at ")
	base, _, _ := strings.Cut(rest, "\n")
	return p, webClient{f.t, strings.TrimSuffix(base, "/")}
}

// merge runs katydid merge and gives the requests by name, that of all as "Aggregated", with those that failed.
func (f *watchedFleet) merge(code int, args ...string) (p *process, rows map[string][2]int64) {
	f.t.Helper()
	p = katydid(f.t, f.dir, append([]string{"merge"}, args...)...)
	p.expect(code)
	return p, countsOfCSV(f.t, file(f.t, f.dir, "all_stats.csv"))
}

func countsOfCSV(t *testing.T, text string) map[string][2]int64 {
	t.Helper()
	records, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || len(records) < 2 {
		t.Fatalf("%v: %s", err, text)
	}
	rows := map[string][2]int64{}
	for _, r := range records[1:] {
		n, errN := strconv.ParseInt(r[2], 10, 64)
		failed, errF := strconv.ParseInt(r[3], 10, 64)
		if errN != nil || errF != nil {
			t.Fatalf("%q", r)
		}
		rows[r[1]] = [2]int64{n, failed}
	}
	return rows
}

// served is what the target has counted so far.
func (f *watchedFleet) served() map[string][2]int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	rows := map[string][2]int64{}
	all := [2]int64{}
	for path, n := range f.tally {
		row := [2]int64{n, 0}
		if path == "/gone" {
			row[1] = n
		}
		rows[path] = row
		all[0], all[1] = all[0]+row[0], all[1]+row[1]
	}
	rows["Aggregated"] = all
	return rows
}

type summaryOfShard struct {
	Total struct{ Count, Failures int64 }
}

// ownSum is the sum of what the shards' own summaries say.
func (f *watchedFleet) ownSum() (sum [2]int64) {
	f.t.Helper()
	for i := range f.shards {
		var s summaryOfShard
		if err := json.Unmarshal([]byte(file(f.t, f.dir, fmt.Sprintf("shard%d.json", i))), &s); err != nil {
			f.t.Fatal(err)
		}
		if s.Total.Count == 0 {
			f.t.Errorf("shard %d has made no requests", i)
		}
		sum[0], sum[1] = sum[0]+s.Total.Count, sum[1]+s.Total.Failures
	}
	return sum
}

// A run of three processes that ends by itself: merged while it goes on and afterwards, and watched from before its beginning.
// All that is said of it is what the target has counted.
func TestFleetIsMergedAndWatched(t *testing.T) {
	t.Parallel()
	f := newWatchedFleet(t, 3, "-u", "9", "-r", "9", "-t", "8s")
	p, ui := f.watch(func() { f.shards[0].start() }) // which waits for the others
	page := chromium.Open(t, ui.base+"/?tab=shards", 1400, 900)
	page.Until(`document.querySelectorAll("[aria-label=Shards] tbody tr").length == 3`)
	if ok, message := ui.swarm("user_count=1&spawn_rate=1"); ok || !strings.Contains(message, "a fleet is started by its engine") {
		t.Errorf("before the start: %v %q", ok, message)
	}
	f.start()
	page.Until(`document.querySelector(".strip .state")?.textContent == "running"`)
	page.Until(`Number(document.querySelector('.strip [data-k="users"]')?.textContent) == 9`)

	during, rows := f.merge(exitOK, f.store, "--run-id", f.run, "-o", "all")
	if n := rows["Aggregated"][0]; n == 0 || n > f.served()["Aggregated"][0] || !during.said("so far: the run goes on") || during.said("PARTIAL") {
		t.Errorf("while it goes on: %v of %v\n%s", rows, f.served(), during.stdout)
	}
	for _, shard := range f.shards {
		shard.expect(exitFailed) // /gone
	}
	after, rows := f.merge(exitOK, f.store+"/"+f.run, "-o", "all")
	if got, want := fmt.Sprint(rows), fmt.Sprint(f.served()); got != want {
		t.Errorf("merged %s, the target has %s", got, want)
	}
	if own := f.ownSum(); own != rows["Aggregated"] {
		t.Errorf("merged %v, the shards themselves have %v", rows["Aggregated"], own)
	}
	if after.said("so far") || strings.Count(after.stdout.String(), " ended ") != 3 {
		t.Errorf("afterwards: %s", after.stdout)
	}
	f.sameAgain()

	page.Until(`document.querySelector(".strip .state").textContent == "stopped"`)
	f.samePage(page, ui, rows)
	if ok, message := ui.swarm("user_count=1&spawn_rate=1"); ok || !strings.Contains(message, "the run is over") {
		t.Errorf("after the end: %v %q", ok, message)
	}
	if list := page.Errors(); len(list) > 0 {
		t.Errorf("the page complains: %s", strings.Join(list, "\n"))
	}
	p.signal(syscall.SIGINT)
	p.expect(exitOK)
	for _, text := range []string{"the 3 shards of the run wait for each other", "3 shards joined in the load: 0 (process ", "3 shards ended: ", "the run is over: "} {
		if !p.said(text) {
			t.Errorf("watch did not say %q: %s", text, p.stderr)
		}
	}
	_, folder, _ := strings.Cut(strings.Join(p.cmd.Env, "\n"), "TMPDIR=")
	if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

// mergedFiles is what katydid merge writes, by what is behind the prefix.
var mergedFiles = []string{"_stats.csv", "_failures.csv", "_exceptions.csv", "_stats_history.csv", ".hlog", ".json", ".html"}

// sameAgain merges once more: nothing changes.
func (f *watchedFleet) sameAgain() {
	f.t.Helper()
	before := map[string]string{}
	for _, name := range mergedFiles {
		before[name] = file(f.t, f.dir, "all"+name)
	}
	f.merge(exitOK, f.store, "--run-id", f.run, "-o", "all")
	for name, text := range before {
		if file(f.t, f.dir, "all"+name) != text {
			f.t.Errorf("all%s is another after the second merge", name)
		}
	}
}

// samePage compares the page and its downloads with what was merged.
func (f *watchedFleet) samePage(page *chromium.Page, ui webClient, rows map[string][2]int64) {
	f.t.Helper()
	cells := func(table, key string) []int64 {
		var list []int64
		text := page.Eval(fmt.Sprintf(`[...document.querySelectorAll("[aria-label=%s] tbody td.%s")].map(c => c.textContent.replaceAll(",", "")).join()`, table, key))
		for n := range strings.SplitSeq(text, ",") {
			v, err := strconv.ParseInt(n, 10, 64)
			if err != nil {
				f.t.Fatalf("%s %s: %q", table, key, text)
			}
			list = append(list, v)
		}
		return list
	}
	for key, want := range map[string]int64{"requests": rows["Aggregated"][0], "fails": rows["Aggregated"][1]} {
		sum := int64(0)
		for _, n := range cells("Shards", key) {
			sum += n
		}
		if sum != want {
			f.t.Errorf("the table of shards has %d %s, want %d", sum, key, want)
		}
	}
	page.Click("[role=tab]", "Statistics")
	page.Until(`document.querySelectorAll(".statistics tbody tr").length >= 3`)
	for name, row := range rows {
		shown := page.Eval(fmt.Sprintf(`[...document.querySelectorAll(".statistics tr")].filter(r => r.cells[1]?.textContent == %q).map(r => r.cells[2].textContent + " " + r.cells[3].textContent).join()`, name))
		if want := fmt.Sprintf("%d %d", row[0], row[1]); strings.ReplaceAll(shown, ",", "") != want {
			f.t.Errorf("%s: the page shows %q, merged are %q", name, shown, want)
		}
	}
	if n := f.charted(ui); n != rows["Aggregated"][0] {
		f.t.Errorf("the charts have %d requests of %d", n, rows["Aggregated"][0])
	}
	for download, name := range map[string]string{
		"stats/requests/csv": "_stats.csv", "stats/failures/csv": "_failures.csv", "exceptions/csv": "_exceptions.csv",
		"stats/requests_full_history/csv": "_stats_history.csv", "hlog": ".hlog", "summary": ".json", "stats/report": ".html",
	} {
		if got, want := ui.get(download), file(f.t, f.dir, "all"+name); got != want {
			f.t.Errorf("%s is not all%s: %.300s", download, name, got)
		}
	}
}

// charted is how many requests the charts of somebody have who comes now.
func (f *watchedFleet) charted(ui webClient) (n int64) {
	f.t.Helper()
	res, err := http.Get(ui.base + "/events")
	if err != nil {
		f.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	for lines := bufio.NewReader(res.Body); ; {
		line, err := lines.ReadString('\n')
		if err != nil {
			f.t.Fatal(err)
		}
		text, ok := strings.CutPrefix(line, "data: ")
		if !ok {
			continue
		}
		var hello struct{ Course struct{ Requests []int64 } }
		if err := json.Unmarshal([]byte(text), &hello); err != nil {
			f.t.Fatal(err)
		}
		for _, second := range hello.Course.Requests {
			n += second
		}
		return n
	}
}

// From the page of one who watches, users are added and the run is stopped: all processes do so.
func TestFleetIsSteeredFromThePage(t *testing.T) {
	t.Parallel()
	f := newWatchedFleet(t, 3, "-u", "3", "-r", "9", "-t", "10m")
	p, ui := f.watch(f.start)
	page := chromium.Open(t, ui.base+"/", 1400, 900)
	users := func(n int) string {
		return fmt.Sprintf(`document.querySelector('.strip [data-k="users"]')?.textContent == "%d"`, n)
	}
	page.Until(users(3))
	page.Click(".actions button", "Edit")
	page.Until(`document.activeElement?.id == "edit-users"`)
	page.Type("#edit-users", "7")
	page.Type("#edit-spawn", "20")
	page.Key("Enter", "\r")
	page.Until(users(7))
	page.Click("[role=tab]", "Shards")
	page.Until(`[...document.querySelectorAll("[aria-label=Shards] tbody td.users")].map(c => c.textContent).join() == "3,2,2"`)
	page.Click("header button", "Stop")
	for _, shard := range f.shards {
		shard.expect(exitFailed) // /gone
		if !shard.said("stopped in the web UI of katydid watch") {
			t.Errorf("a shard does not say why it ended: %s", shard.stderr)
		}
	}
	page.Until(`document.querySelector(".strip .state").textContent == "stopped"`)
	if got := ui.get("stop"); !strings.Contains(got, "true") {
		t.Errorf("stop after the end: %s", got)
	}
	_, rows := f.merge(exitOK, f.store, "--run-id", f.run, "-o", "all")
	if got, want := fmt.Sprint(rows), fmt.Sprint(f.served()); got != want {
		t.Errorf("merged %s, the target has %s", got, want)
	}
	p.signal(syscall.SIGINT)
	p.expect(exitOK)
}
