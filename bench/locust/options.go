package main

import (
	"flag"
	"fmt"
	"slices"
	"strings"
)

// options are the command line.
type options struct {
	locusts     []string
	report, out string
	only        []string
}

func parseOptions(args []string) (options, error) {
	var o options
	set := flag.NewFlagSet("locust", flag.ContinueOnError)
	set.Func("locust", "a `PATH` of a locust executable besides that of PATH; repeatable", func(path string) error {
		o.locusts = append(o.locusts, path)
		return nil
	})
	set.StringVar(&o.report, "report", "", "write a report in Markdown to this `FILE`")
	set.StringVar(&o.out, "out", "", "keep scripts and results in this `FOLDER`")
	if err := set.Parse(args); err != nil {
		return o, err
	}
	o.only = set.Args()
	for _, name := range o.only {
		if !slices.Contains(scenarioNames(), name) {
			return o, fmt.Errorf("no scenario %q; there are: %s", name, strings.Join(scenarioNames(), " "))
		}
	}
	return o, nil
}

func scenarioNames() []string {
	var all []string
	for _, s := range scenarios {
		all = append(all, s.name)
	}
	return all
}
