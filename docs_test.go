package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"katydid/stats"
)

var codeBlock = regexp.MustCompile("(?ms)^```(js|ts)\n(.*?)^```$")

// Every script in the documents runs, without a failure and without an exception.
func TestDocumentedScripts(t *testing.T) {
	t.Parallel()
	n := 0
	for _, doc := range documents(t) {
		for i, m := range codeBlock.FindAllStringSubmatch(readText(t, doc), -1) {
			n++
			t.Run(fmt.Sprintf("%s/%d", doc, i+1), func(t *testing.T) {
				t.Parallel()
				dir := folder(t, map[string]string{"a." + m[1]: m[2]})
				args := []string{"-u", "4", "-r", "4", "-t", "1s", "-s", "10s", "--only-summary"}
				if strings.Contains(m[2], `"k6/http"`) && !strings.Contains(m[2], `"katydid"`) {
					_, url := targetProcess(t, dir, "0")
					args = []string{"-e", "TARGET=" + url}
				}
				p := katydid(t, dir, append([]string{"run", "a." + m[1]}, args...)...)
				p.expect(0)
			})
		}
	}
	if n < 6 {
		t.Errorf("only %d scripts were found", n)
	}
}

var link = regexp.MustCompile(`\]\(([^)#]+)(#[^)]*)?\)`)

// No document points to a file that is not there.
func TestDocumentedLinks(t *testing.T) {
	t.Parallel()
	for _, doc := range documents(t) {
		for _, m := range link.FindAllStringSubmatch(readText(t, doc), -1) {
			if strings.HasPrefix(m[1], "https://") {
				continue
			}
			if _, err := os.Stat(filepath.Join(filepath.Dir(doc), m[1])); err != nil {
				t.Errorf("%s: %s leads nowhere", doc, m[1])
			}
		}
	}
}

// docs/results.md has every field of the summary and every column of the CSV files.
func TestDocumentedResults(t *testing.T) {
	t.Parallel()
	text := readText(t, filepath.Join("docs", "results.md"))
	s := &stats.Snapshot{Rows: make([]stats.Row, 1), Failures: make([]stats.Failure, 1), Exceptions: make([]stats.ExceptionRow, 1)}
	s.Rows[0].Count, s.Rows[0].Service.Count = 1, 1
	var doc bytes.Buffer
	if err := stats.WriteSummary(&doc, stats.NewSummary(stats.RunInfo{}, s)); err != nil {
		t.Fatal(err)
	}
	var tree any
	if err := json.Unmarshal(doc.Bytes(), &tree); err != nil {
		t.Fatal(err)
	}
	fields := fieldNames(tree, nil)
	if !slices.Contains(fields, "p99.99") || !slices.Contains(fields, "first_seen") {
		t.Fatalf("the summary is not complete: %q", fields)
	}
	for _, name := range fields {
		if !strings.Contains(text, "`"+name+"`") {
			t.Errorf("the field %s of the summary is not in docs/results.md", name)
		}
	}
	var head bytes.Buffer
	if err := stats.WriteHistoryHeader(&head); err != nil {
		t.Fatal(err)
	}
	for _, write := range []stats.Writer{stats.WriteStatsCSV, stats.WriteFailuresCSV, stats.WriteExceptionsCSV} {
		if err := write(&head, &stats.Snapshot{}); err != nil {
			t.Fatal(err)
		}
	}
	for _, line := range strings.Split(head.String(), "\r\n") {
		if !strings.Contains(line, "Name") && !strings.Contains(line, "Message") {
			continue // a row, no header
		}
		for _, column := range strings.Split(line, ",") {
			short := strings.TrimSuffix(strings.TrimPrefix(column, "Total "), " Response Time")
			if !strings.Contains(text, short) {
				t.Errorf("the column %q is not in docs/results.md", column)
			}
		}
	}
}

// fieldNames lists the keys of all objects in a JSON document.
func fieldNames(v any, names []string) []string {
	switch v := v.(type) {
	case map[string]any:
		for name, inner := range v {
			names = fieldNames(inner, append(names, name))
		}
	case []any:
		for _, inner := range v {
			names = fieldNames(inner, names)
		}
	}
	return names
}

// documents lists the project's Markdown files.
func documents(t *testing.T) (files []string) {
	t.Helper()
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && (d.Name() == "node_modules" || path != "." && strings.HasPrefix(d.Name(), ".")) {
			return fs.SkipDir
		}
		if filepath.Ext(path) == ".md" {
			files = append(files, path)
		}
		return err
	})
	if err != nil || len(files) == 0 {
		t.Fatalf("no documents: %v", err)
	}
	return files
}

func readText(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
