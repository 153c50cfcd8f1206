//go:build unix

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// numbers is what is said about a row: how many requests, how many of them failed. The total's name is "Aggregated".
type numbers struct{ requests, failures int64 }

// scene is one of the shipped scenes with other waits, so that a short test sends many requests.
func scene(t *testing.T, name, waits, instead string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("scripts", name))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), waits) {
		t.Fatalf("%s has no %s", name, waits)
	}
	return strings.Replace(string(text), waits, instead, 1)
}

// Every place that gives numbers gives the same, for each name: console, stats file, history, histogram log, summary,
// and the target's own count.
func TestAllFiguresAgree(t *testing.T) {
	t.Parallel()
	scenes := map[string]string{
		"scene_1.js": scene(t, "scene_1.js", "between(5, 9)", "between(0.1, 0.9)"),
		"scene_2.js": scene(t, "scene_2.js", "between(5, 15)", "between(0.05, 0.15)"),
	}
	for name := range scenes {
		for _, own := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, target process: %v", name, own), func(t *testing.T) {
				t.Parallel()
				dir := folder(t, scenes)
				args := []string{"run", name, "-u", "50", "-r", "25", "-t", "4s", "-s", "10s", "--csv", "r/x", "--csv-full-history", "--summary", "r/s.json"}
				var target *process
				if own {
					var url string
					target, url = targetProcess(t, dir, "0")
					args = append(args, "--host", url)
				}
				p := katydid(t, dir, args...)
				if name == "scene_1.js" {
					p.expect(0)
				} else {
					p.expect(1)
				}
				told := p.stderr.String()
				if own {
					target.signal(os.Interrupt)
					target.expect(0)
					told = target.stdout.String()
				}
				agree(t, p, filepath.Join(dir, "r"), tally(t, told))
			})
		}
	}
}

// agree compares all places with the target's own count. The files are r/x* and r/s.json.
func agree(t *testing.T, p *process, dir string, want map[string]numbers) {
	t.Helper()
	if want["Aggregated"].requests < 20 {
		t.Errorf("hardly any request: %v\n%s", want, p.stderr)
	}
	for place, got := range map[string]map[string]numbers{
		"console": consoleCounts(t, p.stderr.String()),
		"stats":   csvCounts(t, filepath.Join(dir, "x_stats.csv"), 1, 2, 3),
		"history": csvCounts(t, filepath.Join(dir, "x_stats_history.csv"), 3, 17, 18),
		"summary": summaryCounts(t, filepath.Join(dir, "s.json")),
	} {
		for name, c := range want {
			if got[name] != c {
				t.Errorf("%s: %s has %v, the target %v\n%s", place, name, got[name], c, p.stderr)
			}
		}
	}
	logged := hlogCounts(t, filepath.Join(dir, "x.hlog"))
	for name, c := range want {
		if logged[name] != c.requests {
			t.Errorf("histogram log: %s has %d, the target %d", name, logged[name], c.requests)
		}
	}
	failed := map[string]int64{}
	for _, row := range readCSV(t, filepath.Join(dir, "x_failures.csv"))[1:] {
		failed[row[1]] += number(t, row[3])
	}
	for name, c := range want {
		if name != "Aggregated" && failed[name] != c.failures {
			t.Errorf("failures file: %s has %d, the target %d", name, failed[name], c.failures)
		}
	}
}

// Two thousand users of the article's scene on one machine: no request fails, none is lost.
func TestTwoThousandUsers(t *testing.T) {
	t.Parallel()
	dir := folder(t, nil)
	target, url := targetProcess(t, dir, "0")
	p := plainProcess(t, dir, "run", filepath.Join(rootDir(t), "scripts", "scene_1.js"), "-u", "2000", "-r", "1000", "-t", "12s", "-s", "20s",
		"--host", url, "--csv", "r/x", "--csv-full-history", "--summary", "r/s.json").start()
	p.expect(0)
	target.signal(os.Interrupt)
	target.expect(0)
	want := tally(t, target.stdout.String())
	if c := want["Aggregated"]; c.failures > 0 || c.requests < 2000 {
		t.Errorf("%v", c)
	}
	agree(t, p, filepath.Join(dir, "r"), want)
	if s := readSummary(t, filepath.Join(dir, "r", "s.json")); s.UsersMax != 2000 || s.Generator.RSS > 1<<30 {
		t.Errorf("%d users, %d MB", s.UsersMax, s.Generator.RSS>>20)
	}
}
