package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"
)

// fromArgs reads the command line. Long names may be cut short as long as they
// stay unique; the last of several values wins, with a warning.
func (p *optionParser) fromArgs(args []string) ([]setting, error) {
	spelled, err := p.spell(args)
	if err != nil {
		return nil, err
	}
	var found []setting
	given := map[string][]string{}
	err = p.flags.ParseAll(spelled, func(f *pflag.Flag, value string) error {
		as := "--" + f.Name
		if value == "" && !f.Value.(flagValue).many {
			return fmt.Errorf("%s is empty: is a shell variable in it not set?", as)
		}
		given[f.Name] = append(given[f.Name], value)
		found = append(found, setting{name: f.Name, value: value, as: as + " ", from: as, arg: true})
		return nil
	})
	if err != nil {
		return nil, err
	}
	p.warnTwice(given)
	if classes := p.flags.Args(); len(classes) > 0 {
		found = append(found, setting{name: classesOption, value: strings.Join(classes, ","), from: "command line", arg: true})
	}
	return found, nil
}

// warnTwice speaks of the options that were given different values.
func (p *optionParser) warnTwice(given map[string][]string) {
	for _, opt := range p.all {
		values := given[opt.name]
		if opt.repeat || len(slices.Compact(slices.Clone(values))) < 2 {
			continue
		}
		if opt.secret {
			p.warn("--%s given %s with different values; using the last", opt.name, howOften(len(values)))
			continue
		}
		p.warn("--%s given %s: %s; using %s", opt.name, howOften(len(values)),
			withoutUsers(values, ", then "), withoutUser(values[len(values)-1]))
	}
}

// withoutUsers joins values, with no password of a URL in them.
func withoutUsers(values []string, with string) string {
	shown := make([]string, len(values))
	for i, v := range values {
		shown[i] = withoutUser(v)
	}
	return strings.Join(shown, with)
}

func howOften(n int) string {
	if n == 2 {
		return "twice"
	}
	return fmt.Sprintf("%d times", n)
}

func (p *optionParser) warn(format string, a ...any) {
	p.warnings = append(p.warnings, fmt.Sprintf(format, a...))
}

// spell writes every option out in the one form --name=value, as pflag knows
// neither shortened names nor options with any number of values.
func (p *optionParser) spell(args []string) (spelled []string, err error) {
	var unknown []string
	for len(args) > 0 {
		arg := args[0]
		if arg == "--" {
			spelled = append(spelled, args...)
			break
		}
		args = args[1:]
		if first, more := p.splitSwitches(arg); more != "" {
			arg, args = first, append([]string{more}, args...)
		}
		if !isOption(arg) {
			spelled = append(spelled, arg)
			continue
		}
		opt, value, err := p.find(arg)
		if err != nil && len(p.early) == 0 {
			return nil, err
		}
		if opt == nil {
			unknown = append(unknown, arg)
			continue
		}
		args, err = p.take(opt, value, args, &spelled)
		if err != nil {
			return nil, err
		}
	}
	if len(unknown) > 0 && len(p.early) == 0 {
		return nil, p.unrecognized(unknown)
	}
	return spelled, nil
}

// splitSwitches splits the first of several switches in one word, as in -lV.
func (p *optionParser) splitSwitches(arg string) (first, more string) {
	if len(arg) < 3 || !isOption(arg) || arg[1] == '-' || arg[2] == '=' {
		return arg, ""
	}
	if f := p.flags.ShorthandLookup(arg[1:2]); f == nil || f.NoOptDefVal == "" {
		return arg, ""
	}
	return arg[:2], "-" + arg[2:]
}

// isOption tells an option from a value: "-" is the usual name of the standard
// streams, and -5 a number.
func isOption(arg string) bool {
	return len(arg) > 1 && arg[0] == '-' && (arg[1] < '0' || arg[1] > '9') && arg[1] != '.'
}

// take appends the spelled option with its value, which may stand in the
// arguments that follow; it returns those not used.
func (p *optionParser) take(opt *option, value *string, args []string, spelled *[]string) ([]string, error) {
	name := "--" + opt.name
	switch {
	case value != nil && opt.many:
		more, rest := upToOption(args)
		*value, args = strings.Join(append([]string{*value}, more...), ","), rest
	case value != nil:
	case opt.many:
		more, rest := upToOption(args)
		joined := strings.Join(more, ",")
		value, args = &joined, rest
	case opt.meta == "" || opt.bare != "":
		*spelled = append(*spelled, name)
		return args, nil
	case len(args) == 0 || isOption(args[0]) || args[0] == "--":
		if len(p.early) > 0 {
			return args, nil
		}
		return nil, fmt.Errorf("%s needs a value: %s %s", name, name, opt.meta)
	default:
		value, args = &args[0], args[1:]
	}
	*spelled = append(*spelled, name+"="+*value)
	return args, nil
}

// values splits args before the next option.
func upToOption(args []string) (v, rest []string) {
	n := slices.IndexFunc(args, func(a string) bool { return a == "--" || isOption(a) })
	if n < 0 {
		n = len(args)
	}
	return args[:n], args[n:]
}

// find returns the option that arg names, nil if there is none, and the value
// written in the same word, if any.
func (p *optionParser) find(arg string) (*option, *string, error) {
	if long, ok := strings.CutPrefix(arg, "--"); ok {
		name, value, hasValue := strings.Cut(long, "=")
		opt, err := p.complete(name)
		if !hasValue {
			return opt, nil, err
		}
		return opt, &value, err
	}
	f := p.flags.ShorthandLookup(arg[1:2])
	if f == nil {
		return nil, nil, nil
	}
	opt := f.Value.(flagValue).option
	value := strings.TrimPrefix(arg[2:], "=")
	switch {
	case arg[2:] == "":
		return opt, nil, nil
	}
	return opt, &value, nil
}
