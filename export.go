package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"katydid/exporter"
	"katydid/runtime/vu"
)

// export is a run's way out of the machine; see package exporter. All methods do nothing for a nil receiver: a run that
// exports nothing.
type export struct {
	r      *run
	x      *exporter.Exporter
	target *exporter.Target
	cancel context.CancelFunc // ends the periodic uploads
}

// openExport shows that the export will work, before any load.
func (r *run) openExport() *failure {
	var err error
	switch {
	case r.opts.csv == "":
		return nil
	case r.opts.export == "":
		if err = exporter.Forget(r.opts.csv); err != nil {
			return &failure{exitNotWritten, err}
		}
		return nil
	}
	file := r.opts.csv + "_stats.csv"
	if err = writable(file); err != nil {
		return &failure{exitNotWritten, fmt.Errorf("cannot write %s: %w", file, withoutPath(err))}
	}
	if r.export, err = openExport(r); err != nil {
		return &failure{exitNotExported, fmt.Errorf("--export: %w", err)}
	}
	return nil
}

// openExport makes the exporter and tries it. With --export-optional trouble is only a warning, but never that somebody
// else is exporting these very files: they would be overwritten under his hands.
func openExport(r *run) (*export, error) {
	target, err := exporter.Parse(r.opts.export, r.sys.getenv)
	if err != nil {
		return nil, err
	}
	var end time.Time
	if r.opts.runTime > 0 {
		end = r.started.Add(r.opts.runTime + r.opts.stopTimeout)
	}
	warnings, err := target.Check(time.Now(), end)
	for _, w := range warnings {
		r.log.warnf("--export: %s", w)
	}
	if err == nil {
		var store exporter.Store
		if store, err = target.Open(); err != nil {
			return nil, err
		}
		e := &export{r: r, target: target, x: exporter.New(store, exporter.Options{
			Results: r.opts.csv, Extra: r.extraFiles(), Interval: r.opts.exportEvery, Log: r.log.slog,
		})}
		err = e.preflight()
		if busy := (*exporter.BusyError)(nil); err == nil || r.opts.exportOptional && !errors.As(err, &busy) {
			if err != nil {
				r.log.warnf("the export does not work yet: %s; it is tried again (--export-optional)", err)
			}
			return e, nil
		}
		_ = e.x.Close() // the error that matters is the first
	}
	return nil, err
}

// preflight can be cut short by a signal.
func (e *export) preflight() error {
	ctx, stop := signalled(e.r.sys.signals)
	defer stop()
	err := e.x.Preflight(ctx, e.info("", nil))
	if ctx.Err() != nil {
		return errors.New("stopped by a signal")
	}
	return err
}

// extraFiles are exported beside the CSV files and the histogram log.
func (r *run) extraFiles() []string {
	if s := r.opts.summary; s != "" && s != "-" {
		return []string{s}
	}
	return nil
}

// info describes the run for run.json. What is secret in it is taken out by the exporter.
func (e *export) info(state string, code *int) exporter.RunInfo {
	r := e.r
	scene := strings.TrimSuffix(filepath.Base(r.opts.scripts[0]), filepath.Ext(r.opts.scripts[0]))
	info := exporter.RunInfo{
		Version: version, Commit: os.Getenv("HEROKU_SLUG_COMMIT"), Scene: scene, Script: r.scriptName(), Host: r.status().host,
		Dyno: os.Getenv("DYNO"), Started: r.started, State: state, ExitCode: code,
	}
	if code != nil {
		info.Ended = time.Now()
	}
	return info
}

// start begins the periodic uploads.
func (e *export) start() {
	if e == nil {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	e.cancel = cancel
	e.x.Start(ctx)
}

// dynoFlushEnd is when the last upload on a dyno is given up, counted from SIGTERM: SIGKILL follows 30 s after it.
const dynoFlushEnd = 25 * time.Second

// flushTime is how long the last upload may take, some time after a signal.
func flushTime(dyno bool, since time.Duration) time.Duration {
	if !dyno {
		return exporter.SignalFlushTime
	}
	return min(exporter.SignalFlushTime, max(3*time.Second, dynoFlushEnd-since))
}

// hurry listens to signals while the flush goes on: the first of the run leaves it what a dyno leaves, the second nothing.
func (e *export) hurry(ctx context.Context, cancel context.CancelFunc) {
	for {
		select {
		case <-ctx.Done():
			return
		case s := <-e.r.sys.signals:
			if _, again := e.r.signalled(); again {
				e.r.log.warnf("got signal %s: stopping the export at once", s)
				cancel()
				return
			}
			e.r.mu.Lock()
			e.r.heard = time.Now()
			e.r.mu.Unlock()
			e.r.log.warnf("got signal %s: the export has %s left", s, exporter.SignalFlushTime)
			timer := time.AfterFunc(exporter.SignalFlushTime, cancel)
			defer timer.Stop()
		}
	}
}

// flush exports everything in its last state.
func (e *export) flush(code int) error {
	if e == nil {
		return nil
	}
	state, budget := "finished", exporter.FlushTime
	if at, ok := e.r.signalled(); ok {
		state, budget = "stopped", flushTime(os.Getenv("DYNO") != "", time.Since(at))
	}
	ctx, cancel := context.WithTimeout(context.Background(), budget)
	defer cancel()
	go e.hurry(ctx, cancel)
	err := e.x.Flush(ctx, e.info(state, &code))
	s := e.x.Status()
	if err == nil {
		e.r.log.infof("results exported to %s/%s: %d uploads, %d bytes", e.target, s.Run, s.Uploads, s.Bytes)
	}
	return err
}

// failed says what to do now.
func (e *export) failed(err error) {
	e.r.log.errorf("results are not exported: %s", oneLine(err))
	e.r.log.errorf("they are kept; export them with: katydid export '%s' '%s'", e.r.opts.csv, e.target)
	if os.Getenv("DYNO") != "" { // the disk goes with the dyno, the log stays
		_ = exporter.LastResort(e.r.sys.stderr, e.r.opts.csv+"_stats.csv")
	}
}

func (e *export) close() {
	if e == nil {
		return
	}
	if e.cancel != nil {
		e.cancel()
	}
	_ = e.x.Close() // nothing is left to be lost
}

// slog takes the exporter's log lines.
func (l *logger) slog(level slog.Level, text string) {
	switch {
	case level >= slog.LevelError:
		l.log(vu.Error, text)
	case level >= slog.LevelWarn:
		l.log(vu.Warning, text)
	case level >= slog.LevelInfo:
		l.log(vu.Info, text)
	default:
		l.log(vu.Debug, text)
	}
}

const exportUsage = `Usage: katydid export PREFIX|FOLDER [URL]

Brings results that are on disk to blob storage: those of one run (PREFIX, as
given to --csv) or of all runs in a folder. What is there already is not sent
again. URL as for --export; without it KATYDID_EXPORT counts. Credentials come
from the environment: SAS_TOKEN, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.

      --timeout TIME   give up after this time (default 10m)
  -v, --verbose        say what is done with each file
`

// runExport is katydid export.
func runExport(sys *system, args []string) int {
	flags := pflag.NewFlagSet("export", pflag.ContinueOnError)
	flags.SetOutput(io.Discard)
	limit := flags.Duration("timeout", 10*time.Minute, "")
	verbose := flags.BoolP("verbose", "v", false, "")
	fail := func(code int, err error) int {
		fmt.Fprintf(sys.stderr, "katydid: error: export: %s\n", oneLine(err))
		return code
	}
	err := flags.Parse(args)
	if errors.Is(err, pflag.ErrHelp) {
		fmt.Fprint(sys.stdout, exportUsage)
		return exitOK
	}
	url := sys.getenv("KATYDID_EXPORT")
	if flags.NArg() == 2 {
		url = flags.Arg(1)
	}
	switch {
	case err != nil:
		return fail(exitUsage, err)
	case flags.NArg() < 1 || flags.NArg() > 2:
		return fail(exitUsage, errors.New("give the results and the URL: katydid export results/scene_1 URL"))
	case url == "":
		return fail(exitUsage, errors.New("there is no URL: give it behind the results, or in KATYDID_EXPORT"))
	}
	target, err := exporter.Parse(url, sys.getenv)
	if err != nil {
		return fail(exitUsage, err)
	}
	level := "INFO"
	if *verbose {
		level = "DEBUG"
	}
	log := newLogger(sys.stderr, level)
	warnings, err := target.Check(time.Now(), time.Time{})
	for _, w := range warnings {
		log.warnf("%s", w)
	}
	if err != nil {
		return fail(exitNotExported, err)
	}
	store, err := target.Open()
	if err != nil {
		return fail(exitNotExported, err)
	}
	if c, ok := store.(io.Closer); ok {
		defer func() { _ = c.Close() }()
	}
	ctx, stop := signalled(sys.signals)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, *limit)
	defer cancel()
	done, err := exporter.Resume(ctx, flags.Arg(0), store, exporter.Options{Log: log.slog}, exporter.RunInfo{Version: version})
	for _, d := range done {
		fmt.Fprintf(sys.stdout, "%s: %d files exported to %s/%s, %d were there\n", d.Results, d.Uploaded, target, d.Run, d.Unchanged)
	}
	if err != nil {
		return fail(exitNotExported, err)
	}
	return exitOK
}
