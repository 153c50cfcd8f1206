package main

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// What memory and processors are computed from is what docs/cost.md has found, which is measured anew now and then.
func TestSizesAreMeasured(t *testing.T) {
	text := readText(t, "docs/cost.md")
	for _, tt := range []struct {
		section string
		cell    int
		want    float64
	}{
		{"## Memory of idle users", 4, userKiB},
		{"## Processor time for a request", 2, requestMicros},
	} {
		_, section, _ := strings.Cut(text, tt.section)
		row := regexp.MustCompile(`(?m)^\| katydid \|.*$`).FindString(section)
		cells := strings.Split(row, "|")
		if len(cells) <= tt.cell {
			t.Fatalf("docs/cost.md has no row for katydid below %s", tt.section)
		}
		got, err := strconv.ParseFloat(strings.Fields(cells[tt.cell])[0], 64)
		if err != nil || got > 1.25*tt.want || got < tt.want/1.25 {
			t.Errorf("docs/cost.md says %v (%v), the sizes are computed from %v", got, err, tt.want)
		}
	}
}

func TestWholeProcessors(t *testing.T) {
	for cpu, want := range map[string]int{"250m": 1, "1000m": 1, "1001m": 2, "2": 2, "0.5": 1, "2.5": 3, "64": 64} {
		if got := wholeProcessors(cpu); got != want || !cpuForm.MatchString(cpu) {
			t.Errorf("%s: %d, want %d", cpu, got, want)
		}
	}
}

func TestDemand(t *testing.T) {
	tests := []struct {
		demand
		shards, memory, cpu int
	}{
		{demand{users: 1, requests: 1}, 1, 128, 250},
		{demand{users: 1000, requests: 1000}, 1, 128, 250},
		{demand{users: 10_000, requests: 10_000}, 1, 576, 300},
		{demand{users: 10_001, requests: 40_000}, 2, 320, 600},
		{demand{users: 40_000, requests: 400_000}, 4, 576, 2800},
	}
	for _, tt := range tests {
		share := tt.share(tt.shards)
		if share.memory() != tt.memory || share.cpu() != tt.cpu {
			t.Errorf("%+v by %d: %d MiB, %dm, want %d and %d", tt.demand, tt.shards, share.memory(), share.cpu(), tt.memory, tt.cpu)
		}
	}
}

// The dynos are those of docs/heroku.md.
func TestDynosAreDocumented(t *testing.T) {
	text := strings.ToLower(readText(t, "docs/heroku.md"))
	for _, d := range dynos {
		memory := fmt.Sprintf("%d mb", d.memory)
		if d.memory >= 1024 {
			memory = strings.TrimSuffix(fmt.Sprintf("%.1f", float64(d.memory)/1024), ".0") + " gb"
		}
		row := regexp.MustCompile(fmt.Sprintf(`(?m)^\| %s \| %s \|.*\| %d \| %d `, d.size, memory, d.most, d.price))
		if !row.MatchString(text) {
			t.Errorf("docs/heroku.md has no row %s", row)
		}
	}
	five := 5 * time.Minute
	if got := dynos[1].cents(1, five); fmt.Sprintf("%.2f", got) != "0.08" {
		t.Errorf("five minutes of Basic cost %.4f cents", got)
	}
	if got := dynos[0].cents(1, time.Hour); fmt.Sprintf("%.1f", got) != "0.5" {
		t.Errorf("an hour of Eco costs %.4f cents", got)
	}
}

// What is printed survives the user's shell, heroku, which hands on a single word as it is, and the dyno's shell.
func TestHerokuLines(t *testing.T) {
	dir := project(t)
	nasty := []string{"a b", "it's", `"$HOME"`, "`id`", "$(id)", `\`, "*", "a;b&c|d", "é", "-", "#x", "~"}
	args := []string{"heroku", "load/shop.js", "--shards", "3", "--rendezvous", azure, "--app", "my-engine", "-H", "https://shop.example", "-u", "600", "-t", "5m", "-T"}
	args = append(append(args, nasty...), "--", "Shopper")
	for _, more := range [][]string{nil, {"--run-id", "r-1"}, {"--shard-index", "auto"}} {
		text, stderr, code := printed(t, dir, []string{"SAS_TOKEN=sv=1&sig=abcdefghijklmnop"}, slices.Concat(args[:2], more, args[2:])...)
		if code != 0 || strings.Contains(text, "abcdefgh") {
			t.Fatalf("exit code %d: %s\n%s", code, stderr, text)
		}
		cmd := exec.Command("sh", "-c", `heroku() { echo "> $*" | sed 's/ -- .*//'; shift 6; bash -c "$1"; echo "words $#"; }
katydid() { printf '[%s]' "$@"; echo; }
export -f katydid 2>/dev/null
date() { echo NOW; }
`+text)
		cmd.Args[0], cmd.Path = "bash", lookPath(t, "bash")
		cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=/home/x"}
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		runID := "shop-NOW"
		if slices.Contains(more, "r-1") {
			runID = "r-1"
		}
		var want strings.Builder
		for n := range 3 {
			index := fmt.Sprint(n)
			if slices.Contains(more, "auto") {
				index = "auto"
			}
			want.WriteString("> run:detached --app my-engine --size basic\n")
			words := slices.Concat([]string{"run", "load/shop.js", "--shards", "3", "--shard-index", index, "--rendezvous", azure, "--run-id", runID}, args[8:])
			want.WriteString("[" + strings.Join(words, "][") + "]\nwords 1\n")
		}
		if string(out) != want.String() {
			t.Errorf("%q gives\n%s\nwant\n%s\nfrom\n%s", more, out, want.String(), text)
		}
		if !strings.Contains(text, "3 dynos for 5m0s cost 0.24 cents") || !strings.Contains(text, `heroku config:set --app my-engine SAS_TOKEN="$SAS_TOKEN"`) {
			t.Errorf("no price or no hint in\n%s", text)
		}
	}
}

func lookPath(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func TestHerokuSizes(t *testing.T) {
	dir := project(t)
	tests := []struct{ args, want string }{
		{"--shards 4 -u 4000", "--size basic"},
		{"--shards 1 -u 9800", "--size standard-2x"},
		{"--shards 1 -u 20000 --max-rps 5000", "--size performance-m"},
		{"--shards 4 -u 40000 --size basic", "basic may be too small for 10000 users"},
		{"--shards 2 -u 10 --size eco", "an app has at most 1 one-off dynos of the size eco"},
		{"--shards 51 -u 10", "at most 50 one-off dynos of the size basic"},
		{"--shards 6 -u 120000 --max-rps 9000", "at most 5 one-off dynos of the size performance-m"},
		{"--shards 2 -u 100000", "no dyno bears 50000 users and 50000 requests a second: take more with --shards"},
		{"--shards 2 -u 10 --size huge", "--size must be one of eco, basic"},
		{"--shards 2 -u 10 --shard-index 1", "--shard-index must be one of auto"},
		{"--shards 4 -u 16000", "Heroku wants Performance dynos and two business days' notice"},
		{"--shards 2 -u 10 -s 20s", "a dyno is killed 30 s after SIGTERM"},
		{"--shards 2 -u 10 -H http://a:verysecret@b", "heroku config:set --app my-engine KATYDID_HOST=..."},
		{"--shards 2 --app X", "--app X: an app's name is"},
	}
	for _, tt := range tests {
		args := append([]string{"heroku", "load/shop.js", "--rendezvous", azure, "--app", "my-engine", "-H", "https://shop.example", "-t", "5m"}, strings.Fields(tt.args)...)
		stdout, stderr, _ := printed(t, dir, nil, args...)
		if !strings.Contains(stdout+stderr, tt.want) || strings.Contains(stdout+stderr, "verysecret") {
			t.Errorf("%s: want %q, got %s%s", tt.args, tt.want, stdout, stderr)
		}
	}
}

var documentedCommand = regexp.MustCompile(`(?m)^katydid (?:k8s|heroku) (?:.*\\\n)*.*$`)

// The commands in docs/engines.md work, but for the file that their output goes to.
func TestDocumentedEngineCommands(t *testing.T) {
	commands := documentedCommand.FindAllString(readText(t, "docs/engines.md"), -1)
	for _, c := range commands {
		c, _, _ = strings.Cut(c, " > ")
		args := processType{"docs/engines.md", c}.arguments(t)
		dir, err := os.Getwd()
		if err != nil {
			t.Fatal(err)
		}
		out, stderr, code := printed(t, dir, nil, args...)
		if code != 0 || stderr != "" || !strings.Contains(out, "scene_1.js") {
			t.Errorf("%s: exit code %d, %s", c, code, stderr)
		}
		if args[0] == "heroku" && !strings.Contains(out, "4 dynos for 10m10s cost 0.66 cents") {
			t.Errorf("the price is another: %s", out)
		}
	}
	if len(commands) != 2 {
		t.Errorf("%d commands were found", len(commands))
	}
}
