package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"time"

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
	if r.opts.export == "" {
		return nil
	}
	file := r.opts.csv + "_stats.csv"
	err := writable(file)
	if err != nil {
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
	var files []string
	if s := r.opts.summary; s != "" && s != "-" {
		files = append(files, s)
	}
	for _, file := range []string{r.opts.jsonFile, r.opts.html} {
		if file != "" {
			files = append(files, file)
		}
	}
	return files
}

// info describes the run for run.json. What is secret in it is taken out by the exporter.
func (e *export) info(state string, code *int) exporter.RunInfo {
	r := e.r
	scene := strings.TrimSuffix(filepath.Base(r.opts.scripts[0]), filepath.Ext(r.opts.scripts[0]))
	info := exporter.RunInfo{
		Version: version, Commit: r.sys.getenv("HEROKU_SLUG_COMMIT"), Scene: scene, Script: r.scriptName(), Host: r.status().host,
		Dyno: r.sys.getenv("DYNO"), Started: r.started, State: state, ExitCode: code,
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
func (e *export) hurry(ctx context.Context, cancel context.CancelCauseFunc) {
	for {
		select {
		case <-ctx.Done():
			return
		case s := <-e.r.sys.signals:
			if _, again := e.r.signalled(); again {
				e.r.log.warnf("got signal %s: stopping the export at once", s)
				cancel(errors.New("stopped by a signal"))
				return
			}
			e.r.mu.Lock()
			e.r.heard = time.Now()
			e.r.mu.Unlock()
			e.r.log.warnf("got signal %s: the export has %s left", s, exporter.SignalFlushTime)
			timer := time.AfterFunc(exporter.SignalFlushTime, func() { cancel(context.DeadlineExceeded) })
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
		state, budget = "stopped", flushTime(e.r.sys.onDyno(), time.Since(at))
	}
	signalled, hurry := context.WithCancelCause(context.Background())
	ctx, cancel := context.WithTimeout(signalled, budget)
	defer cancel()
	defer hurry(nil)
	go e.hurry(ctx, hurry)
	err := e.x.Flush(ctx, e.info(state, &code))
	s := e.x.Status()
	if err == nil {
		e.r.log.infof("results exported to %s/%s: %d uploads, %d bytes", e.target, s.Run, s.Uploads, s.Bytes)
	}
	return err
}

// url is what katydid export takes: an s3 URL with its options, but no URL with a token.
func (e *export) url() string {
	if given := strings.TrimSpace(e.r.opts.export); strings.HasPrefix(given, "s3:") {
		return e.target.Scrub(given)
	}
	return e.target.String()
}

// failed says what to do now.
func (e *export) failed(err error) {
	e.r.log.errorf("results are not exported: %s", oneLine(err))
	e.r.log.errorf("they are kept; export them with: katydid export '%s' '%s'", e.r.opts.csv, e.url())
	if e.r.sys.onDyno() { // the disk goes with the dyno, the log stays
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
