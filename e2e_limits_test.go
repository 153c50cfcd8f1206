//go:build unix

package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"katydid/stats"
)

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
	p := plainProcess(t, dir, "run", "a.js", "-H", server.URL, "-u", "3", "-r", "10", "--csv", "x", "--summary", "s.json", "--only-summary", "-t", "1m").start()
	p.expect(0)
	row := readCSV(t, filepath.Join(dir, "x_stats.csv"))[1]
	if row[1] != "big" || row[2] != "3" || row[8] != "104857600.0" || !p.said("the body of GET big has 104857600 bytes") {
		t.Errorf("%q\n%s", row, p.stderr)
	}
	if rss := readSummary(t, filepath.Join(dir, "s.json")).Generator.RSS; rss > 512<<20 {
		t.Errorf("%d MB were used", rss>>20)
	}
}

// watchPeak looks at the memory of a process until the function that it returns is called, which gives the peak in bytes;
// 0 where the system does not tell. What wait4 tells is of no use: it counts this process's own peak for its child.
func watchPeak(p *process) (peak func() int64) {
	stop, most := make(chan struct{}), make(chan int64)
	go func() {
		var seen int64
		for {
			seen = max(seen, peakMemory(readFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))))
			select {
			case <-stop:
				most <- seen
				return
			case <-time.After(20 * time.Millisecond):
			}
		}
	}()
	return func() int64 { close(stop); return <-most }
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
			p := plainProcess(t, dir, "run", "a.js", "--csv", "x", "--summary", "s.json", "--memory-limit", "200MB", "--only-summary", "-t", "1m").start()
			peak := watchPeak(p)
			p.expect(5)
			for _, text := range test.want {
				if !p.said(text) {
					t.Errorf("%q was not said:\n%s", text, p.stderr)
				}
			}
			noGoStack(t, p)
			if used := peak(); used > 400<<20 {
				t.Errorf("%d MB were used", used>>20)
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

// A target whose answer never ends does not keep the run from ending, and does not fill the memory.
func TestEndlessBody(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for chunk := make([]byte, 1<<20); ; {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	}))
	t.Cleanup(server.Close)
	dir := folder(t, map[string]string{"a.js": user("")})
	p := plainProcess(t, dir, "run", "a.js", "-H", server.URL, "-t", "2s", "-s", "1s", "--summary", "s.json").start()
	p.expect(0)
	if s := readSummary(t, filepath.Join(dir, "s.json")); s.ElapsedS > 3+slack.Seconds() || s.Total.Count != 0 || s.Generator.RSS > 256<<20 {
		t.Errorf("%+v\n%s", s, p.stderr)
	}
}
