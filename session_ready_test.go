//go:build unix

package main

import (
	"net/http"
	"strings"
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
