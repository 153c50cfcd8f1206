package main

import (
	"context"
	"fmt"
	"math"
	"strconv"
)

// What k6 and katydid do with the same script of k6's.
const (
	checkWork = "check" // a get, two checks and a short sleep
	shopWork  = "shop"  // a script of the usual size
)

// katydidK6 is katydid with the scripts that k6 runs.
var katydidK6 = tool{name: "katydid-k6", ask: "version", does: []string{getWork, thinkWork, checkWork, shopWork}, call: callKatydidK6}

func callKatydidK6(j job) call {
	return call{
		args: []string{"run", "--quiet", "--vus", strconv.Itoa(j.users), "--duration", j.seconds() + "s", j.script("k6-" + j.work + ".js")},
		env:  []string{"TARGET=" + j.url},
	}
}

// scripted is how many users run each of the scripts: few enough for k6 not to need all of its core, so that both do the
// same work in the same time.
var scripted = []struct {
	work  string
	users int
	about string
}{
	{checkWork, 100, "a get, two checks, a sleep of 50 ms"},
	{shopWork, 50, "seven requests in two groups and a batch, with checks, tags, JSON, shared data, own metrics and thresholds"},
}

// measureScripts measures scripts of k6's with katydid and with k6.
func (b *bench) measureScripts(ctx context.Context) {
	those := b.those(checkWork)
	defer b.addScripts(those) // after an interrupt, too
	for round := range b.repeats {
		for i, s := range scripted {
			for _, t := range those {
				b.say(round, scriptsName, t.name+" with "+s.work)
				u, err := b.spend(ctx, t, job{work: s.work, users: s.users, time: b.time})
				if ctx.Err() != nil {
					return
				}
				cost, rate := math.NaN(), math.NaN()
				if err != nil {
					b.fail(scriptsName, err)
				} else {
					cost, rate = u.perRequest(), u.rate()
				}
				f := b.of(t)
				f.scripts[i].cost, f.scripts[i].rate = append(f.scripts[i].cost, cost), append(f.scripts[i].rate, rate)
				settle(ctx)
			}
		}
	}
}

// scriptCost is what a script has cost.
type scriptCost struct{ cost, rate values }

// addScripts makes the table and the goals.
func (b *bench) addScripts(those []*tool) {
	s := section{
		title: "The same scripts of k6's",
		about: "Both tools run the same files, with users enough to keep them busy but not the core full.",
		head:  []string{"script", "tool", "CPU us/request", "requests/s", "CPU, ratio to k6"},
	}
	for i, script := range scripted {
		for _, t := range those {
			f := b.of(t).scripts[i]
			s.rows = append(s.rows, []string{script.work + ": " + script.about, t.name, f.cost.text("%.1f"), f.rate.text("%.0f"), f.cost.over(b.of(&k6).scripts[i].cost).text("%.3f")})
		}
		ratio := b.of(&katydidK6).scripts[i].cost.over(b.of(&k6).scripts[i].cost)
		b.goals = append(b.goals, atMost(fmt.Sprintf("CPU for a request of k6's script %s <= 0.3 x k6's", script.work), ratio, 0.3, "%.3f", ""))
	}
	b.sections = append(b.sections, s)
}
