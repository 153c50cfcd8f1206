package main

import (
	"encoding/json"
	"os/exec"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

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
