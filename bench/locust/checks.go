package main

import "fmt"

// verdict is the result of a check.
type verdict int

const (
	same    verdict = iota // equal, or as close as the check's own text says
	meant                  // different in a way that is documented
	differs                // anything else
)

func (v verdict) String() string { return [...]string{"ok", "documented", "DIFFERS"}[v] }

// check is one line of the report.
type check struct {
	what            string
	locust, katydid string // what each has
	verdict         verdict
	reason          reason // for meant
}

// section is the checks of one scenario.
type section struct {
	title, about string
	checks       []check
}

// reason names a difference that is documented in docs/from-locust.md.
type reason string

// The documented differences. Where one is given, the check still demands what the difference leaves.
const (
	trueValues   reason = "true values"         // not rounded to two digits; two decimals below 10 ms
	locustLag    reason = "Locust's own lag"    // its time includes waiting for Python
	completeEnd  reason = "complete files"      // Locust's last write is up to a second before its end
	noUsersAtEnd reason = "row after the end"   // katydid's last history row: all users have stopped
	everySecond  reason = "a row every second"  // Locust's writer drifts and skips a second now and then
	wallClock    reason = "rates by the clock"  // Locust's window hangs on the last request
	errorWords   reason = "words for errors"    // connections fail in katydid's words, not Python's
	stackTrace   reason = "JavaScript stack"    // not Python's
	onlyFloats   reason = "no integer times"    // JavaScript has none
	urlIn212     reason = "2.12: URL in errors" // it names the whole URL, so failures of one row do not group
	median212    reason = "2.12: float medians"
	unflushed212 reason = "2.12: history lost" // not flushed at the end
	warnsOfTwice reason = "warning"            // katydid says when an option is given twice
	deadUsers    reason = "users that die"     // exit code 4, not 0 (2.12) or 1, if constructor or on_start threw
	mix212       reason = "2.12: class mix"    // an older rule for who is next
	gevent212    reason = "2.12: early end"    // its timer counts from before the users start
)

// is adds a check that passes if ok.
func (s *section) is(ok bool, what, locust, katydid string) {
	c := check{what: what, locust: locust, katydid: katydid}
	if !ok {
		c.verdict = differs
	}
	s.checks = append(s.checks, c)
}

// equal adds a check that both have the same.
func (s *section) equal(what string, locust, katydid any) {
	l, k := fmt.Sprint(locust), fmt.Sprint(katydid)
	s.is(l == k, what, l, k)
}

// equalOr is equal, except that a difference for which allowed holds is a documented one.
func (s *section) equalOr(r reason, allowed bool, what string, locust, katydid any) {
	l, k := fmt.Sprint(locust), fmt.Sprint(katydid)
	c := check{what: what, locust: l, katydid: k}
	switch {
	case l == k:
	case allowed:
		c.verdict, c.reason = meant, r
	default:
		c.verdict = differs
	}
	s.checks = append(s.checks, c)
}

// count returns how many checks have a verdict.
func count(sections []*section, v verdict) int {
	n := 0
	for _, s := range sections {
		for _, c := range s.checks {
			if c.verdict == v {
				n++
			}
		}
	}
	return n
}
