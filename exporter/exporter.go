// Package exporter brings the results of a run to where they outlive the machine: Azure blob storage, S3 and what speaks
// its language, or a folder. It sees files only: it knows nothing of users, requests and statistics.
//
// The life of an export: Parse, Target.Check, Target.Open, New, Preflight (before any load), Start, Flush, Close. If all
// else failed, Resume does later what is missing, and LastResort prints the most important file.
package exporter

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"sync"
	"time"
)

// Options say what an Exporter exports, and how often.
type Options struct {
	Results  string                              // the prefix of the files: results/scene_1 for results/scene_1_stats.csv
	Extra    []string                            // further files, which may come late or never: summary, report
	Interval time.Duration                       // of periodic uploads, 5 s to 10 min; 0 is 30 s
	Log      func(level slog.Level, text string) // nil: silent. Text has no secret. Called from any goroutine
}

// Status counts what an Exporter has done.
type Status struct {
	Run       string    // the run's folder in the store
	Uploads   int       // files put, run.json included
	Bytes     int64     // of them
	Unchanged int       // periodic: nothing new in a file
	Deferred  int       // periodic: a long file that waits for a later round, to leave the network to the test
	Failed    int       // files that could not be put when it was their turn
	LastError error     // nil after a success
	LastGood  time.Time // of the last success
}

// Exporter exports one run. Its methods may be called from any goroutine, but each only once and in the order of their
// names: Preflight, Start, Flush, Close.
type Exporter struct {
	store Store
	o     Options
	scrub func(string) string
	files []result
	tries int // for each file of the last flush; 0: until its time is up

	mu     sync.Mutex // guards what follows
	j      journal
	status Status
	lock   *lock

	rounds *rounds // nil until Start
}

// Limits of Options.Interval, and its default.
const (
	minInterval     = 5 * time.Second
	maxInterval     = 10 * time.Minute
	defaultInterval = 30 * time.Second
)

// New makes an Exporter. It does nothing yet.
func New(store Store, o Options) *Exporter {
	if o.Interval == 0 {
		o.Interval = defaultInterval
	}
	o.Interval = min(max(o.Interval, minInterval), maxInterval)
	if o.Log == nil {
		o.Log = func(slog.Level, string) {}
	}
	x := &Exporter{store: store, o: o, scrub: Scrubber{}.Scrub, files: results(o.Results, o.Extra)}
	if s, ok := store.(interface{ Scrub(string) string }); ok {
		x.scrub = s.Scrub
	}
	return x
}

const (
	preflightTime  = 15 * time.Second
	preflightTries = 4 // about 1.4 s of waiting
)

// Preflight shows that the export will work, before any load: it puts run.json, which says "running", into a new folder
// of the store. It takes 15 s at most. The results' folder has to exist. After an error the caller refuses the run and
// calls Close, or goes on: then Start and Flush try again under the same folder. A *BusyError says that another process
// exports the same results; then nothing will be exported by this one.
func (x *Exporter) Preflight(ctx context.Context, run RunInfo) error {
	var err error
	if x.lock, err = acquire(x.o.Results); err != nil {
		return err
	}
	if old, err := readJournal(x.o.Results); err == nil && !old.Complete {
		x.logf(slog.LevelWarn, "the results of the earlier run %s were not exported completely to %s; this run replaces them", old.Run, old.Target)
	}
	if run.State == "" {
		run.State = StateRunning
	}
	x.mu.Lock()
	x.j = x.newJournal(run)
	x.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, preflightTime)
	defer cancel()
	if err := x.create(ctx); err != nil {
		return err
	}
	x.logf(slog.LevelInfo, "results go to %s/%s", x.store, x.j.Run)
	return x.save()
}

func (x *Exporter) newJournal(run RunInfo) journal {
	run = run.scrubbed(x.scrub)
	j := journal{Target: x.store.String(), Run: newRunPath(run.Started, run.Scene), Info: run, Exported: map[string]mark{}}
	for _, path := range x.o.Extra {
		if rel, err := filepath.Rel(filepath.Dir(x.o.Results), path); err == nil {
			path = rel
		}
		j.Extra = append(j.Extra, filepath.ToSlash(path))
	}
	return j
}

// create puts run.json where there was none. If a folder of that name is taken, it takes another; but if an earlier try
// got no answer, what is there is that try's.
func (x *Exporter) create(ctx context.Context) error {
	for again := false; ; again = true {
		u, err := x.runUpload(nil)
		if err != nil {
			return err
		}
		u.opts.CreateOnly = true
		tried, err := putRetrying(ctx, x.store, u, preflightTries)
		if e := (*Error)(nil); errors.As(err, &e) && e.Class == Exists {
			if tried > 1 {
				err = nil
			} else if !again {
				x.mu.Lock()
				x.j.Run = newRunPath(x.j.Info.Started, x.j.Info.Scene)
				x.mu.Unlock()
				continue
			}
		}
		x.count(u, err)
		return err
	}
}

// Status may be called at any time.
func (x *Exporter) Status() Status {
	x.mu.Lock()
	defer x.mu.Unlock()
	s := x.status
	s.Run = x.j.Run
	return s
}

// Close ends what Start began, if Flush did not, and lets others export these results. The store is closed too.
func (x *Exporter) Close() error {
	x.rounds.stop(0)
	if x.lock != nil {
		x.lock.release()
		x.lock = nil
	}
	if c, ok := x.store.(io.Closer); ok {
		return c.Close()
	}
	return nil
}

// count books an upload, and what the store now has.
func (x *Exporter) count(u upload, err error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.status.LastError = err
	if err != nil {
		x.status.Failed++
		return
	}
	x.status.Uploads++
	x.status.Bytes += u.size
	x.status.LastGood = time.Now()
}

// save writes the journal.
func (x *Exporter) save() error {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.j.write(x.o.Results)
}

func (x *Exporter) logf(level slog.Level, format string, args ...any) {
	x.o.Log(level, x.scrub(fmt.Sprintf(format, args...)))
}
