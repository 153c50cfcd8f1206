package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"katydid/internal/tools"
)

// start is one way to start a tool, for its exit code and its standard output.
type start struct {
	script, args string
	stdout       bool   // compare it, too
	allowed      reason // if the exit codes may differ
	new          bool   // compare with Locust 2.44 and later only
}

var allStarts = []start{
	{script: "steady", args: "--users 1 --spawn 1 --run 1s --stop 1"}, // unique beginnings of long options
	{script: "steady", args: "-u1 -r 1 -t1s Steady"},
	{script: "steady", args: "--list", stdout: true},
	{script: "steady", args: "-u 1 -t 1s Nobody"},
	{script: "no-such-file", args: "-u 1 -t 1s"},
	{script: "steady", args: "--bogus"},
	{script: "steady", args: "-u many"},
	{script: "steady", args: "-u 1 -t 5x", new: true}, // 1 in 2.12
	{script: "steady", args: "-u 1 -r 0", new: true},  // 2.12 dies of a division by zero
	{script: "steady", args: "-u 1 -s 1m -t 1s", new: true},
	{script: "steady", args: "-u 1 -t 1s --csv-full-history"},
	{script: "failing", args: "-u 1 -t 1s"},
	{script: "failing", args: "-u 1 -t 1s --exit-code-on-error 7"},
	{script: "failing", args: "-u 1 -t 1s --exit-code-on-error 0"},
	{script: "dead", args: "-u 2 -r 2 -t 1s", allowed: deadUsers},
}

// compareExits starts both tools in many ways and compares exit codes.
func compareExits(ctx context.Context, b *bench) (*section, error) {
	s := &section{title: "Options and exit codes", about: "Short runs, good and bad. The script `failing` is steady against /404, " +
		"the users of `dead` throw in on_start."}
	for _, c := range allStarts {
		if c.new && b.locust.old() {
			continue
		}
		l, textL, err := b.start(ctx, b.locust, c)
		if err != nil {
			return nil, err
		}
		k, textK, err := b.start(ctx, b.katydid, c)
		if err != nil {
			return nil, err
		}
		s.equalOr(c.allowed, c.allowed != "" && l <= 1 && k == 4, fmt.Sprintf("exit code of -f %s %s", c.script, c.args), l, k)
		if c.stdout {
			s.equal(fmt.Sprintf("output of -f %s %s", c.script, c.args), strings.Fields(textL), strings.Fields(textK))
		}
	}
	return s, nil
}

// start runs a tool without result files.
func (b *bench) start(ctx context.Context, t tool, c start) (code int, stdout string, err error) {
	ctx, cancel := context.WithTimeout(ctx, graceToStart)
	defer cancel()
	script, first := c.script, "/ok"
	if script == "failing" {
		script, first = "steady", "/404"
	}
	args := append([]string{"-f", filepath.Join(b.dir, "scripts", script+t.ext), "--headless", "--only-summary", "--host", b.target.url},
		strings.Fields(c.args)...)
	cmd := exec.CommandContext(ctx, t.path, args...)
	cmd.Env = append(tools.PlainEnv(), "BENCH_FIRST="+first, fmt.Sprint("BENCH_WAIT=", (200*time.Millisecond).Seconds()))
	cmd.Dir = b.dir
	text, err := cmd.Output()
	if err != nil && !errors.As(err, new(*exec.ExitError)) {
		return 0, "", err
	}
	return cmd.ProcessState.ExitCode(), string(text), nil
}
