package stats

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// document is a file that is replaced as a whole.
type document struct {
	path  string
	write Writer
}

// FilesOptions says what Files writes beside the defaults; the zero value is Locust 2.46 without --csv-full-history.
type FilesOptions struct {
	FullHistory bool      // every row in the history, with the percentiles of the last ten seconds
	Format      string    // "2.46" or "", or "2.12" for a failures file without First and Last Seen
	Start       time.Time // the time of the history's first line; zero for now
}

// Files keeps a run's result files: PREFIX_stats.csv, PREFIX_failures.csv and PREFIX_exceptions.csv, which are
// replaced as a whole and atomically, so that a reader never meets half a file, and PREFIX_stats_history.csv, which
// grows by one second at each Write. One goroutine at a time may use it.
//
// A full disk or a vanished folder costs nothing that can be helped: the replaced files are complete again at the next
// Write that succeeds, and lines of the history wait in memory (64 MiB of them, then the oldest are dropped and counted).
type Files struct {
	replaced []document
	history  *historyFile // nil without a prefix
	create   func(path string) (*os.File, error)
}

// OpenFiles makes the folder and all files, with headers and the history's first line (0 users, N/A), before the run,
// so that a place that cannot be written to is found at once. Files that exist are overwritten. An empty prefix means
// no CSV files: then nothing is written.
func OpenFiles(prefix string, o FilesOptions) (*Files, error) {
	failures, err := failuresWriter(o.Format)
	if err != nil {
		return nil, err
	}
	f := &Files{create: createNew}
	if prefix != "" {
		f.replaced = []document{
			{prefix + "_stats.csv", WriteStatsCSV},
			{prefix + "_failures.csv", failures},
			{prefix + "_exceptions.csv", WriteExceptionsCSV},
		}
		f.history = newHistoryFile(prefix+"_stats_history.csv", o.FullHistory, f.newFile)
	}
	if err := f.first(o.Start); err != nil {
		_ = f.closeHistory() // the first error is the one that matters
		return nil, err
	}
	return f, nil
}

func failuresWriter(format string) (Writer, error) {
	switch format {
	case "", "2.46":
		return WriteFailuresCSV, nil
	case "2.12":
		return WriteFailuresCSV212, nil
	}
	return nil, fmt.Errorf("unknown CSV format %q: use 2.46 or 2.12", format)
}

// first opens the history and writes the state before the first request.
func (f *Files) first(start time.Time) error {
	if start.IsZero() {
		start = time.Now()
	}
	if f.history != nil {
		if err := f.history.open(); err != nil {
			return explain([]fileError{{f.history.path, err}})
		}
	}
	return explain(f.write(Nothing(start), false))
}

// Begin makes the files those of a run that begins at start: the history has its first line then, instead of when the files
// were opened. To be called before the first Write; an error is like one of Write's.
func (f *Files) Begin(start time.Time) error {
	if f.history != nil {
		f.history.empty()
	}
	return f.Write(Nothing(start))
}

// Write brings all files up to s. The error, one line, says which files could not be written and why; it is no reason
// to stop: the next Write makes good what this one could not. The history has one line (of a key) for a second of the
// clock: a second snapshot of the same second replaces the first, and after the clock was set back the seconds count on.
func (f *Files) Write(s *Snapshot) error {
	err := explain(f.write(s, false))
	if n := f.waiting(); err != nil && n > 0 {
		return fmt.Errorf("%w; %d s of history wait in memory, %d s dropped", err, n, f.Dropped())
	}
	return err
}

// Close does the last Write, brings everything safely to the disk and closes. The history's last line has the totals of
// the stats file. What could not be written is lost then, and the error says so; no temporary file is left either way.
func (f *Files) Close(s *Snapshot) error {
	failed := f.write(s, true)
	if err := f.closeHistory(); err != nil {
		failed = append(failed, fileError{f.history.path, err})
	}
	err := explain(failed)
	n := f.waiting() + f.Dropped()
	switch {
	case n > 0 && err != nil:
		return fmt.Errorf("%w; %d s of history are lost", err, n)
	case n > 0:
		return fmt.Errorf("%s: %d s of history are lost, the disk was full for too long", f.history.path, n)
	}
	return err
}

// Dropped is how many seconds of history have been given up because the file could not be written for too long.
func (f *Files) Dropped() int {
	if f.history == nil {
		return 0
	}
	return f.history.dropped
}

func (f *Files) waiting() int {
	if f.history == nil {
		return 0
	}
	return len(f.history.pending)
}

func (f *Files) closeHistory() error {
	if f.history == nil || f.history.f == nil {
		return nil
	}
	return f.history.f.Close()
}

// write does the history first: on a nearly full disk its line cannot be made again, the other files can.
func (f *Files) write(s *Snapshot, sync bool) []fileError {
	var failed []fileError
	if f.history != nil {
		if err := f.history.add(s, sync); err != nil {
			failed = append(failed, fileError{f.history.path, err})
		}
	}
	for _, file := range f.replaced {
		if err := f.replace(file, s, sync); err != nil {
			failed = append(failed, fileError{file.path, err})
		}
	}
	if sync {
		f.syncFolders()
	}
	return failed
}

// newFile makes a file, and its folder if there is none (any more).
func (f *Files) newFile(path string) (*os.File, error) {
	file, err := f.create(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return file, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return nil, err
	}
	return f.create(path)
}
