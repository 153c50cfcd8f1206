package main

import (
	"reflect"
	"strings"
	"testing"
)

func TestCustomArguments(t *testing.T) {
	custom := []customArg{
		{name: "--tenant", def: "a", env: "TENANT", choices: []string{"a", "b"}},
		{name: "--page-size", kind: "int", def: "20"},
		{name: "--ratio", kind: "float"},
		{name: "--fast", kind: "bool"},
		{name: "--ids", kind: "int", multiple: true},
		{name: "--user"}, // as long as it is written in full it is not short for --users
		{name: "note", def: ""},
	}
	tests := []struct {
		args, env, conf string
		want            map[string]any // beside the defaults
	}{
		{want: map[string]any{}},
		{args: "--tenant b --page 30 --ratio 1e-3 --fast", want: map[string]any{"tenant": "b", "page-size": int64(30), "ratio": 0.001, "fast": true}},
		{args: "--ids 1 2,3 --user bob -u 4", want: map[string]any{"ids": []any{int64(1), int64(2), int64(3)}, "user": "bob"}},
		{args: "--ids", want: map[string]any{"ids": []any{}}},
		{args: "--page_size 5", want: map[string]any{"page-size": int64(5)}},
		{env: "TENANT=b", want: map[string]any{"tenant": "b"}},
		{env: "KATYDID_PAGE_SIZE=9", want: map[string]any{}},
		{env: "TENANT=b", args: "--tenant=a", want: map[string]any{}},
		{conf: "tenant = b\nids = [4, 5]\nfast\nnote: a, b # c", want: map[string]any{"tenant": "b", "ids": []any{int64(4), int64(5)}, "fast": true, "note": "a, b"}},
	}
	for _, tt := range tests {
		s := surroundings{env: []string{tt.env}, files: map[string]string{"katydid.conf": tt.conf}}
		o, _, err := s.parse(t, strings.Fields(tt.args), custom...)
		if err != nil {
			t.Errorf("%+v: %v", tt, err)
			continue
		}
		want := map[string]any{"tenant": "a", "page-size": int64(20), "ratio": nil, "fast": false, "ids": nil, "user": nil, "note": ""}
		for k, v := range tt.want {
			want[k] = v
		}
		if !reflect.DeepEqual(o.custom, want) {
			t.Errorf("%+v:\n got %#v\nwant %#v", tt, o.custom, want)
		}
	}
}

func TestCustomErrors(t *testing.T) {
	tests := []struct {
		arg        customArg
		args, want string
	}{
		{customArg{name: "--host"}, "", "the script adds an option --host, but katydid has one of that name; choose another"},
		{customArg{name: "--html"}, "", "the script adds an option --html, but"},
		{customArg{name: "--script"}, "", "the script adds an option --script, but"},
		{customArg{name: "--user-classes"}, "", "the script adds an option --user-classes, but"},
		{customArg{name: "--ver"}, "", "the script adds an option --ver, which could be short for --version; choose another name"},
		{customArg{name: "--twice"}, "", "the script adds the option --twice twice"},
		{customArg{name: ""}, "", `the script adds an option "": a name is`},
		{customArg{name: "--a b"}, "", `the script adds an option "--a b": a name is`},
		{customArg{name: "--x", kind: "date"}, "", `the script adds an option --x: type "date" must be`},
		{customArg{name: "--x", kind: "int", def: "many"}, "", "the script adds an option --x: its default many must be a whole number"},
		{customArg{name: "--x", choices: []string{"a", "b"}}, "--x c", "--x c must be one of a, b"},
		{customArg{name: "--x", kind: "int"}, "--x 1.5", "--x 1.5 must be a whole number"},
		{customArg{name: "--x", kind: "float"}, "--x NaN", "--x NaN must be a number"},
		{customArg{name: "--x", kind: "bool"}, "--x=perhaps", "--x perhaps must be true or false"},
		{customArg{name: "--x", kind: "int", multiple: true}, "--x 1 two", "--x 1,two must be a whole number"},
		{customArg{name: "--x", required: true}, "", "--x is required by the script"},
		{customArg{name: "--x", required: true, env: "X_ID"}, "", "--x is required by the script (or the environment variable X_ID)"},
		{customArg{name: "--x", kind: "int", secret: true}, "--x s3cr3t", "--x *** must be a whole number"},
		{customArg{name: "--tenant"}, "--tenannt x", "unrecognized arguments: --tenannt (did you mean '--tenant'?)"},
	}
	for _, tt := range tests {
		custom := []customArg{{name: "--twice-not"}, tt.arg}
		if tt.arg.name == "--twice" {
			custom[0].name = "--twice"
		}
		_, _, err := surroundings{}.parse(t, strings.Fields(tt.args), custom...)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%+v %s: error %v, want %q", tt.arg, tt.args, err, tt.want)
		}
	}
	_, warnings, err := surroundings{}.parse(t, []string{"--x", "a", "--x", "b"}, customArg{name: "--x", secret: true})
	if err != nil || len(warnings) != 1 || warnings[0] != "--x given twice with different values; using the last" {
		t.Errorf("a secret given twice: %v %q", err, warnings)
	}
}
