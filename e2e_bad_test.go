//go:build unix

package main

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// good is a script to be spoiled by options. It sends nothing anywhere but to the target in the process.
const good = `import { HttpUser, constant } from "katydid";
export class Visitor extends HttpUser {
  static waitTime = constant(0.1);
  static tasks = { home: 1 };
  home() { this.client.get("/"); }
}
`

// What keeps a run from starting: each is said in one line on standard error, with the place of the mistake, and
// nothing is left behind. Lines of a script's stack may follow.
func TestBadInput(t *testing.T) {
	t.Parallel()
	user := func(body string) string {
		return "import { HttpUser, User, constant, shared, events } from \"katydid\";\nexport class Visitor extends HttpUser {\n" + body + "\n}\n"
	}
	js := func(text string) map[string]string { return map[string]string{"a.js": text} }
	tests := []struct {
		name  string
		files map[string]string // "a.js" is the script
		args  string            // instead of: run a.js; then more
		code  int
		want  string // in the first line
	}{
		{"missing file", nil, "run nope.js", 1, "nope.js"},
		{"folder without scripts", map[string]string{"d/readme.txt": "hi"}, "run d", 1, "d"},
		{"syntax error", js("import { HttpUser } from \"katydid\";\nexport class A extends HttpUser {\n  home( { }\n}\n"), "", 1, "a.js:4:1: Expected"},
		{"TypeScript syntax in .js", js("let n: number = 1;\n"), "", 1, "a.js:1:6"},
		{"TypeScript syntax error", map[string]string{"a.ts": "let n: = 1;\n"}, "run a.ts", 1, "a.ts:1:8"},
		{"binary file", js("\x7fELF\x02\x01\x01\x00\x00\xff\xfe\x00\x80"), "", 1, "script a.js: not a text file"},
		{"empty file", js(""), "", 1, "exports no user class"},
		{"no user class", js("export const a = 1;\n"), "", 1, "a.js exports no user class"},
		{"class without tasks", js(user("home() {}")), "", 1, "class Visitor: it has no tasks"},
		{"tasks that are missing", js(user("static tasks = { nope: 1 };")), "", 1, "nope"},
		{"negative task weight", js(user("static tasks = { home: -1 }; home() {}")), "", 1, "home"},
		{"throwing top level", js("export const a = 1;\nnull.x;\n"), "", 1, "Cannot read property 'x'"},
		{"rejecting top level", js("await Promise.reject(new Error('no'));\n"), "", 1, "katydid: error: no"},
		{"throwing a string", js("throw 'nothing works';\n"), "", 1, "nothing works"},
		{"top level never settles", js("await new Promise(() => {});\n"), "", 1, "can never settle"},
		{"wrong flag", js(good), "run a.js --userz 3", 2, "did you mean '--users'"},
		{"wrong short flag", js(good), "run a.js -z 3", 2, "-z"},
		{"ambiguous prefix", js(good), "run a.js --csv-f 3", 2, "ambiguous option: --csv-f"},
		{"flag without value", js(good), "run a.js -u", 2, "--users needs a value"},
		{"0 users", js(good), "run a.js -u 0", 2, "--users 0 must be at least 1"},
		{"negative users", js(good), "run a.js -u -5", 2, "--users -5 must be at least 1"},
		{"users are no number", js(good), "run a.js -u ten", 2, "--users ten must be a whole number"},
		{"negative rate", js(good), "run a.js -r -1", 2, "--spawn-rate -1 must be more than 0"},
		{"NaN rate", js(good), "run a.js -r NaN", 2, "--spawn-rate NaN must be a number"},
		{"bad run time", js(good), "run a.js -t 5x", 2, "--run-time 5x is not a length of time"},
		{"negative run time", js(good), "run a.js -t -5", 2, "--run-time -5 is not a length of time"},
		{"bad stop timeout", js(good), "run a.js -s 1y", 2, "--stop-timeout 1y is not a length of time"},
		{"bad host", js(good), "run a.js -H localhost:80", 2, "--host localhost:80 must begin with http://"},
		{"bad port", js(good), "run a.js -H http://127.0.0.1:99999", 2, "--host http://127.0.0.1:99999"},
		{"bad host of class", js(user("static host = 'ftp://127.0.0.1'; static tasks = { a: 1 }; a() {}")), "", 2, "the host of class Visitor"},
		{"some without a host", js(user("static host = 'http://127.0.0.1:1'; static tasks = { a: 1 }; a() {}") +
			"export class B extends HttpUser { static tasks = { a: 1 }; a() {} }\n"), "", 2, "class B has no host"},
		{"unknown class", js(good), "run a.js Vistor", 1, "Vistor"},
		{"a script for a class", js(good), "run a.js b.js", 2, "did you mean -f b.js"},
		{"duplicate classes", map[string]string{"a.js": good, "b.js": good}, "run a.js,b.js", 1, "two of the script files export a user class Visitor"},
		{"unknown argument of the script", js(good), "run a.js --tenant x", 2, "unrecognized arguments: --tenant"},
		{"missing required argument", js("import { events } from 'katydid';\nevents.initCommandLine.on(p => p.addArgument('--tenant', { required: true }));\n" + good), "", 2, "--tenant"},
		{"choice of an argument", js("import { events } from 'katydid';\nevents.initCommandLine.on(p => p.addArgument('--lang', { choices: ['de', 'en'] }));\n" + good), "run a.js --lang fr", 2, "--lang fr"},
		{"argument of katydid's", js("import { events } from 'katydid';\nevents.initCommandLine.on(p => p.addArgument('--users', {}));\n" + good), "", 2, "--users"},
		{"csv in a file", map[string]string{"a.js": good, "f": "x"}, "run a.js --csv f/x", 3, "f/x_stats_history.csv"},
		{"csv where none may write", js(good), "run a.js --csv /proc/nope/x", 3, "/proc/nope"},
		{"summary where none may write", js(good), "run a.js --summary /proc/nope/s.json", 3, "/proc/nope/s.json"},
		{"logfile where none may write", js(good), "run a.js --logfile /proc/nope/log", 1, "/proc/nope/log"},
		{"unknown key in katydid.conf", map[string]string{"a.js": good, "katydid.conf": "# c\nuserz = 3\n"}, "", 2, "katydid.conf:2: unknown key \"userz\" (did you mean \"users\"?)"},
		{"bad value in katydid.conf", map[string]string{"a.js": good, "katydid.conf": "users = many\n"}, "", 2, "katydid.conf:1: users = many must be a whole number"},
		{"broken katydid.toml", map[string]string{"a.js": good, "katydid.toml": "users = 1\ntags = [\n"}, "", 2, "katydid.toml:"},
		{"missing --config", js(good), "run a.js --config nope.conf", 2, "nope.conf cannot be read"},
		{"unknown import", js("import fs from 'fs';\n" + good), "", 1, "a.js:1:16"},
		{"unknown import node:fs", js("import fs from 'node:fs';\n" + good), "", 1, "a.js:1:16"},
		{"import of a k6 module that is not here", js("import grpc from 'k6/net/grpc';\n" + good), "", 1, "k6/net/grpc"},
		{"import of a package", js("import x from 'nope';\n" + good), "", 1, "a.js:1:15"},
		{"import of a missing file", js("import x from './nope.js';\n" + good), "", 1, "a.js:1:15"},
		{"import of a name that is not there", js("import { HttpUsr } from 'katydid';\n" + good), "", 1, "a.js:1:10"},
		{"bad JSON feeder", map[string]string{"a.js": "import { shared } from 'katydid';\nshared.json('u.json');\n" + good, "u.json": "[\n  {\"a\": 1},\n  {\"a\": }\n]\n"}, "", 1, "u.json:3:9"},
		{"JSON feeder of no list", map[string]string{"a.js": "import { shared } from 'katydid';\nshared.json('u.json');\n" + good, "u.json": "{}"}, "", 1, "u.json"},
		{"empty JSON feeder", map[string]string{"a.js": "import { shared } from 'katydid';\nshared.json('u.json');\n" + good, "u.json": "[]"}, "", 1, "u.json"},
		{"bad CSV feeder", map[string]string{"a.js": "import { shared } from 'katydid';\nshared.csv('u.csv');\n" + good, "u.csv": "name,age\nann,3\nbob\n"}, "", 1, "u.csv:3"},
		{"CSV feeder with an open quote", map[string]string{"a.js": "import { shared } from 'katydid';\nshared.csv('u.csv');\n" + good, "u.csv": "name,age\n\"ann,3\nbob,4\n"}, "", 1, "u.csv:"},
		{"missing feeder", js("import { shared } from 'katydid';\nshared.csv('u.csv');\n" + good), "", 1, "u.csv"},
		{"missing file to open", js("import { open } from 'katydid';\nopen('u.txt');\n" + good), "", 1, "u.txt"},
		{"broken JSON import", map[string]string{"a.js": "import u from './u.json';\n" + good, "u.json": "{\"a\": }"}, "", 1, "u.json:1:7"},
		{"no script", nil, "--headless", 2, "there is no script"},
		{"forgotten run", js(good), "a.js -u 3", 2, "did you mean katydid run a.js?"},
		{"unknown command export", js(good), "exprot x", 2, "there is no command exprot: did you mean katydid export?"},
		{"unknown command", js(good), "rum a.js", 2, "there is no command rum: did you mean katydid run?"},
		{"class named twice", js(good), "run a.js Visitor Visitor", 2, "user class Visitor is named twice"},
		{"bad environment variable", js(good), "KATYDID_USERS=many run a.js", 2, "KATYDID_USERS=many must be a whole number"},
		{"bad memory limit", js(good), "run a.js --memory-limit lots", 2, "--memory-limit lots is not an amount of memory"},
		{"folder in place of the summary", map[string]string{"a.js": good, "s/y": ""}, "run a.js --summary s", 3, "--summary s: is a directory"},
		{"run without a script", nil, "run", 2, "run needs a script"},
		{"options of Locust's that are not here", js(good), "run a.js --master", 2, "--master"},
		{"bad static http", js(user("static http = { timeout: 'x' }; static tasks = { a: 1 }; a() {}")), "", 1, "class Visitor"},
		{"unknown key in static http", js(user("static http = { timeOut: 1 }; static tasks = { a: 1 }; a() {}")), "", 1, "class Visitor"},
		{"missing CA", js(user("static http = { ca: 'nope.pem' }; static tasks = { a: 1 }; a() {}")), "", 1, "nope.pem"},
		{"bad weight", js(user("static weight = -1; static tasks = { a: 1 }; a() {}")), "", 1, "class Visitor: static weight"},
		{"all weights 0", js(user("static weight = 0; static tasks = { a: 1 }; a() {}")), "", 1, "weight"},
		{"broken load shape", js(good + "import { LoadShape } from 'katydid';\nexport class S extends LoadShape { constructor() { super(); null.x; } tick() { return null; } }\n"), "", 1, "load shape S"},
		{"stack overflow at the top level", js("(function f() { f(); })();\n" + good), "", 1, "Maximum call stack size exceeded"},
	}
	goStack := regexp.MustCompile(`goroutine |panic:|\.go:\d|github\.com/dop251`)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := folder(t, test.files)
			before := names(t, dir)
			args := "run a.js"
			if test.args != "" {
				args = test.args
			}
			words := strings.Fields(args)
			env := ""
			if strings.Contains(words[0], "=") {
				env, words = words[0], words[1:]
			}
			p := newProcess(t, dir, words...)
			p.cmd.Env = append(p.cmd.Env, env)
			p.start().wait()
			said := p.stderr.String()
			first, rest, _ := strings.Cut(said, "\n")
			t.Logf("%d: %s", p.code(), said)
			if p.code() != test.code {
				t.Errorf("exit code %d, want %d", p.code(), test.code)
			}
			if !strings.HasPrefix(first, "katydid: error: ") || !strings.Contains(first, test.want) {
				t.Errorf("want first katydid: error: ... %s", test.want)
			}
			if strings.Contains(said, "builtin:") || strings.Contains(said, "katydid/model") {
				t.Error("the user is shown a place that is not in the script")
			}
			for line := range strings.Lines(rest) {
				if !strings.HasPrefix(line, "    ") {
					t.Errorf("more than one line: %q", line)
				}
			}
			if goStack.MatchString(said) || p.stdout.String() != "" {
				t.Errorf("stdout %q, stderr %q", p.stdout, said)
			}
			if after := names(t, dir); !slices.Equal(before, after) {
				t.Errorf("files before: %q, after: %q", before, after)
			}
		})
	}
}
