//go:build unix

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"katydid/internal/azurite"
)

// busyUsers wait so long, in seconds, between their requests.
const busyUsers = `import { HttpUser, constant } from "katydid";
export class Busy extends HttpUser {
  static waitTime = constant(%g);
  static tasks = { home: 1 };
  home() { this.client.get("/"); }
}
`

// BenchmarkExport shows whether exporting disturbs what is measured: 50 users load a separate target for 10 s, without and
// with --export to Azurite every 5 s, in turn, five times each. It reports the medians. The users wait for nothing but
// answers, which takes all the machine has; or 5 ms after each, which leaves it air. Each takes about two minutes:
//
//	go test -run '^$' -bench Export -benchtime 1x -v .
func BenchmarkExport(b *testing.B) {
	b.Run("flat-out", func(b *testing.B) { benchExport(b, 0) })
	b.Run("steady", func(b *testing.B) { benchExport(b, 0.005) })
}

func benchExport(b *testing.B, wait float64) {
	binary, err := plainBinary()
	if err != nil {
		b.Fatal(err)
	}
	store := azurite.Start(b)
	dir := b.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "busy.js"), fmt.Appendf(nil, busyUsers, wait), 0o600); err != nil {
		b.Fatal(err)
	}
	url := benchTarget(b, binary)
	figures := map[string][]float64{}
	for b.Loop() {
		for i := range 10 {
			kind, env := "without", []string{}
			if i%2 == 1 {
				container := store.Container(b)
				kind = "with"
				env = []string{"KATYDID_EXPORT=" + store.URL + "/" + container, "KATYDID_EXPORT_INTERVAL=5s",
					"SAS_TOKEN=" + store.ContainerSAS(container, "cw", time.Now().Add(time.Hour))}
			}
			for name, value := range benchRun(b, binary, dir, url, env) {
				figures[name+"-"+kind] = append(figures[name+"-"+kind], value)
			}
		}
	}
	for name, values := range figures {
		slices.Sort(values)
		b.ReportMetric(values[len(values)/2], name)
		b.Logf("%s: %.5g", name, values)
	}
}

// benchTarget starts a target that ends with the benchmark.
func benchTarget(b *testing.B, binary string) (url string) {
	target := exec.Command(binary, "target", "--host", "127.0.0.1", "--port", "0")
	said := new(tail)
	target.Stdout = said
	if err := target.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = target.Process.Kill() // an error says that it has ended
		_ = target.Wait()
	})
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if _, at, ok := strings.Cut(said.String(), "listening on "); ok {
			return strings.Fields(at)[0]
		}
	}
	b.Fatal("the target does not listen")
	return ""
}

// benchRun gives a run's percentiles in milliseconds and its requests per second.
func benchRun(b *testing.B, binary, dir, url string, env []string) map[string]float64 {
	run := exec.Command(binary, "run", "busy.js", "-H", url, "-u", "50", "-r", "1000", "-t", "10s", "--csv", "x", "--only-summary")
	run.Dir, run.Env = dir, append(env, "HOME="+dir, "PATH="+os.Getenv("PATH"))
	if out, err := run.CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	text, err := os.ReadFile(filepath.Join(dir, "x_stats.csv"))
	if err != nil {
		b.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	names, values := strings.Split(strings.TrimSpace(lines[0]), ","), strings.Split(strings.TrimSpace(lines[len(lines)-1]), ",")
	figures := map[string]float64{}
	for column, unit := range map[string]string{"50%": "p50-ms", "99%": "p99-ms", "99.9%": "p99.9-ms", "Requests/s": "req/s"} {
		var value float64
		if _, err := fmt.Sscan(values[slices.Index(names, column)], &value); err != nil {
			b.Fatal(err)
		}
		figures[unit] = value
	}
	return figures
}
