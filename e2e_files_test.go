//go:build unix

package main

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/HdrHistogram/hdrhistogram-go"

	"katydid/stats"
)

// readCSV reads a file that has to be whole: every line ends, and has the fields of the first.
func readCSV(t *testing.T, path string) [][]string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(string(text), "\n") {
		t.Errorf("%s ends in the middle of a line: %q", path, text[max(0, len(text)-80):])
	}
	rows, err := csv.NewReader(strings.NewReader(string(text))).ReadAll()
	if err != nil {
		t.Fatalf("%s: %v\n%s", path, err, text)
	}
	return rows
}

// summary is what the tests need of the document of --summary.
type summary struct {
	ExitCode int     `json:"exit_code"`
	UsersMax int     `json:"users_max"`
	ElapsedS float64 `json:"elapsed_s"`
	Requests []struct {
		Method, Name string
		figures
	}
	Total     figures
	Generator struct {
		RSS int64 `json:"rss_max_bytes"`
	}
}

type figures struct{ Count, Failures, Bytes int64 }

func readSummary(t *testing.T, path string) (s summary) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &s); err != nil {
		t.Fatalf("%s: %v\n%s", path, err, data)
	}
	return s
}

// readDocument is readSummary with all of its fields.
func readDocument(t *testing.T, path string) (s stats.Summary) {
	t.Helper()
	if err := json.Unmarshal([]byte(readText(t, path)), &s); err != nil {
		t.Fatal(err)
	}
	return s
}

func number(t *testing.T, s string) int64 {
	t.Helper()
	n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

var answers = regexp.MustCompile(`(/\w*) (\d{3}): (\d+)`)

// tally reads what the target says that it has answered.
func tally(t *testing.T, told string) map[string]numbers {
	t.Helper()
	at := strings.LastIndex(told, "target API ") // answered, or stopped after answering
	if at < 0 {
		t.Fatalf("no tally in %s", told)
	}
	line, _, _ := strings.Cut(told[at:], "\n")
	counts := map[string]numbers{}
	for _, m := range answers.FindAllStringSubmatch(line, -1) {
		for _, name := range []string{m[1], "Aggregated"} {
			c := counts[name]
			c.requests += number(t, m[3])
			if m[2] >= "400" {
				c.failures += number(t, m[3])
			}
			counts[name] = c
		}
	}
	return counts
}

var tableRow = regexp.MustCompile(`^(?:GET)? +(/\w*|Aggregated) +(\d+) +(\d+)\(`)

// consoleCounts reads the last table of the console.
func consoleCounts(t *testing.T, text string) map[string]numbers {
	t.Helper()
	from := strings.LastIndex(text, "# fails")
	if from < 0 {
		t.Fatalf("no table in %s", text)
	}
	counts := map[string]numbers{}
	for line := range strings.Lines(text[from:]) {
		if m := tableRow.FindStringSubmatch(line); m != nil {
			counts[m[1]] = numbers{number(t, m[2]), number(t, m[3])}
		}
	}
	return counts
}

// csvCounts reads a CSV file; the last row of a name counts. The numbers are those of the columns.
func csvCounts(t *testing.T, path string, name, requests, failures int) map[string]numbers {
	t.Helper()
	rows := readCSV(t, path)
	if rows[0][name] != "Name" || !slices.Contains([]string{"Request Count", "Total Request Count"}, rows[0][requests]) ||
		!slices.Contains([]string{"Failure Count", "Total Failure Count"}, rows[0][failures]) {
		t.Fatalf("%s has other columns: %q", path, rows[0])
	}
	counts := map[string]numbers{}
	for _, row := range rows[1:] {
		counts[row[name]] = numbers{number(t, row[requests]), number(t, row[failures])}
	}
	return counts
}

func summaryCounts(t *testing.T, path string) map[string]numbers {
	t.Helper()
	s := readSummary(t, path)
	counts := map[string]numbers{"Aggregated": {s.Total.Count, s.Total.Failures}}
	for _, r := range s.Requests {
		counts[r.Name] = numbers{r.Count, r.Failures}
	}
	return counts
}

// hlogCounts adds up a histogram log, read by HdrHistogram's own reader.
func hlogCounts(t *testing.T, path string) map[string]int64 {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	counts := map[string]int64{}
	reader := hdrhistogram.NewHistogramLogReader(f)
	for {
		h, err := reader.NextIntervalHistogram()
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		if h == nil {
			return counts
		}
		name := "Aggregated"
		if tag := h.Tag(); tag != "" {
			key, err := stats.ParseHLogTag(tag)
			if err != nil {
				t.Fatal(err)
			}
			name = key.Name
		}
		counts[name] += h.TotalCount()
	}
}

// folder makes a folder with files.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		file := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(text), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// names lists a folder's files, hidden ones too.
func names(t *testing.T, dir string) (list []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return list
}

// rootDir is the folder of this package, absolute.
func rootDir(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// untilRows waits until a file has n lines.
func untilRows(t *testing.T, path string, n int) {
	t.Helper()
	until(t, fmt.Sprintf("%d lines in %s", n, path), func() bool {
		text, err := os.ReadFile(path)
		return err == nil && strings.Count(string(text), "\n") >= n
	})
}

// everySecond makes sure that the sums of a history have no gap.
func everySecond(t *testing.T, path string) {
	t.Helper()
	last := int64(0)
	for _, row := range readCSV(t, path)[1:] {
		if row[3] != "Aggregated" {
			continue
		}
		at := number(t, row[0])
		if last != 0 && at != last+1 {
			t.Errorf("from second %d to %d", last, at)
		}
		last = at
	}
}
