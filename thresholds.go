package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"katydid/metrics"
	"katydid/stats"
)

// thresholds takes over those of the command line, and finds the metrics of all. It is called when the script's top
// level, which may make metrics, has run.
func (r *run) thresholds() error {
	m := r.k6Run().Metrics
	for _, text := range r.opts.thresholds {
		key, expr, err := splitThreshold(text)
		if err != nil {
			return err
		}
		err = m.Thresholds([]metrics.ThresholdsOf{{Key: key, Thresholds: []metrics.Threshold{{Expr: expr}}}})
		if err != nil {
			return fmt.Errorf("--threshold %s: %w", text, err)
		}
	}
	if err := m.Validate(); err != nil {
		return err
	}
	if len(r.opts.thresholds) > 0 {
		r.env.Metrics = m // the requests of native users count in it, too
	}
	return nil
}

// splitThreshold splits METRIC{TAG:VALUE}:EXPRESSION at its last colon outside of braces.
func splitThreshold(text string) (key, expr string, err error) {
	from := strings.LastIndexByte(text, '}') + 1
	key, expr, ok := strings.Cut(text[from:], ":")
	key = text[:from] + key
	if !ok || strings.TrimSpace(key) == "" || strings.TrimSpace(expr) == "" {
		return "", "", fmt.Errorf("--threshold %s: must be METRIC:EXPRESSION, as in http_req_duration:p(95)<500", text)
	}
	return key, expr, nil
}

// verdictsNow are checks and thresholds as they stand while the load goes on.
func (r *run) verdictsNow(elapsed time.Duration) ([]stats.SummaryCheck, []stats.SummaryThreshold) {
	r.judging.Lock()
	defer r.judging.Unlock()
	m := r.k6Run().Metrics
	measured := m.Collect(time.Now())
	results, _ := m.Evaluate(measured, elapsed, false)
	return verdictsOf(measured, results)
}

// conclude counts the last samples and judges the thresholds for good. took is how long the load lasted.
func (r *run) conclude(took time.Duration) {
	r.judging.Lock()
	defer r.judging.Unlock()
	m := r.k6Run().Metrics
	r.measured = m.Collect(time.Now())
	r.results, _ = m.Evaluate(r.measured, took, true)
}

// crossed says that some threshold does not hold.
func crossed(results []metrics.Result) bool {
	for _, res := range results {
		if !res.OK {
			return true
		}
	}
	return false
}

// writeVerdicts writes what became of checks and thresholds, for scripts that have no summary of k6's.
func (r *run) writeVerdicts(w io.Writer) {
	if r.measured == nil {
		return
	}
	for i, check := range r.measured.Checks {
		if i == 0 {
			fmt.Fprintln(w, "Checks")
		}
		fmt.Fprintf(w, "  %s %s: %d passed, %d failed\n", mark(check.Fails == 0), strings.TrimPrefix(check.Path, "::"), check.Passes, check.Fails)
	}
	for i, res := range r.results {
		if i == 0 {
			fmt.Fprintln(w, "Thresholds")
		}
		fmt.Fprintf(w, "  %s %s: %s, it was %s=%.6g\n", mark(res.OK), res.Key, res.Expr, res.Method, res.Value)
	}
	if len(r.measured.Checks)+len(r.results) > 0 {
		fmt.Fprintln(w)
	}
}

// verdicts are checks and thresholds for the summary.
func (r *run) verdicts() (checks []stats.SummaryCheck, thresholds []stats.SummaryThreshold) {
	if r.measured == nil {
		return nil, nil
	}
	return verdictsOf(r.measured, r.results)
}

func verdictsOf(measured *metrics.State, results []metrics.Result) (checks []stats.SummaryCheck, thresholds []stats.SummaryThreshold) {
	for _, c := range measured.Checks {
		checks = append(checks, stats.SummaryCheck{Name: c.Name, Path: c.Path, Passes: c.Passes, Fails: c.Fails})
	}
	for _, res := range results {
		thresholds = append(thresholds, stats.SummaryThreshold{Metric: res.Key, Threshold: res.Expr, OK: res.OK, Value: res.Value})
	}
	return checks, thresholds
}

func mark(ok bool) string {
	if ok {
		return "✓"
	}
	return "✗"
}
