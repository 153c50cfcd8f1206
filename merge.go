package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/pflag"

	"katydid/fleet"
	"katydid/stats"
	"katydid/web"
	"katydid/web/live"
)

const mergeUsage = `Usage: katydid merge URL --run-id NAME [-o PREFIX]
       katydid merge URL/NAME [-o PREFIX]

Adds up what the processes of a run with --shards have measured, without loss,
and writes what one process would have: PREFIX_stats.csv and the other CSV
files, PREFIX.hlog, PREFIX.json (the summary) and PREFIX.html (the report). A
table of the processes goes to standard output. Anybody may do that at any time,
also while the run goes on; nothing in the store is changed.

URL is that of --rendezvous, or KATYDID_RENDEZVOUS. Credentials come from the
environment: SAS_TOKEN (sp=rl is enough), or AWS_ACCESS_KEY_ID and
AWS_SECRET_ACCESS_KEY.

      --run-id NAME     the run; KATYDID_RUN_ID
  -o, --output PREFIX   of the files (default: the name of the run)
      --timeout TIME    give up on the store after this time, such as 30s
                        (default 2m)

It ends with 99 if the run is over and a threshold was crossed, with 8 if the
run is PARTIAL, with 6 if the store cannot be read, else with 0.
`

// mergeArgs are the arguments of katydid merge.
type mergeArgs struct {
	words       []string
	run, output string
	limit       time.Duration
}

// runMerge is katydid merge.
func runMerge(sys *system, args []string) int {
	a := &mergeArgs{}
	fail := func(f *failure) int {
		fmt.Fprintf(sys.stderr, "katydid: error: merge: %s\n", oneLine(f.err))
		return f.code
	}
	switch err := a.parse(args); {
	case errors.Is(err, pflag.ErrHelp):
		fmt.Fprint(sys.stdout, mergeUsage)
		return exitOK
	case err != nil:
		return fail(usage(err))
	}
	p, f := openFleet(sys, a.words, a.run, newLogger(sys.stderr, "INFO").warnf)
	if f != nil {
		return fail(f)
	}
	defer func() { _ = p.blobs.Close() }() // it was only read
	m, f := p.merge(sys, a.limit)
	if f != nil {
		return fail(f)
	}
	if a.output == "" {
		a.output = p.run
	}
	if err := writeMerged(m, absolute(sys.dir, a.output)); err != nil {
		return fail(&failure{exitNotWritten, fmt.Errorf("%s: %w", a.output, withoutPath(err))})
	}
	if err := sayMerged(sys.stdout, m, a.output); err != nil {
		return exitNotWritten
	}
	for _, err := range m.Damaged {
		fmt.Fprintf(sys.stderr, "katydid: warning: merge: this is in no figure: %s\n", p.target.Scrub(oneLine(err)))
	}
	return lookerExit(m)
}

func (a *mergeArgs) parse(args []string) error {
	flags := pflag.NewFlagSet("merge", pflag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&a.run, "run-id", "", "")
	flags.StringVarP(&a.output, "output", "o", "", "")
	limit := flags.String("timeout", "2m", "")
	err := flags.Parse(args)
	a.words = flags.Args()
	if err == nil {
		if err = asTimespan(&a.limit)(*limit); err == nil && a.limit == 0 {
			err = errors.New("must be more than 0")
		}
		if err != nil {
			return fmt.Errorf("--timeout %s %w", *limit, err)
		}
	}
	for _, name := range []string{"run-id", "output"} {
		if f := flags.Lookup(name); err == nil && f.Changed && f.Value.String() == "" {
			return fmt.Errorf("--%s is empty: is a shell variable in it not set?", name)
		}
	}
	return err
}

// merge adds up the run. One that has not begun, and one that never will, are failures: there is nothing to be added up.
func (p *fleetPlace) merge(sys *system, limit time.Duration) (*fleet.Merged, *failure) {
	ctx, stop := signalled(sys.signals)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	m, err := fleet.Merge(ctx, p.blobs, p.run)
	var absent *fleet.NoRunError
	switch {
	case errors.As(err, &absent):
		return nil, usage(err)
	case err != nil:
		return nil, p.problem(err)
	case m.Abort != "":
		return nil, broken(fmt.Errorf("the run %s was given up before it began: %s", m.Run, oneLine(errors.New(m.Abort))))
	case !m.Began:
		return nil, broken(fmt.Errorf("the run %s has not begun yet: its %d processes still wait for each other", m.Run, m.Plan.Shards))
	}
	return m, nil
}

// fleetOutcome is what a run came to, as far as it is known.
func fleetOutcome(m *fleet.Merged) outcome {
	o := outcome{partial: m.Partial}
	if m.Over {
		about := aboutOf(m)
		o.crossed = crossed(m.Results)
		o.failed, o.onError = m.Snapshot.Total.Failures > 0 || len(m.Snapshot.Exceptions) > 0, *about.OnError
		o.invalid = about.RequireValid && m.Verdict == stats.Invalid
		o.isK6 = about.Kind == live.KindK6
	}
	return o
}

// fleetExit is the exit code that the processes of a run end with; 0 as long as they go on, unless some are lost.
func fleetExit(m *fleet.Merged) int {
	if m.Over {
		for _, s := range m.Shards {
			if s.Exit != exitOK {
				return s.Exit
			}
		}
	}
	return fleetOutcome(m).code()
}

// lookerExit is the exit code of whoever has only looked on: that requests failed, or that the figures are not valid, is no
// trouble of theirs.
func lookerExit(m *fleet.Merged) int {
	o := fleetOutcome(m)
	o.failed, o.invalid = false, false
	return o.code()
}

// writeMerged writes all files of a run.
func writeMerged(m *fleet.Merged, prefix string) error {
	if err := writable(prefix + ".json"); err != nil {
		return err
	}
	if err := m.WriteFiles(prefix); err != nil {
		return err
	}
	sum := m.Summary(version, fleetExit(m))
	history := &web.History{}
	m.Course(history.AddSecond)
	var summary, report bytes.Buffer
	if err := stats.WriteSummary(&summary, sum); err != nil {
		return err
	}
	if err := web.WriteReport(&report, &web.Run{Summary: sum, History: history}); err != nil {
		return err
	}
	if err := stats.ReplaceFile(prefix+".json", summary.Bytes()); err != nil {
		return err
	}
	return stats.ReplaceFile(prefix+".html", report.Bytes())
}

// sayMerged prints the table of the shards, and what the run came to.
func sayMerged(w io.Writer, m *fleet.Merged, prefix string) error {
	var b bytes.Buffer
	if err := m.WriteTable(&b); err != nil {
		return err
	}
	far := ""
	if !m.Over {
		far = " so far: the run goes on"
	}
	t := &m.Snapshot.Total
	fmt.Fprintf(&b, "%s, %s in %s%s\n", count(t.Count, "request"), count(t.Failures, "failure"), m.Length.Round(time.Second), far)
	for _, r := range m.Results {
		holds := "holds"
		if !r.OK {
			holds = "does not hold"
		}
		fmt.Fprintf(&b, "threshold %s: %s %s: it is %.6g\n", r.Key, r.Expr, holds, r.Value)
	}
	fmt.Fprintf(&b, "Verdict: %s\n", m.Verdict)
	for _, reason := range m.Reasons {
		fmt.Fprintf(&b, "  %s\n", stats.Printable(reason))
	}
	fmt.Fprintf(&b, "Written: %s_*.csv, %[1]s.hlog, %[1]s.json, %[1]s.html\n", prefix)
	_, err := w.Write(b.Bytes())
	return err
}
