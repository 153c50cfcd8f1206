// Peers measures what load costs: with katydid and with the peers found on PATH, side by side in one run.
//
//	go run ./bench/peers [--only cpu,memory,start,scripts,growth,names] [--tools katydid,k6] [--repeats 5] [--seconds N]
//	                     [--requests N] [--users N] [--quick] [--out docs/cost.md]
//
// The server has the first core and the tool the second; nothing else should run on the machine. The exit code is 1 if a
// run failed or katydid missed a goal, 2 if nothing could be measured.
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
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"katydid/internal/tools"
)

//go:embed scripts
var scripts embed.FS

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	code, err := program(ctx, os.Args[1:], os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "compare with peers:", err)
	}
	os.Exit(code)
}

func program(ctx context.Context, args []string, w io.Writer) (code int, err error) {
	o, err := parseOptions(args)
	if errors.Is(err, flag.ErrHelp) {
		return 0, nil
	}
	if err != nil {
		return 2, err
	}
	d, err := runBench(ctx, o)
	if d != nil { // after an interrupt, what there is
		err = errors.Join(err, d.writeText(w), d.save(o.out))
	}
	if err != nil {
		return 2, err
	}
	if d.failed() {
		return 1, nil
	}
	return 0, nil
}

// bench is what a run of everything needs.
type bench struct {
	*document
	dir    string // for the scripts
	server string // the binary that has the server
}

// runBench measures all that the options ask for.
func runBench(ctx context.Context, o options) (*document, error) {
	dir, err := os.MkdirTemp("", "katydid-peers-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	texts, err := fs.Sub(scripts, "scripts")
	if err != nil {
		return nil, err
	}
	if err := os.CopyFS(filepath.Join(dir, "scripts"), texts); err != nil {
		return nil, err
	}
	b := &bench{dir: dir, document: &document{options: o, began: time.Now(), figures: map[*tool]*figures{}}}
	if b.server, err = tools.Build(ctx, dir, "katydid/bench/truth"); err != nil {
		return nil, err
	}
	ours, _, err := tools.BuildKatydid(ctx, dir)
	if err != nil {
		return nil, err
	}
	if b.tools, b.absent, err = findTools(ctx, ours, o.named); err != nil {
		return nil, err
	}
	for _, measure := range []struct {
		names []string // of the measures, any of which makes it run
		run   func(context.Context)
	}{
		{[]string{cpuName}, b.measureCPU}, {[]string{memoryName, startName}, b.measureUsers},
		{[]string{scriptsName}, b.measureScripts}, {[]string{growthName}, b.measureGrowth}, {[]string{namesName}, b.measureNames},
	} {
		if b.wants(measure.names...) && ctx.Err() == nil {
			measure.run(ctx)
		}
	}
	if ctx.Err() != nil {
		b.failures = append(b.failures, "interrupted: what would have come later is missing")
	}
	b.addArithmetic()
	b.took = time.Since(b.began)
	return b.document, ctx.Err()
}

// fail notes a run that gave no figures; the others go on.
func (b *bench) fail(measure string, err error) {
	fmt.Fprintln(os.Stderr, err)
	b.failures = append(b.failures, fmt.Sprintf("%s: %v", measure, err))
}

// say tells whoever waits what is being done.
func (b *bench) say(round int, measure, what string) {
	fmt.Fprintf(os.Stderr, "%d of %d, %s, %s...\n", round+1, b.repeats, measure, what)
}
