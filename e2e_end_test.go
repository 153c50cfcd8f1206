//go:build unix

package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The load ends at the run time, also while a listener of the main VM takes longer.
func TestRunTimeDuringAListener(t *testing.T) {
	t.Parallel()
	for name, script := range map[string]string{
		"listener": user("") + "events.spawningComplete.on(() => { sleep(8); });",
		"tick":     user("") + "export class S extends LoadShape { static useCommonOptions = true; tick() { if (this.getRunTime() > 0.9) sleep(8); return [1, 1]; } }",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := folder(t, map[string]string{"a.js": script})
			p := katydid(t, dir, "run", "a.js", "--csv", "x", "--summary", "s.json", "-t", "2s", "--reset-stats")
			p.expect(0)
			// One user with a wait time of 0.1 s: 20 requests in 2 s, 80 in 8 s.
			if s := readSummary(t, filepath.Join(dir, "s.json")); s.Total.Count == 0 || s.Total.Count > 35 {
				t.Errorf("%d requests\n%s", s.Total.Count, p.stderr)
			}
			if n := strings.Count(p.stderr.String(), "run time limit reached, shutting down"); n != 1 {
				t.Errorf("the end was said %d times:\n%s", n, p.stderr)
			}
		})
	}
}

// fifo makes a named pipe and opens it without reading from it.
func fifo(t *testing.T, path string) (write *os.File) {
	t.Helper()
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0) // both ends, so that opening does not wait and writing does not fail
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

// Users that log to somebody who does not read: results go on, and the run ends when it is to.
func TestStalledReader(t *testing.T) {
	t.Parallel()
	const chatty = "home() { this.client.get('/'); console.log('x'.repeat(20000)); }"
	for name, test := range map[string]struct {
		runTime string
		signals int
		code    int
	}{"run time": {"4s", 0, 0}, "signal": {"1h", 1, 0}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := folder(t, map[string]string{"a.js": user(chatty)})
			p := newProcess(t, dir, "run", "a.js", "-u", "10", "-r", "100", "--csv", "x", "--csv-full-history", "--summary", "s.json", "-t", test.runTime)
			p.cmd.Stderr = fifo(t, filepath.Join(dir, "pipe"))
			began := time.Now()
			p.start()
			untilRows(t, filepath.Join(dir, "x_stats_history.csv"), 9)
			for range test.signals {
				p.signal(syscall.SIGTERM)
			}
			p.expect(test.code)
			if took := time.Since(began); took > 30*time.Second {
				t.Errorf("it took %s", took)
			}
			if s := readSummary(t, filepath.Join(dir, "s.json")); s.Total.Count < 100 {
				t.Errorf("%d requests", s.Total.Count)
			}
		})
	}
}

// What blocks for good at the end does not outlive a signal for long.
func TestBlockedEnd(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{"a.js": user("")})
	out := fifo(t, filepath.Join(dir, "pipe"))
	if _, err := out.Write(make([]byte, 64<<10)); err != nil { // what a pipe holds
		t.Fatal(err)
	}
	p := newProcess(t, dir, "run", "a.js", "--csv", "x", "--summary", "-", "-t", "1s", "-L", "INFO")
	p.cmd.Stdout = out
	p.start()
	p.says("shutting down")
	time.Sleep(time.Second)
	select {
	case <-p.ended:
		t.Fatalf("it ended: %d\n%s", p.code(), p.stderr)
	default:
	}
	p.signal(syscall.SIGTERM)
	p.expect(143)
	if !p.said("the end of the run is blocked") {
		t.Error(p.stderr)
	}
	readCSV(t, filepath.Join(dir, "x_stats.csv"))
}

// The histogram log says where the statistics begin anew; what follows is what the CSV files show.
func TestHistogramLogOfAReset(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{"a.js": user("")})
	p := katydid(t, dir, "run", "a.js", "-u", "20", "-r", "10", "--csv", "x", "--reset-stats", "-t", "4s")
	p.expect(0)
	path := filepath.Join(dir, "x.hlog")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, after, ok := strings.Cut(string(data), "#[Statistics reset at: ")
	if !ok {
		t.Fatalf("no mark:\n%s", data)
	}
	_, after, _ = strings.Cut(after, "\n")
	head := before[:strings.Index(before, "0.000,")]
	if err := os.WriteFile(path+".after", []byte(head+after), 0o600); err != nil {
		t.Fatal(err)
	}
	all, now := hlogCounts(t, path), hlogCounts(t, path+".after")
	if want := csvCounts(t, filepath.Join(dir, "x_stats.csv"), 1, 2, 3)["Aggregated"].requests; now["Aggregated"] != want || now["/"] != want || all["/"] <= want {
		t.Errorf("after the mark %v, in all %v, in the CSV file %d\n%s", now, all, want, p.stderr)
	}
}

// A dyno that nobody stops has all the time that --stop-timeout gives.
func TestStopTimeoutOnADyno(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{"a.js": user("home() { sleep(3); }")})
	p := newProcess(t, dir, "run", "a.js", "-t", "1s", "-s", "60s")
	p.cmd.Env = append(p.cmd.Env, "DYNO=run.1234")
	p.start()
	p.expect(0)
	if !p.said("on a dyno: no more than") || p.said("using 15s") {
		t.Error(p.stderr)
	}
}

// Passwords in URLs are not shown.
func TestPasswordsOfURLs(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, script string
		args         []string
		want         string
	}{
		{"host", user(""), []string{"-H", "http://bob:S3cret@bad host/"}, "--host http://bad host/ is not a valid address"},
		{"two hosts", user(""), []string{"-H", "http://bob:S3cret@a", "-H", "http://eve:S3cret@b", "--list"}, "http://a, then http://b; using http://b"},
		{"host of class", user("static host = 'http://bob:S3cret@bad host/';"), nil, "http://bad host/: "},
		{"no scheme", user(""), []string{"-H", "bob:S3cret@host"}, "--host host must begin with http://"},
		{"no scheme in class", user("static host = 'bob:S3cret@host';"), nil, "host: has no scheme"},
		{"proxy", user("static http = { proxy: 'http://bob:S3cret@bad host/' };"), nil, "http://bad host/: "},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := folder(t, map[string]string{"a.js": test.script})
			p := katydid(t, dir, append([]string{"run", "a.js", "-t", "1s"}, test.args...)...)
			if p.said("S3cret") || !p.said(test.want) {
				t.Errorf("want %q:\n%s", test.want, p.stderr)
			}
		})
	}
	if got := shownHost("https://bob:S3cret@example.test/a@b"); got != "https://example.test/a@b" {
		t.Error(got)
	}
}
