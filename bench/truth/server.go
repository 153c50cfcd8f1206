package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"katydid/internal/tools"
)

// target is the server in a process of its own: this program again, with its subcommand.
type target struct {
	url   string
	cmd   *exec.Cmd
	stdin io.WriteCloser
	log   string // its file; "" if it keeps none
}

// startTarget starts the server on its core. The caller ends it with stop or kill.
func startTarget(ctx context.Context, dir, behaviour string, seed uint64, keepLog bool) (*target, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	to := &target{}
	args := []string{"serve", "--behaviour", behaviour, "--seed", fmt.Sprint(seed)}
	if keepLog {
		to.log = filepath.Join(dir, fmt.Sprintf("server-%d.log", seed))
		args = append(args, "--log", to.log)
	}
	to.cmd = exec.CommandContext(ctx, self, args...)
	to.cmd.Env = append(os.Environ(), asProgram+"=1")
	to.cmd.Stderr = os.Stderr
	if to.stdin, err = to.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	stdout, err := to.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := tools.StartOn(serverCore, to.cmd); err != nil {
		return nil, fmt.Errorf("start the server: %w", err)
	}
	port, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		to.kill()
		return nil, fmt.Errorf("start the server: %w", err)
	}
	to.url = "http://127.0.0.1:" + strings.TrimSpace(port)
	return to, nil
}

// stop ends the server and returns its log.
func (to *target) stop() ([]entry, error) {
	if err := errors.Join(to.stdin.Close(), to.cmd.Wait()); err != nil {
		return nil, fmt.Errorf("end the server: %w", err)
	}
	if to.log == "" {
		return nil, nil
	}
	return readLog(to.log)
}

// kill ends the server without its log.
func (to *target) kill() {
	_ = to.cmd.Process.Kill() // it may have ended already
	_ = to.cmd.Wait()
}
