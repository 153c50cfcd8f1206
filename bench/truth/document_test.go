package main

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"katydid/internal/tools"
)

// findScenario returns the scenario of an id.
func findScenario(t *testing.T, id string) scenario {
	t.Helper()
	for _, s := range scenarios {
		if s.id == id {
			return s
		}
	}
	t.Fatalf("no scenario %s", id)
	return scenario{}
}

// runsOf makes runs of katydid in S1 whose response times are off the plan by so many milliseconds.
func runsOf(off ...float64) []run {
	var runs []run
	for _, o := range off {
		r := run{scenario: "S1", tool: "katydid", report: newReport(), rate: 200, seen: 1000}
		r.report.requests, r.report.cpu, r.report.rss = 1000, 20*time.Millisecond, 30e6
		r.add(byPlan, "response", times{5, 5, 5, 5, 5}, times{5, 5, 5, 5 + o, 5})
		r.add(byPlan, "lag", times{}, times{0.02, 0.03, 0.04, 0.05, 0.06})
		runs = append(runs, r)
	}
	return runs
}

func TestScenarioTable(t *testing.T) {
	s := findScenario(t, "S1")
	d := &document{options: options{time: 30 * time.Second, repeats: 3}, tools: []*tool{&katydid, &wrk}}
	d.addScenario(s, runsOf(0.1, 0.3, 0.2))
	want := []string{"katydid", "response", "plan", "1000", "200", "5.000 (+0.000 ±0.000)", "5.000 (+0.000 ±0.000)", "5.000 (+0.000 ±0.000)",
		"5.200 (+0.200 ±0.100) !", "5.000 (+0.000 ±0.000)", "20.0", "30"}
	if got := strings.Join(d.tables[0].rows[0], "|"); got != strings.Join(want, "|") {
		t.Errorf("row\n%s, want\n%s", got, strings.Join(want, "|"))
	}
	if got := d.tables[0].rows[1]; got[1] != "lag" || got[5] != "0.020" || got[8] != "0.050" {
		t.Errorf("row of the lag: %q", got)
	}
	said := runsOf(0, 0, 0)
	said[0].report.says, said[2].report.says = []string{"SUSPECT", "why"}, []string{"SUSPECT"}
	if got := saying(said); got != " katydid says in 2 of 3: SUSPECT." {
		t.Errorf("saying %q", got)
	}
	if len(d.goals) != 1 || d.goals[0].reached || !strings.Contains(d.goals[0].found, "+0.200 ms (+4.0 %)") {
		t.Errorf("goals %+v", d.goals)
	}
	if !d.failed() {
		t.Error("a missed goal is no failure")
	}
	d = &document{options: d.options, tools: d.tools}
	d.addScenario(s, runsOf(0.1, 0.149, -0.3))
	if d.failed() || strings.Contains(strings.Join(d.tables[0].rows[0], ""), "!") {
		t.Errorf("a median error of 0.1 ms is not reached: %+v, %q", d.goals, d.tables[0].rows)
	}
}

// TestGoalsJudgeTheRightTruth: the plan where nothing is drawn, else what the server did in this run.
func TestGoalsJudgeTheRightTruth(t *testing.T) {
	found := []finding{{comparison: comparison{figure: "response", truth: byPlan}}, {comparison: comparison{figure: "response", truth: byReplay}},
		{comparison: comparison{figure: "service", truth: byLog}}, {comparison: comparison{figure: "lag", truth: byPlan}}}
	for id, want := range map[string]string{"S1": byPlan, "S2": byReplay, "S3": byPlan, "S4": byPlan, "S5": byReplay, "mix": byReplay} {
		f, ok := findScenario(t, id).judged(found)
		if !ok || f.truth != want || f.figure != "response" {
			t.Errorf("%s is judged by %s of %s", id, f.truth, f.figure)
		}
	}
	if f, _ := findScenario(t, "mix").judged(found[2:]); f.truth != byLog {
		t.Errorf("a closed run is judged by %s", f.truth)
	}
	s := findScenario(t, lagScenario)
	for p99, reached := range map[float64]bool{0.2: true, 0.21: false} {
		lag := finding{comparison: comparison{figure: "lag", truth: byPlan, got: times{0.05, 0.1, p99, 1, 2}}}
		if g := s.goals([]finding{lag}); len(g) != 1 || g[0].reached != reached {
			t.Errorf("lag p99 %g: %+v", p99, g)
		}
	}
	if g := s.goals(nil); len(g) != 1 || g[0].reached {
		t.Errorf("without a lag: %+v", g)
	}
}

func TestMarkdown(t *testing.T) {
	d := &document{began: time.Unix(0, 0), options: options{time: 30 * time.Second, repeats: 1}, tools: []*tool{&katydid}, absent: []string{"oha"},
		failures: []string{"S1: wrk|2\nits output"}}
	d.addScenario(findScenario(t, "S1"), runsOf(math.NaN()))
	file := filepath.Join(t.TempDir(), "truth.md")
	if err := d.save(file); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var screen strings.Builder
	if err := d.writeText(&screen); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"not found on PATH: oha", "## S1: every answer takes 5 ms", "| 5.000 (+0.000) | 5.000 (+0.000) | 5.000 (+0.000) | not said |",
		"* S1: wrk|2\n", "| S1 | response time, p50/p90/p99/p99.9: error against the plan <= max(1 %, 0.150 ms) |", "MISSED |", "on 1970-01-01"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
	for _, want := range []string{"== S1: every", "MISSED", "FAILED  S1: wrk|2"} {
		if !strings.Contains(screen.String(), want) {
			t.Errorf("%q is not in\n%s", want, screen.String())
		}
	}
}

func TestSlope(t *testing.T) {
	var points []tools.Memory
	for i := range 10 {
		points = append(points, tools.Memory{At: time.Duration(i) * time.Second, Now: 1e6 + 500*int64(i)})
	}
	if got := slope(points); math.Abs(got-500) > 1e-6 {
		t.Errorf("slope %g, want 500", got)
	}
}

func TestOverloadRow(t *testing.T) {
	r := newReport()
	r.requests, r.service, r.says = 90, times{1, 2, 3, 4, 5}, []string{"dropped", "busy"}
	got := strings.Join(overloadRow(&wrk, 50, 100, 60.4, r), "|")
	if want := "wrk|50/s|100/s|60/s|not said|90 reported|not said|not said|3.000|dropped; busy"; got != want {
		t.Errorf("row\n%s, want\n%s", got, want)
	}
	r.planned, r.started, r.omitted, r.says = 100, 90, 9, nil
	got = strings.Join(overloadRow(&k6, 50, 100, 60.4, r), "|")
	if want := "k6|50/s|100/s|60/s|100|90|9|no|3.000|nothing"; got != want {
		t.Errorf("row\n%s, want\n%s", got, want)
	}
}

func TestOptions(t *testing.T) {
	o, err := parseOptions([]string{"--only", "S0,S3", "--tools", "katydid,wrk2", "--repeats", "2", "--seconds", "10", "--out", "t.md", "--soak", "9"})
	if err != nil || o.repeats != 2 || o.time != 10*time.Second || o.out != "t.md" || o.soak != 9 || strings.Join(o.tools, "+") != "katydid+wrk2" {
		t.Errorf("%+v, %v", o, err)
	}
	for id, want := range map[string]bool{"S0-200": true, "S0-5000": true, "S1": false, "S3": true, "S6": false} {
		if o.wants(id) != want {
			t.Errorf("wants %s: %v", id, !want)
		}
	}
	for _, bad := range [][]string{{"--only", "S9"}, {"--tools", "ab"}, {"--repeats", "0"}, {"--seconds", "1"}, {"S1"}} {
		if _, err := parseOptions(bad); err == nil {
			t.Errorf("%v is taken", bad)
		}
	}
	if o, err := parseOptions([]string{"--quick"}); err != nil || o.repeats != 1 || o.time != 3*time.Second {
		t.Errorf("quick: %+v, %v", o, err)
	}
}
