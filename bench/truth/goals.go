package main

import (
	"fmt"
	"math"
	"strings"
)

// The lag that katydid may have at rest, at 1,000 requests a second, in milliseconds.
const (
	lagScenario = "S0-1000"
	lagP50      = 0.050
	lagP99      = 0.200
)

// goals says what katydid is to reach in a scenario, of all that was found about it.
func (s scenario) goals(found []finding) []goal {
	var goals []goal
	if s.id == lagScenario {
		g := goal{scenario: s.id, what: fmt.Sprintf("lag p50 <= %.3f ms, p99 <= %.3f ms", lagP50, lagP99), found: "it reports no lag"}
		for _, f := range found {
			if f.figure == "lag" {
				g.found = fmt.Sprintf("%s ms, %s ms", number(f.got[0]), number(f.got[2]))
				g.reached = f.got[0] <= lagP50 && f.got[2] <= lagP99
			}
		}
		goals = append(goals, g)
	}
	if f, ok := s.judged(found); ok && !strings.HasPrefix(s.id, "S0") {
		goals = append(goals, s.goal(f))
	}
	return goals
}

// judged picks the comparison that counts: with the plan where it is exact in every run; else, as the plan holds on
// average only, with what the server did in this one.
func (s scenario) judged(found []finding) (f finding, ok bool) {
	truths := []string{byReplay, byLog}
	if s.exact {
		truths = []string{byPlan}
	}
	for _, truth := range truths {
		for _, f := range found {
			if f.truth == truth && f.figure != "lag" {
				return f, true
			}
		}
	}
	return finding{}, false
}

// goal says whether the errors of a finding are allowed.
func (s scenario) goal(f finding) goal {
	allowed := fmt.Sprintf("%g %%", 100*s.share)
	if s.floor > 0 {
		allowed = fmt.Sprintf("max(%s, %.3f ms)", allowed, s.floor)
	}
	g := goal{
		scenario: s.id, reached: len(s.judge(f.want, f.errors)) == 0,
		what: fmt.Sprintf("%s time, %s: error against the %s <= %s", f.figure, strings.Join(quantileNames[:s.upTo], "/"), f.truth, allowed),
	}
	var parts []string
	for i := range s.upTo {
		part := signed(f.errors[i]) + " ms"
		if f.want[i] > 0 {
			part += fmt.Sprintf(" (%+.1f %%)", 100*f.errors[i]/f.want[i])
		}
		if math.IsNaN(f.errors[i]) {
			part = "not said"
		}
		parts = append(parts, part)
	}
	g.found = strings.Join(parts, ", ")
	return g
}
