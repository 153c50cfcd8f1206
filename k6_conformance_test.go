//go:build unix

package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// update writes what katydid does into the golden files of the conformance suite. Whoever uses it has a k6 on the PATH
// and looks at the differences that the test then reports.
var update = flag.Bool("update-k6", false, "write the expectations of the k6 conformance suite anew")

// TestK6Conformance runs the scripts in testdata/k6 and compares what they did with the recorded expectations, and what
// a k6 on the PATH does with the same. Only counts, names and truths are compared, never times.
//
// Scripts say what they have seen with lines of console.log that begin with "# ". One that begins with "# differs" is
// where katydid is not as k6, on purpose: k6's own is not looked at. A script may begin with lines "// args: ...",
// "// env: ..." and "// sorted" (for lines from several users, whose order is open), "// loose" (how many
// iterations there are depends on time), and "// ours only": all of it differs.
func TestK6Conformance(t *testing.T) {
	scripts, err := filepath.Glob("testdata/k6/*.[jt]s")
	if err != nil || len(scripts) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	site := newK6Site(t)
	k6, err := exec.LookPath("k6")
	against := "k6 conformance: compared with the recorded expectations; there is no k6 on the PATH to compare with"
	if err == nil {
		against = "k6 conformance: compared with the recorded expectations, and those with what " + k6 + " does"
	}
	t.Log(against)
	fmt.Println(against) // t.Log says nothing when all is well
	for _, path := range scripts {
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			c := newConformance(t, path, site)
			golden := strings.TrimSuffix(path, filepath.Ext(path)) + ".golden"
			ours := c.ours(t)
			if *update {
				if err := os.WriteFile(golden, []byte(strings.Join(ours, "\n")+"\n"), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			text, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			want := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
			c.compare(t, "katydid", ours, want)
			if k6 != "" && !c.oursOnly {
				c.compare(t, "k6", c.theirs(t, k6), slices.DeleteFunc(want, differs))
			}
		})
	}
}

// conformance is one script and how it is run.
type conformance struct {
	script   string
	args     []string
	env      []string
	sorted   bool
	oursOnly bool
	loose    bool
	site     *k6Site
	stderr   string // of the last run, for the tester
}

func newConformance(t *testing.T, path string, site *k6Site) *conformance {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	c := &conformance{script: filepath.Base(path), site: site}
	for line := range strings.SplitSeq(string(text), "\n") {
		what, rest, _ := strings.Cut(line, ":")
		switch what {
		case "// args":
			c.args = strings.Fields(rest)
		case "// env":
			c.env = strings.Fields(rest)
		case "// sorted":
			c.sorted = true
		case "// loose":
			c.loose = true
		case "// ours only":
			c.oursOnly = true
		}
	}
	return c
}

// command are the arguments that both take.
func (c *conformance) command(export string) []string {
	args := []string{"run", "--summary-export", export, "--config", c.site.config}
	for _, name := range slices.Sorted(maps.Keys(c.site.urls)) {
		args = append(args, "-e", name+"="+c.site.urls[name])
	}
	return append(append(args, c.args...), c.script)
}

// ours runs katydid.
func (c *conformance) ours(t *testing.T) []string {
	t.Helper()
	export := filepath.Join(t.TempDir(), "export.json")
	p := newProcess(t, "testdata/k6", c.command(export)...)
	p.cmd.Env = append(p.cmd.Env, c.env...)
	code := p.start().wait()
	c.stderr = p.stderr.String()
	log := new(strings.Builder) // only its lines: the tables beside it may have the same texts
	for _, line := range logLine.FindAllStringSubmatch(c.stderr, -1) {
		log.WriteString(line[1] + "\n")
	}
	return c.outcome(t, code, p.stdout.String(), log.String(), export)
}

// logLine is a line of katydid's log.
var logLine = regexp.MustCompile(`(?m)^\[[^]]+\] \S+: (.*)$`)

// theirs runs k6.
func (c *conformance) theirs(t *testing.T, k6 string) []string {
	t.Helper()
	export := filepath.Join(t.TempDir(), "export.json")
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, k6, append([]string{"--log-format", "raw"}, c.command(export)...)...)
	cmd.Dir = "testdata/k6"
	cmd.Env = append([]string{"HOME=" + t.TempDir(), "PATH=" + os.Getenv("PATH"), "K6_NO_USAGE_REPORT=true"}, c.env...)
	var stdout, stderr tail
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	c.stderr = stderr.String()
	return c.outcome(t, cmd.ProcessState.ExitCode(), stdout.String(), c.stderr, export)
}

func differs(line string) bool { return strings.HasPrefix(line, "log # differs") }

// outcome is what of a run is compared, a line each.
func (c *conformance) outcome(t *testing.T, code int, stdout, log, export string) []string {
	t.Helper()
	lines := []string{fmt.Sprint("exit ", code)}
	said := func(kind, text string) (list []string) {
		for line := range strings.SplitSeq(text, "\n") {
			if strings.HasPrefix(line, "# ") {
				list = append(list, kind+" "+c.site.anonymous(line))
			}
		}
		if c.sorted {
			slices.Sort(list)
		}
		return list
	}
	lines = append(lines, said("log", log)...)
	lines = append(lines, said("out", stdout)...)
	text, err := os.ReadFile(export)
	if err != nil {
		return append(lines, "no summary")
	}
	var sum k6Export
	if err := json.Unmarshal(text, &sum); err != nil {
		t.Fatalf("the summary export: %s\n%s", err, text)
	}
	sum.Root.describe(func(line string) { lines = append(lines, line) })
	for _, name := range slices.Sorted(maps.Keys(sum.Metrics)) {
		if name != "vus" && name != "vus_max" { // whether there are any depends on the time that the run takes
			lines = append(lines, c.site.anonymous(describeMetric(name, sum.Metrics[name], c.loose)))
		}
	}
	return lines
}

// compare reports the first few lines that differ.
func (c *conformance) compare(t *testing.T, who string, got, want []string) {
	t.Helper()
	if who == "k6" {
		got = slices.DeleteFunc(got, differs)
	}
	if slices.Equal(got, want) {
		return
	}
	diff, count := new(strings.Builder), map[string]int{}
	for _, line := range got {
		count[line]++
	}
	for _, line := range want {
		if count[line]--; count[line] < 0 {
			fmt.Fprintf(diff, "- %s\n", line)
		}
	}
	for _, line := range got {
		if count[line]--; count[line] >= 0 {
			fmt.Fprintf(diff, "+ %s\n", line)
		}
	}
	if diff.Len() == 0 {
		fmt.Fprintf(diff, "the same lines in another order:\n%s\n", strings.Join(got, "\n"))
	}
	t.Errorf("%s does not do as recorded (- recorded, + done):\n%slog:\n%s", who, diff, c.stderr)
}
