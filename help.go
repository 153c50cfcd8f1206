package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

const helpWidth = 80

const helpUsage = `Usage: katydid run SCRIPT [options] [UserClass ...]
       katydid -f SCRIPT [options] [UserClass ...]
       katydid inspect SCRIPT        print the options of a k6 script
       katydid export PREFIX [URL]   bring results to blob storage afterwards
       katydid report FILE ...       an HTML report of results, or of two runs
       katydid merge URL/RUN-ID      results of several processes, added up
       katydid watch URL/RUN-ID      the web UI for a load of several processes
       katydid k8s SCRIPT ...        a job for Kubernetes, of several processes
       katydid heroku SCRIPT ...     the commands for several one-off dynos
       katydid target [--port N]     the REST service to try katydid on
       katydid version
       katydid help

Virtual users, written in JavaScript or TypeScript, load a web service; the
results are Locust's CSV files. "run SCRIPT" is the same as "-f SCRIPT
--headless". UserClass names the classes of users to run, all if there is none.
`

const helpSources = `
Long options may be cut short as long as they stay unique (--run 1m). If one is
given more than once the last counts, with a warning. Every option above with a
name in brackets can also come from that environment variable, or from Locust's,
which begins with LOCUST_ instead; switches are then true or false.
KATYDID_USER_CLASSES names user classes.

Configuration files hold long names, as "users = 100" or, in TOML, as
tags = ["a", "b"]. They are read in this order, a later one overrides:
~/.locust.conf, ~/.katydid.conf, locust.conf, katydid.conf, pyproject.toml
(table tool.locust or tool.katydid), katydid.toml, the file of --config.
Environment variables override files, and options on the command line all else.
`

const helpExamples = `
Examples:
  katydid run scripts/scene_1.js
  katydid run scripts/scene_1.js -H https://example.com -u 100 -r 10 -t 20m
  katydid -f a.js,b.js --headless -u 200 -t 1h --csv results/a ApiUser AdminUser
  katydid run scene.js -T browse search -s 30s --summary - --only-summary
  katydid -f scene.js --worker --master-host locust.example.com
`

// writeHelp writes the text of --help: at most 80 columns wide, with every
// option that works, its variable and its default. custom are the options of
// the script, if it has been loaded.
func writeHelp(w io.Writer, custom []customArg) error {
	p := newOptionParser(nil)
	if err := p.addCustom(custom); err != nil {
		return err
	}
	var b strings.Builder
	b.WriteString(helpUsage)
	for _, group := range []string{groupRun, groupLoad, groupTags, groupResults, groupWeb, groupShards, groupWorker, groupLog, groupOther, groupScript} {
		title := "\n" + group + ":\n"
		for _, opt := range p.all {
			if opt.group == group {
				b.WriteString(title)
				writeOption(&b, opt)
				title = ""
			}
		}
	}
	writeK6Options(&b)
	b.WriteString(helpSources)
	b.WriteString("\nOptions of Locust's that are not here yet:\n")
	writeColumn(&b, "", 2, strings.Join(p.missing(), ", "))
	b.WriteString(helpExamples)
	b.WriteString("\nExit codes:\n")
	for _, row := range exitCodeTable {
		writeColumn(&b, fmt.Sprintf("  %d", row.code), 7, row.text)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// writeK6Options writes the options that a k6 script has besides, or in place of, those of native ones.
func writeK6Options(b *strings.Builder) {
	b.WriteString("\n" + groupK6 + ", besides those above for results and log:\n")
	for _, opt := range newOptionParser(&k6Levels{}).all {
		if opt.group == groupK6 {
			writeOption(b, opt)
		}
	}
}

func (p *optionParser) missing() (names []string) {
	for _, opt := range p.all {
		if opt.state == stateNotYet || opt.state == stateUIOnly {
			names = append(names, "--"+opt.name)
		}
	}
	slices.Sort(names)
	return names
}

func writeOption(b *strings.Builder, opt *option) {
	name := "      --" + opt.name
	if opt.short != "" {
		name = "  -" + opt.short + ", --" + opt.name
	}
	if opt.meta != "" {
		name += " " + opt.meta
	}
	help := opt.help
	if opt.def != "" {
		help += " Default: " + opt.def + "."
	}
	if names := opt.variables(); len(names) > 0 {
		help += " [" + names[0] + "]"
	}
	writeColumn(b, name, 28, strings.TrimSpace(help))
}

// writeColumn writes text beside left, wrapped in a column from indent to the
// width of the screen; below left if that is too long.
func writeColumn(b *strings.Builder, left string, indent int, text string) {
	b.WriteString(left)
	at := len(left)
	if at+2 > indent && at > 0 {
		b.WriteString("\n")
		at = 0
	}
	b.WriteString(strings.Repeat(" ", indent-at))
	at = indent
	for i, word := range strings.Fields(text) {
		if i > 0 && at+1+len(word) > helpWidth {
			b.WriteString("\n" + strings.Repeat(" ", indent))
			at = indent
		} else if i > 0 {
			b.WriteString(" ")
			at++
		}
		b.WriteString(word)
		at += len(word)
	}
	b.WriteString("\n")
}
