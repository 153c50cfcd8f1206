package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"katydid/stats"
	"katydid/web"
)

const reportUsage = `Usage: katydid report SUMMARY.json|PREFIX.hlog ... [-o FILE]

Makes the HTML report of a run from what --summary or --csv has left, or from
both, which is more: the log has the course of the run, the summary the rest.
Two runs are compared.

  -o, --output FILE   the report (default: the first file's name, with .html)
`

// runReport is katydid report.
func runReport(sys *system, args []string) int {
	flags := pflag.NewFlagSet("report", pflag.ContinueOnError)
	flags.SetOutput(io.Discard)
	output := flags.StringP("output", "o", "", "")
	fail := func(code int, err error) int {
		fmt.Fprintf(sys.stderr, "katydid: error: report: %s\n", oneLine(err))
		return code
	}
	err := flags.Parse(args)
	switch {
	case errors.Is(err, pflag.ErrHelp):
		fmt.Fprint(sys.stdout, reportUsage)
		return exitOK
	case err != nil:
		return fail(exitUsage, err)
	case flags.NArg() == 0:
		return fail(exitUsage, errors.New("name the results: katydid report results/scene_1.json results/scene_1.hlog"))
	}
	var runs []*web.Run
	for _, name := range flags.Args() {
		if runs, err = readResults(runs, name, absolute(sys.dir, name)); err != nil {
			return fail(exitUsage, fmt.Errorf("%s: %w", name, withoutPath(err)))
		}
	}
	if len(runs) > 2 {
		return fail(exitUsage, fmt.Errorf("these are the results of %d runs: one can be shown, or two compared", len(runs)))
	}
	name := *output
	if name == "" {
		first := flags.Arg(0)
		name = strings.TrimSuffix(first, filepath.Ext(first)) + ".html"
	}
	for _, given := range flags.Args() {
		if sameFile(absolute(sys.dir, given), absolute(sys.dir, name)) {
			return fail(exitUsage, fmt.Errorf("%s: the report would take the place of these results; name another file with -o", given))
		}
	}
	if err := writeReport(absolute(sys.dir, name), runs); err != nil {
		return fail(exitNotWritten, fmt.Errorf("%s: %w", name, withoutPath(err)))
	}
	fmt.Fprintln(sys.stdout, name)
	return exitOK
}

// sameFile says whether two paths lead to a file that there is.
func sameFile(a, b string) bool {
	one, err := os.Stat(a)
	other, err2 := os.Stat(b)
	return err == nil && err2 == nil && os.SameFile(one, other)
}

func absolute(dir, name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(dir, name)
}

func writeReport(path string, runs []*web.Run) error {
	var b bytes.Buffer
	var err error
	if len(runs) == 2 {
		err = web.WriteComparison(&b, runs[0], runs[1])
	} else {
		err = web.WriteReport(&b, runs[0])
	}
	if err != nil {
		return err
	}
	if err := writable(path); err != nil {
		return err
	}
	return stats.ReplaceFile(path, b.Bytes())
}

// readResults adds a file to the runs that are known. A summary and a log belong to the same run if that began at the
// same millisecond, which is all that the log knows.
func readResults(runs []*web.Run, name, path string) ([]*web.Run, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it is only read
	run := &web.Run{}
	if strings.EqualFold(filepath.Ext(name), ".hlog") {
		if err = readLog(f, path, run); err != nil {
			return nil, err
		}
	} else if run.Summary, err = stats.ReadSummary(f); err != nil {
		return nil, err
	}
	for _, other := range runs {
		if !sameMoment(other.Summary.Started, run.Summary.Started) {
			continue
		}
		switch {
		case other.History == nil && run.History != nil:
			other.History = run.History
			return runs, nil
		case other.Summary.Katydid == "" && run.History == nil:
			other.Summary = run.Summary
			return runs, nil
		}
	}
	return append(runs, run), nil
}

func sameMoment(a, b time.Time) bool { return a.UnixMilli() == b.UnixMilli() }

// readLog reads a histogram log, and what the history beside it knows of users and failures. What was before a reset of the
// statistics is left out, as it is in the summary.
func readLog(r io.Reader, name string, run *web.Run) error {
	known, err := readHistory(strings.TrimSuffix(name, filepath.Ext(name)) + "_stats_history.csv")
	if err != nil {
		return err
	}
	var sum stats.LogSum
	history := &web.History{}
	start, err := stats.ReadHLog(r, stats.LogHandler{
		Interval: func(iv *stats.Interval) {
			sum.Add(iv)
			history.AddLogged(iv, latest(known, iv.End))
		},
		Reset: func(at time.Time) {
			sum.Reset(at)
			history = &web.History{}
		},
	})
	if err != nil {
		return err
	}
	s := sum.Summary(start)
	if n := len(known); n > 0 {
		s.Total.Count, s.Total.Failures, run.Failed = known[n-1].Requests, known[n-1].Failures, true
	}
	for _, row := range known {
		s.UsersMax = max(s.UsersMax, row.Users)
	}
	run.Summary, run.History = s, history
	return nil
}

// readHistory reads a history that need not be there.
func readHistory(path string) ([]stats.HistoryRow, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it is only read
	rows, err := stats.ReadHistory(f)
	if err != nil {
		return nil, fmt.Errorf("the history beside it: %w", err)
	}
	return rows, nil
}

// latest is the last of the rows that are no later than a moment; nil if there is none.
func latest(rows []stats.HistoryRow, at time.Time) *stats.HistoryRow {
	i, found := slices.BinarySearchFunc(rows, at.Unix(), func(r stats.HistoryRow, second int64) int { return cmp.Compare(r.Second, second) })
	if !found {
		i--
	}
	if i < 0 {
		return nil
	}
	return &rows[i]
}
