package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

const herokuUsage = `Usage: katydid heroku SCRIPT --shards N --rendezvous URL --app APP [options]
                     [run options]

Prints the commands, for a shell, that run SCRIPT in N one-off dynos of a Heroku
app, each with its part of the load. Nothing is sent. Other options are those of
katydid run; they are checked here and mean the whole fleet. docs/heroku.md says
how the app is made, docs/engines.md has an example.

      --shards N            how many dynos there are, 1 to 50
      --rendezvous URL      where they meet: as for --export, in blob storage
      --run-id ID           name of the run at that URL (default: the script's
                            name and the time at which the commands are run)
      --app APP             the app, in which SCRIPT is where it is here
      --size SIZE           of the dynos: eco, basic, standard-1x, standard-2x,
                            performance-m, performance-l (default: the cheapest
                            that bears the load, as measured, see docs/cost.md)
      --shard-index auto    print one command to be run N times: each dyno takes
                            the next part of the load that is free
`

// A dyno is a size that one-off dynos can have; docs/heroku.md has the same figures.
type dyno struct {
	size   string
	memory int // MiB
	files  int // open at once, so connections
	most   int // one-off dynos of an app at once
	price  int // dollars a month; of Eco for 1,000 hours
}

var dynos = []dyno{
	{"eco", 512, 10_000, 1, 5},
	{"basic", 512, 10_000, 50, 7},
	{"standard-1x", 512, 10_000, 50, 25},
	{"standard-2x", 1024, 10_000, 50, 50},
	{"performance-m", 2560, 1_000_000, 5, 250},
	{"performance-l", 14 << 10, 1_000_000, 5, 500},
}

// cents is what n dynos cost for a time. They are paid by the second.
func (d dyno) cents(n int, t time.Duration) float64 {
	second := float64(d.price) / 2_592_000
	if d.size == "eco" {
		second = float64(d.price) / 3_600_000
	}
	return 100 * float64(n) * t.Seconds() * second
}

// fits says that the dyno bears a load.
func (d dyno) fits(load demand) bool {
	return load.memory() <= d.memory && load.users <= d.files-100 && load.requests <= dynoRPS
}

// herokuArgs are the arguments of katydid heroku.
type herokuArgs struct {
	engineArgs
	app, size, index string
}

// runHeroku is katydid heroku.
func runHeroku(sys *system, args []string) int {
	if slices.Contains(args, "--help") || slices.Contains(args, "-h") {
		fmt.Fprint(sys.stdout, herokuUsage)
		return exitOK
	}
	text, fail := herokuText(sys, args)
	if fail != nil {
		fmt.Fprintf(sys.stderr, "katydid: error: heroku: %s\n", oneLine(fail.err))
		return fail.code
	}
	if _, err := sys.stdout.Write(text); err != nil {
		return exitNotWritten
	}
	return exitOK
}

func herokuText(sys *system, args []string) ([]byte, *failure) {
	a := &herokuArgs{}
	own := append(a.options(),
		ownOption{"app", a.setApp},
		ownOption{"size", asOneOf(&a.size, dynoSizes()...)},
		ownOption{"shard-index", asOneOf(&a.index, "auto")})
	if err := a.take(args, own); err != nil {
		return nil, usage(err)
	}
	if a.app == "" {
		return nil, usage(errors.New("--app is missing: the Heroku app whose dynos run the script"))
	}
	script, err := a.script("heroku")
	if err != nil {
		return nil, usage(err)
	}
	p, fail := planEngine(sys, &a.engineArgs, script, withoutSettings(sys.environ))
	if p != nil {
		defer p.run.end()
	}
	if fail != nil {
		return nil, fail
	}
	if filepath.IsAbs(script) || strings.Contains(filepath.ToSlash(script), "../") {
		return nil, usage(fmt.Errorf("%s: name the script as it is called in the app, relative to its folder", script))
	}
	if err := p.run.refuseSecrets("give it to the app with heroku config:set --app " + a.app + " NAME=..."); err != nil {
		return nil, usage(err)
	}
	d, err := a.choose(p)
	if err != nil {
		return nil, usage(err)
	}
	a.advise(sys, p, d)
	text := a.commands(script, p, d)
	if err := refuseLeak(sys.environ, text); err != nil {
		return nil, usage(err)
	}
	return []byte(text), nil
}

var herokuApp = regexp.MustCompile(`^[a-z][a-z0-9-]{1,28}[a-z0-9]$`)

func (a *herokuArgs) setApp(s string) error {
	if !herokuApp.MatchString(s) {
		return fmt.Errorf("%s: an app's name is 3 to 30 small letters, digits and dashes", s)
	}
	a.app = s
	return nil
}

func dynoSizes() (names []string) {
	for _, d := range dynos {
		names = append(names, d.size)
	}
	return names
}

// choose gives the size of the dynos: the one asked for, or the cheapest that bears the load. Eco is never chosen, as an app
// can have only one such one-off dyno.
func (a *herokuArgs) choose(p *enginePlan) (dyno, error) {
	share := p.demand.share(a.shards)
	for _, d := range dynos {
		if a.size != d.size && (a.size != "" || d.size == "eco" || !d.fits(share)) {
			continue
		}
		if a.shards > d.most {
			return d, fmt.Errorf("--shards %d: an app has at most %d one-off dynos of the size %s at once", a.shards, d.most, d.size)
		}
		return d, nil
	}
	return dyno{}, fmt.Errorf("no dyno bears %d users and %.0f requests a second: take more with --shards", share.users, share.requests)
}
