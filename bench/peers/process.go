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
	began  time.Time
	said   bytes.Buffer
	cancel context.CancelFunc
}

// launch starts a tool on its core. The caller has to wait for it and then to call close.
func (b *bench) launch(ctx context.Context, t *tool, j job, every time.Duration) (*process, error) {
	s, err := b.startServer(ctx, every)
	if err != nil {
		return nil, err
	}
	j.url, j.dir = s.url, filepath.Join(b.dir, "scripts")
	c := t.call(j)
	p := &process{server: s}
	ctx, p.cancel = context.WithTimeout(ctx, j.time+patience)
	p.cmd = exec.CommandContext(ctx, t.path, c.args...)
	p.cmd.Dir, p.cmd.Env = b.dir, append(tools.PlainEnv(), c.env...)
	p.cmd.Stdin, p.cmd.Stdout, p.cmd.Stderr = strings.NewReader(c.input), &p.said, &p.said
	p.began = time.Now()
	if err := tools.StartOn(toolCore, p.cmd); err != nil {
		p.close()
		return nil, err
	}
	return p, nil
}

func (p *process) close() {
	p.cancel()
	p.server.kill()
}

// words are the first ones that the tool has printed: an error may come in thousands.
func (p *process) words() []byte {
	return p.said.Bytes()[:min(p.said.Len(), 2000)]
}

// usage is what a whole run of a tool has cost.
type usage struct {
	progress
	cpu, took time.Duration // of the process, start and end included
}

// spend runs a tool until it ends by itself.
func (b *bench) spend(ctx context.Context, t *tool, j job) (usage, error) {
	p, err := b.launch(ctx, t, j, time.Hour)
	if err != nil {
		return usage{}, err
	}
	defer p.close()
	err = p.cmd.Wait()
	u := usage{took: time.Since(p.began), cpu: p.cmd.ProcessState.UserTime() + p.cmd.ProcessState.SystemTime()}
	if err != nil {
		return usage{}, fmt.Errorf("%s: %w; it said:\n%s", t.name, err, p.words())
	}
	if u.progress, err = p.stop(); err != nil {
		return usage{}, err
	}
	if u.requests < 2 {
		return usage{}, fmt.Errorf("%s sent %d requests; it said:\n%s", t.name, u.requests, p.words())
	}
	return u, nil
}

// observe runs a tool until each, which gets the server's progress so often from the first request on, has seen enough;
// then the tool is killed. An error of each ends it, too.
func (b *bench) observe(ctx context.Context, t *tool, j job, every time.Duration, each func(p *process, seen progress) (enough bool, err error)) error {
	p, err := b.launch(ctx, t, j, every)
	if err != nil {
		return err
	}
	defer p.close()
	exited := make(chan struct{})
	go func() {
		_ = p.cmd.Wait() // its state says how it ended
		close(exited)
	}()
	for {
		select {
		case seen, ok := <-p.progress:
			enough, err := false, errors.New("the server has ended")
			if ok {
				enough, err = each(p, seen)
			}
			if enough || err != nil {
				p.cancel()
				<-exited
				return err
			}
		case <-exited:
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
