package main

import (
	"context"
	"fmt"
	"math"
	"time"
)

// warmUp is the share of the requests after which memory has to be steady.
const warmUp = 0.2

// longest is more than any of these runs takes; the tools are ended when they have sent enough.
const longest = 2 * time.Hour

// trend is how resident memory has developed over the requests of a run.
type trend struct {
	slope   float64 // bytes per request
	scatter float64 // bytes: the standard deviation about the line
	span    float64 // requests from the first to the last sample
	first   float64 // bytes, after the warm-up
	last    float64 // bytes, at the end
}

// watch runs a tool until it has sent so many requests and samples its memory over them.
func (b *bench) watch(ctx context.Context, t *tool, j job, requests int64) (x, resident []float64, err error) {
	j.users, j.time = connections, longest
	err = b.observe(ctx, t, j, often, func(p *process, seen progress) (enough bool, err error) {
		if float64(seen.requests) >= warmUp*float64(requests) {
			bytes, err := p.resident()
			if err != nil {
				return false, err
			}
			x, resident = append(x, float64(seen.requests)), append(resident, float64(bytes))
		}
		return seen.requests >= requests, nil
	})
	return x, resident, err
}

// fit makes a trend of samples.
func fit(x, resident []float64) (trend, error) {
	if len(x) < 3 {
		return trend{}, fmt.Errorf("%d samples of memory are too few for a line: more requests are needed", len(x))
	}
	n := len(x) - 1
	tr := trend{span: x[n] - x[0], first: resident[0], last: resident[n]}
	tr.slope, tr.scatter = line(x, resident)
	return tr, nil
}

// most is how many requests a tool sends. Those that are many times slower than katydid send fewer, for the slope is
// that of one request.
func (b *bench) most(t *tool) int64 {
	if t == &katydid {
		return b.requests
	}
	return min(b.requests, 1_000_000)
}

// measureGrowth measures how memory grows with requests.
func (b *bench) measureGrowth(ctx context.Context) {
	those := b.those(namesWork)
	defer b.addGrowth(those) // after an interrupt, too
	for round := range b.repeats {
		for _, t := range those {
			b.say(round, growthName, t.name)
			x, resident, err := b.watch(ctx, t, job{work: getWork}, b.most(t))
			if ctx.Err() != nil {
				return
			}
			var tr trend
			if err == nil {
				tr, err = fit(x, resident)
			}
			if err != nil {
				b.fail(growthName, err)
				nan := math.NaN()
				tr = trend{nan, nan, nan, nan, nan}
			}
			f := b.of(t)
			f.slope, f.rise, f.scatter = append(f.slope, tr.slope), append(f.rise, tr.slope*tr.span), append(f.scatter, tr.scatter)
			f.first, f.last = append(f.first, tr.first), append(f.last, tr.last)
			settle(ctx)
		}
	}
}

func (b *bench) addGrowth(those []*tool) {
	s := section{
		title: "Growth with the number of requests",
		about: fmt.Sprintf("%d connections without a pause. Resident memory is sampled every %v; after the first %.0f %% of the requests a line is fitted by least squares. "+
			"Scatter is the standard deviation about it.", connections, often, 100*warmUp),
		head: []string{"tool", "requests", "bytes/request", "MiB after the warm-up", "MiB at the end", "rise of the line, MiB", "scatter, MiB"},
	}
	for _, t := range those {
		f := b.of(t)
		cells := []string{t.name, fmt.Sprint(b.most(t)), f.slope.text("%.2f")}
		for _, v := range []values{f.first, f.last, f.rise, f.scatter} {
			cells = append(cells, v.scaled(1./mib).text("%.1f"))
		}
		s.rows = append(s.rows, cells)
	}
	b.sections = append(b.sections, s)
	f := b.of(&katydid)
	g := atMost("growth 0 within noise: the line rises by <= 2 x its scatter", f.rise.over(f.scatter), 2, "%.1f", "")
	g.found += "; " + f.slope.text("%.2f") + " bytes/request"
	b.goals = append(b.goals, g)
}
