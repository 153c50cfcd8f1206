package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestQuick measures katydid's processor time end to end. How fast it is depends on the machine; what is measured does not.
func TestQuick(t *testing.T) {
	out := filepath.Join(t.TempDir(), "cost.md")
	var text bytes.Buffer
	code, err := program(context.Background(), []string{"--quick", "--only", "cpu", "--tools", "katydid", "--out", out}, &text)
	if runtime.GOOS != "linux" || runtime.NumCPU() < 2 {
		if code == 0 {
			t.Errorf("without two cores of Linux the exit code is 0:\n%s", text.String())
		}
		return
	}
	if code != 0 || err != nil {
		t.Fatalf("exit code %d, %v\n%s", code, err, text.String())
	}
	markdown, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for line := range strings.Lines(string(markdown)) {
		if cells := strings.Split(line, "|"); len(cells) > 1 && strings.TrimSpace(cells[1]) == "katydid" {
			found = append(found, strings.Join(strings.Fields(strings.ReplaceAll(line, "|", " ")), " "))
		}
	}
	if len(found) != 2 {
		t.Fatalf("katydid has %d rows, want one of the processor time and one of the arithmetic:\n%s", len(found), markdown)
	}
	cells := strings.Fields(found[0])
	if len(cells) != 6 || cells[4] != "-" || cells[5] != "-" {
		t.Fatalf("the row is %q, want three figures and, without peers, no ratio", found[0])
	}
	var figures [3]float64
	for i := range figures {
		if figures[i], err = strconv.ParseFloat(cells[1+i], 64); err != nil || figures[i] < 0 {
			t.Errorf("figure %d of %q: %v", i, found[0], err)
		}
	}
	// More would be a fault of the measurement, not of katydid.
	if cost, rate := figures[0], figures[1]; cost < 1 || cost > 10_000 || rate < 10 {
		t.Errorf("%g us for a request, %g requests a second", cost, rate)
	}
	dollars, err := strconv.ParseFloat(strings.Fields(found[1])[1], 64)
	if want := perMillion(7, figures[0]); err != nil || dollars < 0.98*want || dollars > 1.02*want {
		t.Errorf("%q has %g dollars, want %g", found[1], dollars, want)
	}
	for _, want := range []string{"go run ./bench/peers --repeats 1 --seconds 2", "* machine: ", "* katydid: ", "| not measured |", "## Processor time for a request"} {
		if !strings.Contains(string(markdown), want) {
			t.Errorf("%q is not in\n%s", want, markdown)
		}
	}
	if !strings.Contains(text.String(), "not measured  CPU for a scripted request <= 1.15 x wrk's") {
		t.Errorf("the text is\n%s", text.String())
	}
}

func TestOptions(t *testing.T) {
	o, err := parseOptions([]string{"--only", "memory,names", "--tools", "k6", "--repeats", "2", "--seconds", "7"})
	if err != nil || !slices.Equal(o.only, []string{"memory", "names"}) || !slices.Equal(o.named, []string{"k6"}) || o.repeats != 2 || o.time.Seconds() != 7 {
		t.Errorf("got %+v, %v", o, err)
	}
	if !o.wants(memoryName, startName) || o.wants(cpuName) {
		t.Errorf("wants: start's run %v, cpu %v", o.wants(memoryName, startName), o.wants(cpuName))
	}
	for _, test := range []struct {
		args []string
		want string
	}{
		{[]string{"--only", "speed"}, "cpu memory start scripts growth names"},
		{[]string{"--tools", "ab"}, "katydid katydid-loop katydid-k6 wrk"},
		{[]string{"cpu"}, "only flags"},
		{[]string{"--seconds", "1"}, "--seconds 2"},
	} {
		if _, err := parseOptions(test.args); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%v: %v, want an error with %q", test.args, err, test.want)
		}
	}
}

func TestAbsentTools(t *testing.T) {
	ctx := context.Background()
	t.Setenv("PATH", t.TempDir())
	found, absent, err := findTools(ctx, "/ours", nil)
	if err != nil || !slices.Equal(found, []*tool{&katydid, &katydidLoop, &katydidK6}) || katydid.path != "/ours" || katydidLoop.path != "/ours" ||
		!slices.Equal(absent, []string{"wrk", "k6", "locust", "locust-fast", "vegeta", "oha"}) {
		t.Errorf("found %v, absent %v, %v", found, absent, err)
	}
	if _, _, err := findTools(ctx, "/ours", []string{"k6"}); err == nil || !strings.Contains(err.Error(), "find k6") {
		t.Errorf("a tool wanted by name that is absent: %v", err)
	}
	bin := t.TempDir()
	t.Setenv("PATH", bin)
	if err := os.WriteFile(filepath.Join(bin, "locust"), []byte("#!/bin/sh\necho locust 1.2.3 from /some/where\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	found, _, err = findTools(ctx, "/ours", []string{"locust-fast"})
	if err != nil || len(found) != 1 || found[0].path != filepath.Join(bin, "locust") || found[0].version != "locust 1.2.3" {
		t.Errorf("found %v, %v", found, err)
	}
}
