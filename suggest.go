package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// closest returns the candidate that was most likely meant by name, or "" if
// none is near: at most one edit in three letters (an edit inserts, deletes or
// replaces a letter or swaps two neighbours). The first wins if two are equal.
func closest(name string, candidates []string) string {
	best, at := "", max(1, len(name)/3)+1
	for _, c := range candidates {
		if d := edits(name, c); d < at {
			best, at = c, d
		}
	}
	return best
}

// edits is the optimal string alignment distance between a and b, in bytes.
func edits(a, b string) int {
	before, row, next := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		next[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			next[j+1] = slices.Min([]int{row[j] + cost, row[j+1] + 1, next[j] + 1})
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				next[j+1] = min(next[j+1], before[j-1]+1)
			}
		}
		before, row, next = row, next, before
	}
	return row[len(b)]
}

// complete finds an option by its long name or the start of it.
func (p *optionParser) complete(name string) (*option, error) {
	if opt := p.lookup(name); opt != nil {
		return opt, nil
	}
	var match []*option
	for _, opt := range p.all {
		if name != "" && strings.HasPrefix(opt.name, name) && opt.name != classesOption {
			match = append(match, opt)
		}
	}
	// Names of the past, and those that Locust has not, must not make ambiguous what is short for one of Locust's.
	for _, weak := range []func(*option) bool{
		func(o *option) bool { return o.state == stateGone }, func(o *option) bool { return o.group == groupShards },
	} {
		if others := slices.DeleteFunc(slices.Clone(match), weak); len(others) > 0 {
			match = others
		}
	}
	switch len(match) {
	case 0:
		return nil, nil
	case 1:
		return match[0], nil
	}
	var names []string
	for _, opt := range match {
		names = append(names, "--"+opt.name)
	}
	return nil, fmt.Errorf("ambiguous option: --%s could match %s", name, strings.Join(names, ", "))
}

func (p *optionParser) unrecognized(args []string) error {
	name, _, _ := strings.Cut(args[0], "=")
	msg := "unrecognized arguments: " + strings.Join(args, " ")
	if near := closest(strings.TrimPrefix(name, "--"), p.names()); near != "" && strings.HasPrefix(name, "--") {
		msg += fmt.Sprintf(" (did you mean '--%s'?)", near)
	}
	return errors.New(msg)
}

// names are the long names to suggest.
func (p *optionParser) names() (names []string) {
	for _, opt := range p.all {
		if opt.state == stateReady && opt.name != classesOption {
			names = append(names, opt.name)
		}
	}
	return names
}
