package options

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// longest bounds times, so that sums of a few do not overflow.
const longest = 10 * 365 * 24 * time.Hour

const wantTime = "must be a length of time like 500ms, 30s, 5m, 1h30m or 1d, not %s"

// ParseDuration reads a length of time as options do: 500ms, 1h30m, 1d12h, or a number of milliseconds. The error says
// what must be there.
func ParseDuration(s string) (time.Duration, error) { return parseDuration(s) }

// parseDuration reads a length of time as k6 does: Go's syntax with whole days
// in front (1d12h); a number alone is milliseconds.
func parseDuration(s string) (time.Duration, error) {
	if ms, err := strconv.ParseFloat(s, 64); err == nil {
		return milliseconds(ms)
	}
	if s == "" {
		return 0, bad(wantTime, brief(s))
	}
	days, rest, _ := strings.Cut(s, "d")
	if len(days) == len(s) {
		days, rest = "0", s
	}
	n, err := strconv.ParseInt(days, 10, 32)
	if err != nil {
		return 0, bad(wantTime, brief(s))
	}
	var d time.Duration
	if rest != "" {
		// A sign after the days would pass, and "1d-2h" is a slip.
		if d, err = time.ParseDuration(rest); err != nil || days != "0" && (rest[0] == '-' || rest[0] == '+') {
			return 0, bad(wantTime, brief(s))
		}
	}
	if n > int64(longest/(24*time.Hour)) || n < -int64(longest/(24*time.Hour)) {
		return 0, bad("must be at most ten years, not %s", brief(s))
	}
	if strings.HasPrefix(days, "-") {
		d = -d
	}
	return bounded(time.Duration(n)*24*time.Hour+d, s)
}

func milliseconds(ms float64) (time.Duration, error) {
	ns := math.Round(ms * float64(time.Millisecond))
	if !(math.Abs(ns) <= float64(longest)) {
		return 0, bad("must be at most ten years, not %v ms", ms)
	}
	return time.Duration(ns), nil
}

func bounded(d time.Duration, s string) (time.Duration, error) {
	if d > longest || d < -longest {
		return 0, bad("must be at most ten years, not %s", brief(s))
	}
	return d, nil
}

// parseArgument reads the time of a flag. k6 wants a unit there, and rightly:
// whoever types --duration 30 does not think of milliseconds.
func parseArgument(s string) (time.Duration, error) {
	if n, err := strconv.ParseFloat(s, 64); err == nil && n != 0 {
		return 0, bad("needs a unit: write %ss or %sms", brief(s), brief(s))
	}
	return parseDuration(s)
}
