package main

import (
	"context"
	"fmt"
	"math"
	"time"
)

// connections is how many users send at full speed, without any pause.
const connections = 50

// perRequest is the processor time for each request, in microseconds.
func (u usage) perRequest() float64 { return float64(u.cpu.Microseconds()) / float64(u.requests) }

// rate is requests a second, from the first to the last one.
func (u usage) rate() float64 { return float64(u.requests-1) / u.last.Seconds() }

// measureCPU measures requests at full speed.
func (b *bench) measureCPU(ctx context.Context) {
	those := b.those(getWork, loopWork)
	defer b.addCPU(those) // after an interrupt, too
	for round := range b.repeats {
		for _, t := range those {
			b.say(round, cpuName, t.name)
			work := getWork
			if !t.can(work) {
				work = loopWork
			}
			u, err := b.spend(ctx, t, job{work: work, users: connections, time: b.time})
			if ctx.Err() != nil {
				return
			}
			cost, rate, busy := math.NaN(), math.NaN(), math.NaN()
			if err != nil {
				b.fail(cpuName, err)
			} else {
				cost, rate, busy = u.perRequest(), u.rate(), u.cpu.Seconds()/u.took.Seconds()
			}
			f := b.of(t)
			f.cpu, f.rate, f.busy = append(f.cpu, cost), append(f.rate, rate), append(f.busy, busy)
			settle(ctx)
		}
	}
}

// addCPU makes the table and the goals.
func (b *bench) addCPU(those []*tool) {
	s := section{
		title: "Processor time for a request",
		about: fmt.Sprintf("%d connections without a pause, a get and a look at its status, for %v. wrk runs no script, nor do vegeta and oha; "+
			"katydid-loop is katydid with a hundred requests in a task.", connections, b.time),
		head: []string{"tool", "CPU us/request", "requests/s", "share of the core", "CPU, ratio to wrk", "CPU, ratio to k6"},
	}
	for _, t := range those {
		f := b.of(t)
		s.rows = append(s.rows, []string{t.name, f.cpu.text("%.1f"), f.rate.text("%.0f"), f.busy.text("%.2f"),
			f.cpu.over(b.of(&wrk).cpu).text("%.2f"), f.cpu.over(b.of(&k6).cpu).text("%.3f")})
	}
	b.sections = append(b.sections, s)
	ours, loop := b.of(&katydid).cpu, b.of(&katydidLoop).cpu
	for _, peer := range []struct {
		tool   *tool
		most   float64
		format string
	}{{&wrk, 1.15, "%.2f"}, {&k6, 0.18, "%.3f"}} {
		base := b.of(peer.tool).cpu
		g := atMost(fmt.Sprintf("CPU for a scripted request <= %g x %s's", peer.most, peer.tool.name), ours.over(base), peer.most, peer.format, "")
		if len(loop) > 0 {
			g.found += "; a hundred in a task: " + loop.over(base).text(peer.format)
		}
		b.goals = append(b.goals, g)
	}
}

// often is how often the server tells its progress where only memory is watched.
const often = 250 * time.Millisecond
