package main

import (
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"katydid/stats"
)

// launchFile is .vscode/launch.json. A configuration is passed on to the debugger as it stands.
type launchFile struct {
	Version        string           `json:"version"`
	Configurations []map[string]any `json:"configurations"`
	Compounds      []struct {
		Name           string   `json:"name"`
		Configurations []string `json:"configurations"`
		StopAll        bool     `json:"stopAll"`
	} `json:"compounds"`
}

// tasksFile is .vscode/tasks.json.
type tasksFile struct {
	Version string `json:"version"`
	Tasks   []struct {
		Label          string         `json:"label"`
		Type           string         `json:"type"`
		Command        string         `json:"command"`
		Group          map[string]any `json:"group"`
		Presentation   map[string]any `json:"presentation"`
		ProblemMatcher any            `json:"problemMatcher"`
	} `json:"tasks"`
}

// launchKeys are the keys of a configuration that VS Code and its Go extension know, of those that this project uses.
var launchKeys = []string{"name", "type", "request", "mode", "program", "cwd", "env", "envFile", "args", "preLaunchTask"}

func readLaunch(t *testing.T) (l launchFile, configurations map[string]map[string]any, tasks map[string]string) {
	t.Helper()
	strictJSON(t, ".vscode/launch.json", &l)
	configurations = map[string]map[string]any{}
	for _, c := range l.Configurations {
		configurations[c["name"].(string)] = c
	}
	var f tasksFile
	strictJSON(t, ".vscode/tasks.json", &f)
	tasks = map[string]string{}
	for _, task := range f.Tasks {
		tasks[task.Label] = task.Command
	}
	return l, configurations, tasks
}

func TestLaunchConfigurations(t *testing.T) {
	l, configurations, tasks := readLaunch(t)
	for name, c := range configurations {
		for key := range c {
			if !slices.Contains(launchKeys, key) {
				t.Errorf("%s: unknown key %s", name, key)
			}
		}
		if c["type"] != "go" || c["request"] != "launch" || c["mode"] != "debug" || c["program"] != "${workspaceFolder}" || c["cwd"] != "${workspaceFolder}" {
			t.Errorf("%s: %v", name, c)
		}
		if task, ok := c["preLaunchTask"].(string); ok && tasks[task] == "" {
			t.Errorf("%s: there is no task %q", name, task)
		}
	}
	for _, c := range l.Compounds {
		for _, name := range c.Configurations {
			if configurations[name] == nil {
				t.Errorf("%s: there is no configuration %q", c.Name, name)
			}
		}
	}
	if len(l.Compounds) != 1 || len(configurations) != len(l.Configurations) {
		t.Errorf("%d compounds, %d configurations of %d names", len(l.Compounds), len(l.Configurations), len(configurations))
	}
	for name, command := range tasks {
		program, target, _ := strings.Cut(command, " ")
		if program == "make" && !strings.Contains(readText(t, "Makefile"), "\n"+target+":") {
			t.Errorf("task %s: make knows no %s", name, target)
		}
		if _, err := exec.LookPath(program); err != nil {
			t.Errorf("task %s: %v", name, err)
		}
	}
}

// A debugger runs the compound: the target, then the scene against it. It stops where katydid begins, continues, and the
// scene ends with its results.
func TestDebugger(t *testing.T) {
	t.Parallel()
	_, configurations, tasks := readLaunch(t)
	dir, port := deployed(t), freePort(t)
	target := underDebugger(t, dir, port, configurations["target"])
	target.breakAt("main.runTarget")
	target.says("listening on ")

	wait := exec.Command("sh", "-c", strings.ReplaceAll(tasks["wait for the target"], "localhost:9000", "127.0.0.1:"+port))
	if out, err := wait.CombinedOutput(); err != nil {
		t.Fatalf("the task before the scene: %v\n%s", err, out)
	}
	scene := underDebugger(t, dir, port, configurations["scene_1"])
	scene.breakAt("main.runTest")
	scene.event("terminated")
	scene.end()
	if !scene.said("shutting down (exit code 0)") {
		t.Errorf("the scene: %s%s", scene.stdout, scene.stderr)
	}
	target.end()
	var summary stats.Summary
	readJSON(t, filepath.Join(dir, "results", "scene_1.json"), &summary)
	if asked := strings.Count(target.stdout.String(), "GET /"); summary.ExitCode != 0 || summary.Total.Count == 0 || int64(asked) < summary.Total.Count {
		t.Errorf("the target was asked %d times, the summary says %d, exit code %d\n%s", asked, summary.Total.Count, summary.ExitCode, target.stdout)
	}
}

// delve builds the debugger, once. VS Code's Go extension installs the same.
var delve = sync.OnceValues(func() (string, error) {
	cmd := exec.Command("go", "install", "github.com/go-delve/delve/cmd/dlv@v1.27.2")
	cmd.Env = append(os.Environ(), "GOBIN="+binaries)
	out, err := cmd.CombinedOutput()
	if err != nil {
		err = &delveError{err, string(out)}
	}
	return filepath.Join(binaries, "dlv"), err
})

type delveError struct {
	err    error
	output string
}

func (e *delveError) Error() string { return "go install dlv: " + e.err.Error() + "\n" + e.output }

// underDebugger starts a debugger and gives it a launch configuration, as VS Code does: with the variables replaced, and with what
// the test needs otherwise: the program that is built already, a free port, fewer seconds.
func underDebugger(t *testing.T, dir, port string, configuration map[string]any) *dapSession {
	t.Helper()
	dlv, err := delve()
	if err != nil {
		t.Fatal(err)
	}
	program, err := plainBinary()
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(configuration)
	if err != nil {
		t.Fatal(err)
	}
	text = []byte(strings.NewReplacer("${workspaceFolder}", dir, "localhost:9000", "127.0.0.1:"+port, `"9000"`, `"`+port+`"`, `"30s"`, `"3s"`).Replace(string(text)))
	launch := map[string]any{}
	if err := json.Unmarshal(text, &launch); err != nil {
		t.Fatal(err)
	}
	maps.Copy(launch, map[string]any{"mode": "exec", "program": program})
	return startDAP(t, dlv, dir, launch)
}
