package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"katydid/metrics"
	"katydid/metrics/output"
)

// k6Out is a file of --out. flush is called by the goroutine that collects, close when that has ended.
type k6Out struct {
	spec output.Spec
	file *output.File
	told bool // that it cannot be written
}

// parseOut reads what --out asks for.
func (r *run) parseOut() *failure {
	out := r.k6.options.Given.Run.Out
	for _, text := range out.Value {
		spec, err := output.Parse(text, r.sys.getenv)
		if err != nil {
			return usageK6(fmt.Errorf("option out (from %s): %w", out.From, err))
		}
		r.k6.outs = append(r.k6.outs, &k6Out{spec: spec})
	}
	return nil
}

// openOut opens the files and lets them take all samples.
func (r *run) openOut() *failure {
	t := r.k6
	var sinks []metrics.Sink
	for _, o := range t.outs {
		w, err := r.openOutFile(o.spec.File)
		if err != nil {
			return &failure{exitNotWritten, fmt.Errorf("--out %s: %w", o.spec.Text, withoutPath(err))}
		}
		o.file = output.New(o.spec, w, output.Options{SystemTags: t.options.SystemTags, Demands: t.shared.Metrics.Demands})
		sinks = append(sinks, o.file)
	}
	if sinks != nil {
		t.shared.Metrics.Raw(func(tag string) bool { return slices.Contains(t.options.SystemTags, tag) }, sinks...)
	}
	return nil
}

func (r *run) openOutFile(name string) (io.WriteCloser, error) {
	if name == "-" {
		return unclosed{r.sys.stdout}, nil
	}
	if !filepath.IsAbs(name) {
		name = filepath.Join(r.sys.dir, name)
	}
	if err := writable(name); err != nil {
		return nil, err
	}
	return os.Create(name)
}

// unclosed is a stream that others write to, too.
type unclosed struct{ io.Writer }

func (unclosed) Close() error { return nil }

// flushOut is one second's work.
func (t *k6Test) flushOut(log *logger) {
	for _, o := range t.outs {
		o.check(log, o.file.Flush())
	}
}

// closeOut writes the files to their ends: no sample is to come, but from users who could not be ended.
func (r *run) closeOut() {
	for _, o := range r.k6.outs {
		o.check(r.log, o.file.Close())
		r.outcome.notWritten = r.outcome.notWritten || o.told
		if held := o.file.Held(); held > 100*time.Millisecond {
			r.log.warnf("--out %s could not be written fast enough: users waited %s for it, all in all, and sent less in that time",
				o.spec.Text, held.Round(time.Millisecond))
		}
	}
}

func (o *k6Out) check(log *logger, err error) {
	if err != nil && !o.told {
		o.told = true
		log.errorf("--out %s cannot be written: %s; it ends there, and the run goes on", o.spec.Text, withoutPath(err))
	}
}
