package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"katydid/internal/tools"
)

// tool is a program under comparison: some Locust, or katydid.
type tool struct {
	name string // for people: program and version
	path string
	ext  string // of its scripts: .py or .js
}

// old says whether this is the Locust of Debian 12, 2.12, whose package knows no version. Its failures file has no times.
func (t tool) old() bool { return t.name == withoutVersion }

const withoutVersion = "locust without version"

// job is one run of a tool.
type job struct {
	name   string   // of its folder
	script string   // in scripts/, without extension
	args   []string // beside those that every run has
	env    []string // NAME=value
	signal os.Signal
	after  time.Duration // when to send signal, counted from the first request
}

// outcome is what a run leaves behind.
type outcome struct {
	code   int
	took   time.Duration // from the start of the process, or from the signal if there is one, to the end
	stderr string
	log    []arrival // what the target has seen
	files  files
}

// graceToStart is what a tool may take beyond its run time before it is killed.
const graceToStart = 90 * time.Second

// run runs a job against a target and reads the files it has written.
func (t tool) run(ctx context.Context, b *bench, j job) (*outcome, error) {
	folder, err := b.folder(t, j.name)
	if err != nil {
		return nil, err
	}
	dir, to := b.dir, b.target
	prefix := filepath.Join(folder, "run")
	args := append([]string{"-f", filepath.Join(dir, "scripts", j.script+t.ext), "--headless", "--only-summary",
		"--host", to.url, "--csv", prefix}, j.args...)
	ctx, cancel := context.WithTimeout(ctx, graceToStart)
	defer cancel()
	cmd := exec.CommandContext(ctx, t.path, args...)
	cmd.Env = append(tools.PlainEnv(), j.env...)
	cmd.Dir = dir
	to.take()
	out, err := supervise(cmd, to, j)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", t.name, err)
	}
	out.log = to.take()
	if err := os.WriteFile(prefix+".log", []byte(out.stderr), 0o644); err != nil {
		return nil, err
	}
	if out.files, err = readFiles(prefix); err != nil {
		return nil, fmt.Errorf("%s, %s, exit code %d: %w; it said:\n%s", t.name, j.name, out.code, err, out.stderr)
	}
	return out, nil
}

// supervise starts a command, sends it the job's signal and waits for its end.
func supervise(cmd *exec.Cmd, to *target, j job) (*outcome, error) {
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	if j.signal != nil {
		began = to.firstArrival().Add(j.after)
		time.Sleep(time.Until(began))
		if err := cmd.Process.Signal(j.signal); err != nil {
			return nil, fmt.Errorf("send %s: %w", j.signal, err)
		}
	}
	err := <-ended
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		return nil, err
	}
	return &outcome{code: cmd.ProcessState.ExitCode(), took: time.Since(began), stderr: stderr.String()}, nil
}

// findLocusts returns the Locust of PATH, if there is one, and those at paths.
func findLocusts(ctx context.Context, paths []string) ([]tool, error) {
	if inPath, err := exec.LookPath("locust"); err == nil {
		paths = append(paths, inPath)
	}
	var found []tool
	seen := map[string]bool{}
	for _, path := range paths {
		whole, err := filepath.Abs(path)
		if err != nil {
			return nil, err
		}
		if seen[whole] {
			continue
		}
		seen[whole] = true
		text, err := exec.CommandContext(ctx, whole, "--version").Output()
		if err != nil {
			return nil, fmt.Errorf("%s --version: %w", path, err)
		}
		found = append(found, tool{locustName(string(text)), whole, ".py"})
	}
	if len(found) == 0 {
		return nil, errors.New("no locust found in PATH: install one (pip install locust) or name it with --locust PATH")
	}
	return found, nil
}

// locustName makes "locust 2.47.0" of what --version prints.
func locustName(version string) string {
	words := strings.Fields(version)
	if len(words) < 2 || words[0] != "locust" {
		return withoutVersion
	}
	return words[0] + " " + words[1]
}
