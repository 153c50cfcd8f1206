package main

import (
	"bytes"
	"errors"
	"fmt"

	"katydid/stats"
)

// locustJSON writes the results in Locust's JSON to the file and the stream that were asked for.
func (r *run) locustJSON() error {
	if !r.opts.json && r.opts.jsonFile == "" {
		return nil
	}
	var b bytes.Buffer
	if err := stats.WriteEntries(&b, r.env.Recorder.Entries()); err != nil {
		return err
	}
	var errs []error
	if file := r.opts.jsonFile; file != "" {
		if err := stats.ReplaceFile(file, b.Bytes()); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", file, withoutPath(err)))
		}
	}
	if r.opts.json {
		b.WriteByte('\n')
		_, err := r.sys.stdout.Write(b.Bytes())
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}
