//go:build unix

package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const ratioScript = `import { HttpUser, User, TaskSet, SequentialTaskSet, MarkovTaskSet, task, transition, transitions } from "katydid";
class Browse extends TaskSet { @task(3) list() {} @task view() { this.interrupt(); } }
class Buy extends SequentialTaskSet { @task cart() {} @task(3) pay() {} }
class Walk extends MarkovTaskSet { @transition("b") a() {} @transitions({ a: 1, c: 3 }) b() {} @transition("a") c() {} }
export class Shopper extends HttpUser {
  static weight = 3;
  @task(5) home() {}
  @task(3) static Browse = Browse;
  @task static Buy = Buy;
  @task static Walk = Walk;
}
export class Admin extends User { static fixedCount = 2; @task ok() {} @tag("slow") @task(3) slow() {} }
`

// The tables and the JSON of task ratios are Locust's.
func TestShowTaskRatio(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{"a.js": strings.Replace(ratioScript, "task,", "task, tag,", 1)})
	rule := strings.Repeat("-", 80)
	want := `
 Task ratio per User class
` + rule + `
 20.0       Admin
   100.0      ok
 80.0       Shopper
   50.0       home
   30.0       Browse
     75.0       list
     25.0       view
   10.0       Buy
     25.0       cart
     75.0       pay
   10.0       Walk
     36.4       a
     36.4       b
     27.3       c

 Total task ratio
` + rule + `
 20.0       Admin
   20.0       ok
 80.0       Shopper
   40.0       home
   24.0       Browse
     18.0       list
     6.0        view
   8.0        Buy
     2.0        cart
     6.0        pay
   8.0        Walk
     2.9        a
     2.9        b
     2.2        c
`
	p := katydid(t, dir, "-f", "a.js", "--show-task-ratio", "-u", "10", "-E", "slow")
	p.expect(0)
	var lines []string
	for line := range strings.SplitSeq(p.stdout.String(), "\n") {
		lines = append(lines, strings.TrimRight(line, " "))
	}
	if got := strings.Join(lines, "\n"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}

	p = katydid(t, dir, "-f", "a.js", "--show-task-ratio-json", "-u", "4", "Admin")
	p.expect(0)
	wantJSON := `{
    "per_class": {
        "Admin": {
            "ratio": 1.0,
            "tasks": {
                "ok": {
                    "ratio": 0.25
                },
                "slow": {
                    "ratio": 0.75
                }
            }
        }
    },
    "total": {
        "Admin": {
            "ratio": 1.0,
            "tasks": {
                "ok": {
                    "ratio": 0.25
                },
                "slow": {
                    "ratio": 0.75
                }
            }
        }
    }
}
`
	if got := p.stdout.String(); got != wantJSON {
		t.Errorf("got\n%s\nwant\n%s", got, wantJSON)
	}
}

// The JSON of a run agrees with its CSV file; the profile is in the summary and in the report.
func TestLocustJSON(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{"a.js": user("home() { this.client.get('/'); this.client.get('/missing'); }")})
	p := katydid(t, dir, "run", "a.js", "-u", "3", "-r", "50", "-t", "4s", "--json", "--json-file", "out/run", "--csv", "x", "--profile", "<night>",
		"--summary", "s.json", "--html", "r.html")
	p.expect(1)
	file := read(t, filepath.Join(dir, "out", "run.json"))
	if p.stdout.String() != file+"\n" {
		t.Errorf("stdout is\n%s\nthe file\n%s", p.stdout, file)
	}
	var rows []struct {
		Name      string           `json:"name"`
		Requests  int64            `json:"num_requests"`
		Failures  int64            `json:"num_failures"`
		PerSecond map[string]int64 `json:"num_reqs_per_sec"`
	}
	if err := json.Unmarshal([]byte(file), &rows); err != nil {
		t.Fatal(err)
	}
	csv := csvCounts(t, filepath.Join(dir, "x_stats.csv"), 1, 2, 3)
	if len(rows) != 2 {
		t.Fatalf("%d rows", len(rows))
	}
	for _, row := range rows {
		if got := (numbers{row.Requests, row.Failures}); got != csv[row.Name] || got.requests == 0 {
			t.Errorf("%s: %v, in the CSV file %v", row.Name, got, csv[row.Name])
		}
		sum := int64(0)
		for _, n := range row.PerSecond {
			sum += n
		}
		if sum != row.Requests || len(row.PerSecond) < 3 {
			t.Errorf("%s: %d requests, by second %v", row.Name, row.Requests, row.PerSecond)
		}
	}
	if s := readDocument(t, filepath.Join(dir, "s.json")); s.Profile != "<night>" {
		t.Errorf("the profile is %q", s.Profile)
	}
	if html := read(t, filepath.Join(dir, "r.html")); !strings.Contains(html, "<span>profile <b>&lt;night&gt;</b></span>") {
		t.Error("the report does not show the profile")
	}
}

// A file that cannot be written is found before the run.
func TestJSONFileCannotBeWritten(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{"a.js": user(""), "d.json/x": ""})
	p := katydid(t, dir, "run", "a.js", "--json-file", "d", "-t", "5s")
	p.expect(exitNotWritten)
	if want := "--json-file d.json: is a directory"; !p.said(want) {
		t.Errorf("%q was not said: %s", want, p.stderr)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
