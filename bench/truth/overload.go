package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"
)

// S6 offers each tool twice the rate that it can do, to see whether it says so.
const (
	overloadUsers = 100
	overloadTime  = 5 * time.Second // of a run that finds out what the tool can do
	overloadRate  = 1e6             // for tools that have no closed model: more than any can do
)

// overload runs S6.
func (b *bench) overload(ctx context.Context, d *document) error {
	t := table{
		title: overloadID + ": twice the rate that the tool can do",
		about: "What a tool can do is measured first, with a server that does not wait; then twice that rate is offered for " +
			b.time.String() + ". All that was planned has to be accounted for, and the report should say that the figures are not the target's.",
		head: []string{"tool", "can do", "offered", "sent", "planned", "started", "omitted", "planned = started + omitted", "p99", "what it says"},
	}
	for _, tool := range b.tools {
		if !tool.open && !tool.paced {
			continue
		}
		fmt.Fprintf(os.Stderr, "%s, %s...\n", overloadID, tool.name)
		can, _, err := b.plainRun(ctx, tool, load{rate: closedRate(tool), users: overloadUsers, time: overloadTime})
		if err != nil {
			return err
		}
		offered := 2 * float64(int(can))
		sent, r, err := b.plainRun(ctx, tool, load{rate: offered, users: overloadUsers, time: b.time})
		if err != nil {
			return err
		}
		t.rows = append(t.rows, overloadRow(tool, can, offered, sent, r))
		if tool == &katydid {
			d.goals = append(d.goals, overloadGoal(r))
		}
	}
	d.tables = append(d.tables, t)
	return nil
}

// closedRate is the rate with which a tool does as much as it can.
func closedRate(t *tool) float64 {
	if t.closed {
		return 0
	}
	return overloadRate
}

// plainRun runs a tool against a server without delays. sent is the rate that the server saw.
func (b *bench) plainRun(ctx context.Context, t *tool, l load) (sent float64, r *report, err error) {
	s := scenario{id: overloadID, behaviour: always("none")}
	got, err := b.measure(ctx, s, t, l, 1)
	if err != nil {
		return 0, nil, err
	}
	settle(ctx)
	return got.rate, got.report, nil
}

func overloadRow(t *tool, can, offered, sent float64, r *report) []string {
	planned, started, omitted, sum := "not said", fmt.Sprint(r.requests, " reported"), "not said", "not said"
	if r.planned >= 0 {
		planned, started, omitted, sum = fmt.Sprint(r.planned), fmt.Sprint(r.started), fmt.Sprint(r.omitted), "no"
		if r.accounted() {
			sum = "yes"
		}
	}
	says := "nothing"
	if len(r.says) > 0 {
		says = strings.Join(r.says, "; ")
	}
	p99 := r.service[2]
	if t.responds {
		p99 = r.response[2]
	}
	return []string{
		t.name, fmt.Sprintf("%.0f/s", can), fmt.Sprintf("%.0f/s", offered), fmt.Sprintf("%.0f/s", sent), planned,
		started, omitted, sum, number(p99), says,
	}
}

// accounted says whether every planned start was either made or is called omitted.
func (r *report) accounted() bool { return r.planned >= 0 && r.planned == r.started+r.omitted }

func overloadGoal(r *report) goal {
	g := goal{scenario: overloadID, what: "the verdict is INVALID, planned = started + omitted", found: "no verdict"}
	if len(r.says) > 0 {
		g.found = fmt.Sprintf("%s; %d planned, %d started, %d omitted", r.says[0], r.planned, r.started, r.omitted)
		g.reached = r.says[0] == "INVALID" && r.accounted()
	}
	return g
}
