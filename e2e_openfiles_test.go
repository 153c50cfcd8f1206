//go:build unix

package main

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
)

// limited lets the process start in a shell after the given commands, such as ulimit -n 64.
func (p *process) limited(commands string) *process {
	p.cmd.Args = append([]string{"sh", "-c", commands + ` && exec "$0" "$@"`, p.cmd.Path}, p.cmd.Args[1:]...)
	p.cmd.Path = "/bin/sh"
	return p
}

// The soft limit of open files is raised to the hard one (by Go, to one less); users beyond that are announced, and
// fail with the cause.
func TestTooFewOpenFiles(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer server.Close()
	const warning = "100 users keep 100 connections, which take 132 open files, but the limit is 79: about 47 users fit, "
	tests := []struct {
		name, limit, script string
		args                string
		code                int
		warned              string
		given               string
	}{
		{"enough", "ulimit -n 200", user("home() { this.client.get('/'); }"), "-u 100", 0, "", ", 200 open files"},
		{"raised", "ulimit -Sn 60 && ulimit -Hn 200", user("home() { this.client.get('/'); }"), "-u 100", 0, "", ", 199 open files"},
		{"too few", "ulimit -Sn 60 && ulimit -Hn 80", user("home() { this.client.get('/'); }"), "-u 100", 1, warning, ", 79 open files"},
		{"of a shape", "ulimit -Sn 60 && ulimit -Hn 80",
			user("home() { this.client.get('/'); }") + "\nexport class S extends LoadShape { tick() { return this.getRunTime() < 2 ? [100, 1000] : null; } }",
			"", 1, warning, ""},
		{"no requests", "ulimit -Sn 60 && ulimit -Hn 80", `import { User } from "katydid"; export class Idler extends User { static tasks = [() => {}]; }`, "-u 100", 0, "", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := folder(t, map[string]string{"a.js": test.script})
			args := append([]string{"run", "a.js", "-H", server.URL, "-r", "1000", "-t", "2s", "--csv", "x"}, strings.Fields(test.args)...)
			p := newProcess(t, dir, args...).limited(test.limit).start()
			p.expect(test.code)
			if n := strings.Count(p.stderr.String(), "about 47 users fit"); n != strings.Count(test.warned, "about") || !p.said(test.warned) || !p.said(test.given) {
				t.Errorf("warned %d times, want %q, and %q\n%s", n, test.warned, test.given, p.stderr)
			}
			failures := readCSV(t, filepath.Join(dir, "x_failures.csv"))[1:]
			if test.code == 0 {
				if len(failures) != 0 {
					t.Errorf("failed: %q", failures)
				}
				return
			}
			if len(failures) != 1 || failures[0][2] != "GeneratorError('too many open files: raise the limit with ulimit -n, or use fewer users')" {
				t.Errorf("failures %q", failures)
			}
			if !p.said("Verdict: INVALID: ") || !p.said("requests failed because this machine had no descriptor, port or memory left") {
				t.Errorf("not the target's fault\n%s", p.stderr)
			}
			rows := readCSV(t, filepath.Join(dir, "x_stats.csv"))
			if total := rows[len(rows)-1]; total[2] == total[3] {
				t.Errorf("nobody got through: %q", total)
			}
			noGoStack(t, p)
		})
	}
}
