package main

import (
	"errors"
	"flag"
	"fmt"
	"slices"
	"strings"
	"time"
)

// options are the command line.
type options struct {
	only, tools []string // empty: all
	repeats     int
	time        time.Duration // of each run's load
	out         string
	soak        int64 // requests; 0: no soak
	capture     bool
}

// Scenarios that are programs of their own.
const (
	overloadID = "S6"
	soakID     = "S7"
	mergeID    = "S8"
)

func parseOptions(args []string) (options, error) {
	var o options
	var only, names string
	var seconds int
	var quick bool
	set := flag.NewFlagSet("truth", flag.ContinueOnError)
	set.StringVar(&only, "only", "", "run only these `SCENARIOS`, separated by commas; S0 stands for S0-200, S0-1000 and S0-5000")
	set.StringVar(&names, "tools", "", "run only these `TOOLS`, separated by commas")
	set.IntVar(&o.repeats, "repeats", 5, "how often everything is run, interleaved; medians are shown")
	set.IntVar(&seconds, "seconds", 30, "how long each run loads the server")
	set.StringVar(&o.out, "out", "", "write the tables as Markdown to this `FILE`")
	set.Int64Var(&o.soak, "soak", 0, "also send so many requests with each tool and watch its memory (S7)")
	set.BoolVar(&o.capture, "capture", true, "capture packets in some scenarios, if there is a tcpdump and the user is root")
	set.BoolVar(&quick, "quick", false, "once, for 3 seconds: to see whether everything works")
	if err := set.Parse(args); err != nil {
		return o, err
	}
	if set.NArg() > 0 {
		return o, fmt.Errorf("what is %q? There are only flags", set.Arg(0))
	}
	if quick {
		o.repeats, seconds = 1, 3
	}
	if o.repeats < 1 || seconds < 3 {
		return o, errors.New("--repeats has to be 1 or more, --seconds 3 or more")
	}
	o.time = time.Duration(seconds) * time.Second
	o.only, o.tools = list(only), list(names)
	return o, errors.Join(known("scenario", o.only, scenarioNames()), known("tool", o.tools, toolNames()))
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

func scenarioNames() []string {
	all := []string{"S0"}
	for _, s := range scenarios {
		all = append(all, s.id)
	}
	return append(all, overloadID, soakID, mergeID)
}

func toolNames() []string {
	var all []string
	for _, t := range allTools {
		all = append(all, t.name)
	}
	return all
}

// wants says whether a scenario is to be run.
func (o options) wants(id string) bool {
	family, _, _ := strings.Cut(id, "-")
	return len(o.only) == 0 || slices.Contains(o.only, id) || slices.Contains(o.only, family)
}
