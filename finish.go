package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"golang.org/x/term"

	"katydid/runtime/module"
	"katydid/stats"
)

// finish writes all results for the last time, prints the final tables, and settles the exit code.
func (r *run) finish() int {
	s := r.snapshot.Load()
	heard := r.heed() // a signal while something blocks that cannot be stopped
	r.screen.Close()  // before anything else is printed: closing erases what stands below the log
	if err := r.out.close(s); err != nil {
		r.log.errorf("results are not complete: %s", oneLine(err))
		r.outcome.notWritten = true
	}
	code := r.documents(s)
	heard()
	goOn := r.holdExit(r.export != nil) // the export hears signals itself, and what is left of its time is its own
	err := r.export.flush(code)
	goOn()
	if err != nil {
		r.export.failed(err)
		r.outcome.unexported = true
		code = r.exitCode(s)
	}
	r.fire("quit", map[string]any{"exitCode": code, "exit_code": code})
	r.tables(r.sys.stderr, s)
	switch n := r.shared.Interrupted.Load(); {
	case n == 1:
		r.log.infof("1 request was on its way when its user was stopped; it is in no figure")
	case n > 1:
		r.log.infof("%d requests were on their way when their users were stopped; they are in no figure", n)
	}
	if r.cap != nil {
		if n, wait := r.cap.Held(); n > 0 {
			r.log.warnf("the cap on requests per second (--max-rps) held back %d requests, by %s on average", n, (wait / time.Duration(n)).Round(time.Microsecond))
		}
	}
	if r.cpu.high {
		r.log.warnf("this process took more than %.0f %% of the processors for a while: do not trust the response times of that while", usageHigh)
	}
	if s.Folded > 0 {
		r.log.warnf("there were more than 1,000 names: %d requests were counted as %q; group them with name: or static http = {groupUrls: true}", s.Folded, stats.Other)
	}
	if r.opts.given("csv") {
		r.log.infof("results: %s_stats.csv, _stats_history.csv, _failures.csv, _exceptions.csv and .hlog", r.opts.csv)
	}
	if r.opts.html != "" && !r.outcome.notWritten {
		r.log.infof("report: %s", r.opts.html)
	}
	if r.watch == nil {
		r.log.infof("shutting down (exit code %d)", code)
		return code
	}
	r.log.infof("the test has ended (exit code %d)", code)
	return code
}

// documents writes the summary and the report, and gives the exit code.
func (r *run) documents(s *stats.Snapshot) int {
	sum := r.summarize(r.exitCode(s), s)
	check := func(what string, err error) {
		if err == nil {
			return
		}
		r.log.errorf("%s could not be written: %s", what, oneLine(err))
		r.outcome.notWritten = true
		sum.ExitCode = r.exitCode(s)
	}
	check("Locust's JSON", r.locustJSON())
	if r.opts.summary != "" {
		check("the summary", r.summarise(sum))
	}
	if r.opts.html != "" {
		check("the report", r.report(sum))
	}
	r.final.Store(sum)
	return sum.ExitCode
}

// exitCode judges the run by its last snapshot.
func (r *run) exitCode(s *stats.Snapshot) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	if s := r.shards; s != nil && s.result != nil {
		return s.exitCode()
	}
	o := r.outcome
	if code := r.shared.ExitCode.Load(); code != module.NoExitCode {
		n := int(code)
		o.script = &n
	}
	if r.opts.requireValid {
		verdict, _ := stats.Judge(&r.health, s)
		o.invalid = verdict == stats.Invalid
	}
	o.isK6, o.crossed = r.k6 != nil, crossed(r.results)
	o.failed = s.Total.Failures > 0 || len(s.Exceptions) > 0
	o.onError = r.opts.exitCodeOnError
	return o.code()
}

// summarize describes the run when all is over.
func (r *run) summarize(code int, s *stats.Snapshot) *stats.Summary {
	checks, thresholds := r.verdicts()
	return stats.NewSummary(r.info(code, r.health, checks, thresholds), s)
}

func (r *run) info(code int, h stats.Health, checks []stats.SummaryCheck, thresholds []stats.SummaryThreshold) stats.RunInfo {
	cpu, rss := resourceUsage()
	return stats.RunInfo{
		Version: version, Script: r.scriptName(), Profile: r.opts.profile, Started: r.started, UsersMax: r.people.Peak(), ExitCode: code,
		Health: h, CPU: cpu - r.cpuBefore, RSSMaxBytes: rss, OpenFilesMax: r.sys.limits.files,
		Checks: checks, Thresholds: thresholds,
	}
}

// tables prints Locust's final tables.
func (r *run) tables(w io.Writer, s *stats.Snapshot) {
	width := terminalWidth(w)
	_ = stats.WriteTable(w, s, width, false)
	fmt.Fprintln(w)
	_ = stats.WritePercentiles(w, s, width)
	fmt.Fprintln(w)
	if len(s.Failures) > 0 {
		_ = stats.WriteErrorReport(w, s, width)
		fmt.Fprintln(w)
	}
	for i := range s.Exceptions {
		if i == 0 {
			fmt.Fprintln(w, "Exceptions in tasks")
		}
		fmt.Fprintf(w, "%d x %s\n", s.Exceptions[i].Count, strings.TrimRight(s.Exceptions[i].Traceback, "\n"))
	}
	if r.k6 == nil {
		r.writeVerdicts(w)
	}
	_ = stats.WriteHealth(w, &r.health, s)
}

// terminalWidth is the number of columns, 0 if w is no terminal.
func terminalWidth(w io.Writer) int {
	f := terminalOf(w)
	if f == nil {
		return 0
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return width
}

// oneLine joins the lines of several errors.
func oneLine(err error) string { return strings.ReplaceAll(err.Error(), "\n", "; ") }
