// Locust compares katydid with real Locust: it runs the same scenarios with both, one after the other, against the
// same server on loopback, and compares the files they write, their exit codes and the times at which users start.
//
//	go run ./bench/locust [--locust PATH]... [--report FILE.md] [--out FOLDER] [SCENARIO ...]
//
// It uses the locust of PATH and those named. A difference that docs/from-locust.md does not know makes the
// exit code 1; 2 means that there was nothing to compare. Each Locust takes about two minutes.
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
	"slices"
	"strings"
	"syscall"
	"time"

	"katydid/internal/tools"
)

//go:embed scripts
var scripts embed.FS

// bench is what a scenario needs: a Locust, katydid and a target.
type bench struct {
	dir, root       string // where scripts and results are; where katydid's sources are
	locust, katydid tool
	target          *target
}

// scenarios in the order in which they are run.
var scenarios = []struct {
	name string
	run  func(context.Context, *bench) (*section, error)
}{
	{"same", compareSame}, {"steady", compareSteady}, {"mix", compareMix}, {"signals", compareSignals}, {"article", compareArticle},
	{"exits", compareExits},
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	o, err := parseOptions(os.Args[1:])
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	unexpected := 0
	if err == nil {
		unexpected, err = compare(ctx, o, os.Stdout)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "compare with Locust:", err)
		os.Exit(2)
	}
	if unexpected > 0 {
		os.Exit(1)
	}
}

// compare runs everything and returns how many checks found a difference that is not documented.
func compare(ctx context.Context, o options, w io.Writer) (int, error) {
	locusts, err := findLocusts(ctx, o.locusts)
	if err != nil {
		return 0, err
	}
	dir, err := workFolder(o.out)
	if err != nil {
		return 0, err
	}
	if o.out == "" {
		defer os.RemoveAll(dir)
	}
	b := &bench{dir: dir, katydid: tool{name: "katydid", ext: ".js"}}
	if b.katydid.path, b.root, err = tools.BuildKatydid(ctx, dir); err != nil {
		return 0, err
	}
	if b.target, err = startTarget(); err != nil {
		return 0, err
	}
	defer b.target.close()
	var all []comparison
	unexpected := 0
	for _, b.locust = range locusts {
		c, err := b.scenarios(ctx, o.only)
		if err != nil {
			return 0, err
		}
		if err := writeText(w, c); err != nil {
			return 0, err
		}
		all = append(all, c)
		unexpected += count(c.sections, differs)
	}
	return unexpected, saveReport(o.report, all)
}

// scenarios runs the scenarios with one Locust: those named, or all.
func (b *bench) scenarios(ctx context.Context, only []string) (comparison, error) {
	c := comparison{locust: b.locust.name}
	for _, s := range scenarios {
		if len(only) > 0 && !slices.Contains(only, s.name) {
			continue
		}
		fmt.Fprintf(os.Stderr, "%s: %s...\n", b.locust.name, s.name)
		found, err := s.run(ctx, b)
		if err != nil {
			return c, fmt.Errorf("%s: %w", s.name, err)
		}
		c.sections = append(c.sections, found)
	}
	return c, ctx.Err()
}

// format is the setting that makes katydid write the columns that the Locust at hand has.
func (b *bench) format() string {
	if b.locust.old() {
		return "KATYDID_CSV_FORMAT=2.12"
	}
	return "KATYDID_CSV_FORMAT=2.46"
}

// both runs a job with Locust and then with katydid.
func (b *bench) both(ctx context.Context, j job) (locust, katydid *outcome, err error) {
	if locust, err = b.locust.run(ctx, b, j); err != nil {
		return nil, nil, err
	}
	j.env = append(slices.Clone(j.env), b.format())
	katydid, err = b.katydid.run(ctx, b, j)
	return locust, katydid, err
}

// folder makes an empty folder for the results of one run.
func (b *bench) folder(t tool, job string) (string, error) {
	dir := filepath.Join(b.dir, "results", strings.ReplaceAll(b.locust.name, " ", "-"), job+"-"+t.ext[1:])
	if err := os.RemoveAll(dir); err != nil {
		return "", err
	}
	return dir, os.MkdirAll(dir, 0o755)
}

// workFolder makes the folder, a temporary one if it has no name, and puts the scripts in it.
func workFolder(name string) (string, error) {
	dir, err := filepath.Abs(name)
	if name == "" {
		dir, err = os.MkdirTemp("", "katydid-locust-")
	}
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(filepath.Join(dir, "scripts"), 0o755); err != nil {
		return "", err
	}
	entries, err := fs.ReadDir(scripts, "scripts")
	for _, entry := range entries {
		text, err := scripts.ReadFile("scripts/" + entry.Name())
		if err != nil {
			return "", err
		}
		if err := os.WriteFile(filepath.Join(dir, "scripts", entry.Name()), text, 0o644); err != nil {
			return "", err
		}
	}
	return dir, err
}

func saveReport(file string, all []comparison) error {
	if file == "" {
		return nil
	}
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	return errors.Join(writeMarkdown(f, all, time.Now()), f.Close())
}
