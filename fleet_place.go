package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"katydid/exporter"
	"katydid/fleet"
	"katydid/web/live"
)

// fleetPlace is a run of several processes as somebody names it who looks on.
type fleetPlace struct {
	run    string
	target *exporter.Target
	blobs  *fleet.Blobs
}

// openFleet finds the run that words (a URL, or none) and runID ("" for the last part of the URL) name; what is left open
// comes from the environment, as for katydid run. Nothing is sent. Close blobs.
func openFleet(sys *system, words []string, runID string, warn func(format string, args ...any)) (*fleetPlace, *failure) {
	address := sys.getenv("KATYDID_RENDEZVOUS")
	switch {
	case len(words) > 1:
		return nil, usage(errors.New("give one URL: that at which the processes meet, as for --rendezvous"))
	case len(words) == 1:
		address = words[0]
	}
	if address == "" {
		return nil, usage(errors.New("there is no URL: give that at which the processes meet, as for --rendezvous, or set KATYDID_RENDEZVOUS"))
	}
	if runID == "" {
		runID = sys.getenv("KATYDID_RUN_ID")
	}
	if runID == "" {
		address, runID = cutRun(address)
	}
	p := &fleetPlace{}
	if runID == "" {
		return nil, usage(errors.New("which run? give --run-id NAME, or write the name behind the URL: URL/NAME"))
	}
	err := asRunID(&p.run)(runID)
	if err != nil {
		return nil, usage(fmt.Errorf("%q %w", runID, err))
	}
	if p.target, err = parseStore(address, sys.getenv, "read and list (sp=rl)"); err != nil {
		return nil, usage(err)
	}
	warnings, err := p.target.CheckLooking(time.Now())
	for _, w := range warnings {
		warn("%s", w)
	}
	if err != nil {
		return nil, &failure{exitNotExported, err}
	}
	if p.blobs, err = fleet.Open(p.target); err != nil {
		return nil, &failure{exitNotExported, err}
	}
	return p, nil
}

// parseStore is exporter.Parse for a store that is read, too: a token that is missing needs other permissions.
func parseStore(address string, getenv func(string) string, permissions string) (*exporter.Target, error) {
	target, err := exporter.Parse(address, getenv)
	if errors.Is(err, exporter.ErrNoToken) {
		err = fmt.Errorf("%w with the permissions %s", exporter.ErrNoToken, permissions)
	}
	return target, err
}

// cutRun takes the name of a run off the end of a URL's path; "" if the path is empty.
func cutRun(address string) (rest, run string) {
	u, err := url.Parse(address)
	if err != nil {
		return address, "" // whoever reads it next says what is wrong
	}
	path := strings.TrimRight(u.Path, "/")
	at := strings.LastIndexByte(path, '/')
	if at < 0 || at+1 == len(path) {
		return address, ""
	}
	u.Path, u.RawPath = path[:at], ""
	if u.Path == "" && u.Scheme == "file" {
		u.Path = "/"
	}
	return u.String(), path[at+1:]
}

// problem is a failure of the store's.
func (p *fleetPlace) problem(err error) *failure {
	return &failure{exitNotExported, errors.New(p.target.Scrub(oneLine(err)))}
}

// fleetAbout is what whoever looks at a run has to know of it besides its figures.
type fleetAbout struct {
	live.Plan         // the form of the web UI as it would be there
	OnError      *int `json:"exitCodeOnError"` // --exit-code-on-error; nil for its default
	RequireValid bool `json:"requireValid"`    // --require-valid
}

// about is that of this process. Text that the script has called secret is not in it, and neither are users and passwords
// of URLs.
func (r *run) about() json.RawMessage {
	text, err := json.Marshal(fleetAbout{*r.offer(), &r.opts.exitCodeOnError, r.opts.requireValid})
	if err != nil { // a number that is none would be a mistake of ours
		return nil
	}
	if redact := r.env.Redact; redact != nil {
		text = []byte(redact(string(text)))
	}
	if !json.Valid(text) { // what was secret was a part of its form
		return nil
	}
	return text
}

// aboutOf is what about has said; something plain if that cannot be read.
func aboutOf(m *fleet.Merged) *fleetAbout {
	a := &fleetAbout{}
	if json.Unmarshal(m.Plan.About, a) != nil {
		a = &fleetAbout{Plan: live.Plan{Kind: live.KindClosed, Steerable: true}}
	}
	if a.OnError == nil {
		failed := exitFailed
		a.OnError = &failed
	}
	a.Version, a.Script, a.Embedded = version, m.Plan.Script, false
	return a
}
