//go:build unix

package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// One signal ends the run as its run time would: all files are whole and agree.
func TestSignalInMidRun(t *testing.T) {
	t.Parallel()
	for _, s := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP} {
		t.Run(s.String(), func(t *testing.T) {
			t.Parallel()
			dir := folder(t, map[string]string{"a.js": user("")})
			p := newProcess(t, dir, "run", "a.js", "-u", "10", "-r", "100", "-s", "10s", "--csv", "r/x", "--csv-full-history", "--summary", "r/s.json").start()
			untilRows(t, filepath.Join(dir, "r", "x_stats_history.csv"), 6)
			p.signal(s)
			p.expect(0)
			if want := "got signal " + s.String() + ", shutting down"; !p.said(want) {
				t.Errorf("%q was not said:\n%s", want, p.stderr)
			}
			agree(t, p, filepath.Join(dir, "r"), tally(t, p.stderr.String()))
		})
	}
}

// Started with nohup it outlives its terminal; and nobody has to read what it says.
func TestNobodyIsWatching(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{"a.js": user("")})
	p := plainProcess(t, dir, "run", "a.js", "--csv", "x", "--summary", "s.json")
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Fatal(err)
	}
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	p.cmd.Args = append([]string{"sh", "-c", `trap "" HUP; exec "$0" "$@"`, p.cmd.Path}, p.cmd.Args[1:]...)
	p.cmd.Path, p.cmd.Stderr = shell, write
	p.start()
	if err := errors.Join(write.Close(), read.Close()); err != nil {
		t.Fatal(err)
	}
	history := filepath.Join(dir, "x_stats_history.csv")
	untilRows(t, history, 4)
	p.signal(syscall.SIGHUP)
	untilRows(t, history, 6)
	p.signal(syscall.SIGTERM)
	p.expect(0)
	if s := readSummary(t, filepath.Join(dir, "s.json")); s.ExitCode != 0 || s.Total.Count == 0 {
		t.Errorf("%+v", s)
	}
}

// With a stop timeout the request that is on its way is waited for, and counts.
func TestStopTimeoutWaits(t *testing.T) {
	t.Parallel()
	server := newWaiting(t)
	dir := folder(t, map[string]string{"a.js": user("")})
	p := newProcess(t, dir, "run", "a.js", "-H", server.url, "-s", "1h", "--csv", "x").start()
	<-server.arrived
	p.signal(syscall.SIGTERM)
	p.says("shutting down")
	select {
	case <-p.ended:
		t.Errorf("it did not wait:\n%s", p.stderr)
	case <-time.After(500 * time.Millisecond):
	}
	close(server.release)
	p.expect(0)
	if c := csvCounts(t, filepath.Join(dir, "x_stats.csv"), 1, 2, 3)["/"]; c != (numbers{1, 0}) {
		t.Errorf("%v\n%s", c, p.stderr)
	}
}

// A second signal does not wait; on a dyno nothing waits for longer than 15 s.
func TestSecondSignal(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		env   string
		s     syscall.Signal
		code  int
		warns string
	}{
		{"SIGTERM", "", syscall.SIGTERM, 143, "got signal terminated: stopping at once"},
		{"SIGINT", "", syscall.SIGINT, 130, "got signal interrupt: stopping at once"},
		{"dyno", "DYNO=run.1234", syscall.SIGTERM, 143, "--stop-timeout is 1h0m0s, but a dyno is killed 30 s after SIGTERM: using 15s"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := newWaiting(t)
			dir := folder(t, map[string]string{"a.js": user("")})
			p := newProcess(t, dir, "run", "a.js", "-H", server.url, "-s", "1h", "--csv", "x", "--summary", "s.json")
			p.cmd.Env = append(p.cmd.Env, test.env)
			p.start()
			<-server.arrived
			p.signal(test.s)
			p.says("shutting down")
			if test.env != "" {
				p.says(test.warns)
			}
			p.signal(test.s)
			p.expect(test.code)
			if !p.said(test.warns) || !p.said("1 request was on its way") {
				t.Errorf("%q was not said, or not what became of the request:\n%s", test.warns, p.stderr)
			}
			if s := readSummary(t, filepath.Join(dir, "s.json")); s.ExitCode != test.code || s.Total.Count != 0 {
				t.Errorf("summary: %+v", s)
			}
			readCSV(t, filepath.Join(dir, "x_stats.csv"))
			readCSV(t, filepath.Join(dir, "x_stats_history.csv"))
			hlogCounts(t, filepath.Join(dir, "x.hlog"))
		})
	}
}

// After kill -9 the files are there as of about a second before, whole; the next run does not mind what is left.
func TestKilled(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{"a.js": user("home() { this.client.get('/'); this.client.get('/nope'); nope(); }")})
	args := []string{"run", "a.js", "-u", "10", "-r", "100", "--csv", "x", "--summary", "s.json", "-t"}
	p := newProcess(t, dir, append(args, "10m")...).start()
	untilRows(t, filepath.Join(dir, "x_stats_history.csv"), 5)
	p.signal(syscall.SIGKILL)
	killed := time.Now()
	p.expect(128 + 9)

	history := readCSV(t, filepath.Join(dir, "x_stats_history.csv"))
	last := history[len(history)-1]
	if age := killed.Unix() - number(t, last[0]); age > 2+int64(slack.Seconds()) {
		t.Errorf("the last row is %d s old", age)
	}
	counts := csvCounts(t, filepath.Join(dir, "x_stats.csv"), 1, 2, 3)
	if counts["/"].requests == 0 || counts["/nope"].failures == 0 {
		t.Errorf("stats: %v", counts)
	}
	if failed, thrown := readCSV(t, filepath.Join(dir, "x_failures.csv")), readCSV(t, filepath.Join(dir, "x_exceptions.csv")); len(failed) != 2 || len(thrown) != 2 {
		t.Errorf("failures %q, exceptions %q", failed, thrown)
	}
	if n := hlogCounts(t, filepath.Join(dir, "x.hlog"))["Aggregated"]; n < number(t, history[len(history)-2][17]) {
		t.Errorf("histogram log: %d, history: %q", n, history)
	}

	for _, name := range []string{".x_stats.csv.tmp", ".x_failures.csv.tmp", ".s.json.tmp"} { // had it been killed while writing
		if err := os.WriteFile(filepath.Join(dir, name), []byte("half a li"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	again := katydid(t, dir, append(args, "3s")...)
	again.expect(1)
	counts = csvCounts(t, filepath.Join(dir, "x_stats.csv"), 1, 2, 3)
	if s := readSummary(t, filepath.Join(dir, "s.json")); s.Total.Count != counts["Aggregated"].requests || s.Total.Count == 0 {
		t.Errorf("summary %v, stats %v", s.Total, counts)
	}
	for _, name := range names(t, dir) {
		if strings.HasPrefix(name, ".") {
			t.Errorf("%s is left behind", name)
		}
	}
}
