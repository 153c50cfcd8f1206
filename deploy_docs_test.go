package main

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	procfileDefault   = regexp.MustCompile(`\$\{(KATYDID_[A-Z_]+):-(\w+)\}`)
	documentedDefault = regexp.MustCompile("(?m)^\\| `(KATYDID_[A-Z_]+)` \\| (\\d\\w*)")
	herokuRun         = regexp.MustCompile(`(?m)^heroku run(?::detached)? .*-- (scene_\d)([^#\n]*)`)
	writtenOut        = regexp.MustCompile(`(?m)^heroku run .* -- '(katydid run [^']*)'$`)
)

// docs/heroku.md has the defaults of the Procfile, and every scene that it tells to run can be run so.
func TestHerokuDocument(t *testing.T) {
	text, host := readText(t, "docs/heroku.md"), "TARGET_HOST=https://target.example"
	documented := documentedDefault.FindAllStringSubmatch(text, -1)
	types := map[string]processType{}
	for _, p := range scenes(t) {
		types[p.name] = p
		defaults := procfileDefault.FindAllStringSubmatch(p.command, -1)
		if !slices.EqualFunc(defaults, documented, func(a, b []string) bool { return slices.Equal(a[1:], b[1:]) }) {
			t.Errorf("%s has the defaults %q, the document %q", p.name, defaults, documented)
		}
	}
	runs := herokuRun.FindAllStringSubmatch(text, -1)
	for _, m := range runs {
		if _, _, err := types[m[1]].options(t, strings.Fields(m[2]), host); err != nil {
			t.Errorf("%s: %v", m[0], err)
		}
	}
	commands := writtenOut.FindAllStringSubmatch(text, -1)
	for _, m := range commands {
		o, warnings, err := processType{"as written out", m[1]}.options(t, nil, host)
		if err != nil || len(warnings) > 0 || o.host != "https://target.example" {
			t.Errorf("%s: %v %q", m[1], err, warnings)
		}
	}
	if len(runs) < 3 || len(commands) != 1 {
		t.Errorf("%d scenes and %d whole commands were found", len(runs), len(commands))
	}
}
