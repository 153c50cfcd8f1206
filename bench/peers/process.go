package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"katydid/internal/tools"
)

// patience is what a tool may take beyond its work before it is killed: to start, to drain, to report.
const patience = 2 * time.Minute

// process is a run of a tool against a server of its own.
type process struct {
	*server
	cmd    *exec.Cmd
	exited chan struct{} // closed when it has ended; then cmd.ProcessState says how
	began  time.Time
	said   bytes.Buffer
	cancel context.CancelFunc
}

// launch starts a tool on its core. The caller has to call close in the end.
func (b *bench) launch(ctx context.Context, t *tool, j job, every time.Duration) (*process, error) {
	s, err := b.startServer(ctx, every)
	if err != nil {
		return nil, err
	}
	j.url, j.dir = s.url, filepath.Join(b.dir, "scripts")
	c := t.call(j)
	p := &process{server: s, exited: make(chan struct{})}
	ctx, p.cancel = context.WithTimeout(ctx, j.time+patience)
	p.cmd = exec.CommandContext(ctx, t.path, c.args...)
	p.cmd.Dir, p.cmd.Env = b.dir, append(tools.PlainEnv(), c.env...)
	p.cmd.WaitDelay = 5 * time.Second // for a child of its own that has its output open
	p.cmd.Stdin, p.cmd.Stdout, p.cmd.Stderr = strings.NewReader(c.input), &p.said, &p.said
	p.began = time.Now()
	if err := tools.StartOn(toolCore, p.cmd); err != nil {
		close(p.exited)
		p.close()
		return nil, err
	}
	go func() {
		_ = p.cmd.Wait() // its state says the same
		close(p.exited)
	}()
	return p, nil
}

// close ends the tool and the server if they still run.
func (p *process) close() {
	p.cancel()
	<-p.exited
	p.kill()
}

// words are the first ones that the tool has printed: an error may come in thousands.
func (p *process) words() []byte {
	return p.said.Bytes()[:min(p.said.Len(), 2000)]
}

// usage is what a run of a tool has cost from its first request to its end.
type usage struct {
	progress
	cpu, took time.Duration
}

// spend runs a tool until it ends by itself. What it takes to get ready for its first request does not count: it is
// nothing in a long run, but with slow tools much in a short one.
func (b *bench) spend(ctx context.Context, t *tool, j job) (usage, error) {
	p, err := b.launch(ctx, t, j, time.Hour)
	if err != nil {
		return usage{}, err
	}
	defer p.close()
	var u usage
	select {
	case <-p.progress: // told at the first request, and then after an hour
		u.cpu, err = p.spent()
	case <-p.exited:
	}
	first := time.Now()
	<-p.exited
	if err != nil {
		return usage{}, fmt.Errorf("%s: processor time at the first request: %w", t.name, err)
	}
	if !p.cmd.ProcessState.Success() {
		return usage{}, fmt.Errorf("%s: %v; it said:\n%s", t.name, p.cmd.ProcessState, p.words())
	}
	u.cpu = p.cmd.ProcessState.UserTime() + p.cmd.ProcessState.SystemTime() - u.cpu
	u.took = time.Since(first)
	if u.progress, err = p.stop(); err != nil {
		return usage{}, err
	}
	if u.requests < 2 {
		return usage{}, fmt.Errorf("%s sent %d requests; it said:\n%s", t.name, u.requests, p.words())
	}
	return u, nil
}

// observe runs a tool until each, which gets the server's progress so often from the first request on, has seen enough;
// then the tool is ended. An error of each ends it, too.
func (b *bench) observe(ctx context.Context, t *tool, j job, every time.Duration, each func(p *process, seen progress) (enough bool, err error)) error {
	p, err := b.launch(ctx, t, j, every)
	if err != nil {
		return err
	}
	defer p.close()
	for {
		select {
		case seen, ok := <-p.progress:
			enough, err := false, errors.New("the server has ended")
			if ok {
				enough, err = each(p, seen)
			}
			if enough || err != nil {
				return err
			}
		case <-p.exited:
			return fmt.Errorf("%s ended too early, %v; it said:\n%s", t.name, p.cmd.ProcessState, p.words())
		}
	}
}

// settle is a pause between runs, in which ports and processors come to rest.
func settle(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-time.After(500 * time.Millisecond):
	}
}
