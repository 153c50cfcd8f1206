package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path"
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
	return parseOptions(args, env, t.TempDir(), t.TempDir(), nil)
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

// goMod is what Heroku's buildpack reads in go.mod: the value of the comment "// +heroku key value".
func goMod(t *testing.T, key string) string {
	t.Helper()
	m := regexp.MustCompile(`(?m)^// \+heroku ` + key + ` (.+)$`).FindStringSubmatch(readText(t, "go.mod"))
	if m == nil {
		return ""
	}
	return m[1]
}

// goLine is the release line of Go in go.mod, such as 1.26.
func goLine(t *testing.T) string {
	t.Helper()
	m := regexp.MustCompile(`(?m)^go (\d+\.\d+)(?:\.0)?$`).FindStringSubmatch(readText(t, "go.mod"))
	if m == nil {
		t.Fatal("go.mod asks for a patch release of Go: Heroku's buildpack may not have it yet")
	}
	return m[1]
}

// installed are the programs that the buildpack puts on the PATH: the main packages of what go.mod tells it to install,
// by default of the whole module.
func installed(t *testing.T) (programs []string) {
	t.Helper()
	packages := goMod(t, "install")
	if packages == "" {
		packages = "./..."
	}
	out, err := exec.Command("go", append([]string{"list", "-f", `{{if eq .Name "main"}}{{.ImportPath}}{{end}}`}, strings.Fields(packages)...)...).Output()
	if err != nil {
		t.Fatalf("go list %s: %v", packages, err)
	}
	for _, p := range strings.Fields(string(out)) {
		programs = append(programs, path.Base(p))
	}
	return programs
}

func TestHerokuBuild(t *testing.T) {
	if got, want := goMod(t, "goVersion"), "go"+goLine(t); got != want {
		t.Errorf("go.mod: +heroku goVersion %s, want %s", got, want)
	}
	if got := installed(t); !slices.Equal(got, []string{"katydid"}) {
		t.Errorf("the buildpack installs %q, want katydid only: say // +heroku install . in go.mod", got)
	}
	if strings.Contains(readText(t, "go.mod"), "\ntoolchain ") {
		t.Error("go.mod has a toolchain line: Heroku's buildpack may not have that release yet")
	}
}

// appManifest has the keys that app.json can have.
type appManifest struct {
	Name, Description   string
	Keywords            []string
	Website, Repository string
	Env                 map[string]struct {
		Description, Value, Generator string
		Required                      *bool
	}
	Formation map[string]struct {
		Quantity *int
		Size     string
	}
	Addons       []any
	Buildpacks   []struct{ URL string }
	Scripts      map[string]string
	Stack        string
	Environments map[string]any
}

func TestAppManifest(t *testing.T) {
	var app appManifest
	strictJSON(t, "app.json", &app)
	if app.Name == "" || app.Description == "" || len(app.Name) > 30 {
		t.Errorf("name %q, description %q", app.Name, app.Description)
	}
	for _, name := range []string{"TARGET_HOST", "KATYDID_EXPORT", "SAS_TOKEN"} {
		v, ok := app.Env[name]
		if !ok || v.Required == nil || !*v.Required || v.Value != "" || v.Generator != "" || v.Description == "" {
			t.Errorf("env %s: %+v: has to be asked for, with a description and no value", name, v)
		}
	}
	for name, f := range app.Formation {
		if !slices.ContainsFunc(procfile(t), func(p processType) bool { return p.name == name }) {
			t.Errorf("formation: %s is not in the Procfile", name)
		}
		if f.Quantity == nil || *f.Quantity != 0 {
			t.Errorf("formation: the app that sends the load runs no %s", name)
		}
	}
	if len(app.Buildpacks) != 1 || app.Buildpacks[0].URL != "heroku/go" {
		t.Errorf("buildpacks %+v", app.Buildpacks)
	}
}

// strictJSON reads a file into v, whose fields are all the keys that there can be.
func strictJSON(t *testing.T, file string, v any) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(readText(t, file)))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	if d.More() {
		t.Fatalf("%s: there is more after the end", file)
	}
}
