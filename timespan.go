package main

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// timeUnits of a time span, in the order in which they have to be written.
var timeUnits = []struct {
	name string
	unit time.Duration
}{
	{"d", 24 * time.Hour}, {"h", time.Hour}, {"m", time.Minute}, {"s", time.Second}, {"ms", time.Millisecond},
}

// parseTimespan reads a length of time as Locust writes it: 20, 20s, 3m, 2h,
// 1h20m, 3h30m10s; a number alone is seconds. Beyond Locust's grammar there are
// days (1d), milliseconds (100ms) and fractions (1.5m, 0.5). Each unit may
// occur once, the larger first; no sign, no spaces, lower case only.
func parseTimespan(s string) (time.Duration, error) {
	const want = "is not a length of time: write it like 20, 20s, 3m, 1h20m, 1d or 100ms"
	if d, rest, err := leadingNumber(s, time.Second); err != nil || rest == "" {
		return d, err
	}
	var sum time.Duration
	rest := s
	left := timeUnits
	for rest != "" {
		name := unitAfter(rest)
		at := 0
		for at < len(left) && left[at].name != name {
			at++
		}
		if at == len(left) {
			return 0, errors.New(want)
		}
		d, after, err := leadingNumber(rest, left[at].unit)
		if err != nil {
			return 0, err
		}
		if sum > math.MaxInt64-d {
			return 0, errTooLong
		}
		sum += d
		rest, left = strings.TrimPrefix(after, name), left[at+1:]
	}
	return sum, nil
}

var errTooLong = errors.New("is too long: the longest time is about 292 years")

// unitAfter is the run of letters after the number at the start of s.
func unitAfter(s string) string {
	s = strings.TrimLeft(s, "0123456789.")
	for i := range len(s) {
		if s[i] < 'a' || s[i] > 'z' {
			return s[:i]
		}
	}
	return s
}

// leadingNumber reads the decimal number at the start of s, times unit, and
// returns what follows. Without rounding where there is no fraction: 64 bits of
// nanoseconds are more than a float64 holds.
func leadingNumber(s string, unit time.Duration) (d time.Duration, rest string, err error) {
	rest = strings.TrimLeft(s, "0123456789.")
	number := s[:len(s)-len(rest)]
	whole, fraction, dot := strings.Cut(number, ".")
	if whole == "" || dot && fraction == "" || strings.Contains(fraction, ".") {
		return 0, rest, fmt.Errorf("is not a length of time: there is no number before %q", rest)
	}
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || n > math.MaxInt64/int64(unit) {
		return 0, rest, errTooLong
	}
	d = time.Duration(n) * unit
	if dot {
		part, err := strconv.ParseFloat("0."+fraction, 64)
		if err != nil {
			return 0, rest, fmt.Errorf("is not a length of time: %w", err)
		}
		more := time.Duration(math.Round(part * float64(unit)))
		if d > math.MaxInt64-more {
			return 0, rest, errTooLong
		}
		d += more
	}
	return d, rest, nil
}
