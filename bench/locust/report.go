package main

import (
	"fmt"
	"io"
	"runtime"
	"strings"
	"time"
	"unicode/utf8"
)

// comparison is all that was found about one Locust.
type comparison struct {
	locust   string
	sections []*section
}

// writeText writes the checks as plain lines: those that differ in full, the others cut to the width of a terminal.
func writeText(w io.Writer, c comparison) error {
	var b strings.Builder
	fmt.Fprintf(&b, "\n== %s and katydid\n", c.locust)
	for _, s := range c.sections {
		fmt.Fprintf(&b, "\n%s\n", s.title)
		for _, k := range s.checks {
			fmt.Fprintf(&b, "  %-10s  %s\n", k.verdict, k.what)
			if k.verdict == differs {
				fmt.Fprintf(&b, "              locust:  %s\n              katydid: %s\n", k.locust, k.katydid)
			}
		}
	}
	fmt.Fprintf(&b, "\n%s: %d ok, %d documented differences, %d DIFFER\n",
		c.locust, count(c.sections, same), count(c.sections, meant), count(c.sections, differs))
	_, err := io.WriteString(w, b.String())
	return err
}

// writeMarkdown writes all checks with their values.
func writeMarkdown(w io.Writer, all []comparison, at time.Time) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# Locust and katydid, side by side\n\n%s, %s/%s, %d CPUs, %s. Made by `go run ./bench/locust`.\n",
		at.UTC().Format("2006-01-02 15:04 UTC"), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version())
	for _, c := range all {
		fmt.Fprintf(&b, "\n## %s\n\n%d ok, %d documented differences, %d DIFFER.\n",
			c.locust, count(c.sections, same), count(c.sections, meant), count(c.sections, differs))
		for _, s := range c.sections {
			fmt.Fprintf(&b, "\n### %s\n\n%s\n\n| check | Locust | katydid | result |\n|---|---|---|---|\n", s.title, s.about)
			for _, k := range s.checks {
				result := k.verdict.String()
				if k.verdict == meant {
					result += ": " + string(k.reason)
				}
				fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", cell(k.what), code(k.locust), code(k.katydid), result)
			}
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// maxCell is how much of a value a report shows, in characters.
const maxCell = 120

// cell makes text fit for a cell of a Markdown table.
func cell(text string) string {
	text = strings.NewReplacer("|", "\\|", "\r", " ", "\n", " ").Replace(text)
	if utf8.RuneCountInString(text) > maxCell {
		text = string([]rune(text)[:maxCell]) + "..."
	}
	return text
}

// code is a cell with a value, to be read letter by letter.
func code(text string) string {
	if text = cell(strings.ReplaceAll(text, "`", "'")); text == "" {
		return "(nothing)"
	}
	return "`` " + text + " ``"
}
