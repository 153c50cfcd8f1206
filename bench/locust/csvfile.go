package main

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
)

// table is a CSV file with every cell as it is in the file, quotes included.
type table struct {
	header string // the first line, without its end
	rows   [][]string
}

// files are the four files of a run.
type files struct{ stats, history, failures, exceptions table }

// kinds are the ends of the four files' names, in the order in which they are compared.
var kinds = [...]string{"stats", "stats_history", "failures", "exceptions"}

// byKind returns one of the files by the end of its name.
func (f *files) byKind(kind string) *table {
	switch kind {
	case "stats":
		return &f.stats
	case "stats_history":
		return &f.history
	case "failures":
		return &f.failures
	}
	return &f.exceptions
}

func readFiles(prefix string) (files, error) {
	var f files
	for _, kind := range kinds {
		raw, err := os.ReadFile(prefix + "_" + kind + ".csv")
		if err != nil {
			return f, err
		}
		t, err := parseTable(string(raw))
		if err != nil {
			return f, fmt.Errorf("%s_%s.csv: %w", prefix, kind, err)
		}
		*f.byKind(kind) = t
	}
	return f, nil
}

// parseTable splits a file strictly: lines end with CR LF, also the last one, and all have as many cells as the header.
func parseTable(raw string) (table, error) {
	var t table
	for line := 1; raw != ""; line++ {
		cells, rest, err := cutLine(raw)
		if err != nil {
			return t, fmt.Errorf("row %d: %w", line, err)
		}
		if line == 1 {
			t.header = strings.TrimSuffix(raw[:len(raw)-len(rest)], "\r\n")
		} else {
			t.rows = append(t.rows, cells)
		}
		if columns := strings.Count(t.header, ",") + 1; len(cells) != columns {
			return t, fmt.Errorf("row %d has %d cells, the header %d", line, len(cells), columns)
		}
		raw = rest
	}
	if t.header == "" {
		return t, errors.New("it is empty")
	}
	return t, nil
}

// cutLine splits the first line of raw at the commas outside quotes.
func cutLine(raw string) (cells []string, rest string, err error) {
	quoted, from := false, 0
	for i := range len(raw) {
		switch c := raw[i]; {
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == ',':
			cells = append(cells, raw[from:i])
			from = i + 1
		case c == '\n':
			if i == 0 || raw[i-1] != '\r' {
				return nil, "", errors.New("it ends with LF, not CR LF")
			}
			return append(cells, raw[from:i-1]), raw[i+1:], nil
		}
	}
	return nil, "", errors.New("it does not end: the file was cut off")
}

// number is a cell's value, and false if it is none.
func number(cell string) (float64, bool) {
	f, err := strconv.ParseFloat(cell, 64)
	return f, err == nil
}

// column is where a column is, by its name in the header; -1 if there is none.
func (t *table) column(name string) int {
	for i, cell := range strings.Split(t.header, ",") {
		if cell == name {
			return i
		}
	}
	return -1
}

// sum adds up a column of a statistics file, without the aggregated row.
func (t *table) sum(name string) int {
	sum := 0
	for _, row := range t.rows {
		if n, err := strconv.Atoi(row[t.column(name)]); err == nil && row[t.column("Name")] != aggregated {
			sum += n
		}
	}
	return sum
}

// last is a cell of the last row; nothing if there is no row.
func (t *table) last(name string) string {
	if len(t.rows) == 0 {
		return ""
	}
	return t.rows[len(t.rows)-1][t.column(name)]
}

// cells returns one column from top to bottom.
func (t *table) cells(name string) []string {
	var cells []string
	for _, row := range t.rows {
		cells = append(cells, row[t.column(name)])
	}
	return cells
}

// aggregated is the name of the row for all requests.
const aggregated = "Aggregated"
