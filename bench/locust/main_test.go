package main

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestTargetKeepsALog(t *testing.T) {
	to, err := startTarget()
	if err != nil {
		t.Fatal(err)
	}
	defer to.close()
	for path, want := range map[string]int{"/ok?id=1,2": 200, "/404": 404, "/500": 500, "/redir": 200, "/slow": 200} {
		to.take()
		began := time.Now()
		answer, err := http.Get(to.url + path)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		log := to.take()
		if answer.StatusCode != want || len(log) == 0 || log[0].path != path {
			t.Errorf("%s: status %d, want %d; log %v", path, answer.StatusCode, want, log)
		}
		if path == "/slow" && time.Since(began) < slowPage {
			t.Errorf("/slow took %v, want at least %v", time.Since(began), slowPage)
		}
	}
	http.DefaultClient.CloseIdleConnections()
}

func TestOptions(t *testing.T) {
	o, err := parseOptions([]string{"--locust", "a", "--locust", "b", "--report", "r.md", "same", "mix"})
	if err != nil || joined(o.locusts) != "a b" || o.report != "r.md" || joined(o.only) != "same mix" {
		t.Errorf("got %+v, %v", o, err)
	}
	if _, err := parseOptions([]string{"some"}); err == nil || !strings.Contains(err.Error(), "same steady mix") {
		t.Errorf("an unknown scenario is answered with %v", err)
	}
	if got := locustName("locust 2.47.0 from /x (Python 3.11.7)\n"); got != "locust 2.47.0" {
		t.Errorf("locustName is %q", got)
	}
	if got := locustName("locust \n"); got != "locust without version" {
		t.Errorf("locustName is %q", got)
	}
}

func TestNoLocust(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	if _, err := findLocusts(context.Background(), nil); err == nil || !strings.Contains(err.Error(), "pip install locust") {
		t.Errorf("without any Locust: %v", err)
	}
}

func TestReport(t *testing.T) {
	var s section
	s.equal("a|b", "1\r\n2", "1\r\n2")
	s.equalOr(trueValues, true, "times", 120, 121)
	s.equal("counts", 1, 2)
	all := []comparison{{"locust 1", []*section{&s}}}
	var text, markdown strings.Builder
	if err := writeText(&text, all[0]); err != nil {
		t.Fatal(err)
	}
	if err := writeMarkdown(&markdown, all, time.Unix(0, 0)); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"1 ok, 1 documented differences, 1 DIFFER", "  DIFFERS     counts\n              locust:  1\n"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("%q is not in\n%s", want, text.String())
		}
	}
	for _, want := range []string{"| a\\|b | `` 1  2 `` |", "documented: true values |", "| counts | `` 1 `` | `` 2 `` | DIFFERS |"} {
		if !strings.Contains(markdown.String(), want) {
			t.Errorf("%q is not in\n%s", want, markdown.String())
		}
	}
}
