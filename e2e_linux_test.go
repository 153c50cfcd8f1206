package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/sys/unix"
)

// openFiles is the number of this process's open files.
func openFiles(t *testing.T) int { return len(names(t, "/proc/self/fd")) }

// goroutines remembers those there are; the returned function finds those that have come since and stay.
func goroutines() func() error {
	now := goleak.IgnoreCurrent()
	return func() error { return goleak.Find(now) }
}

// A disk that is full for a while costs nothing; one that is full to the end costs what could not be written, and is
// an exit code of its own. The limit on the size of files stands for the disk.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		again bool // there is room again before the end
		code  int
	}{{"for a while", true, 0}, {"to the end", false, 3}} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := folder(t, map[string]string{"a.js": user("")})
			p := newProcess(t, dir, "run", "a.js", "-u", "10", "-r", "100", "-s", "10s", "--csv", "x", "--csv-full-history", "--summary", "s.json").start()
			history := filepath.Join(dir, "x_stats_history.csv")
			untilRows(t, history, 4)
			p.limitFiles(10)
			p.says("results cannot be written: ")
			before, err := os.ReadFile(history)
			if err != nil {
				t.Fatal(err)
			}
			time.Sleep(2500 * time.Millisecond) // two seconds that have to wait in memory
			if test.again {
				p.limitFiles(unix.RLIM_INFINITY)
				p.says("results can be written again; nothing is missing")
			}
			p.signal(syscall.SIGTERM)
			p.expect(test.code)
			if n := strings.Count(p.stderr.String(), "results cannot be written"); n != 1 {
				t.Errorf("said %d times:\n%s", n, p.stderr)
			}
			if test.again {
				agree(t, p, dir, tally(t, p.stderr.String()))
				everySecond(t, history)
				return
			}
			if !p.said("results are not complete: ") || !p.said("the summary could not be written: ") {
				t.Errorf("not said what is missing:\n%s", p.stderr)
			}
			if after, err := os.ReadFile(history); err != nil || string(after) != string(before) {
				t.Errorf("%v, the history was\n%s\nand is\n%s", err, before, after)
			}
			for _, name := range names(t, dir) {
				if strings.HasPrefix(name, ".") {
					t.Errorf("%s is left behind", name)
				}
			}
			noGoStack(t, p)
		})
	}
}

// limitFiles makes files of the process longer than n bytes impossible from now on.
func (p *process) limitFiles(n uint64) {
	p.t.Helper()
	limit := unix.Rlimit{Cur: n, Max: unix.RLIM_INFINITY}
	if err := unix.Prlimit(p.cmd.Process.Pid, unix.RLIMIT_FSIZE, &limit, nil); err != nil {
		p.t.Fatal(err)
	}
}

// Everything that was opened is closed when dispatch returns, and no goroutine is left.
func TestNothingIsLeft(t *testing.T) {
	dir := folder(t, map[string]string{
		"a.js": user("onStop() { this.client.get('/'); } async home() { await this.client.async.get('/'); setTimeout(() => {}, 1e6); }"),
		"b.js": "import { nope } from './nope.js';",
		"c.js": "for (;;) throw new Error('no');",
	})
	runs := []struct {
		args string
		code int
	}{
		{"run a.js -u 20 -r 100 -t 1s --csv r/x --summary r/s.json", 0},
		{"run a.js -u 20 -r 100 -t 1s -s 5s --logfile log", 0},
		{"run b.js", 1},
		{"run c.js", 1},
		{"run a.js --csv a.js/x", 3},
		{"run a.js --help", 0},
	}
	t.Chdir(dir)
	for i, r := range append(runs[:1:1], runs...) { // the first only makes what a process makes once
		before := openFiles(t)
		leak := goroutines()
		var out, errs strings.Builder
		sys := &system{args: strings.Fields(r.args), dir: dir, home: dir, stdout: &out, stderr: &errs, signals: make(chan os.Signal)}
		if code := dispatch(sys); code != r.code {
			t.Errorf("%s: exit code %d, want %d\n%s", r.args, code, r.code, errs.String())
		}
		if i == 0 {
			continue
		}
		if err := leak(); err != nil {
			t.Errorf("%s: %v", r.args, err)
		}
		until(t, "as few open files as before "+r.args, func() bool { return openFiles(t) <= before })
	}
}

// What --out could not write makes the exit code, and the run goes on.
func TestDiskFullForSamples(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writeIn(t, dir, "a.js", "export default function () { console.log('run'); }\n")
	for _, out := range []string{"json=/dev/full", "csv=/dev/full"} {
		p := katydid(t, dir, "run", "--out", out, "a.js")
		p.expect(3)
		if !p.said("--out "+out+" cannot be written: no space left on device; it ends there") || !p.said("iterations...........: 1") {
			t.Errorf("%s:\n%s%s", out, p.stdout, p.stderr)
		}
	}
}

// Of two processes that are to write the same files, the second does not start, and the first does not notice.
func TestSameFilesTwice(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{"a.js": user("")})
	args := []string{"run", "a.js", "-u", "3", "-r", "100", "-s", "10s", "--csv", "x", "--csv-full-history", "--summary", "s.json"}
	first := newProcess(t, dir, args...).start()
	untilRows(t, filepath.Join(dir, "x_stats_history.csv"), 3)
	second := katydid(t, dir, args...)
	second.expect(exitNotWritten)
	if !second.said("x_stats_history.csv: another process is writing it: give each process files of its own\n") || strings.Count(second.stderr.String(), "\n") > 3 {
		t.Errorf("%s", second.stderr)
	}
	first.signal(syscall.SIGTERM)
	first.expect(exitOK)
	agree(t, first, dir, tally(t, first.stderr.String()))
	everySecond(t, filepath.Join(dir, "x_stats_history.csv"))
}
