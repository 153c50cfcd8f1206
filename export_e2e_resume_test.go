//go:build unix

package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"katydid/internal/azurite"
)

// After kill -9 katydid export brings what is there, by the name of the folder, and says that the run was interrupted.
func TestExportAfterKill(t *testing.T) {
	t.Parallel()
	g, container := newGate(t), azurite.Start(t).Container(t)
	dir, token := folder(t, map[string]string{"a.js": showsAll}), least(t, container)
	p := exporting(t, dir, g.url+"/"+container, token).start()
	untilRows(t, filepath.Join(dir, "results", "x_stats_history.csv"), 4)
	p.signal(syscall.SIGKILL)
	p.expect(128 + 9)
	if d, ok := inAzurite(t, container, token).run(t, ""); !ok || d.State != "running" {
		t.Errorf("%+v", d)
	}
	resuming(t, dir, g.url+"/"+container, token, "results").start().expect(0)
	if d := inAzurite(t, container, token).whole(t, "", filepath.Join(dir, "results", "x")); d.State != "interrupted" || d.ExitCode != nil {
		t.Errorf("%+v", d)
	}
	puts := g.puts.Load()
	resuming(t, dir, g.url+"/"+container, token, "results/x").start().expect(0)
	if n := g.puts.Load() - puts; n != 0 {
		t.Errorf("%d uploads of what is there already", n)
	}
}

// New results under an old name are another run: they never replace the old run's in the store.
func TestExportReusedPrefix(t *testing.T) {
	t.Parallel()
	g, container := newGate(t), azurite.Start(t).Container(t)
	dir, token := folder(t, map[string]string{"a.js": showsAll}), least(t, container)
	url := g.url + "/" + container
	exporting(t, dir, url, token, "-t", "1s").start().expect(0)
	first := inAzurite(t, container, token)
	g.behave(says(403, "AuthenticationFailed"))
	exporting(t, dir, url, token, "-t", "1s", "--export-optional").start().expect(exitNotExported)
	g.behave(nil)
	resuming(t, dir, url, token, "results/x").start().expect(0)
	second := inAzurite(t, container, token)
	newProcess(t, dir, "run", "a.js", "-t", "1s", "--csv", "results/x").start().expect(0) // without export
	resuming(t, dir, url, token, "results/x").start().expect(0)
	third := inAzurite(t, container, token)
	for name, text := range first {
		if second[name] != text || third[name] != text {
			t.Errorf("%s was replaced", name)
		}
	}
	if len(second) <= len(first) || len(third) <= len(second) {
		t.Errorf("%d, %d, %d files", len(first), len(second), len(third))
	}
}

// Two processes do not export the same results at once: the second says so, and harms neither files nor store.
func TestExportTwice(t *testing.T) {
	t.Parallel()
	container := azurite.Start(t).Container(t)
	dir, token := folder(t, map[string]string{"a.js": showsAll}), least(t, container)
	url := azurite.Start(t).URL + "/" + container
	p := exporting(t, dir, url, token).start()
	p.says("all users spawned")
	history := filepath.Join(dir, "results", "x_stats_history.csv")
	untilRows(t, history, 4)
	for _, second := range []*process{
		resuming(t, dir, url, token, "results/x"),
		exporting(t, dir, url, token, "-t", "1s"),
		exporting(t, dir, url, token, "-t", "1s", "--export-optional"),
	} {
		second.start().expect(exitNotExported)
		if line, one := oneError(second); !one || !strings.Contains(line, "is exporting results/x at the moment") {
			t.Errorf("%s: %s", second, second.stderr)
		} else {
			t.Log(line)
		}
	}
	if rows := readCSV(t, history); len(rows) < 4 {
		t.Errorf("the second process has cut the history to %d rows", len(rows))
	}
	p.signal(syscall.SIGTERM)
	p.expect(0)
	inAzurite(t, container, token).whole(t, "", filepath.Join(dir, "results", "x"))
	for _, name := range names(t, filepath.Join(dir, "results")) {
		if strings.HasSuffix(name, ".lock") || strings.HasSuffix(name, ".tmp") {
			t.Errorf("%s is left behind", name)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "results", "x.export.json")); errors.Is(err, fs.ErrNotExist) {
		t.Error("there is no journal")
	}
}

// katydid export says what is wrong, in one line and soon.
func TestExportCommandRefused(t *testing.T) {
	t.Parallel()
	container := azurite.Start(t).Container(t)
	good := azurite.Start(t).URL + "/" + container
	tests := []struct {
		name, url, token, where, says string
		code                          int
	}{
		{"nothing there", good, least(t, container), "results/y", "there are no results", exitNotExported},
		{"expired", good, azurite.Start(t).ContainerSAS(container, "cw", time.Now().Add(-time.Hour)), "results/x", "the token expired", exitNotExported},
		{"forged", good, marked, "results/x", "the credentials are refused", exitNotExported},
		{"refused", "http://127.0.0.1:1/account/container", marked, "results", "connection refused", exitNotExported},
		{"no URL", "", marked, "results", "there is no URL", exitUsage},
		{"no token", good, "", "results", "SAS_TOKEN is not set", exitUsage},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := folder(t, map[string]string{"results/x_stats.csv": "Type,Name\r\n"})
			p := resuming(t, dir, test.url, test.token, test.where)
			p.start().expect(test.code)
			if line, one := oneError(p); !one || !strings.Contains(line, test.says) {
				t.Error(p.stderr)
			}
			noSecret(t, marked, "stderr", p.stderr.String())
		})
	}
}
