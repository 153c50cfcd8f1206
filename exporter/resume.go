package exporter

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Resumed says what Resume did for one run.
type Resumed struct {
	Results   string // the prefix on disk
	Run       string // the run's folder in the store
	Uploaded  int    // files, run.json included
	Unchanged int    // files that the store had already
}

// Resume exports what is missing or has changed of finished or interrupted runs. where is a folder, then all runs in it
// are meant, or the prefix of one (results/scene_1). Where there is a journal the files go to the run's folder; to
// another store than the journal's everything goes anew, under the same name. Without a journal it is a new run: run
// describes it, with the name of the files for Scene and their age for Started unless they are given. To do it again
// changes nothing: what the store has is known from the journal, the store is not asked. Trouble that may pass is tried
// four times per file, within ctx. Of o only Extra (without a journal) and Log are used. The store is not closed.
//
// The error joins those of all runs: *BusyError if a run is being exported by another process, *Incomplete.
func Resume(ctx context.Context, where string, store Store, o Options, run RunInfo) ([]Resumed, error) {
	prefixes, err := findResults(where)
	if err != nil {
		return nil, err
	}
	var done []Resumed
	var errs []error
	for _, prefix := range prefixes {
		o.Results = prefix
		r, err := resumeOne(ctx, store, o, run)
		if err != nil {
			errs = append(errs, err)
		}
		done = append(done, r)
	}
	return done, errors.Join(errs...)
}

func resumeOne(ctx context.Context, store Store, o Options, run RunInfo) (Resumed, error) {
	r := Resumed{Results: o.Results}
	l, err := acquire(o.Results)
	if err != nil {
		return r, err
	}
	defer l.release()
	old, err := readJournal(o.Results)
	switch {
	case err == nil:
		o.Extra = extraPaths(o.Results, old.Extra)
	case !errors.Is(err, fs.ErrNotExist):
		return r, err
	}
	x := New(store, o)
	x.tries = preflightTries
	if old != nil {
		x.j = x.adopt(*old)
	} else {
		x.j = x.newJournal(byHand(o.Results, run))
	}
	if err := x.save(); err != nil {
		return r, err
	}
	err = x.finish(ctx)
	s := x.Status()
	r.Run, r.Uploaded, r.Unchanged = s.Run, s.Uploads, s.Unchanged
	return r, err
}

// adopt continues an earlier journal.
func (x *Exporter) adopt(j journal) journal {
	if j.Target != x.store.String() || j.Exported == nil {
		j.Target, j.Exported = x.store.String(), map[string]mark{}
	}
	if j.Info.State == StateRunning {
		j.Info.State = StateInterrupted
	}
	j.Complete = false
	return j
}

// extraPaths makes the journal's relative paths usable from here.
func extraPaths(prefix string, extra []string) (paths []string) {
	for _, path := range extra {
		path = filepath.FromSlash(path)
		if !filepath.IsAbs(path) {
			path = filepath.Join(filepath.Dir(prefix), path)
		}
		paths = append(paths, path)
	}
	return paths
}

// byHand describes a run that was made without --export.
func byHand(prefix string, run RunInfo) RunInfo {
	run.Scene = first(run.Scene, filepath.Base(prefix))
	run.State = first(run.State, "unknown")
	if run.Started.IsZero() {
		if info, err := os.Stat(prefix + kinds[0].suffix); err == nil {
			run.Started = info.ModTime()
		}
	}
	return run
}

// findResults gives the prefixes of the runs that where means.
func findResults(where string) ([]string, error) {
	where = strings.TrimSuffix(strings.TrimSuffix(where, kinds[0].suffix), journalSuffix)
	info, err := os.Stat(where)
	if err != nil || !info.IsDir() {
		for _, suffix := range []string{journalSuffix, kinds[0].suffix} {
			if _, err := os.Stat(where + suffix); err == nil {
				return []string{where}, nil
			}
		}
		return nil, fmt.Errorf("there are no results: neither a folder %s nor a file %s%s", where, where, kinds[0].suffix)
	}
	entries, err := os.ReadDir(where)
	if err != nil {
		return nil, fmt.Errorf("cannot read %s: %w", where, rootCause(err))
	}
	var prefixes []string
	for _, entry := range entries {
		for _, suffix := range []string{journalSuffix, kinds[0].suffix} {
			if base, ok := strings.CutSuffix(entry.Name(), suffix); ok && base != "" {
				prefixes = append(prefixes, filepath.Join(where, base))
			}
		}
	}
	slices.Sort(prefixes)
	if prefixes = slices.Compact(prefixes); len(prefixes) == 0 {
		return nil, fmt.Errorf("there are no results in the folder %s: no file ends with %s", where, kinds[0].suffix)
	}
	return prefixes, nil
}
