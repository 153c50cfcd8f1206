package fleet

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"katydid/exporter"
	"katydid/internal/azurite"
)

// childVariable makes the test program a shard; it holds a childOptions.
const childVariable = "KATYDID_TEST_SHARD"

type childOptions struct {
	URL    string
	Run    string
	Index  int
	Of     int
	Length time.Duration
}

// childResult is what a shard that has ended prints.
type childResult struct {
	Index, Samples int
	Count          int64
	Partial        bool
	Lost           string
	By             int
	At, Begun      time.Time // when it was to begin, and did
}

func TestMain(m *testing.M) {
	if text := os.Getenv(childVariable); text != "" {
		os.Exit(runChild(text))
	}
	flag.Parse()
	_ = flag.Set("test.parallel", "8") // tests that mostly sleep, on machines with few processors
	os.Exit(m.Run())
}

// waits says whether a shard waits for a line at a point of its life.
func waits(point string) bool { return point == "came" || point == "claimed" || point == "ended" }

// runChild is the life of a shard. At each point it says so.
func runChild(text string) int {
	var o childOptions
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	target, err := exporter.Parse(o.URL, os.Getenv)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	r, err := Open(target)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	go func() { // whoever starts a test wants no orphans
		time.Sleep(time.Minute)
		os.Exit(9)
	}()
	in := bufio.NewReader(os.Stdin)
	s := &testShard{r: r, length: o.Length, away: 30 * time.Second, hook: func(point string) {
		fmt.Println(point)
		if waits(point) {
			_, _ = in.ReadString('\n')
		}
	}}
	s.o.Silence = 5 * time.Second
	s.options(o.Run, o.Index, o.Of)
	s.at("came")
	err = s.run(context.Background())
	if taken := (*TakenError)(nil); errors.As(err, &taken) {
		fmt.Println("taken:", err)
		return 0
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	out, _ := json.Marshal(childResult{o.Index, len(s.samples), s.result.Count, s.result.Partial, s.result.Lost, s.result.By.Index, s.start.At, s.begun})
	fmt.Println("result", string(out))
	return 0
}

// child is a shard in a process of its own.
type child struct {
	t     *testing.T
	cmd   *exec.Cmd
	in    io.WriteCloser
	lines *bufio.Scanner
}

func startChild(t *testing.T, o childOptions, env ...string) *child {
	t.Helper()
	text, err := json.Marshal(o)
	must(t, err)
	c := &child{t: t, cmd: exec.Command(os.Args[0])}
	c.cmd.Env = append(append(os.Environ(), childVariable+"="+string(text)), env...)
	c.cmd.Stderr = os.Stderr
	c.in, err = c.cmd.StdinPipe()
	must(t, err)
	out, err := c.cmd.StdoutPipe()
	must(t, err)
	c.lines = bufio.NewScanner(out)
	must(t, c.cmd.Start())
	return c
}

// until lets the shard go on until it says that it is at a point; it gives the rest of that line.
func (c *child) until(point string) string {
	for c.lines.Scan() {
		line := c.lines.Text()
		if rest, ok := strings.CutPrefix(line, point); ok {
			return strings.TrimSpace(rest)
		}
		if waits(line) {
			c.goOn()
		}
	}
	c.t.Errorf("the shard ended before %q", point)
	return ""
}

func (c *child) goOn() { _, _ = io.WriteString(c.in, "\n") }

// kill is kill -9.
func (c *child) kill() {
	_ = c.cmd.Process.Kill()
	_ = c.cmd.Wait()
}

func (c *child) result() (r childResult) {
	text := c.until("result")
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		c.t.Errorf("%v in %q", err, text)
	}
	if err := c.cmd.Wait(); err != nil {
		c.t.Error(err)
	}
	return r
}

// Shards as processes, one of which is killed at each point of its life: the others end, say the same, and what the dead
// one had stored counts.
func TestKilled(t *testing.T) {
	t.Parallel()
	places := map[string]func(t *testing.T) (url string, env []string){
		"folder": func(t *testing.T) (string, []string) { return "file://" + filepath.ToSlash(t.TempDir()), nil },
		"azure": func(t *testing.T) (string, []string) {
			server := azurite.Start(t)
			container := server.Container(t)
			return server.URL + "/" + container, []string{exporter.EnvToken + "=" + server.ContainerSAS(container, "rcwl", time.Now().Add(time.Hour))}
		},
	}
	places["s3"] = func(t *testing.T) (string, []string) {
		return "s3://results/loads?endpoint=" + s3Server(t), []string{"AWS_ACCESS_KEY_ID=AKIATEST", "AWS_SECRET_ACCESS_KEY=secretsecret"}
	}
	tests := []struct {
		point string
		lost  string
	}{
		{"claimed", "shard 0 died"}, {"started", "shard 0 died"}, {"half", "shard 0 died"}, {"ended", "shard 0 died"}, {"", ""},
	}
	for name, place := range places {
		for _, test := range tests {
			if name != "folder" && test.point != "half" && test.point != "" { // one is enough for the store's sake
				continue
			}
			t.Run(name+" "+test.point, func(t *testing.T) {
				t.Parallel()
				url, env := place(t)
				of := 4
				if test.point == "" {
					of = 16
				}
				var all []*child
				for i := range of {
					all = append(all, startChild(t, childOptions{url, "r", i, of, 3 * time.Second}, env...))
				}
				survivors := all
				if test.point != "" {
					survivors = all[1:]
					done := make(chan struct{})
					go func() {
						defer close(done)
						all[0].until(test.point)
						all[0].kill()
					}()
					defer func() { <-done }()
				}
				results := make([]childResult, of)
				finished := make(chan int)
				for i, c := range survivors {
					go func() { results[of-len(survivors)+i] = c.result(); finished <- i }()
				}
				for range survivors {
					<-finished
				}
				checkKilled(t, open(t, url, splitEnv(env)...), results[of-len(survivors):], test.lost)
			})
		}
	}
}

func splitEnv(env []string) (pairs []string) {
	for _, v := range env {
		name, value, _ := strings.Cut(v, "=")
		pairs = append(pairs, name, value)
	}
	return pairs
}

func checkKilled(t *testing.T, r Rendezvous, results []childResult, lost string) {
	t.Helper()
	w, err := Watch(t.Context(), r, "r")
	must(t, err)
	sum, err := w.Refresh(t.Context())
	must(t, err)
	samples := int64(0)
	var due, begun []time.Time
	for _, c := range results {
		samples += int64(c.Samples)
		if c.Partial != (lost != "") || c.Lost != lost || c.Count != results[0].Count || c.By != results[0].By {
			t.Errorf("%+v, want that of the others, lost %q", c, lost)
		}
		due, begun = append(due, c.At), append(begun, c.Begun)
	}
	checkSkew(t, due, begun)
	if lost != "" {
		samples += sum.Shards[0].Requests
		t.Logf("the dead one had stored %d requests", sum.Shards[0].Requests)
	}
	if sum.Snapshot.Total.Count != samples || results[0].Count != samples {
		t.Errorf("%d requests in the sum, %d in the result, want %d", sum.Snapshot.Total.Count, results[0].Count, samples)
	}
}

// A shard that is killed before it has claimed anything never came, and one that is started twice says so and ends well.
func TestKilledBeforeClaimAndTwice(t *testing.T) {
	t.Parallel()
	url := "file://" + filepath.ToSlash(t.TempDir())
	o := childOptions{url, "r", 0, 2, time.Second}
	first := startChild(t, o)
	first.until("came")
	first.kill()
	again := startChild(t, o) // its engine starts it anew
	again.until("claimed")
	twice := startChild(t, o)
	if text := twice.until("taken:"); !strings.Contains(text, "this one was started twice and ends") {
		t.Error(text)
	}
	if err := twice.cmd.Wait(); err != nil {
		t.Error(err)
	}
	o.Index = 1
	other := startChild(t, o)
	other.until("claimed")
	other.goOn()
	again.goOn()
	results := make(chan childResult)
	go func() { results <- other.result() }()
	if r := again.result(); r.Partial || r.Count == 0 {
		t.Errorf("%+v", r)
	}
	<-results
}
