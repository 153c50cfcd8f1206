package main

import (
	"fmt"
	"math"
)

// What a dyno of 512 MB has, of docs/heroku.md and the platform's limits.
const (
	monthSeconds = 30 * 24 * 3600
	dynoMemory   = 420e6 // bytes that are left for the tool, of 512 MB
	dynoFiles    = 9900  // open files for connections, of 10,000
	dynoRate     = 10000 // requests a second that the platform asks not to exceed
	utilisation  = 0.5   // of one core, at most, for figures that can be trusted
	cycle        = 7.0   // seconds from one request of a user to its next, as measured here
)

// dynos of 512 MB by their price for a month, in dollars.
var dynos = []struct {
	name    string
	monthly float64
}{{"Basic", 7}, {"Standard-1X", 25}}

// perMillion is the price of the processor time of a million requests, in dollars: microseconds for each are seconds
// for a million, and one core is full.
func perMillion(monthly, cpuMicros float64) float64 { return monthly / monthSeconds * cpuMicros }

// capacity is how many users a dyno has room for.
type capacity struct{ memory, cpu, files, rate float64 }

// room computes it from the bytes that a tool needs without users and for each user, and the microseconds of a request.
func room(base, perUser, cpuMicros float64) capacity {
	return capacity{
		memory: math.Max(0, dynoMemory-base) / perUser,
		cpu:    utilisation * 1e6 / cpuMicros * cycle,
		files:  dynoFiles,
		rate:   dynoRate * cycle,
	}
}

// users is the least of what memory, processor, files and the rate allow.
func (c capacity) users() float64 { return min(c.memory, c.cpu, c.files, c.rate) }

// addArithmetic makes the table of prices of what has been measured.
func (b *bench) addArithmetic() {
	s := section{
		title: "What it comes to on a dyno",
		about: fmt.Sprintf("Computed from the medians above. Dollars for a million requests: the price of the dyno for a second (month / %d) times the processor seconds of a million requests, one core full. "+
			"Users on a dyno of 512 MB: the least of memory (%.0f MB less what the tool has without users, divided by that of a user, plain HTTP), "+
			"processor (half a core, a request every %.0f s each), open files (%d) and the rate of %d requests a second. "+
			"A dyno's core is not this machine's, and a share of it only: read them as ratios. At that rate a million requests take 100 s and cost $%.5f on %s and $%.5f on %s with any tool that reaches it.",
			monthSeconds, dynoMemory/1e6, cycle, dynoFiles, dynoRate,
			dynos[0].monthly/monthSeconds*1e6/dynoRate, dynos[0].name, dynos[1].monthly/monthSeconds*1e6/dynoRate, dynos[1].name),
		head: []string{"tool", "$/million, Basic", "$/million, Standard-1X", "users by memory", "by CPU", "by files", "by rate", "users on a dyno"},
	}
	for _, t := range b.tools {
		cpu := b.of(t).cpu.median()
		if math.IsNaN(cpu) {
			continue
		}
		cells := []string{t.name}
		for _, d := range dynos {
			cells = append(cells, fmt.Sprintf("%.7f", perMillion(d.monthly, cpu)))
		}
		if perUser := b.perUser(t).median(); !math.IsNaN(perUser) {
			c := room(b.base(t).median(), perUser, cpu)
			for _, v := range []float64{c.memory, c.cpu, c.files, c.rate, c.users()} {
				cells = append(cells, fmt.Sprintf("%.0f", v))
			}
		}
		for len(cells) < len(s.head) {
			cells = append(cells, "-")
		}
		s.rows = append(s.rows, cells)
	}
	if len(s.rows) > 0 {
		b.sections = append(b.sections, s)
	}
}
