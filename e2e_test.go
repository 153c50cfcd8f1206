//go:build unix

package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// The end-to-end tests run katydid as its users do: as a process of its own. The program is this test binary, which
// becomes katydid when asMain is set; so it is what was just compiled, with the race detector if the tests have it.
const asMain = "E2E_RUN_MAIN"

// patience is how long a test waits for what has to happen. It says nothing about how fast katydid is.
const patience = 90 * time.Second

func TestMain(m *testing.M) {
	if os.Getenv(asMain) != "" {
		signal.Ignore(syscall.SIGXFSZ)                         // a limit on the size of files is to stand for a full disk
		signal.Notify(make(chan os.Signal, 1), syscall.SIGHUP) // a nohup of the tester's is not meant for it
		main()
	}
	flag.Parse()
	_ = flag.Set("test.parallel", "8") // these tests mostly wait for other processes; the flag exists
	var err error
	if binaries, err = os.MkdirTemp("", "katydid-e2e-"); err != nil {
		panic(err)
	}
	code := m.Run()
	_ = os.RemoveAll(binaries)
	os.Exit(code)
}

// binaries is the folder of programs that the tests have built.
var binaries string

// process is one katydid.
type process struct {
	t              *testing.T
	cmd            *exec.Cmd
	stdout, stderr *tail
	ended          chan struct{}
}

// tail collects a stream and can be read while the stream goes on.
type tail struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (w *tail) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.b.Write(b)
}

func (w *tail) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.b.String()
}

// newProcess prepares katydid in folder dir. Nothing of the tester's own settings gets into it.
func newProcess(t *testing.T, dir string, args ...string) *process {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := &process{t: t, cmd: exec.Command(self, args...), stdout: new(tail), stderr: new(tail), ended: make(chan struct{})}
	p.cmd.Dir = dir
	p.cmd.Env = []string{asMain + "=1", "HOME=" + t.TempDir(), "PATH=" + os.Getenv("PATH"), "LANG=C.UTF-8"}
	p.cmd.Stdout, p.cmd.Stderr = p.stdout, p.stderr
	return p
}

// start starts katydid and makes sure that it does not outlive the test.
func (p *process) start() *process {
	p.t.Helper()
	if err := p.cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	go func() {
		_ = p.cmd.Wait() // the exit code is in ProcessState
		close(p.ended)
	}()
	p.t.Cleanup(func() {
		_ = p.cmd.Process.Kill() // an error says that it has ended
		<-p.ended
	})
	return p
}

// plainProcess is newProcess for katydid as its users have it, without the race detector.
func plainProcess(t *testing.T, dir string, args ...string) *process {
	t.Helper()
	path, err := plainBinary()
	if err != nil {
		t.Fatal(err)
	}
	p := newProcess(t, dir, args...)
	p.cmd.Path = path
	return p
}

// plainBinary builds it, once.
var plainBinary = sync.OnceValues(func() (string, error) {
	path := filepath.Join(binaries, "katydid")
	out, err := exec.Command("go", "build", "-o", path, ".").CombinedOutput()
	if err != nil {
		err = fmt.Errorf("go build: %w\n%s", err, out)
	}
	return path, err
})

// katydid runs it to its end.
func katydid(t *testing.T, dir string, args ...string) *process {
	t.Helper()
	p := newProcess(t, dir, args...).start()
	p.wait()
	return p
}

// wait returns the exit code, 128 + n for death by signal n.
func (p *process) wait() int {
	p.t.Helper()
	select {
	case <-p.ended:
	case <-time.After(patience):
		_ = p.cmd.Process.Signal(syscall.SIGQUIT) // for the goroutines
		time.Sleep(time.Second)
		p.t.Fatalf("%s has not ended after %s\n%s", p, patience, p.stderr)
	}
	if strings.Contains(p.stderr.String(), "WARNING: DATA RACE") {
		p.t.Errorf("%s: %s", p, p.stderr)
	}
	return p.code()
}

func (p *process) code() int {
	if s, ok := p.cmd.ProcessState.Sys().(syscall.WaitStatus); ok && s.Signaled() {
		return 128 + int(s.Signal())
	}
	return p.cmd.ProcessState.ExitCode()
}

// expect checks the exit code.
func (p *process) expect(code int) {
	p.t.Helper()
	if got := p.wait(); got != code {
		p.t.Errorf("%s: exit code %d, want %d\n%s", p, got, code, p.stderr)
	}
}

func (p *process) String() string { return "katydid " + strings.Join(p.cmd.Args[1:], " ") }

func (p *process) signal(s os.Signal) {
	p.t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		p.t.Fatalf("%s: %v\n%s", p, err, p.stderr)
	}
}

// until waits for a condition; what says what it is.
func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("never: %s", what)
		}
	}
}

// says waits until katydid has written text to either stream.
func (p *process) says(text string) {
	p.t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		select {
		case <-p.ended:
			if !p.said(text) {
				p.t.Fatalf("%s ended without saying %q\n%s", p, text, p.stderr)
			}
		default:
		}
		if p.said(text) {
			return
		}
		if time.Now().After(end) {
			p.t.Fatalf("%s never said %q\n%s", p, text, p.stderr)
		}
	}
}

func (p *process) said(text string) bool {
	return strings.Contains(p.stderr.String(), text) || strings.Contains(p.stdout.String(), text)
}

// targetProcess starts `katydid target` on a free port, or on the given one, and returns its URL.
func targetProcess(t *testing.T, dir, port string) (p *process, url string) {
	t.Helper()
	p = newProcess(t, dir, "target", "--host", "127.0.0.1", "--port", port).start()
	p.says("listening on ")
	_, url, _ = strings.Cut(p.stdout.String(), "listening on ")
	url, _, _ = strings.Cut(url, " ")
	return p, url
}
