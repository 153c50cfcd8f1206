package main

import (
	"context"
	"fmt"
	"math"
	"time"
)

// crowd is what users that think have cost.
type crowd struct {
	resident  float64       // bytes at rest
	cpu, wall time.Duration // until each had sent a request
}

// rest starts users, waits until each of them has sent a request, and watches them thinking. Memory counts from half of
// that time on: by default that is after every user has thought at least once.
func (b *bench) rest(ctx context.Context, t *tool, users int) (crowd, error) {
	var c crowd
	var up, sampled time.Time
	var samples values
	var seen progress
	// The tool is ended when enough has been seen; the time only has to be long enough for slow starts.
	err := b.observe(ctx, t, job{work: thinkWork, users: users, time: b.time + 5*time.Minute}, 20*time.Millisecond,
		func(p *process, now progress) (enough bool, err error) {
			seen = now
			if up.IsZero() {
				if seen.users >= int64(users) {
					up = time.Now()
					c.wall = time.Since(p.began)
					c.cpu, err = p.spent()
				}
				return false, err
			}
			if time.Since(up) > b.time/2 && time.Since(sampled) >= often {
				sampled = time.Now()
				bytes, err := p.resident()
				if err != nil {
					return false, err
				}
				samples = append(samples, float64(bytes))
			}
			return time.Since(up) >= b.time, nil
		})
	if err != nil {
		return c, fmt.Errorf("%d of %d users had sent a request: %w", seen.users, users, err)
	}
	c.resident = samples.median()
	return c, nil
}

// measureUsers measures users at rest and their start.
func (b *bench) measureUsers(ctx context.Context) {
	those := b.those(thinkWork)
	defer func() { // after an interrupt, too
		if b.wants(memoryName) {
			b.addMemory(those)
		}
		if b.wants(startName) {
			b.addStart(those)
		}
	}()
	for round := range b.repeats {
		for _, t := range those {
			f := b.of(t)
			for _, of := range []struct {
				users int
				to    *crowds
			}{{b.users / 10, &f.few}, {b.users, &f.many}} {
				b.say(round, memoryName, fmt.Sprintf("%s with %d users", t.name, of.users))
				c, err := b.rest(ctx, t, of.users)
				if ctx.Err() != nil {
					return
				}
				if err != nil {
					b.fail(memoryName, err)
				}
				of.to.add(c, err == nil)
				settle(ctx)
			}
		}
	}
}

// crowds are the crowds of all repeats.
type crowds struct{ resident, cpu, wall values }

func (c *crowds) add(one crowd, valid bool) {
	resident, cpu, wall := math.NaN(), math.NaN(), math.NaN()
	if valid {
		resident, cpu, wall = one.resident, one.cpu.Seconds(), one.wall.Seconds()
	}
	c.resident, c.cpu, c.wall = append(c.resident, resident), append(c.cpu, cpu), append(c.wall, wall)
}

// perUser is the resident memory of one idle user, in bytes.
func (b *bench) perUser(t *tool) values {
	f := b.of(t)
	return f.many.resident.above(f.few.resident).scaled(1 / float64(b.users-b.users/10))
}

// base is the resident memory without any user, in bytes: what the line through both crowds has at none.
func (b *bench) base(t *tool) values {
	return b.of(t).few.resident.above(b.perUser(t).scaled(float64(b.users / 10)))
}

const (
	kib = 1 << 10
	mib = 1 << 20
)

func (b *bench) addMemory(those []*tool) {
	s := section{
		title: "Memory of idle users",
		about: fmt.Sprintf("Users with a live connection each that have sent a request and think for 5 to 9 seconds between two. Resident memory is the median "+
			"over the second half of %v after the last one's first request; that of a user is the difference between many and few, divided by their number.", b.time),
		head: []string{"tool", fmt.Sprintf("MiB with %d users", b.users/10), fmt.Sprintf("MiB with %d users", b.users), "KiB/user", "ratio to k6"},
	}
	for _, t := range those {
		f := b.of(t)
		s.rows = append(s.rows, []string{t.name, f.few.resident.scaled(1. / mib).text("%.1f"), f.many.resident.scaled(1. / mib).text("%.1f"),
			b.perUser(t).scaled(1. / kib).text("%.1f"), b.perUser(t).over(b.perUser(&k6)).text("%.3f")})
	}
	b.sections = append(b.sections, s)
	ours := b.perUser(&katydid)
	b.goals = append(b.goals, atMost("resident memory of an idle user <= 16 KiB", ours.scaled(1./kib), 16, "%.1f", " KiB"),
		atMost("resident memory of an idle user <= 0.1 x k6's", ours.over(b.perUser(&k6)), 0.1, "%.3f", ""),
		atMost("resident memory of an idle user of a k6 script <= 0.12 x k6's", b.perUser(&katydidK6).over(b.perUser(&k6)), 0.12, "%.3f", ""))
}

func (b *bench) addStart(those []*tool) {
	s := section{
		title: "Starting users",
		about: fmt.Sprintf("From the start of the process until each of %d users has connected and sent its first request; the same users as above, as fast as the tool starts them.", b.users),
		head:  []string{"tool", "CPU s", "wall s", "CPU, ratio to k6"},
	}
	for _, t := range those {
		many := b.of(t).many
		s.rows = append(s.rows, []string{t.name, many.cpu.text("%.2f"), many.wall.text("%.2f"), many.cpu.over(b.of(&k6).many.cpu).text("%.3f")})
	}
	b.sections = append(b.sections, s)
	most := float64(b.users) / 10_000
	b.goals = append(b.goals, atMost(fmt.Sprintf("%d users started in <= %.2f s of CPU", b.users, most), b.of(&katydid).many.cpu, most, "%.2f", " s"))
}
