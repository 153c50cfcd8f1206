//go:build unix

package main

import (
	"net/http"
	"path/filepath"
	"regexp"
	"syscall"
	"testing"
	"time"

	"katydid/internal/azurite"
)

var resumeCommand = regexp.MustCompile(`katydid export '([^']+)' '([^']+)'`)

// resumed runs the command that p has printed, then once more, when nothing is left to do.
func resumed(t *testing.T, p *process, g *gate, token string) {
	t.Helper()
	m := resumeCommand.FindStringSubmatch(p.stderr.String())
	if m == nil {
		t.Fatalf("no command is printed:\n%s", p.stderr)
	}
	again := withToken(t, newProcess(t, p.cmd.Dir, "export", m[1], m[2]), "", token)
	again.start().expect(0)
	puts := g.puts.Load()
	again = resuming(t, p.cmd.Dir, m[2], token, m[1])
	again.start().expect(0)
	if !again.said(": 0 files exported to ") || g.puts.Load() != puts {
		t.Errorf("there was something left to do: %s%s", again.stdout, again.stderr)
	}
}

// flushing starts a run, lets the store go bad, and ends the run with SIGTERM.
func flushing(t *testing.T, mood http.HandlerFunc, env string) (p *process, g *gate, container, token string) {
	t.Helper()
	g, container = newGate(t), azurite.Start(t).Container(t)
	token = least(t, container)
	p = exporting(t, folder(t, map[string]string{"a.js": showsAll}), g.url+"/"+container, token)
	p.cmd.Env = append(p.cmd.Env, env)
	p.start()
	untilRows(t, filepath.Join(p.cmd.Dir, "results", "x_stats_history.csv"), 4) // a second at least, in which requests were answered
	g.behave(mood)
	p.signal(syscall.SIGTERM)
	return p, g, container, token
}

// A token that was good at the start is refused at the end: that is not waited for, the exit code says it, and the
// printed command exports later what is missing.
func TestExportRefusedAtTheEnd(t *testing.T) {
	t.Parallel()
	p, g, container, token := flushing(t, says(403, "AuthenticationFailed"), "")
	began := time.Now()
	p.expect(exitNotExported)
	if took := time.Since(began); took > slack {
		t.Errorf("it took %s", took)
	}
	results := filepath.Join(p.cmd.Dir, "results", "x")
	if s := readSummary(t, results+".json"); s.Total.Count == 0 {
		t.Errorf("%+v", s)
	}
	if p.said("BEGIN KATYDID") {
		t.Error("this is no dyno")
	}
	g.behave(nil)
	resumed(t, p, g, token)
	if d := inAzurite(t, container, token).whole(t, "", results); d.State != "stopped" || d.ExitCode == nil {
		t.Errorf("%+v", d)
	}
	t.Log(grep(p.stderr.String(), "ERROR"))
}

// On a dyno, with a store that never answers: it is given up in time, and the statistics stand in the log.
func TestExportLastResort(t *testing.T) {
	t.Parallel()
	p, g, container, token := flushing(t, hanging, "DYNO=run.1234")
	began := time.Now()
	p.expect(exitNotExported)
	if took := time.Since(began); took > dynoLives {
		t.Errorf("it took %s", took)
	} else {
		t.Logf("%s\n%s", took, grep(p.stderr.String(), "ERROR"))
	}
	results := filepath.Join(p.cmd.Dir, "results", "x")
	if text := unpacked(t, p.stderr.String()); text != readText(t, results+"_stats.csv") {
		t.Errorf("in the log: %s", text)
	}
	g.behave(nil)
	resumed(t, p, g, token)
	inAzurite(t, container, token).whole(t, "", results)
}

// A slow store gets all before the dyno is killed, also when the users have used up their part of the time.
func TestExportSlowly(t *testing.T) {
	t.Parallel()
	g, container, target := newGate(t), azurite.Start(t).Container(t), newCounting(t)
	g.behave(g.slow(1500 * time.Millisecond))
	dir, token := folder(t, map[string]string{"a.js": user("static waitTime = constant(0);")}), least(t, container)
	p := exporting(t, dir, g.url+"/"+container, token, "-H", target.url, "-L", "INFO")
	p.cmd.Env = append(p.cmd.Env, "DYNO=run.1234", "KATYDID_MAX_RPS=500")
	p.start()
	untilRows(t, filepath.Join(dir, "results", "x_stats_history.csv"), 5)
	p.signal(syscall.SIGTERM)
	began := time.Now()
	p.expect(0)
	took := time.Since(began)
	if took > dynoLives {
		t.Errorf("it took %s", took)
	}
	t.Log(took)
	inAzurite(t, container, token).whole(t, "", filepath.Join(dir, "results", "x"))
	s := readSummary(t, filepath.Join(dir, "results", "x.json"))
	if csvCounts(t, filepath.Join(dir, "results", "x_stats.csv"), 1, 2, 3)["/"].requests != s.Total.Count || s.Total.Count < 100 {
		t.Errorf("%+v", s)
	}
}

// The time that users need to stop on a dyno is the export's loss: the whole has to fit before SIGKILL.
func TestExportAfterSlowUsers(t *testing.T) {
	t.Parallel()
	server, g, container := newWaiting(t), newGate(t), azurite.Start(t).Container(t)
	dir, token := folder(t, map[string]string{"a.js": user("")}), least(t, container)
	p := exporting(t, dir, g.url+"/"+container, token, "-H", server.url, "-s", "60s")
	p.cmd.Env = append(p.cmd.Env, "DYNO=run.1234")
	p.start()
	<-server.arrived
	g.behave(hanging)
	p.signal(syscall.SIGTERM)
	began := time.Now()
	p.expect(exitNotExported)
	if took := time.Since(began); took > dynoLives {
		t.Errorf("it took %s", took)
	}
	if unpacked(t, p.stderr.String()) == "" {
		t.Error(p.stderr)
	}
}

// A second signal ends the export at once; results are kept.
func TestExportSecondSignal(t *testing.T) {
	t.Parallel()
	p, g, container, token := flushing(t, hanging, "")
	before := g.puts.Load()
	until(t, "the last upload has begun", func() bool { return g.puts.Load() > before+1 })
	p.signal(syscall.SIGTERM)
	began := time.Now()
	p.expect(exitNotExported)
	if took := time.Since(began); took > slack {
		t.Errorf("it took %s", took)
	}
	p.says("gave up: stopped by a signal")
	readCSV(t, filepath.Join(p.cmd.Dir, "results", "x_stats.csv"))
	g.behave(nil)
	resumed(t, p, g, token)
	inAzurite(t, container, token).whole(t, "", filepath.Join(p.cmd.Dir, "results", "x"))
}

// A first signal during the export, after a run that has ended by itself, is no reason to lose the results, but bounds
// the time.
func TestExportSignalAfterTheRun(t *testing.T) {
	t.Parallel()
	for name, code := range map[string]int{"well in time": 0, "never well": exitNotExported} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g, container := newGate(t), azurite.Start(t).Container(t)
			dir, token := folder(t, map[string]string{"a.js": showsAll}), least(t, container)
			g.behave(g.but(says(503, "ServerBusy")))
			p := exporting(t, dir, g.url+"/"+container, token, "-t", "2s").start()
			p.says("run time limit reached")
			before := g.puts.Load()
			until(t, "the last upload has begun", func() bool { return g.puts.Load() > before })
			p.signal(syscall.SIGTERM)
			p.says("the export has 20s left")
			if code == 0 {
				g.behave(nil)
			}
			p.expect(code)
			if code != 0 {
				if !p.said("503 ServerBusy: the store has trouble; gave up: the time is up") {
					t.Error(p.stderr)
				}
				return
			}
			if d := inAzurite(t, container, token).whole(t, "", filepath.Join(dir, "results", "x")); d.State != "finished" {
				t.Errorf("%+v", d)
			}
		})
	}
}
