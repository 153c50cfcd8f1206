package main

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestWebOptions(t *testing.T) {
	o, warnings := mustParse(t, strings.Fields(`--web-host * -P 9000 --web-base-path /load --web-auth me:a:b --web-allow-host a.example b.example
		--lock-host --class-picker --autostart --autoquit 5`)...)
	if len(warnings) > 0 || o.webHost != "" || o.webPort != 9000 || o.webBase != "/load" || o.webUser != "me" || o.webPassword != "a:b" ||
		!slices.Equal(o.webNames, []string{"a.example", "b.example"}) || !o.lockHost || !o.classPicker || !o.autostart || o.autoquit != 5*time.Second {
		t.Errorf("got %+v, warnings %q", o, warnings)
	}
	if o, _ := mustParse(t); o.webHost != "127.0.0.1" || o.webPort != 8089 || o.autoquit >= 0 {
		t.Errorf("by default %+v", o)
	}
	for args, want := range map[string]string{
		"--web-port 70000":        "--web-port 70000 must be at most 65535",
		"--web-host http://a":     "--web-host http://a must be an IP address or the name of this machine, without a scheme or a port: see --web-port",
		"--web-auth secretword":   "--web-auth *** must be USER:PASSWORD, neither of them empty",
		"--web-auth secretword:":  "--web-auth *** must be USER:PASSWORD, neither of them empty",
		"--autoquit soon":         "--autoquit soon",
		"--web-login":             "--web-login is not here yet: a login page of the script's own; use --web-auth",
		"--web-no-auth=sometimes": "--web-no-auth sometimes must be true or false",
	} {
		_, _, err := surroundings{}.parse(t, strings.Fields(args))
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: error %v, want %q", args, err, want)
		}
		if err != nil && strings.Contains(err.Error(), "secretword") {
			t.Errorf("%s: the error shows the password: %s", args, err)
		}
	}
}

// What the form says is stronger than all else, and judged as strictly.
func TestFormIsOptions(t *testing.T) {
	form := func(name, value string) setting {
		return setting{name: name, value: value, as: name + " ", from: "web UI"}
	}
	sys := &system{args: []string{"-u", "3", "-r", "2", "--tenant", "a"}, environ: []string{"KATYDID_RUN_TIME=1m"}, home: t.TempDir(), dir: t.TempDir()}
	sys.form = []setting{form("users", "20"), form("run-time", "5s"), form("tenant", "b"), form("user-classes", "A,B")}
	o, warnings, err := parseOptions(sys, []customArg{{name: "--tenant"}}, nil)
	if err != nil || len(warnings) > 0 {
		t.Fatal(err, warnings)
	}
	if o.users != 20 || o.rate != 2 || o.runTime != 5*time.Second || o.custom["tenant"] != "b" || !slices.Equal(o.classes, []string{"A", "B"}) || o.source("users") != "web UI" {
		t.Errorf("got %+v", o)
	}
	for want, bad := range map[string]setting{
		"users 0 must be at least 1":     form("users", "0"),
		"run-time soon":                  form("run-time", "soon"),
		"host ftp://a must begin with":   form("host", "ftp://a"),
		"user-classes x-y is not the na": form("user-classes", "x-y"),
	} {
		sys.form = []setting{bad}
		if _, _, err := parseOptions(sys, []customArg{{name: "--tenant"}}, nil); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%v: error %v, want %q", bad, err, want)
		}
	}
}
