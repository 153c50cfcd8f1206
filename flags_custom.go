package main

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A customArg is an option that the script declares, in an initCommandLine
// listener, with addArgument.
type customArg struct {
	name     string // with or without the dashes
	kind     string // "string" or "", "int", "float", "bool"
	def      any    // nil: none; a string is read like a value
	env      string // the whole name of the environment variable
	choices  []string
	required bool
	multiple bool // any number of values, also separated by commas
	secret   bool
	help     string
}

func (a customArg) long() string { return strings.TrimLeft(a.name, "-") }

var customName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]*$`)

// addCustom adds the script's options to the table and sets their defaults.
func (p *optionParser) addCustom(custom []customArg) error {
	for _, a := range custom {
		name := a.long()
		if !customName.MatchString(name) {
			return fmt.Errorf("the script adds an option %q: a name is --, a letter, then letters, digits or dashes", a.name)
		}
		if other := p.lookup(name); other != nil {
			if other.group == groupScript {
				return fmt.Errorf("the script adds the option --%s twice", name)
			}
			return fmt.Errorf("the script adds an option --%s, but katydid has one of that name; choose another", name)
		}
		// The first pass, which does not know this option, would mistake it.
		if other, _ := p.complete(name); other != nil && slices.Contains(earlyOptions(), other.name) {
			return fmt.Errorf("the script adds an option --%s, which could be short for --%s; choose another name", name, other.name)
		}
		opt, err := p.custom(a)
		if err != nil {
			return fmt.Errorf("the script adds an option --%s: %w", name, err)
		}
		p.add(opt)
	}
	return nil
}

// custom makes the option of a, and sets its default.
func (p *optionParser) custom(a customArg) (*option, error) {
	if !slices.Contains([]string{"", "string", "int", "float", "bool"}, a.kind) {
		return nil, fmt.Errorf("type %q must be string, int, float or bool", a.kind)
	}
	opt := &option{
		name: a.long(), variable: a.env, group: groupScript, help: a.help, many: a.multiple, secret: a.secret,
		meta: strings.ToUpper(a.kind),
		set: func(value string) error {
			v, err := a.read(value)
			if err == nil {
				p.options.custom[a.long()] = v
			}
			return err
		},
	}
	switch {
	case len(a.choices) > 0:
		opt.meta = strings.Join(a.choices, "|")
	case a.kind == "bool" && !a.multiple:
		opt.meta = ""
	case a.kind == "":
		opt.meta = "TEXT"
	}
	if a.def != nil && !a.secret {
		opt.def = fmt.Sprint(a.def)
	}
	p.options.custom[a.long()] = a.def
	if s, ok := a.def.(string); ok {
		v, err := a.read(s)
		if err != nil {
			return nil, fmt.Errorf("its default %s %w", s, err)
		}
		p.options.custom[a.long()] = v
	} else if a.def == nil && a.kind == "bool" && !a.multiple {
		p.options.custom[a.long()] = false
	}
	return opt, nil
}

// read makes a value of the option's type from text.
func (a customArg) read(s string) (any, error) {
	if !a.multiple {
		return a.readOne(s)
	}
	list := []any{}
	for part := range strings.SplitSeq(s, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		v, err := a.readOne(part)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, nil
}

func (a customArg) readOne(s string) (any, error) {
	if len(a.choices) > 0 && !slices.Contains(a.choices, s) {
		return nil, fmt.Errorf("must be one of %s", strings.Join(a.choices, ", "))
	}
	switch a.kind {
	case "int":
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			return nil, errors.New("must be a whole number")
		}
		return n, nil
	case "float":
		n, err := strconv.ParseFloat(s, 64)
		if err != nil || math.IsNaN(n) || math.IsInf(n, 0) {
			return nil, errors.New("must be a number")
		}
		return n, nil
	case "bool":
		var b bool
		err := asSwitch(&b)(s)
		return b, err
	}
	return s, nil
}

// check looks at what single values cannot tell.
func (o *options) check(custom []customArg) error {
	if o.help || o.version {
		return nil
	}
	if o.csvFullHistory && o.csv == "" {
		const name = "csv-full-history"
		if from := o.source(name); from != "--"+name {
			return fmt.Errorf("--%s (from %s) requires --csv", name, from)
		}
		return fmt.Errorf("--%s requires --csv", name)
	}
	o.headless = o.headless && !o.headful
	if err := o.checkShards(); err != nil {
		return err
	}
	if o.jsonFile != "" && !strings.HasSuffix(o.jsonFile, ".json") {
		o.jsonFile += ".json"
	}
	if o.json && o.summary == "-" {
		return fmt.Errorf("%s and %s - both go to the standard output: write one to a file, with --json-file or --summary FILE", o.source("json"), o.source("summary"))
	}
	if o.export != "" && o.csv == "" {
		return fmt.Errorf("%s is given, but there is nothing to export: add --csv PREFIX", o.source("export"))
	}
	for _, a := range custom {
		if a.required && !o.given(a.long()) {
			msg := fmt.Sprintf("--%s is required by the script", a.long())
			if a.env != "" {
				msg += fmt.Sprintf(" (or the environment variable %s)", a.env)
			}
			return errors.New(msg)
		}
	}
	return nil
}
