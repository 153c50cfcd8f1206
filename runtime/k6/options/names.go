package options

import (
	"slices"
	"strconv"
	"strings"
)

var (
	trendStats = checked(words, checkTrendStats)
	systemTags = kind[[]string]{decode: decodeWords, parse: parseWords, join: concat[string], show: showSystemTags}
	variables  = kind[[]Pair]{parse: parseVariable, join: joinPairs, show: showPairs}
	outputs    = kind[[]string]{decode: decodeOutputs, parse: func(s string) ([]string, error) { return []string{s}, nil }, join: concat[string]}
	// An empty object does not take away the tags of weaker levels.
	runTags = func() kind[[]Pair] {
		k := pairs
		k.given = func(list []Pair) bool { return len(list) > 0 }
		return k
	}()
)

// DefaultTrendStats and DefaultSystemTags are those of k6.
var (
	DefaultTrendStats = []string{"avg", "min", "med", "max", "p(90)", "p(95)"}
	DefaultSystemTags = []string{"check", "error", "error_code", "expected_response", "group", "method", "name", "proto",
		"scenario", "service", "status", "subproto", "tls_version", "url"}
)

// otherSystemTags are off unless they are asked for.
var otherSystemTags = []string{"vu", "iter", "ip", "ocsp_status"}

func isSystemTag(name string) bool {
	return slices.Contains(DefaultSystemTags, name) || slices.Contains(otherSystemTags, name)
}

func checkTrendStats(list []string) error {
	for i, s := range list {
		if !isTrendStat(s) {
			return within("["+strconv.Itoa(i)+"]", bad("must be one of avg, min, med, max, count, p(0) to p(100), not %s", brief(s)))
		}
	}
	return nil
}

func isTrendStat(s string) bool {
	if slices.Contains([]string{"avg", "min", "med", "max", "count"}, s) {
		return true
	}
	n, ok := strings.CutPrefix(s, "p(")
	n, closed := strings.CutSuffix(n, ")")
	p, err := strconv.ParseFloat(n, 64)
	return ok && closed && err == nil && p >= 0 && p <= 100
}

// showSystemTags leaves out what k6 does not know, as k6 does.
func showSystemTags(list []string) any {
	shown := slices.DeleteFunc(slices.Sorted(slices.Values(list)), func(s string) bool { return !isSystemTag(s) })
	if len(shown) == 0 {
		return nil
	}
	return slices.Compact(shown)
}

// parseVariable reads the argument of --env.
func parseVariable(s string) ([]Pair, error) {
	name, value, _ := strings.Cut(s, "=")
	if name == "" || strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") != "" || name[0] >= '0' && name[0] <= '9' {
		return nil, bad("must be like NAME=value, not %s", brief(s))
	}
	return []Pair{{name, value}}, nil
}

// decodeOutputs reads one output or a list of them.
func decodeOutputs(raw []byte) ([]string, error) {
	if s, err := decodeText(raw); err == nil {
		return []string{s}, nil
	}
	return decodeWords(raw)
}
