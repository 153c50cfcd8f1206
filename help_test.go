package main

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"
)

func helpText(t *testing.T, custom ...customArg) string {
	t.Helper()
	var b strings.Builder
	if err := writeHelp(&b, custom); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestHelp(t *testing.T) {
	help := helpText(t)
	for line := range strings.SplitSeq(help, "\n") {
		if utf8.RuneCountInString(line) > 80 || strings.TrimRight(line, " ") != line {
			t.Errorf("line is too long or ends in a space: %q", line)
		}
	}
	flat := strings.Join(strings.Fields(help), " ")
	for _, opt := range newOptionParser(nil).all {
		if opt.state == stateReady && opt.name != classesOption {
			head := "--" + opt.name
			if opt.short != "" {
				head = "-" + opt.short + ", " + head
			}
			if !strings.Contains(help, head) || opt.group == "" || opt.help == "" {
				t.Errorf("%s is not in the help text", head)
			}
			if opt.env != "" && !strings.Contains(flat, "[KATYDID_"+opt.env+"]") {
				t.Errorf("the variable of %s is not in the help text", head)
			}
			if opt.def != "" && !strings.Contains(flat, "Default: "+opt.def+".") {
				t.Errorf("the default of %s is not in the help text", head)
			}
		}
	}
	for _, row := range exitCodeTable {
		if !strings.Contains(flat, fmt.Sprintf(" %d %s", row.code, row.text)) {
			t.Errorf("exit code %d is not in the help text", row.code)
		}
	}
}

func TestHelpOfScript(t *testing.T) {
	help := helpText(t,
		customArg{name: "--tenant", def: "a", env: "TENANT", choices: []string{"a", "b"}, help: "Whose data."},
		customArg{name: "--token", def: "s3cr3t", secret: true},
		customArg{name: "--a-very-long-name-of-an-option", kind: "int", def: 5})
	flat := strings.Join(strings.Fields(help), " ")
	if !strings.Contains(flat, "Options of the script: --tenant a|b Whose data. Default: a. [TENANT] --token TEXT") ||
		!strings.Contains(flat, "--a-very-long-name-of-an-option INT Default: 5.") {
		t.Errorf("got %s", help)
	}
	if strings.Contains(help, "s3cr3t") {
		t.Error("the help text shows a secret")
	}
}

// The defaults in the help text are those of the options.
func TestHelpDefaults(t *testing.T) {
	o := newOptionParser(nil).options
	defaults := map[string]string{
		"users": fmt.Sprint(o.users), "spawn-rate": fmt.Sprint(o.rate), "csv-format": o.csvFormat,
		"loglevel": o.logLevel, "exit-code-on-error": fmt.Sprint(o.exitCodeOnError), "stop-timeout": fmt.Sprint(o.stopTimeout.Seconds()),
	}
	for name, want := range defaults {
		if got := newOptionParser(nil).lookup(name).def; got != want {
			t.Errorf("--%s: the help text says %q, it is %q", name, got, want)
		}
	}
	if o.runTime != 0 || o.logFile != "" {
		t.Error("there is a limit of run time or a log file by default")
	}
}
