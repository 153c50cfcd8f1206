package main

import (
	"encoding/json"
	"fmt"
	"strings"
)

// parseConf reads a file in the format of Locust's configuration files, which
// is ConfigArgParse's: a key and its value in a line, as "key = value",
// "key: value" or "key value"; a key alone is a switch to turn on; lists as
// [a, b]; quotes around a value are taken off; "#" and ";" begin a comment at
// the start of a line or after a space; dashes before a key are ignored, as are
// [section] lines and lines beginning with "---".
func parseConf(name, text string) (entries []confEntry, err error) {
	text = strings.TrimPrefix(text, "\ufeff")
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.ContainsRune("#;[", rune(line[0])) || strings.HasPrefix(line, "---") {
			continue
		}
		e := confEntry{where: fmt.Sprintf("%s:%d", name, i+1)}
		end := strings.IndexAny(line, ":=;# \t")
		if end < 0 {
			end = len(line)
		}
		e.key = strings.TrimLeft(line[:end], "-")
		rest := line[end:]
		if e.key == "" || strings.HasPrefix(rest, "#") || strings.HasPrefix(rest, ";") {
			return nil, fmt.Errorf("%s: expected \"key = value\", got %q", e.where, line)
		}
		after := strings.TrimLeft(rest, " \t")
		assigned := strings.HasPrefix(after, "=") || strings.HasPrefix(after, ":")
		if assigned {
			rest = after[1:]
		}
		value, quoted := unquote(rest)
		switch {
		case !assigned && value == "":
			e.values, e.bare = []string{"true"}, true
		case !quoted && strings.HasPrefix(value, "[") && strings.HasSuffix(value, "]"):
			e.values, e.list = parseList(value), true
		default:
			e.values = []string{value}
		}
		entries = append(entries, e)
	}
	return entries, nil
}

// unquote takes the comment and the quotes off a value. Quotes that are not
// closed belong to the value.
func unquote(s string) (value string, quoted bool) {
	trimmed := strings.TrimSpace(s)
	if trimmed != "" && (trimmed[0] == '"' || trimmed[0] == '\'') {
		inner := trimmed[1:]
		for from := 0; ; {
			end := strings.IndexByte(inner[from:], trimmed[0])
			if end < 0 {
				break
			}
			end += from
			if after := inner[end+1:]; strings.TrimSpace(cutComment(after)) == "" {
				return inner[:end], true
			}
			from = end + 1
		}
	}
	return strings.TrimSpace(cutComment(s)), false
}

// cutComment cuts s at the first "#" or ";" that follows a space.
func cutComment(s string) string {
	for i := 1; i < len(s); i++ {
		if (s[i] == '#' || s[i] == ';') && (s[i-1] == ' ' || s[i-1] == '\t') {
			return s[:i]
		}
	}
	return s
}

// parseList reads [a, b] and JSON's ["a", "b"].
func parseList(s string) (values []string) {
	var list []any
	if json.Unmarshal([]byte(s), &list) == nil {
		for _, v := range list {
			values = append(values, fmt.Sprint(v))
		}
		return values
	}
	for v := range strings.SplitSeq(s[1:len(s)-1], ",") {
		if v, _ = unquote(v); v != "" {
			values = append(values, v)
		}
	}
	return values
}
