package stats

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

var epoch = time.Date(2026, 11, 22, 20, 0, 0, 0, time.UTC)

// runAt is a snapshot d after the epoch with n requests of one row.
func runAt(d time.Duration, n int64) *Snapshot {
	r := Row{Key: Key{"GET", "/a"}, Count: n, Bytes: 12 * n}
	r.Service = Times{Count: n, Min: 1e6, Max: 3e6, Sum: time.Duration(2e6 * n)}
	s := &Snapshot{Start: epoch, At: epoch.Add(d), LastDone: epoch.Add(d), Users: 5, Rows: []Row{r}, Total: r}
	s.Total.Key = Key{Name: "Aggregated"}
	return s
}

func openRun(t *testing.T, o FilesOptions) (f *Files, prefix string) {
	t.Helper()
	prefix = filepath.Join(t.TempDir(), "results", "run")
	o.Start = epoch
	f, err := OpenFiles(prefix, o)
	if err != nil {
		t.Fatal(err)
	}
	return f, prefix
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func names(t *testing.T, dir string) (out []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return out
}

var four = []string{"run_exceptions.csv", "run_failures.csv", "run_stats.csv", "run_stats_history.csv"}

// history checks the seconds after the epoch and the requests of each line in the history.
func history(t *testing.T, prefix string, want ...[2]int64) {
	t.Helper()
	raw := readFile(t, prefix+"_stats_history.csv")
	records, ok := parsePython(raw)
	if !ok || strings.Join(records[0], ",")+"\r\n" != historyHeader {
		t.Fatalf("the history is %q", raw)
	}
	var got [][2]int64
	for _, r := range records[1:] {
		got = append(got, [2]int64{integer(t, r[0]) - epoch.Unix(), integer(t, r[17])})
	}
	if !slices.Equal(got, want) {
		t.Errorf("the history has (second, requests) %v, want %v", got, want)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
