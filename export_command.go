package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/pflag"

	"katydid/exporter"
)

const exportUsage = `Usage: katydid export PREFIX|FOLDER [URL]

Brings results that are on disk to blob storage: those of one run (PREFIX, as
given to --csv) or of all runs in a folder. What is there already is not sent
again. URL as for --export; without it KATYDID_EXPORT counts. Credentials come
from the environment: SAS_TOKEN, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.

      --timeout TIME   give up after this time (default 10m)
  -v, --verbose        say what is done with each file
`

// runExport is katydid export.
func runExport(sys *system, args []string) int {
	flags := pflag.NewFlagSet("export", pflag.ContinueOnError)
	flags.SetOutput(io.Discard)
	limit := flags.Duration("timeout", 10*time.Minute, "")
	verbose := flags.BoolP("verbose", "v", false, "")
	fail := func(code int, err error) int {
		fmt.Fprintf(sys.stderr, "katydid: error: export: %s\n", oneLine(err))
		return code
	}
	err := flags.Parse(args)
	if errors.Is(err, pflag.ErrHelp) {
		fmt.Fprint(sys.stdout, exportUsage)
		return exitOK
	}
	url := sys.getenv("KATYDID_EXPORT")
	if flags.NArg() == 2 {
		url = flags.Arg(1)
	}
	switch {
	case err != nil:
		return fail(exitUsage, err)
	case flags.NArg() < 1 || flags.NArg() > 2:
		return fail(exitUsage, errors.New("give the results and the URL: katydid export results/scene_1 URL"))
	case url == "":
		return fail(exitUsage, errors.New("there is no URL: give it behind the results, or in KATYDID_EXPORT"))
	}
	target, err := exporter.Parse(url, sys.getenv)
	if err != nil {
		return fail(exitUsage, err)
	}
	level := "INFO"
	if *verbose {
		level = "DEBUG"
	}
	log := newLogger(sys.stderr, level)
	warnings, err := target.Check(time.Now(), time.Time{})
	for _, w := range warnings {
		log.warnf("%s", w)
	}
	if err != nil {
		return fail(exitNotExported, err)
	}
	store, err := target.Open()
	if err != nil {
		return fail(exitNotExported, err)
	}
	if c, ok := store.(io.Closer); ok {
		defer func() { _ = c.Close() }()
	}
	ctx, stop := signalled(sys.signals)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, *limit)
	defer cancel()
	done, err := exporter.Resume(ctx, flags.Arg(0), store, exporter.Options{Log: log.slog}, exporter.RunInfo{Version: version})
	for _, d := range done {
		fmt.Fprintf(sys.stdout, "%s: %d files exported to %s/%s, %d were there\n", d.Results, d.Uploaded, target, d.Run, d.Unchanged)
	}
	if err != nil {
		return fail(exitNotExported, err)
	}
	return exitOK
}
