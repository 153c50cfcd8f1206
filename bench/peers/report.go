package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"katydid/internal/tools"
)

// writeText writes the tables for a terminal.
func (d *document) writeText(w io.Writer) error {
	tab := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, s := range d.sections {
		fmt.Fprintf(tab, "\n== %s\n\n%s\n", s.title, strings.Join(s.head, "\t"))
		for _, row := range s.rows {
			fmt.Fprintln(tab, strings.Join(row, "\t"))
		}
	}
	if len(d.goals) > 0 {
		fmt.Fprintf(tab, "\n== katydid's goals\n\n")
	}
	for _, g := range d.goals {
		fmt.Fprintf(tab, "%s\t%s\t%s\n", g.word, g.what, g.found)
	}
	for _, text := range d.failures {
		fmt.Fprintf(tab, "\nFAILED  %s\n", text)
	}
	return tab.Flush()
}

// save writes the report in Markdown.
func (d *document) save(file string) error {
	if file == "" {
		return nil
	}
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	if err := d.writeMarkdown(f); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

func (d *document) writeMarkdown(w io.Writer) error {
	var b strings.Builder
	d.writeHead(&b)
	if len(d.goals) > 0 {
		b.WriteString("\n## Goals\n\n")
		writeRow(&b, []string{"goal", "found", "result"})
		b.WriteString("|---|---|---|\n")
		for _, g := range d.goals {
			writeRow(&b, []string{g.what, g.found, g.word})
		}
	}
	for _, s := range d.sections {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n\n", s.title, s.about)
		writeRow(&b, s.head)
		b.WriteString("|" + strings.Repeat("---|", len(s.head)) + "\n")
		for _, row := range s.rows {
			writeRow(&b, row)
		}
	}
	if len(d.failures) > 0 {
		b.WriteString("\n## Runs without figures\n\n")
	}
	for _, text := range d.failures {
		first, _, _ := strings.Cut(text, "\n")
		fmt.Fprintf(&b, "* %s\n", first)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// writeHead writes what the figures are, where they come from and how to read them.
func (d *document) writeHead(b *strings.Builder) {
	fmt.Fprintf(b, "# What load costs\n\nMade by `go run ./bench/peers --repeats %d --seconds %.0f --requests %d --users %d` on %s, in %v.\n\n",
		d.repeats, d.time.Seconds(), d.requests, d.users, d.began.UTC().Format("2006-01-02 15:04 UTC"), d.took.Round(time.Minute))
	fmt.Fprintf(b, "* machine: %s; the server on the first core, the tool on the second\n", tools.Machine())
	for _, t := range d.tools {
		if t != &katydidLoop {
			fmt.Fprintf(b, "* %s: %s\n", t.name, t.version)
		}
	}
	if len(d.absent) > 0 {
		fmt.Fprintf(b, "* not found on PATH: %s\n", strings.Join(d.absent, ", "))
	}
	b.WriteString(howToRead)
}

// howToRead explains the tables.
const howToRead = `
Everything is measured again in each repeat, the tools one after the other, with new processes each time, a tool and its server. Cells have the median over the repeats, in
brackets the smallest and the largest value. A ratio is that of figures of the same repeat; a goal is judged by the median. Ratios hold better than figures when the machine is another or has other work to do.

The server is that of the truth bench: it answers every request at once with two bytes, and it is its count of requests and users that is used, not the tool's own. Processor
time for a request is that of the process, user and system, from its first request to its end; the system's share has most of the network in it, about the same for all tools. wrk writes
constant bytes and looks at no more than the status: it is the floor. The scripts are in ` + "`bench/peers/scripts`" + `, as short as each tool allows, and all settings are the tools' defaults.
`

func writeRow(b *strings.Builder, cells []string) {
	for _, cell := range cells {
		b.WriteString("| " + strings.NewReplacer("|", "\\|", "\n", " ").Replace(cell) + " ")
	}
	b.WriteString("|\n")
}
