package main

import (
	"reflect"
	"strings"
	"testing"
)

func TestParseConf(t *testing.T) {
	tests := []struct {
		line string
		want *confEntry // nil: nothing
	}{
		{"", nil},
		{"  # users = 5", nil},
		{"; users = 5", nil},
		{"[section]", nil},
		{"--- # YAML", nil},
		{"users = 100", &confEntry{key: "users", values: []string{"100"}}},
		{"users=100", &confEntry{key: "users", values: []string{"100"}}},
		{"users: 100", &confEntry{key: "users", values: []string{"100"}}},
		{"users 100\r", &confEntry{key: "users", values: []string{"100"}}},
		{"\t--users 100", &confEntry{key: "users", values: []string{"100"}}},
		{"host = http://a:80/#x # the test host", &confEntry{key: "host", values: []string{"http://a:80/#x"}}},
		{"host: http://a ; comment", &confEntry{key: "host", values: []string{"http://a"}}},
		{"headless", &confEntry{key: "headless", values: []string{"true"}, bare: true}},
		{"headless # yes", &confEntry{key: "headless", values: []string{"true"}, bare: true}},
		{"headless = True", &confEntry{key: "headless", values: []string{"True"}}},
		{"csv =", &confEntry{key: "csv", values: []string{""}}},
		{"csv = # none", &confEntry{key: "csv", values: []string{""}}},
		{`csv = "a # b"`, &confEntry{key: "csv", values: []string{"a # b"}}},
		{`csv = 'it''s' # c`, &confEntry{key: "csv", values: []string{"it''s"}}},
		{`csv = "a" b`, &confEntry{key: "csv", values: []string{`"a" b`}}},
		{`csv = 'tis`, &confEntry{key: "csv", values: []string{"'tis"}}},
		{"tags = [a, b]", &confEntry{key: "tags", values: []string{"a", "b"}, list: true}},
		{"tags = ['a', b ] # c", &confEntry{key: "tags", values: []string{"a", "b"}, list: true}},
		{`tags: ["a", 5]`, &confEntry{key: "tags", values: []string{"a", "5"}, list: true}},
		{"tags = []", &confEntry{key: "tags", list: true}},
		{"tags = '[a]'", &confEntry{key: "tags", values: []string{"[a]"}}},
	}
	for _, tt := range tests {
		got, err := parseConf("x.conf", tt.line)
		var want []confEntry
		if tt.want != nil {
			tt.want.where = "x.conf:1"
			want = []confEntry{*tt.want}
		}
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %+v %v, want %+v", tt.line, got, err, want)
		}
	}
	for _, line := range []string{"= 5", ": x", "users#5", "--=5", "-- x"} {
		if got, err := parseConf("x.conf", "\n"+line); err == nil || !strings.HasPrefix(err.Error(), "x.conf:2: expected ") {
			t.Errorf("%q: %+v %v", line, got, err)
		}
	}
}

func TestConfigErrors(t *testing.T) {
	tests := []struct{ file, content, want string }{
		{"katydid.conf", "\n\nuserz = 5", `katydid.conf:3: unknown key "userz" (did you mean "users"?)`},
		{"katydid.conf", "whatever = 5", `katydid.conf:1: unknown key "whatever"`},
		{"katydid.conf", "user = 5", `katydid.conf:1: unknown key "user"`}, // keys are not cut short
		{"locust.conf", "users = many", "locust.conf:1: users = many must be a whole number"},
		{"locust.conf", "users", "locust.conf:1: users needs a value: users = N"},
		{"locust.conf", "users = [1, 2]", "locust.conf:1: users takes one value, not a list"},
		{"locust.conf", "help", "locust.conf:1: help can only be given on the command line"},
		{"locust.conf", "config = x.conf", "locust.conf:1: config can only be given on the command line"},
		{"locust.conf", "= 5", `locust.conf:1: expected "key = value", got "= 5"`},
		{"locust.conf", "master = true", "locust.conf:1: master is not here yet: running on several machines"},
		{"locust.conf", "csv-full-history = true", "--csv-full-history (from locust.conf:1) requires --csv"},
		{"~/.locust.conf", "run-time = 1x", "~/.locust.conf:1: run-time = 1x is not a length of time"},
		{"pyproject.toml", "[tool.locust]\nusers = 'many'", "pyproject.toml [tool.locust]: users = many must be a whole number"},
		{"pyproject.toml", "[tool.locust]\n[tool.locust.users]\nn = 5", `pyproject.toml [tool.locust]: the value of "users" must be a string`},
		{"pyproject.toml", "[tool.locust]\nusers = = 5", "pyproject.toml:2: "},
		{"katydid.toml", "hots = 'http://a'", `katydid.toml: unknown key "hots" (did you mean "host"?)`},
	}
	for _, tt := range tests {
		_, _, err := surroundings{files: map[string]string{tt.file: tt.content}}.parse(t, nil)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s %q: error %v, want %q", tt.file, tt.content, err, tt.want)
		} else if strings.Contains(err.Error(), "\n") {
			t.Errorf("%s %q: more than a line: %v", tt.file, tt.content, err)
		}
	}
}

func TestConfigFiles(t *testing.T) {
	o, warnings, err := surroundings{files: map[string]string{
		"katydid.conf":   "\ufeffheadless\nhost =\nexpect-workers = 8\nmaster = false\nspawn_rate = 2.5\nuser-classes = [A, B]",
		"pyproject.toml": "[project]\nname = 'x'\n[tool.locust]\ntags = ['a', 'b']\nspawn-rate = 3\n[tool.katydid]\nspawn-rate = 4.5\nonly-summary = true",
	}}.parse(t, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !o.headless || o.given("host") || o.rate != 4.5 || !o.onlySummary || strings.Join(o.tags, "+") != "a+b" || strings.Join(o.classes, "+") != "A+B" {
		t.Errorf("got %+v", o)
	}
	if len(warnings) != 1 || warnings[0] != "katydid.conf:3: expect-workers has no effect; not here yet: running on several machines; on one, a single process uses all cores" {
		t.Errorf("warnings %q", warnings)
	}
}

// FuzzConfig: no content of a file makes the parsers panic, and every entry
// has a key and a place.
func FuzzConfig(f *testing.F) {
	for _, s := range []string{"users = 100", "tags = [a, 'b']", "--headless # c", "csv: \"a;b\" ; c", "[tool.locust]\nusers=5", "a=\"", "x [", "=\n:"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		entries, err := parseConf("x.conf", s)
		for _, e := range entries {
			if err != nil || e.where == "" || e.key == "" || strings.ContainsAny(e.key, ":=;# \t") || len(e.values) != 1 && !e.list {
				t.Errorf("%q: %+v %v", s, e, err)
			}
		}
		p := newOptionParser(nil)
		for _, name := range []string{"x.conf", "x.toml"} {
			if _, err := p.fromFile(name, []byte(s), nil); err != nil && !strings.HasPrefix(err.Error(), name) {
				t.Errorf("%q: the error does not name the file: %v", s, err)
			}
		}
	})
}
