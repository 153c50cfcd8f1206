package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"strings"
	"testing"
)

// runningTarget is a "katydid target" that a test can stop.
type runningTarget struct {
	url    string // as it printed it
	stop   context.CancelFunc
	output func() string // the rest of its standard output, once it has ended
	code   func() int    // its exit code, once it has ended
}

// startTarget runs "katydid target" with args and waits until it says where it listens.
func startTarget(t *testing.T, env string, args ...string) runningTarget {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	stdout, w := io.Pipe()
	var stderr bytes.Buffer
	code := make(chan int, 1)
	go func() {
		code <- runTarget(ctx, args, func(string) string { return env }, w, &stderr)
		w.Close()
	}()
	lines := bufio.NewReader(stdout)
	first, _ := lines.ReadString('\n')
	match := regexp.MustCompile(`^target API listening on (http://\S+) \(Ctrl-C stops it\)\n$`).FindStringSubmatch(first)
	if match == nil {
		t.Fatalf("katydid target %q printed %q; exit code %d, %s", args, first, <-code, stderr.String())
	}
	rest := make(chan string, 1)
	go func() {
		text, _ := io.ReadAll(lines)
		rest <- string(text)
	}()
	t.Cleanup(stop)
	return runningTarget{match[1], stop, func() string { return <-rest }, func() int { return <-code }}
}

func fetch(t *testing.T, url string) string {
	t.Helper()
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%d %s", resp.StatusCode, body)
}

func TestTargetServesAndStops(t *testing.T) {
	target := startTarget(t, "", "--port", "0", "--host", "127.0.0.1")
	for _, test := range []struct{ path, want string }{
		{"/", "200 Server OK"},
		{"/buggy", "500 Internal Server Error\n"},
		{"/volatile", "200 Produced response after 0 second/s"},
		{"/buggy", "200 Ok for request 2"},
	} {
		if got := fetch(t, target.url+test.path); got != test.want {
			t.Errorf("%s: %q, want %q", test.path, got, test.want)
		}
	}
	target.stop()
	output := target.output()
	if code := target.code(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	if lines := regexp.MustCompile(`(?m)^\S+Z GET /(volatile|buggy)? [25]00 \d+\.\d{3}ms$`).FindAllString(output, -1); len(lines) != 4 {
		t.Errorf("%d lines for 4 requests:\n%s", len(lines), output)
	}
	const last = "target API stopped after answering / 200: 1, /buggy 200: 1, /buggy 500: 1, /volatile 200: 1\n"
	if !strings.HasSuffix(output, last) {
		t.Errorf("output does not end with %q:\n%s", last, output)
	}
}

func TestTargetListensWhereTold(t *testing.T) {
	port := freePort(t)
	tests := []struct {
		name, env string
		args      []string
		want      string // pattern of the URL
	}{
		{"$PORT", port, nil, "^http://127.0.0.1:" + port + "$"},
		{"flag before $PORT", "1", []string{"--port", port}, "^http://127.0.0.1:" + port + "$"},
		{"any port", "", []string{"--port=0"}, `^http://127.0.0.1:[1-9]\d+$`},
		{"host", "", []string{"--port=0", "--host=localhost"}, `^http://localhost:\d+$`},
		{"all, said in IPv4", "", []string{"--port=0", "--host=0.0.0.0"}, `^http://127.0.0.1:\d+$`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			target := startTarget(t, test.env, append(test.args, "--quiet")...)
			if !regexp.MustCompile(test.want).MatchString(target.url) {
				t.Errorf("listening on %s, want %s", target.url, test.want)
			}
			if got := fetch(t, target.url); got != "200 Server OK" {
				t.Error(got)
			}
			target.stop()
			if code, output := target.code(), target.output(); code != 0 || output != "target API stopped after answering / 200: 1\n" {
				t.Errorf("exit code %d, output %q", code, output)
			}
		})
	}
}

func TestTargetRefuses(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	_, port, _ := net.SplitHostPort(taken.Addr().String())
	const hint = " (see katydid target --help)\n"
	tests := []struct {
		name, env string
		args      string
		code      int
		stderr    string
	}{
		{"taken port", "", "--host 127.0.0.1 --port " + port, 1,
			"katydid target: port " + port + " is already in use: stop the other program or choose another with --port or $PORT\n"},
		{"taken $PORT", port, "--host 127.0.0.1", 1,
			"katydid target: port " + port + " is already in use: stop the other program or choose another with --port or $PORT\n"},
		{"foreign address", "", "--port 0 --host 192.0.2.1", 1,
			"katydid target: \"192.0.2.1\" is not an address of this machine: choose another with --host, or leave it out for all\n"},
		{"unknown flag", "", "--prot 9000", 2, "katydid target: unknown flag: --prot" + hint},
		{"not a number", "", "--port http", 2,
			"katydid target: invalid argument \"http\" for \"--port\" flag: must be an integer" + hint},
		{"too big", "", "--port 65536", 2, "katydid target: --port is 65536: it must be a number from 0 to 65535" + hint},
		{"bad $PORT", "80a", "", 2, "katydid target: $PORT is \"80a\": it must be a number from 0 to 65535" + hint},
		{"negative $PORT", "-1", "", 2, "katydid target: $PORT is -1: it must be a number from 0 to 65535" + hint},
		{"argument", "", "9000", 2, "katydid target: unexpected argument \"9000\"" + hint},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			cancel() // should it listen after all, it ends at once, with 0
			var stdout, stderr bytes.Buffer
			code := runTarget(ctx, strings.Fields(test.args), func(string) string { return test.env }, &stdout, &stderr)
			if code != test.code || stderr.String() != test.stderr || stdout.Len() > 0 {
				t.Errorf("exit code %d, want %d\nstderr %q\n  want %q\nstdout %q", code, test.code, stderr.String(), test.stderr, stdout.String())
			}
		})
	}
}

func TestTargetHelp(t *testing.T) {
	var stdout, stderr bytes.Buffer
	if code := runTarget(t.Context(), []string{"--help"}, func(string) string { return "" }, &stdout, &stderr); code != 0 {
		t.Errorf("exit code %d", code)
	}
	for _, want := range []string{"Usage: katydid target", "/volatile", "--port port", "--host address", "--quiet"} {
		if !strings.Contains(stdout.String(), want) {
			t.Errorf("help lacks %q:\n%s", want, stdout.String())
		}
	}
	if stderr.Len() > 0 {
		t.Errorf("help on standard error: %s", stderr.String())
	}
}
