package main

import (
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
)

// The Procfile's processes as they are run on a dyno, by foreman, which reads the Procfile as Heroku does.

// resultSuffixes follow the scene's name in the names of its results.
var resultSuffixes = []string{"_stats.csv", "_stats_history.csv", "_failures.csv", "_exceptions.csv", ".hlog", ".json"}

// foreman prepares it in folder dir, with katydid on the PATH as the buildpack puts it there. Whatever it starts ends with
// the test.
func foreman(t *testing.T, dir string, env []string, args ...string) *process {
	t.Helper()
	tool, err := exec.LookPath("foreman")
	if err != nil {
		t.Fatal("foreman, which runs the Procfile here, is missing: run make setup, or install ruby-foreman (Debian), foreman (RubyGems)")
	}
	binary, err := plainBinary()
	if err != nil {
		t.Fatal(err)
	}
	p := newProcess(t, dir, args...)
	p.cmd.Path, p.cmd.Args[0] = tool, "foreman"
	p.cmd.Env = append([]string{"HOME=" + t.TempDir(), "PATH=" + filepath.Dir(binary) + ":" + os.Getenv("PATH"), "LANG=C.UTF-8"}, env...)
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	t.Cleanup(func() {
		if p.cmd.Process != nil {
			_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL) // an error says that all have ended
		}
	})
	return p
}

// deployed makes a folder with what a dyno has and these tests need.
func deployed(t *testing.T) string {
	t.Helper()
	files := map[string]string{}
	for _, name := range []string{"Procfile", "scripts/scene_1.js", "scripts/scene_2.js"} {
		files[name] = readText(t, name)
	}
	return folder(t, files)
}

// foremanWeb starts the target as the web process and returns its URL.
func foremanWeb(t *testing.T, dir string) (p *process, url string) {
	t.Helper()
	port := freePort(t)
	p = foreman(t, dir, nil, "start", "web", "-p", port, "-t", "30").start()
	p.says("listening on ")
	return p, "http://127.0.0.1:" + port
}

// freePort is a TCP port on which nobody listens, for what has to know its port beforehand or leaves it for a while. It is
// below those that the system gives to connections: one of the many of other tests would take the port meanwhile.
func freePort(t *testing.T) string {
	t.Helper()
	for range 1000 {
		port := strconv.Itoa(20000 + (os.Getpid()+int(lastPort.Add(1)))%12000)
		if ln, err := net.Listen("tcp", "127.0.0.1:"+port); err == nil {
			_ = ln.Close()
			return port
		}
	}
	t.Fatal("there is no free port")
	return ""
}

// lastPort counts, so that no two tests get the same port.
var lastPort atomic.Int64

// sumOf adds up the numbers that the expression's group finds in text.
func sumOf(t *testing.T, text, expression string) (sum int) {
	t.Helper()
	for _, m := range regexp.MustCompile(expression).FindAllStringSubmatch(text, -1) {
		n, err := strconv.Atoi(m[1])
		if err != nil {
			t.Fatal(err)
		}
		sum += n
	}
	return sum
}

func TestForemanCheck(t *testing.T) {
	t.Parallel()
	p := foreman(t, deployed(t), nil, "check").start()
	p.expect(0)
	if !p.said("valid procfile detected (web, scene_1, scene_2)") {
		t.Errorf("%s%s", p.stdout, p.stderr)
	}
}

// Both scenes load the web process; their exit codes are passed on, and they have counted what the target has answered.
func TestForemanRun(t *testing.T) {
	t.Parallel()
	dir := deployed(t)
	web, url := foremanWeb(t, dir)
	requests := 0
	for scene, code := range map[string]int{"scene_1": 0, "scene_2": 1} { // scene_2 finds failures: that is its point
		env := []string{"TARGET_HOST=" + url, "DYNO=run.1234", "KATYDID_USERS=50", "KATYDID_SPAWN_RATE=50", "KATYDID_RUN_TIME=2s"}
		foreman(t, dir, env, "run", scene).start().expect(code)
		for _, suffix := range resultSuffixes {
			if info, err := os.Stat(filepath.Join(dir, "results", scene+suffix)); err != nil || info.Size() == 0 {
				t.Errorf("%s%s: %v, or empty", scene, suffix, err)
			}
		}
		requests += sumOf(t, readText(t, filepath.Join(dir, "results", scene+"_stats.csv")), `(?m)^GET,[^,]*,(\d+),`)
	}
	web.signal(syscall.SIGTERM)
	web.wait()
	_, tally, ok := strings.Cut(web.stdout.String(), "stopped after answering ")
	if answers := sumOf(t, tally, `\d{3}: (\d+)`); !ok || answers != requests || requests < 100 {
		t.Errorf("the scenes counted %d requests, the target %d answers\n%s", requests, answers, web.stdout)
	}
}

func TestForemanRunWithoutHost(t *testing.T) {
	t.Parallel()
	dir := deployed(t)
	p := foreman(t, dir, nil, "run", "scene_1").start()
	p.expect(exitUsage)
	if !p.said("--host is empty: is a shell variable in it not set?") {
		t.Error(p.stderr)
	}
	if _, err := os.Stat(filepath.Join(dir, "results")); !errors.Is(err, os.ErrNotExist) {
		t.Error("there are results")
	}
}
