package main

import (
	"context"
	"fmt"
	"math"
)

// cap1000 is the cap on names in katydid's statistics, the first target of the measurement of names.
const cap1000 = 1000

// urls is how many different URLs there are at most. Each is requested rounds times.
func (b *bench) urls() int { return min(mostURLs, int(b.requests)/rounds) }

const rounds = 5

// measureNames measures memory against the number of names.
func (b *bench) measureNames(ctx context.Context) {
	those := b.those(namesWork)
	defer b.addNames(those) // after an interrupt, too
	for round := range b.repeats {
		for _, t := range those {
			f := b.of(t)
			for i, n := range []int{1, cap1000, b.urls()} {
				b.say(round, namesName, fmt.Sprintf("%s with %d names", t.name, n))
				_, resident, err := b.watch(ctx, t, job{work: namesWork, names: n}, int64(rounds*b.urls()))
				if ctx.Err() != nil {
					return
				}
				bytes := math.NaN()
				if err != nil {
					b.fail(namesName, err)
				} else {
					bytes = values(resident[len(resident)/2:]).median()
				}
				f.names[i] = append(f.names[i], bytes)
				settle(ctx)
			}
		}
	}
}

func (b *bench) addNames(those []*tool) {
	s := section{
		title: "Memory of names",
		about: fmt.Sprintf("%d connections without a pause request different URLs in turn, %d requests in all. Resident memory is the median over the last two fifths of them.",
			connections, rounds*b.urls()),
		head: []string{"tool", "MiB with one name", fmt.Sprintf("with %d", cap1000), fmt.Sprintf("with %d URLs", b.urls()),
			fmt.Sprintf("MiB more for %d", cap1000), fmt.Sprintf("MiB more for %d", b.urls())},
	}
	for _, t := range those {
		n := b.of(t).names
		cells := []string{t.name}
		for _, v := range []values{n[0], n[1], n[2], n[1].above(n[0]), n[2].above(n[0])} {
			cells = append(cells, v.scaled(1./mib).text("%.1f"))
		}
		s.rows = append(s.rows, cells)
	}
	b.sections = append(b.sections, s)
	n := b.of(&katydid).names
	b.goals = append(b.goals,
		atMost(fmt.Sprintf("%d names cost <= 64 MiB", cap1000), n[1].above(n[0]).scaled(1./mib), 64, "%.1f", " MiB"),
		atMost(fmt.Sprintf("%d different URLs cost no more than the cap on names allows: <= 64 MiB", b.urls()), n[2].above(n[0]).scaled(1./mib), 64, "%.1f", " MiB"))
}
