package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"

	"github.com/dop251/goja"

	"katydid/metrics"
	"katydid/runtime/k6"
	"katydid/stats"
)

// summariseK6 writes k6's own summaries: the file of --summary-export, and what handleSummary makes, or else the text. Of
// several processes only the one does it that knows the figures of all.
func (r *run) summariseK6() {
	t := r.k6
	if s := r.shards; s != nil && s.result != nil && !s.added {
		r.log.infof("k6's summary is made by %s", s.result.By)
		return
	}
	sum, err := r.k6Summary()
	if err != nil { // the options were checked
		r.log.errorf("internal error: %s", err)
		return
	}
	if file := t.options.Given.Run.SummaryExport.Value; file != "" {
		var b bytes.Buffer
		err := sum.WriteExport(&b)
		if err == nil {
			err = r.writeOutput(file, b.Bytes())
		}
		if err != nil {
			r.log.errorf("--summary-export %s: %s", file, withoutPath(err))
			r.outcome.notWritten = true
		}
	}
	if t.options.SummaryMode == "disabled" || r.hardStop() {
		return
	}
	if t.exports.HandleSummary && r.handleSummary(sum) {
		return
	}
	r.screen.Close() // what is live must not stand between
	full := t.options.SummaryMode == "full"
	if err := sum.WriteText(r.sys.stdout, metrics.TextOptions{Full: full, Color: r.colors(r.sys.stdout)}); err != nil {
		r.log.errorf("the summary could not be written: %s", withoutPath(err))
	}
}

func (r *run) k6Summary() (*metrics.Summary, error) {
	o := r.k6.options
	trends, err := metrics.ParseTrendStats(o.SummaryTrendStats)
	if err != nil {
		return nil, err
	}
	unit, err := metrics.ParseTimeUnit(o.SummaryTimeUnit)
	if err != nil {
		return nil, err
	}
	return &metrics.Summary{
		State: r.measured, Results: r.results, Run: r.k6.clock.elapsed(), TrendStats: trends, TimeUnit: unit,
		NoColor: o.Given.Run.NoColor.Value, StdoutTTY: terminalOf(r.sys.stdout) != nil, StderrTTY: terminalOf(r.sys.stderr) != nil,
		SetupData: r.k6.setupData,
	}, nil
}

// colors says whether text for w may have colours: see https://no-color.org.
func (r *run) colors(w io.Writer) bool {
	return terminalOf(w) != nil && !r.k6.options.Given.Run.NoColor.Value && r.sys.getenv("NO_COLOR") == ""
}

// handleSummary lets the script make the summary; false if it could not.
func (r *run) handleSummary(sum *metrics.Summary) bool {
	var data bytes.Buffer
	if err := sum.WriteJSON(&data); err != nil {
		r.log.errorf("internal error: %s", err)
		return false
	}
	var outputs []k6.Output
	err := r.once("handleSummary", "", r.k6.options.HandleSummaryTimeout, data.Bytes(), func(once *k6.Once, v goja.Value) (err error) {
		outputs, err = once.Outputs(v)
		return err
	})
	if err != nil {
		r.log.errorf("handleSummary: %s", traceOf(err))
		return false
	}
	r.screen.Close()
	for _, out := range outputs {
		if err := r.writeOutput(out.Name, out.Content); err != nil {
			r.log.errorf("handleSummary: %s cannot be written: %s", out.Name, withoutPath(err))
			r.outcome.notWritten = true
		}
	}
	return true
}

// writeOutput writes a file whose name the script or the command line gave, or to one of the standard streams.
func (r *run) writeOutput(name string, content []byte) error {
	switch name {
	case "stdout", "-":
		_, err := r.sys.stdout.Write(content)
		return err
	case "stderr":
		_, err := r.sys.stderr.Write(content)
		return err
	}
	if !filepath.IsAbs(name) {
		name = filepath.Join(r.sys.dir, name)
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		return err
	}
	return stats.ReplaceFile(name, content)
}
