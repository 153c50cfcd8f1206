//go:build unix

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Every script that is shipped runs, as its first lines say, and throws nothing that it does not announce.
func TestShippedScripts(t *testing.T) {
	t.Parallel()
	codes := map[string]int{ // those that do not end with 0
		"scripts/scene_2.js":           1, // failures are the point
		"scripts/examples/errors.js":   1,
		"scripts/examples/verdicts.js": 1,
	}
	parts := []string{"scripts/examples/modules/visitor.js", "scripts/examples/modules/pages.js"} // for others to import
	scripts := []string{"scripts/testdata/good/surface.ts"}
	for _, pattern := range []string{"scripts/*.js", "scripts/examples/*.[jt]s", "scripts/examples/modules/*.js"} {
		found, err := filepath.Glob(pattern)
		if err != nil || len(found) == 0 {
			t.Fatalf("%s: %v", pattern, err)
		}
		scripts = append(scripts, found...)
	}
	for _, script := range scripts {
		if script == parts[0] || script == parts[1] {
			continue
		}
		t.Run(script, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			p := katydid(t, rootDir(t), "run", script, "-u", "30", "-r", "30", "-t", "2s", "-s", "10s", "--csv", filepath.Join(dir, "x"), "--only-summary")
			p.expect(codes[script])
			noGoStack(t, p)
			thrown, err := os.ReadFile(filepath.Join(dir, "x_exceptions.csv"))
			if err != nil {
				t.Fatal(err)
			}
			announced := script == "scripts/examples/errors.js"
			if got := strings.Count(string(thrown), "\n") > 1; got != announced {
				t.Errorf("exceptions: %v\n%s", got, thrown)
			}
			if counts := csvCounts(t, filepath.Join(dir, "x_stats.csv"), 1, 2, 3); counts["Aggregated"].requests < 3 {
				t.Errorf("%v\n%s", counts, p.stderr)
			}
		})
	}
}
