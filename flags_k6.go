package main

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"

	k6options "katydid/runtime/k6/options"
)

// k6Levels are the options of a k6 script that come from outside of it, by where they were given: k6 has the script's own
// between the file and the environment.
type k6Levels struct{ file, env, args k6options.Options }

// k6Table is the table of options for a k6 script: k6's own in place of those that say how native users load.
func (p *optionParser) k6Table(native []*option) []*option {
	var table []*option
	own := slices.DeleteFunc(k6options.Flags(), func(f k6options.Flag) bool {
		return f.Name == "threshold" // ours adds to what the script demands
	})
	for _, opt := range native {
		if slices.ContainsFunc(own, func(f k6options.Flag) bool { return f.Name == opt.name }) {
			continue
		}
		if opt.name != "run-time" && slices.ContainsFunc(own, func(f k6options.Flag) bool { return f.Short != "" && f.Short == opt.short }) {
			opt.short = ""
		}
		if opt.name == classesOption {
			opt.set = func(string) error { return errors.New("is a word too many: a k6 script has no user classes") }
		}
		if why, ok := notForK6[opt.name]; ok {
			opt.state, opt.help = stateIdle, why
		}
		table = append(table, opt)
	}
	for _, f := range own {
		if f.Name == "" {
			continue
		}
		if f.Name == "type" {
			f.Short = "" // here -t is --run-time
		}
		bare := f.NoValue
		if f.Meta == "" {
			bare = ""
		}
		table = append(table, &option{name: f.Name, short: f.Short, meta: f.Meta, bare: bare, def: f.Default, group: groupK6, help: f.Help,
			repeat: f.Many, argOnly: true, set: p.setK6(f)})
	}
	for alias, name := range map[string]string{"users": "vus", "run-time": "duration"} {
		at := slices.IndexFunc(own, func(f k6options.Flag) bool { return f.Name == name })
		opt := table[slices.IndexFunc(table, func(o *option) bool { return o.name == alias })]
		opt.set = p.setK6(own[at])
	}
	return table
}

// setK6 sets an option of k6's where it belongs. Its errors are whole lines.
func (p *optionParser) setK6(f k6options.Flag) func(string) error {
	return func(value string) error {
		if err := f.Set(p.level, value, p.from); err != nil {
			return &wholeError{err}
		}
		return nil
	}
}

// wholeError is an error that says already which option it is about.
type wholeError struct{ error }

// notForK6 are the options that a k6 script has no use for.
var notForK6 = map[string]string{
	"spawn-rate":   "a k6 script ramps by its stages: see --stage",
	"rate":         "a k6 script has its rate in a scenario with the executor constant-arrival-rate",
	"arrivals":     "it is for user classes",
	"stop-timeout": "a k6 script has gracefulStop in its scenarios",
	"tags":         "k6 tags are given with --tag NAME=VALUE",
	"exclude-tags": "it is for the tasks of user classes",
	"reset-stats":  "it is for user classes",
	"host":         "a k6 script has whole URLs",
	"list":         "it is for user classes",

	"show-task-ratio": "it is for user classes", "show-task-ratio-json": "it is for user classes",
}

// levelOf is where an option of k6's is kept that came from s.
func (l *k6Levels) levelOf(s setting) *k6options.Options {
	switch {
	case s.arg:
		return &l.args
	case strings.Contains(s.from, ":"): // a line of a file
		return &l.file
	}
	return &l.env
}

// isK6Config tells a configuration file of k6's, which is JSON, from one of ours.
func isK6Config(name string) bool { return filepath.Ext(name) == ".json" }

// k6Env are the variables that -e NAME=VALUE gives to a k6 script. They are needed before it is known that the script is
// one, and so before its options can be read.
func k6Env(args []string) (list []string) {
	for i := 0; i < len(args); i++ {
		value, ok := strings.CutPrefix(args[i], "--env=")
		switch {
		case ok:
		case args[i] == "-e" || args[i] == "--env":
			if i++; i == len(args) {
				return list
			}
			value = args[i]
		case strings.HasPrefix(args[i], "-e") && strings.Contains(args[i], "="):
			value = strings.TrimPrefix(strings.TrimPrefix(args[i], "-e"), "=")
		default:
			continue
		}
		if strings.Contains(value, "=") {
			list = append(list, value)
		}
	}
	return list
}

// k6Secrets are the sources of --secret-source, which the script's top level may need before the options are known.
func k6Secrets(args []string, getenv func(string) string) (list []string) {
	for i := 0; i < len(args); i++ {
		if value, ok := strings.CutPrefix(args[i], "--secret-source="); ok {
			list = append(list, value)
		} else if args[i] == "--secret-source" && i+1 < len(args) {
			i++
			list = append(list, args[i])
		}
	}
	if value := getenv("K6_SECRET_SOURCE"); len(list) == 0 && value != "" {
		list = []string{value}
	}
	return list
}

// scriptOf finds the script among the arguments of run, which may stand anywhere, and gives the others. It is what does
// not belong to an option; options with values are those of both kinds of scripts.
func scriptOf(args []string) (name string, others []string, ok bool) {
	takes := valueOptions()
	for i := 0; i < len(args); i++ {
		arg := args[i]
		if !isOption(arg) {
			return arg, slices.Concat(args[:i], args[i+1:]), true
		}
		name := strings.TrimLeft(arg, "-")
		if !strings.Contains(arg, "=") && takes[name] {
			i++
		}
	}
	return "", args, false
}

// valueOptions are the names and letters of the options that take a value.
func valueOptions() map[string]bool {
	takes := map[string]bool{}
	for _, p := range []*optionParser{newOptionParser(nil), newOptionParser(&k6Levels{})} {
		for _, opt := range p.all {
			if opt.meta != "" && opt.bare == "" {
				takes[opt.name], takes[opt.short] = true, true
			}
		}
	}
	delete(takes, "")
	return takes
}
