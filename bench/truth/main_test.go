package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"katydid/internal/tools"
)

// TestKatydidInAFewSeconds runs katydid, closed, against answers after 5 ms, and holds its figures to the server's log
// with bounds that a busy machine keeps.
func TestKatydidInAFewSeconds(t *testing.T) {
	b := &bench{dir: t.TempDir()}
	if err := os.CopyFS(b.dir, scripts); err != nil {
		t.Fatal(err)
	}
	found, _, err := findTools(context.Background(), b.dir, []string{"katydid"})
	if err != nil {
		t.Fatal(err)
	}
	r, err := b.measure(context.Background(), findScenario(t, "S1"), found[0], load{users: 5, time: 2 * time.Second}, 1)
	if err != nil {
		t.Fatal(err)
	}
	if r.report.requests != int64(r.seen) || r.report.failures != 0 || r.seen < 10 || r.report.cpu <= 0 || r.report.rss < 1e6 {
		t.Errorf("%d requests reported, %d served, %+v", r.report.requests, r.seen, r.report)
	}
	at := slices.IndexFunc(r.compared, func(c comparison) bool { return c.truth == byLog && c.figure == "service" })
	if at < 0 {
		t.Fatalf("compared %+v", r.compared)
	}
	truth := r.compared[at]
	if p50 := truth.got[0]; p50 < 5 || p50 > 50 || truth.want[0] < 5 || p50 < truth.want[0]*0.999 {
		t.Errorf("median %g ms, the server's %g ms", p50, truth.want[0])
	}
}

// TestProgram runs the program itself, with one tool and one scenario, as a user would.
func TestProgram(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "truth.md")
	cmd := exec.Command(self, "--quick", "--only", "mix", "--tools", "katydid", "--out", file)
	cmd.Env = append(tools.PlainEnv(), asProgram+"=1")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	stdout, err := cmd.Output()
	if code := cmd.ProcessState.ExitCode(); code != 0 && code != 1 { // 1: a busy machine misses the goal
		t.Fatalf("exit code %d, %v\n%s", code, err, stderr.String())
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`\| katydid \| service \| plan \| \d+ \| \d+ \| \d[^|]* \|`, `\| katydid \| service \| server \| \d+ \|`,
		`\| mix \| service time, p50/p90/p99: error against the server <= 10 % \|`, `\* machine: .*\d+ cores`,
	} {
		if !regexp.MustCompile(want).Match(text) {
			t.Errorf("%s does not match\n%s", want, text)
		}
	}
	if !strings.Contains(string(stdout), "== katydid's goals") {
		t.Errorf("printed\n%s", stdout)
	}
}
