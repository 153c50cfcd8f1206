package main

import (
	"bytes"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// What a master says of options reaches those that the script has, as if it had been given here; the rest is its own business.
func TestMastersOptions(t *testing.T) {
	custom := []customArg{{name: "--tenant-id"}, {name: "page_size", kind: "int"}, {name: "rate", kind: "float"}, {name: "--slow", kind: "bool"},
		{name: "--color", choices: []string{"red", "blue"}}, {name: "--ids", kind: "int", multiple: true}, {name: "--token", kind: "int", secret: true}}
	local := map[string]any{"tenant-id": "here", "page_size": int64(1), "rate": 1.5, "slow": false, "color": "red", "ids": nil, "token": int64(7)}
	tests := []struct {
		name     string
		master   map[string]any
		want     map[string]any // where it is not local
		tags     []string
		warnings string
	}{
		{"nothing", nil, nil, []string{"mine"}, ""},
		{"of all kinds", map[string]any{"tenant_id": "acme", "page_size": int64(5), "rate": int64(2), "slow": true, "color": "blue", "ids": []any{int64(1), int64(2)}, "users": int64(9)},
			map[string]any{"tenant-id": "acme", "page_size": int64(5), "rate": 2.0, "slow": true, "color": "blue", "ids": []any{int64(1), int64(2)}}, []string{"mine"}, ""},
		{"none there", map[string]any{"tenant_id": nil, "tags": nil}, nil, []string{"mine"}, ""},
		{"of another kind", map[string]any{"page_size": "many", "color": "green", "ids": map[string]any{}, "token": "s3cr3t"}, nil, []string{"mine"},
			"the master's --page_size many must be a whole number: the value given here counts\n" +
				"the master's --color green must be one of red, blue: the value given here counts\n" +
				"the master's --ids  is of no kind that an option has: the value given here counts\n" +
				"the master's --token *** must be a whole number: the value given here counts\n"},
		{"tags", map[string]any{"tags": []any{"a", "b"}, "exclude_tags": []any{"c"}}, nil, []string{"a", "b"}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var log bytes.Buffer
			r := &run{custom: custom, log: newLogger(&log, "INFO")}
			want := map[string]any{}
			o := &options{custom: map[string]any{}, tags: []string{"mine"}}
			for name, v := range local {
				o.custom[name], want[name] = v, v
			}
			for name, v := range test.want {
				want[name] = v
			}
			r.adopt(o, test.master)
			if !reflect.DeepEqual(o.custom, want) || !slices.Equal(o.tags, test.tags) || (len(o.excludeTags) > 0) != (test.master["exclude_tags"] != nil) {
				t.Errorf("got %v, tags %v, excluded %v\nwant %v", o.custom, o.tags, o.excludeTags, want)
			}
			var said strings.Builder
			for line := range strings.Lines(log.String()) {
				_, text, _ := strings.Cut(line, "/katydid: ")
				said.WriteString(text)
			}
			if said.String() != test.warnings {
				t.Errorf("said %q\nwant %q", said.String(), test.warnings)
			}
		})
	}
}

// The master keeps the last lines of a worker's log.
func TestRecentLines(t *testing.T) {
	var out bytes.Buffer
	l := &recentLines{next: &out}
	for range mostRecent + 5 {
		_, _ = l.Write([]byte("a line\n"))
	}
	_, _ = l.Write([]byte("two\nlines\n"))
	lines, total := l.last()
	if len(lines) != mostRecent || total != mostRecent+6 || lines[0] != "a line" || lines[mostRecent-1] != "two\nlines" {
		t.Errorf("%d lines of %d, the last is %q", len(lines), total, lines[len(lines)-1])
	}
	if got := strings.Count(out.String(), "\n"); got != mostRecent+7 {
		t.Errorf("%d lines went on", got)
	}
}
