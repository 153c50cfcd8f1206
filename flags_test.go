package main

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// surroundings are what options come from besides the arguments.
type surroundings struct {
	env   []string
	files map[string]string // "~/" is the home folder
}

func (s surroundings) parse(t *testing.T, args []string, custom ...customArg) (*options, []string, error) {
	t.Helper()
	home, dir := s.folders(t)
	return parseOptions(&system{args: args, environ: s.env, home: home, dir: dir}, custom, nil)
}

func (s surroundings) folders(t *testing.T) (home, dir string) {
	t.Helper()
	home, dir = t.TempDir(), t.TempDir()
	for name, content := range s.files {
		file := filepath.Join(dir, name)
		if rest, ok := strings.CutPrefix(name, "~/"); ok {
			file = filepath.Join(home, rest)
		}
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return home, dir
}

func mustParse(t *testing.T, args ...string) (*options, []string) {
	t.Helper()
	o, warnings, err := surroundings{}.parse(t, args)
	if err != nil {
		t.Fatalf("%q: %v", args, err)
	}
	return o, warnings
}

func TestArticleCommand(t *testing.T) {
	o, warnings := mustParse(t, "-f", "scripts/scene_1.js", "--headless", "-u", "200", "-r", "10", "--host=http://127.0.0.1:9000",
		"--csv=scene_1_2026-11-22_20:58:48", "--run-time", "1h", "-t", "2s", "--stop-timeout", "60")
	want := &options{
		scripts: []string{"scripts/scene_1.js"}, headless: true, users: 200, rate: 10, host: "http://127.0.0.1:9000",
		csv: "scene_1_2026-11-22_20:58:48", runTime: 2 * time.Second, stopTimeout: time.Minute,
		csvFormat: "2.46", logLevel: "INFO", exitCodeOnError: 1, arrivals: "uniform", webHost: "127.0.0.1", webPort: 8089, autoquit: -1, shardIndex: shardNotGiven, masterHost: "127.0.0.1", masterPort: 5557, custom: map[string]any{}, from: o.from, used: o.used,
	}
	if !reflect.DeepEqual(o, want) {
		t.Errorf("got  %+v\nwant %+v", o, want)
	}
	if !slices.Equal(warnings, []string{"--run-time given twice: 1h, then 2s; using 2s"}) {
		t.Errorf("warnings %q", warnings)
	}
	if !o.given("users") || o.given("tags") || o.source("users") != "--users" || o.source("tags") != "default" {
		t.Errorf("sources %v", o.from)
	}
}

func TestArguments(t *testing.T) {
	tests := []struct {
		args string
		got  func(o *options) any
		want any
	}{
		{"", func(o *options) any { return o.users }, 1},
		{"-u200", func(o *options) any { return o.users }, 200},
		{"-u=200", func(o *options) any { return o.users }, 200},
		{"--users=200", func(o *options) any { return o.users }, 200},
		{"-t10m", func(o *options) any { return o.runTime }, 10 * time.Minute},
		{"--user 3 --spawn 1 --run 1s --stop 1", func(o *options) any { return []any{o.users, o.rate, o.runTime, o.stopTimeout} }, []any{3, 1.0, time.Second, time.Second}},
		{"--user=3", func(o *options) any { return o.users }, 3},
		{"-r 0.5", func(o *options) any { return o.rate }, 0.5},
		{"-r .5", func(o *options) any { return o.rate }, 0.5},
		{"-t 0", func(o *options) any { return o.runTime }, time.Duration(0)},
		{"-T a b MyUser", func(o *options) any { return []any{o.tags, len(o.classes)} }, []any{[]string{"a", "b", "MyUser"}, 0}},
		{"-T a,b -u 2 MyUser", func(o *options) any { return []any{o.tags, o.classes} }, []any{[]string{"a", "b"}, []string{"MyUser"}}},
		{"-T=a b", func(o *options) any { return o.tags }, []string{"a", "b"}},
		{"--tags -E slow", func(o *options) any { return []any{o.tags, o.excludeTags} }, []any{[]string{}, []string{"slow"}}},
		{"-T a -- MyUser", func(o *options) any { return []any{o.tags, o.classes} }, []any{[]string{"a"}, []string{"MyUser"}}},
		{"MyUser -u 2 Other", func(o *options) any { return o.classes }, []string{"MyUser", "Other"}},
		{"-f a.js,b.js", func(o *options) any { return o.scripts }, []string{"a.js", "b.js"}},
		{"--script a.js", func(o *options) any { return o.scripts }, []string{"a.js"}},
		{"-L debug", func(o *options) any { return o.logLevel }, "DEBUG"},
		{"-lV", func(o *options) any { return o.list && o.version }, true},
		{"--headless=false", func(o *options) any { return o.headless }, false},
		{"--summary -", func(o *options) any { return o.summary }, "-"},
		{"--csv p --csv-full-history", func(o *options) any { return o.csvFullHistory }, true},
		{"--csv p --csv-f 2.12", func(o *options) any { return o.csv }, nil},
		{"-H HTTPS://user:pw@[::1]:8443/base", func(o *options) any { return o.host }, "HTTPS://user:pw@[::1]:8443/base"},
		{"--autostart", func(o *options) any { return []bool{o.autostart, o.headless} }, []bool{true, false}},
		{"-h --csv-full-history", func(o *options) any { return o.help }, true},
	}
	for _, tt := range tests {
		o, _, err := surroundings{}.parse(t, strings.Fields(tt.args))
		if tt.want == nil {
			if err == nil {
				t.Errorf("%s: no error", tt.args)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", tt.args, err)
		} else if got := tt.got(o); !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: got %#v, want %#v", tt.args, got, tt.want)
		}
	}
}

func TestArgumentErrors(t *testing.T) {
	for args, want := range map[string]string{
		"--bogus":                           "unrecognized arguments: --bogus",
		"-u 1 --hostt=x -z":                 "unrecognized arguments: --hostt=x -z (did you mean '--host'?)",
		"---":                               "unrecognized arguments: ---",
		"--users":                           "--users needs a value: --users N",
		"--host --users 3":                  "--host needs a value: --host URL",
		"--h":                               "ambiguous option: --h could match --host, --headless, --headful, --html, --help",
		"--log x":                           "ambiguous option: --log could match --loglevel, --logfile",
		"-u 0":                              "--users 0 must be at least 1",
		"-u -5":                             "--users -5 must be at least 1",
		"-u 1.5":                            "--users 1.5 must be a whole number",
		"-u 99999999999999999999":           "--users 99999999999999999999 must be at most 10000000",
		"-u 10000001":                       "--users 10000001 must be at most 10000000",
		"-r 0":                              "--spawn-rate 0 must be more than 0",
		"-r -1":                             "--spawn-rate -1 must be more than 0",
		"-r NaN":                            "--spawn-rate NaN must be a number",
		"-r inf":                            "--spawn-rate inf must be at most 1000000",
		"-r 1e999":                          "--spawn-rate 1e999 must be at most 1000000",
		"-r ten":                            "--spawn-rate ten must be a number",
		"-t 5M":                             "--run-time 5M is not a length of time: write it like 20, 20s, 3m, 1h20m, 1d or 100ms",
		"-t -5":                             "--run-time -5 is not a length of time",
		"-s 30m1h":                          "--stop-timeout 30m1h is not a length of time",
		"-H example.com":                    "--host example.com must begin with http:// or https://",
		"-H http://":                        "--host http:// is not a valid address: there is no host name",
		"-H http://:80":                     "--host http://:80 is not a valid address: there is no host name",
		"-H http://a:99999":                 "--host http://a:99999 is not a valid address: the port must be between 1 and 65535",
		"-H http://a:x":                     "--host http://a:x is not a valid address",
		"-H http://a/?q=1":                  "--host http://a/?q=1 must not hold a query",
		"-L loud":                           "--loglevel loud must be one of DEBUG, INFO, WARNING, ERROR, CRITICAL",
		"--csv-full-history":                "--csv-full-history requires --csv",
		"--csv-format 2.30":                 "--csv-format 2.30 must be one of 2.12, 2.46",
		"--exit-code-on-error 256":          "--exit-code-on-error 256 must be at most 255",
		"--headless=maybe":                  "--headless maybe must be true or false",
		"-f a.js,,b.js":                     "--locustfile a.js,,b.js holds a file name that is empty or not valid",
		"scene.ts":                          "scene.ts is a script, not a user class: did you mean -f scene.ts?",
		"My-User":                           "My-User is not the name of a user class",
		"--config no.conf":                  "configuration file no.conf cannot be read: no such file or directory",
		"--config .":                        "configuration file . cannot be read: is a directory",
		"--master":                          "--master is not here yet: running on several machines; on one, a single process uses all cores",
		"--web-login":                       "--web-login is not here yet: a login page of the script's own; use --web-auth",
		"--build-path=":                     "--build-path is empty: is a shell variable in it not set?",
		"--json --summary -":                "--json and --summary - both go to the standard output",
		"--json-file":                       "--json-file needs a value: --json-file FILE",
		"--hatch-rate 5":                    "--hatch-rate: renamed --spawn-rate (-r)",
		"--hatch 5":                         "--hatch-rate: renamed --spawn-rate (-r)",
		"-c 5":                              "--clients: renamed --users (-u)",
		"--slave":                           "--slave: renamed --worker",
		"--step-load":                       "--step-load: step load is written as a LoadShape in the script",
		"--web-auth u":                      "--web-auth *** must be USER:PASSWORD, neither of them empty",
		"-uNaN":                             "--users NaN must be a whole number",
		"-H http://\x7f":                    "--host http://\x7f is not a valid address",
		"--csv a\x00b":                      "must not contain a zero byte",
		"--run-time 99999999999999999999s":  "--run-time 99999999999999999999s is too long",
		"--exclude-tags x --only-summary=2": "--only-summary 2 must be true or false",
	} {
		_, _, err := surroundings{}.parse(t, strings.Split(args, " "))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q", args, err, want)
		} else if strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: more than a line: %v", args, err)
		}
	}
	for _, args := range [][]string{{"--host="}, {"--csv", ""}, {"--host", " "}, {"-H", "http://a b"}, {"-H", "http://a/b c"}} {
		if _, _, err := (surroundings{}).parse(t, args); err == nil {
			t.Errorf("%q: no error", args)
		}
	}
}

func TestWarnings(t *testing.T) {
	for args, want := range map[string][]string{
		"-u 5 --users 5":            nil,
		"-u 5 -u 6 --users=7":       {"--users given 3 times: 5, then 6, then 7; using 7"},
		"-T a -T b c":               {"--tags given twice: a, then b,c; using b,c"},
		"--processes 4":             {"--processes has no effect: it is not needed: a single process uses all cores"},
		"--processes -1":            {"--processes has no effect: it is not needed: a single process uses all cores"},
		"--print-stats --headful":   nil,
		"--autostart --autoquit 3s": nil,
	} {
		if _, got := mustParse(t, strings.Fields(args)...); !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", args, got, want)
		}
	}
}

// A weaker source is overridden by each stronger one in turn.
func TestPrecedence(t *testing.T) {
	s := surroundings{files: map[string]string{}}
	args := []string{}
	steps := []struct {
		add    func()
		source string
	}{
		{func() { s.files["~/.locust.conf"] = "users = 2" }, "~/.locust.conf:1"},
		{func() { s.files["~/.katydid.conf"] = "\nusers: 3" }, "~/.katydid.conf:2"},
		{func() { s.files["locust.conf"] = "--users 4" }, "locust.conf:1"},
		{func() { s.files["katydid.conf"] = "users=5" }, "katydid.conf:1"},
		{func() { s.files["pyproject.toml"] = "[tool.locust]\nusers = 6" }, "pyproject.toml [tool.locust]"},
		{func() { s.files["katydid.toml"] = "users = 7" }, "katydid.toml"},
		{func() { s.files["my.conf"] = "users = '8'"; args = []string{"--config", "my.conf"} }, "my.conf:1"},
		{func() { s.env = append(s.env, "LOCUST_USERS=9") }, "LOCUST_USERS"},
		{func() { s.env = append(s.env, "KATYDID_USERS=10") }, "KATYDID_USERS"},
		{func() { args = append(args, "-u", "11") }, "--users"},
	}
	for i, step := range steps {
		step.add()
		o, warnings, err := s.parse(t, args)
		if err != nil || len(warnings) > 0 {
			t.Fatalf("%s: %v %v", step.source, err, warnings)
		}
		if o.users != i+2 || o.source("users") != step.source {
			t.Errorf("got %d from %s, want %d from %s", o.users, o.source("users"), i+2, step.source)
		}
	}
}

func TestEnvironment(t *testing.T) {
	o, _, err := surroundings{env: []string{
		"LOCUST_HEADLESS=on", "KATYDID_ONLY_SUMMARY=Yes", "LOCUST_RESET_STATS=0", "KATYDID_HOST=", "LOCUST_HOST=http://a",
		"LOCUST_TAGS=a b,c", "LOCUST_USER_CLASSES=A B", "LOCUST_STOP_TIMEOUT=1m", "KATYDID_RUN_TIME=", "users=7", "PATH", "LOCUST_MODE_MASTER=false",
	}}.parse(t, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !o.headless || !o.onlySummary || o.resetStats || o.host != "http://a" || !slices.Equal(o.tags, []string{"a", "b", "c"}) ||
		!slices.Equal(o.classes, []string{"A", "B"}) || o.stopTimeout != time.Minute || o.given("run-time") || o.users != 1 {
		t.Errorf("got %+v", o)
	}
	for env, want := range map[string]string{
		"LOCUST_USERS=abc":                  "LOCUST_USERS=abc must be a whole number",
		"KATYDID_HEADLESS=maybe":            "KATYDID_HEADLESS=maybe must be true or false",
		"LOCUST_HOST=a":                     "LOCUST_HOST=a must begin with http:// or https://",
		"LOCUST_MODE_MASTER=1":              "LOCUST_MODE_MASTER is not here yet",
		"KATYDID_ENABLE_OPENTELEMETRY=true": "KATYDID_ENABLE_OPENTELEMETRY is not here yet",
	} {
		if _, _, err := (surroundings{env: []string{env}}).parse(t, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q", env, err, want)
		}
	}
	_, warnings, err := surroundings{env: []string{"LOCUST_EXPECT_WORKERS=8"}}.parse(t, nil)
	if err != nil || len(warnings) != 1 || !strings.HasPrefix(warnings[0], "LOCUST_EXPECT_WORKERS has no effect; not here yet: running on several machines") {
		t.Errorf("a setting of a master: %v %q", err, warnings)
	}
	if o, _, err := (surroundings{env: []string{"LOCUST_USERS=abc"}}).parse(t, []string{"-u", "3"}); err == nil {
		t.Errorf("a wrong value that is overridden: no error, %d users", o.users)
	}
}

func TestUnknownVariables(t *testing.T) {
	_, warnings, err := surroundings{env: []string{
		"KATYDID_USER=5", "KATYDID_EXPORT_INSECURE=1", "KATYDID_TENANT=x", "LOCUST_USER=5", "KATYDID_HOST=http://a", "KATYDID_HSOT=x",
	}}.parse(t, nil, customArg{name: "--t", env: "KATYDID_TENANT"}, customArg{name: "--tag"})
	want := []string{
		"the environment variable KATYDID_HSOT is not known (did you mean KATYDID_HOST?)",
		"the environment variable KATYDID_USER is not known (did you mean KATYDID_USERS?)",
	}
	if err != nil || !slices.Equal(warnings, want) {
		t.Errorf("%v %q", err, warnings)
	}
}

// Every option of Locust's, with its short name and variable, is known.
func TestLocustOptionsKnown(t *testing.T) {
	const locust = `locustfile/f/LOCUSTFILE config host/H/HOST users/u/USERS spawn-rate/r/SPAWN_RATE run-time/t/RUN_TIME list/l
		config-users//CONFIG_USERS headless//HEADLESS headful//HEADFUL autostart//AUTOSTART autoquit//AUTOQUIT web-host//WEB_HOST
		web-port/P/WEB_PORT web-base-path//WEB_BASE_PATH web-login//WEB_LOGIN web-auth//WEB_AUTH tls-cert//TLS_CERT tls-key//TLS_KEY
		class-picker//USERCLASS_PICKER web-host-display-name build-path//BUILD_PATH legacy-ui master//MODE_MASTER
		master-bind-host//MASTER_BIND_HOST master-bind-port//MASTER_BIND_PORT expect-workers//EXPECT_WORKERS
		expect-workers-max-wait//EXPECT_WORKERS_MAX_WAIT enable-rebalancing worker//MODE_WORKER master-host//MASTER_NODE_HOST
		master-port//MASTER_NODE_PORT processes//PROCESSES tags/T/TAGS exclude-tags/E/EXCLUDE_TAGS csv//CSV
		csv-full-history//CSV_FULL_HISTORY print-stats//PRINT_STATS only-summary//ONLY_SUMMARY reset-stats//RESET_STATS html//HTML
		json json-file skip-log-setup//SKIP_LOG_SETUP loglevel/L/LOGLEVEL logfile//LOGFILE show-task-ratio show-task-ratio-json
		exit-code-on-error//EXIT_CODE_ON_ERROR stop-timeout/s/STOP_TIMEOUT equal-weights profile otel//ENABLE_OPENTELEMETRY
		slave expect-slaves hatch-rate step-load help/h version/V`
	p := newOptionParser(nil)
	for _, want := range strings.Fields(locust) {
		f := append(strings.Split(want, "/"), "", "")
		opt := p.lookup(f[0])
		if opt == nil || opt.short != f[1] || f[2] != "" && opt.env != f[2] {
			t.Errorf("%s: got %+v", want, opt)
		} else if opt.state == stateReady && opt.set == nil || opt.help == "" {
			t.Errorf("%s: neither ready nor explained", want)
		}
	}
}

func TestFirstPass(t *testing.T) {
	home, dir := surroundings{files: map[string]string{
		"katydid.conf": "tenant = 5\nlocustfile = a.js\nusers = many", "other.conf": "loglevel = debug",
	}}.folders(t)
	o, err := parseFirst([]string{"--tenant", "x", "--user", "bob", "-z", "--h", "--config", "other.conf", "--users", "none", "--hatch-rate", "1", "-u"}, nil, home, dir)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(o.scripts, []string{"a.js"}) || o.logLevel != "DEBUG" || o.users != 1 {
		t.Errorf("got %+v", o)
	}
	for _, args := range []string{"--help", "-V", "-u 3 -h"} {
		if _, err := parseFirst(strings.Fields(args), nil, "", t.TempDir()); err != nil {
			t.Errorf("%s: %v", args, err)
		}
	}
	for args, want := range map[string]string{
		"":                  "there is no script: name one with -f FILE",
		"-f":                "there is no script",
		"-f a.js -L loud":   "--loglevel loud must be one of",
		"-f a.js --config=": "--config is empty",
	} {
		if _, err := parseFirst(strings.Fields(args), nil, "", t.TempDir()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %q", args, err, want)
		}
	}
}

// --headful goes before everything that says headless, wherever it is.
func TestHeadful(t *testing.T) {
	for _, test := range []struct {
		args []string
		env  []string
		want bool // headless
	}{
		{[]string{"--headless"}, nil, true},
		{[]string{"--headless", "--headful"}, nil, false},
		{[]string{"--headful", "--headless"}, nil, false},
		{[]string{"--headful"}, []string{"LOCUST_HEADLESS=1"}, false},
		{[]string{"--headless"}, []string{"KATYDID_HEADFUL=1"}, false},
		{[]string{"--headless", "--headful=no"}, nil, true},
	} {
		o, _, err := surroundings{env: test.env, files: map[string]string{"katydid.conf": "headless"}}.parse(t, test.args)
		if err != nil || o.headless != test.want {
			t.Errorf("%v %v: headless %v, %v", test.args, test.env, o.headless, err)
		}
	}
}

func TestJSONFileHasItsEnding(t *testing.T) {
	for given, want := range map[string]string{"x": "x.json", "a/x.json": "a/x.json", "x.txt": "x.txt.json"} {
		if o, _ := mustParse(t, "--json-file", given); o.jsonFile != want {
			t.Errorf("%s: %s, want %s", given, o.jsonFile, want)
		}
	}
}
