// Truth measures how true the figures of load testers are: katydid's and those of the peers found on PATH. A server
// whose behaviour is known exactly is loaded with each tool; what the tool reports is compared with the closed form of
// what is true, and with the server's own log.
//
//	go run ./bench/truth [--only S1,S5] [--tools katydid,wrk] [--repeats N] [--seconds N] [--soak N] [--out FILE.md]
//
// The server has the first core and the tool the second; nothing else should run on the machine. All of it takes hours:
// each tool takes about six minutes for one repeat. The exit code is 1 if a run failed or katydid missed a goal,
// 2 if nothing could be measured.
package main

import (
	"context"
	"embed"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"
)

//go:embed scripts
var scripts embed.FS

// asProgram is the environment variable that makes the test binary, too, start the server when it is executed again.
const asProgram = "KATYDID_TRUTH_SERVER"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	code, err := program(ctx, os.Args[1:], os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "truth bench:", err)
	}
	os.Exit(code)
}

func program(ctx context.Context, args []string, w io.Writer) (code int, err error) {
	if len(args) > 0 && args[0] == "serve" {
		if err := serve(args[1:]); err != nil {
			return 2, err
		}
		return 0, nil
	}
	o, err := parseOptions(args)
	if errors.Is(err, flag.ErrHelp) {
		return 0, nil
	}
	if err != nil {
		return 2, err
	}
	d, err := runBench(ctx, o)
	if err != nil {
		return 2, err
	}
	if err := errors.Join(d.writeText(w), d.save(o.out)); err != nil {
		return 2, err
	}
	if d.failed() {
		return 1, nil
	}
	return 0, nil
}

// bench is what a run of everything needs.
type bench struct {
	options
	dir     string // for scripts, logs and results
	tools   []*tool
	tcpdump string   // "" if there is no capture
	runs    []run    // in the order in which they were made
	failed  []string // runs that gave no figures, and why
}

// runBench runs all that the options ask for.
func runBench(ctx context.Context, o options) (*document, error) {
	dir, err := os.MkdirTemp("", "katydid-truth-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	b := &bench{options: o, dir: dir}
	texts, err := fs.Sub(scripts, "scripts")
	if err != nil {
		return nil, err
	}
	if err := os.CopyFS(filepath.Join(dir, "scripts"), texts); err != nil {
		return nil, err
	}
	d := &document{began: time.Now(), options: o}
	if b.tools, d.absent, err = findTools(ctx, dir, o.tools); err != nil {
		return nil, err
	}
	d.tools = b.tools
	if found, err := exec.LookPath("tcpdump"); err == nil && o.capture && os.Geteuid() == 0 {
		b.tcpdump, d.captured = found, true
	}
	if err := b.measureAll(ctx); err != nil {
		return nil, err
	}
	for _, s := range scenarios {
		if o.wants(s.id) {
			d.addScenario(s, b.runs)
		}
	}
	for _, extra := range []struct {
		id  string
		run func(context.Context, *document) error
	}{{overloadID, b.overload}, {soakID, b.soakAll}, {mergeID, b.merge}} {
		if !o.wants(extra.id) {
			continue
		}
		if err := extra.run(ctx, d); err != nil {
			b.failed = append(b.failed, fmt.Sprintf("%s: %v", extra.id, err))
		}
	}
	d.failures = b.failed
	d.took = time.Since(d.began)
	return d, ctx.Err()
}

// measureAll runs every tool in every scenario, again and again. A run that fails is noted; the others go on.
func (b *bench) measureAll(ctx context.Context) error {
	for repeat := range b.repeats {
		for _, s := range scenarios {
			for _, t := range b.tools {
				l, ok := s.load(t, b.time)
				if !ok || !b.wants(s.id) {
					continue
				}
				fmt.Fprintf(os.Stderr, "%d of %d, %s, %s...\n", repeat+1, b.repeats, s.id, t.name)
				r, err := b.measure(ctx, s, t, l, uint64(repeat+1))
				if ctx.Err() != nil {
					return ctx.Err()
				}
				if err != nil {
					fmt.Fprintln(os.Stderr, err)
					b.failed = append(b.failed, fmt.Sprintf("%s: %v", s.id, err))
					continue
				}
				b.runs = append(b.runs, *r)
				settle(ctx)
			}
		}
	}
	return nil
}
