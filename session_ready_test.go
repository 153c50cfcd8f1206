//go:build unix

package main

import (
	"net/http"
	"strings"
	"syscall"
	"testing"
)

// Before the first test there are figures, all of them nothing, and no results.
func TestSessionBeforeTheFirstTest(t *testing.T) {
	t.Parallel()
	_, ui := webSession(t, webScene)
	if _, row, _ := strings.Cut(ui.get("stats/requests/csv"), "\r\n"); !strings.HasPrefix(row, ",Aggregated,0,0,") {
		t.Errorf("the only row is %q", row)
	}
	for _, path := range []string{"summary", "stats/report", "hlog", "stats/requests_full_history/csv"} {
		res, err := http.Get(ui.base + "/" + path)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %s", path, res.Status)
		}
	}
}

// A certificate that cannot be read has nothing to do with the place.
func TestSessionWithoutCertificate(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writeIn(t, dir, "scene.js", webScene)
	p := katydid(t, dir, "-f", "scene.js", "--web-port", "0", "--tls-cert", "no.pem", "--tls-key", "no.key")
	p.expect(exitFailed)
	if !p.said("cannot use the certificate") || p.said("choose another place") {
		t.Errorf("it says %s", p.stderr)
	}
}

// What the script says is secret does not reach the page, wherever the script puts it.
func TestSessionHidesSecretOptions(t *testing.T) {
	t.Parallel()
	const secret = "pass word/of ours"
	p, ui := webSession(t, `
import { HttpUser, constant, environment, events } from "katydid";
events.initCommandLine.on(p => { p.addArgument("--key", { secret: true, required: true }); p.addArgument("--pin", { secret: true, default: "GET" }); });
export class Visitor extends HttpUser {
  static waitTime = constant(0.1);
  static tasks = { visit: 1 };
  visit() {
    const { key } = environment.parsedOptions;
    this.client.get("/?q=" + encodeURIComponent(key));
    this.client.get("/", { name: "as " + key }, r => r.failure("not for " + key));
    console.log("with", key);
  }
}`, "--key", secret)
	ui.starts("user_count=1&spawn_rate=1")
	until(t, "both were asked for", func() bool { return ui.stats().total() >= 2 })
	ui.get("stop")
	for _, path := range []string{"stats/requests", "stats/requests/csv", "stats/failures/csv", "stats/report", "logs", "metrics", "tasks", ""} {
		text := ui.get(path)
		for _, form := range []string{secret, "pass%20word", "pass+word"} {
			if at := strings.Index(text, form); at >= 0 {
				t.Errorf("%s has %q: %q", path, form, text[max(0, at-80):at+len(form)])
			}
		}
	}
	if text := ui.get("stats/requests"); !strings.Contains(text, "as ***SECRET_REDACTED***") || !strings.Contains(text, `"GET"`) {
		t.Errorf("the short one should be there, the long one not: %s", text)
	}
	if p.said("with " + secret) {
		t.Errorf("the log has it: %s", p.stderr)
	}
	p.signal(syscall.SIGINT)
	p.expect(exitFailed)
}
