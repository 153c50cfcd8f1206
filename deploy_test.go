package main

import (
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// A processType is one line of the Procfile.
type processType struct{ name, command string }

var procfileLine = regexp.MustCompile(`^([A-Za-z0-9_-]{1,128}): (\S.*)$`)

func procfile(t *testing.T) (types []processType) {
	t.Helper()
	for line := range strings.Lines(readText(t, "Procfile")) {
		m := procfileLine.FindStringSubmatch(strings.TrimSuffix(line, "\n"))
		if m == nil {
			t.Fatalf("Procfile: not a process type: %q", line)
		}
		types = append(types, processType{m[1], m[2]})
	}
	return types
}

// arguments are what a shell makes of the command of a process type: all words but the program's name.
func (p processType) arguments(t *testing.T, env ...string) []string {
	t.Helper()
	cmd := exec.Command("sh", "-c", `katydid() { printf '%s\n' "$@"; }; `+p.command)
	cmd.Env = append(env, "PATH="+os.Getenv("PATH"))
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", p.name, err, out)
	}
	return strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
}

// options reads those arguments as main does.
func (p processType) options(t *testing.T, more []string, env ...string) (*options, []string, error) {
	t.Helper()
	args := p.arguments(t, env...)
	if len(args) < 2 || args[0] != "run" {
		t.Fatalf("%s: katydid %q", p.name, args)
	}
	args = slices.Concat([]string{"-f", args[1], "--headless"}, args[2:], more)
	return parseOptions(&system{args: args, environ: env, home: t.TempDir(), dir: t.TempDir()}, nil, nil)
}

func scenes(t *testing.T) []processType {
	t.Helper()
	return slices.DeleteFunc(procfile(t), func(p processType) bool { return p.name == "web" })
}

func TestProcfile(t *testing.T) {
	types := procfile(t)
	var names []string
	for _, p := range types {
		names = append(names, p.name)
		if program, _, _ := strings.Cut(p.command, " "); !slices.Contains(installed(t), program) {
			t.Errorf("%s runs %s, but only %q are installed", p.name, program, installed(t))
		}
	}
	if want := []string{"web", "scene_1", "scene_2"}; !slices.Equal(names, want) {
		t.Errorf("process types %q, want %q", names, want)
	}
	if args := types[0].arguments(t); !slices.Equal(args, []string{"target"}) {
		t.Errorf("web runs katydid %q", args)
	}
}

func TestProcfileScenes(t *testing.T) {
	for _, p := range scenes(t) {
		o, warnings, err := p.options(t, nil, "TARGET_HOST=https://target.example")
		if err != nil || len(warnings) > 0 {
			t.Fatalf("%s: %v, warnings %q", p.name, err, warnings)
		}
		if _, err := os.Stat(o.scripts[0]); err != nil || o.scripts[0] != "scripts/"+p.name+".js" {
			t.Errorf("%s runs %q: %v", p.name, o.scripts, err)
		}
		if o.host != "https://target.example" || o.users != 200 || o.rate != 10 || o.runTime != 5*time.Minute || o.stopTimeout != 10*time.Second {
			t.Errorf("%s: host %s, %d users, %g per second, for %s, stop timeout %s", p.name, o.host, o.users, o.rate, o.runTime, o.stopTimeout)
		}
		if o.csv != "results/"+p.name || o.summary != "results/"+p.name+".json" {
			t.Errorf("%s writes %s and %s", p.name, o.csv, o.summary)
		}
		if o.stopTimeout > dynoGrace {
			t.Errorf("%s: a dyno does not wait for %s", p.name, o.stopTimeout)
		}
	}
}

// Whoever runs a scene can change it: by arguments behind its name, as "heroku run scene_1 --users 7" appends them, or by
// config variables, of which an app's are left alone.
func TestProcfileScenesChanged(t *testing.T) {
	host := "TARGET_HOST=https://target.example"
	for _, p := range scenes(t) {
		o, _, err := p.options(t, []string{"--users", "7", "-t", "1h", "--host", "http://other.example"}, host)
		if err != nil || o.users != 7 || o.runTime != time.Hour || o.host != "http://other.example" {
			t.Errorf("%s with arguments: %v, %+v", p.name, err, o)
		}
		o, warnings, err := p.options(t, nil, host, "KATYDID_USERS=8", "KATYDID_SPAWN_RATE=9", "KATYDID_RUN_TIME=10s", "KATYDID_STOP_TIMEOUT=11s")
		if err != nil || len(warnings) > 0 || o.users != 8 || o.rate != 9 || o.runTime != 10*time.Second || o.stopTimeout != 11*time.Second {
			t.Errorf("%s with variables: %v, %q, %+v", p.name, err, warnings, o)
		}
		if _, _, err := p.options(t, nil); err == nil || !strings.Contains(err.Error(), "--host is empty") {
			t.Errorf("%s without TARGET_HOST: %v", p.name, err)
		}
	}
}

// The secret stays in the environment: arguments are in the platform's log, in ps and in the summary.
func TestProcfileNamesNoSecret(t *testing.T) {
	for _, p := range procfile(t) {
		for _, word := range []string{"SAS_TOKEN", "AWS_"} {
			if strings.Contains(p.command, word) {
				t.Errorf("%s has %s among its arguments", p.name, word)
			}
		}
	}
}
