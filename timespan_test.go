package main

import (
	"math"
	"testing"
	"time"
)

func TestParseTimespan(t *testing.T) {
	const day = 24 * time.Hour
	tests := map[string]time.Duration{
		// Locust's own
		"20": 20 * time.Second, "20s": 20 * time.Second, "3m": 3 * time.Minute, "2h": 2 * time.Hour,
		"1h20m": 80 * time.Minute, "3h30m10s": 3*time.Hour + 30*time.Minute + 10*time.Second,
		"1h10s": time.Hour + 10*time.Second, "90m": 90 * time.Minute, "0": 0, "0s": 0, "007": 7 * time.Second,
		// ours
		"1d": day, "1d12h": 36 * time.Hour, "1.5m": 90 * time.Second, "2.5": 2500 * time.Millisecond, "100ms": 100 * time.Millisecond,
		"1s500ms": 1500 * time.Millisecond, "1m5ms": time.Minute + 5*time.Millisecond, "0.001s": time.Millisecond,
		"9223372036": 9223372036 * time.Second, "106751d": 106751 * day,
	}
	for s, want := range tests {
		if got, err := parseTimespan(s); err != nil || got != want {
			t.Errorf("%q: %s %v, want %s", s, got, err, want)
		}
	}
}

func TestParseTimespanErrors(t *testing.T) {
	for _, s := range []string{
		"", " ", "10 s", " 10", "10s ", "5M", "30m1h", "10s5m", "-5", "+5", "1h1h", "1h30", "h", "5x", "5msec", "1e3", ".5", "5.",
		"1.2.3", "1..2s", "1,5", "٣", "0x10", "5ms1s", "1h-5m", "NaN", "inf", "1h\x00",
		"9223372037", "106752d", "99999999999999999999", "99999999999999999999h", "106751d24h", "9223372036.9", "106751d23h47m16.9s",
	} {
		if got, err := parseTimespan(s); err == nil {
			t.Errorf("%q: no error but %s", s, got)
		}
	}
}

// FuzzTimespan: never a panic nor a negative time, and a time that Go writes
// the way we read it is read as what it is.
func FuzzTimespan(f *testing.F) {
	for _, s := range []string{"20", "1h20m", "1.5d", "100ms", "9223372036.8", "1h1h", ".", "1.h"} {
		f.Add(s, int64(5400))
	}
	f.Fuzz(func(t *testing.T, s string, seconds int64) {
		if d, err := parseTimespan(s); err == nil && d < 0 {
			t.Errorf("%q is %s", s, d)
		}
		if seconds < 0 || seconds > math.MaxInt64/int64(time.Second) {
			return
		}
		want := time.Duration(seconds) * time.Second
		if got, err := parseTimespan(want.String()); err != nil || got != want {
			t.Errorf("%s: %s %v", want, got, err)
		}
	})
}
