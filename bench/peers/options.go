package main

import (
	"errors"
	"flag"
	"fmt"
	"slices"
	"strings"
	"time"
)

// The measures.
const (
	cpuName    = "cpu"
	memoryName = "memory"
	startName  = "start"
	growthName = "growth"
	namesName  = "names"

	scriptsName = "scripts"
)

var measureNames = []string{cpuName, memoryName, startName, scriptsName, growthName, namesName}

// options are the command line.
type options struct {
	only, named []string // measures and tools; empty: all
	repeats     int
	time        time.Duration // of one measurement at full speed, and of users at rest
	requests    int64         // of a measurement of growth
	users       int           // the many of the measurement of memory; the few are a tenth
	out         string
}

// mostURLs is how many different URLs the measurement of names has at most.
const mostURLs = 100_000

func parseOptions(args []string) (options, error) {
	var o options
	var only, names string
	var seconds int
	var quick bool
	set := flag.NewFlagSet("peers", flag.ContinueOnError)
	set.StringVar(&only, "only", "", "measure only this: some of `MEASURES`, separated by commas: "+strings.Join(measureNames, " "))
	set.StringVar(&names, "tools", "", "run only these `TOOLS`, separated by commas")
	set.IntVar(&o.repeats, "repeats", 5, "how often everything is measured, interleaved; medians are shown")
	set.IntVar(&seconds, "seconds", 20, "how long each run is at full speed, and users are watched at rest")
	set.Int64Var(&o.requests, "requests", 1_000_000, "how many requests the measurement of growth sends")
	set.IntVar(&o.users, "users", 10_000, "how many users the measurement of memory has; a tenth of them is what it is compared with")
	set.BoolVar(&quick, "quick", false, "once, for 2 seconds, with few users and requests: to see whether everything works")
	set.StringVar(&o.out, "out", "", "write the tables as Markdown to this `FILE`")
	if err := set.Parse(args); err != nil {
		return o, err
	}
	if set.NArg() > 0 {
		return o, fmt.Errorf("what is %q? There are only flags", set.Arg(0))
	}
	if quick {
		o.repeats, seconds, o.requests, o.users = 1, 2, 50_000, 500
	}
	if o.repeats < 1 || seconds < 2 || o.requests < 10_000 || o.users < 100 {
		return o, errors.New("--repeats has to be 1 or more, --seconds 2, --requests 10000, --users 100")
	}
	o.time = time.Duration(seconds) * time.Second
	o.only, o.named = list(only), list(names)
	return o, errors.Join(known("measure", o.only, measureNames), known("tool", o.named, toolNames()))
}

// list splits at commas; nothing is no element.
func list(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == ',' })
}

// known says which of some names there is not.
func known(what string, names, all []string) error {
	for _, name := range names {
		if !slices.Contains(all, name) {
			return fmt.Errorf("no %s %q; there are: %s", what, name, strings.Join(all, " "))
		}
	}
	return nil
}

// wants says whether any of some measures is to be made.
func (o options) wants(names ...string) bool {
	return len(o.only) == 0 || slices.ContainsFunc(names, func(name string) bool { return slices.Contains(o.only, name) })
}
