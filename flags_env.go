package main

import (
	"maps"
	"slices"
	"strings"

	"katydid/exporter"
)

// fromEnv finds the environment variables that are not empty; the options of a
// script name theirs in full, the others stand behind KATYDID_ or LOCUST_.
func (p *optionParser) fromEnv(environ []string) (found []setting) {
	env := map[string]string{}
	for _, e := range environ {
		name, value, _ := strings.Cut(e, "=")
		env[name] = value
	}
	for _, opt := range p.all {
		for _, name := range opt.variables() {
			if value := env[name]; value != "" {
				found = append(found, setting{name: opt.name, value: value, as: name + "=", from: name})
				break
			}
		}
	}
	p.warnUnknown(env)
	return found
}

// warnUnknown speaks of variables that were probably meant for us.
func (p *optionParser) warnUnknown(env map[string]string) {
	var known []string
	for _, opt := range p.all {
		known = append(known, opt.variables()...)
	}
	known = append(known, exporter.EnvInsecure, importCache, shardVar)
	for _, name := range slices.Sorted(maps.Keys(env)) {
		short, ours := strings.CutPrefix(name, "KATYDID_")
		if !ours || slices.Contains(known, name) {
			continue
		}
		if near := closest(short, p.variables()); near != "" {
			p.warn("the environment variable %s is not known (did you mean KATYDID_%s?)", name, near)
		}
	}
}

// variables are the names to suggest, without the KATYDID_ in front.
func (p *optionParser) variables() (names []string) {
	for _, opt := range p.all {
		if opt.state == stateReady && opt.env != "" {
			names = append(names, opt.env)
		}
	}
	return names
}
