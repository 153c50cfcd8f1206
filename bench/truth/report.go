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
	for _, t := range d.tables {
		fmt.Fprintf(tab, "\n== %s\n%s\n\n%s\n", t.title, t.about, strings.Join(t.head, "\t"))
		for _, row := range t.rows {
			fmt.Fprintln(tab, strings.Join(row, "\t"))
		}
	}
	if len(d.goals) > 0 {
		fmt.Fprintf(tab, "\n== katydid's goals\n\n")
	}
	for _, g := range d.goals {
		fmt.Fprintf(tab, "%s\t%s\t%s\n\t\t%s\n", g.scenario, g.what, g.word(), g.found)
	}
	for _, text := range d.failures {
		fmt.Fprintf(tab, "\nFAILED  %s\n", text)
	}
	return tab.Flush()
}

func (g goal) word() string {
	if g.reached {
		return "reached"
	}
	return "MISSED"
}

// save writes the report in Markdown.
func (d *document) save(file string) error {
	if file == "" {
		return nil
	}
	var b strings.Builder
	d.writeHead(&b)
	if len(d.goals) > 0 {
		b.WriteString("\n## What katydid is to reach, and whether it does\n\n")
		writeTable(&b, []string{"scenario", "goal", "found", "result"}, nil)
		for _, g := range d.goals {
			writeRow(&b, []string{g.scenario, g.what, g.found, g.word()})
		}
	}
	for _, t := range d.tables {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n\n", t.title, t.about)
		writeTable(&b, t.head, t.rows)
	}
	if len(d.failures) > 0 {
		b.WriteString("\n## Runs without figures\n\n")
		for _, text := range d.failures {
			first, _, _ := strings.Cut(text, "\n")
			fmt.Fprintf(&b, "* %s\n", first)
		}
	}
	return os.WriteFile(file, []byte(b.String()), 0o644)
}

// writeHead writes what the figures are, where they come from and how to read them.
func (d *document) writeHead(b *strings.Builder) {
	fmt.Fprintf(b, "# How true the figures are\n\nMade by `go run ./bench/truth` on %s, in %v: each load lasted %v, everything was run %s, S6 to S8 once.\n\n",
		d.began.UTC().Format("2006-01-02 15:04 UTC"), d.took.Round(time.Second), d.options.time, howOften(d.options.repeats))
	fmt.Fprintf(b, "* machine: %s; the server on the first core, the tool on the second\n", tools.Machine())
	for _, t := range d.tools {
		fmt.Fprintf(b, "* %s: %s\n", t.name, t.version)
	}
	if len(d.absent) > 0 {
		fmt.Fprintf(b, "* not found on PATH: %s\n", strings.Join(d.absent, ", "))
	}
	if !d.captured {
		b.WriteString("* packets were not captured: that needs tcpdump, and root\n")
	}
	b.WriteString(howToRead)
}

// howToRead explains the tables.
const howToRead = `
To repeat it: ` + "`make truth`, or `go run ./bench/truth --help`" + ` for less than all of it. It needs Linux, two cores, and a machine with nothing else to do: how late the server
gave its answers is said with each scenario, and has to be far below what is looked for. Why it is made as it is: [decision 011](decisions/011-truth-bench.md).

## How to read the tables

All times are in milliseconds. A cell has what the tool reports and, in brackets, its error: too much is +, too little is -; after ± half of the
range of that error over the repeats. Both are medians over the repeats, which are interleaved, with new processes each time. Where the error is more
than the scenario allows, there is a !. It is set for all tools by the same rule.

**Figure** is what the tool says it has measured: the *service* time counts from sending, the *response* time from when the request was planned, *lag* is
what the generator itself has added. **Against** is the truth it is held to:

* *plan*: the closed form, that is, what every request would have taken if it had been sent when it was planned. In an open scenario this is what users would
  feel. A tool that reports only service times is compared with it, too, because its reader has nothing else; a closed tool that gets no answers sends nothing, and
  the error shows what that hides. Where delays are drawn by chance (S2, S5), the plan holds on average only.
* *server*: the log of the server, of the same run: from having read a request to having written its answer. The way there and back (some 30 microseconds on loopback) is
  not in it, so that a true figure is a little above.
* *replay*: the same answers, counted from when the requests were planned, the n-th request being the n-th planned; for tools that report response times.
* *capture*: from the packet of the request to that of its answer on the loopback device.

**Requests** are those that the tool reports, **per second** those that the server saw. **CPU us** is the processor time of the whole process for each request, start and end
included; **MB** the most memory it had. wrk and Locust have no open model: wrk sends as fast as it can, Locust's users keep a rate each as long as they get answers in time.

`

// howOften says "once" or "5 times".
func howOften(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprint(n, " times, interleaved")
}

func writeTable(b *strings.Builder, head []string, rows [][]string) {
	writeRow(b, head)
	b.WriteString("|" + strings.Repeat("---|", len(head)) + "\n")
	for _, row := range rows {
		writeRow(b, row)
	}
}

func writeRow(b *strings.Builder, cells []string) {
	for _, cell := range cells {
		b.WriteString("| " + strings.NewReplacer("|", "\\|", "\n", " ").Replace(cell) + " ")
	}
	b.WriteString("|\n")
}
