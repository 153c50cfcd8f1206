package live

import (
	"errors"
	"io"
	"os"
	"strings"
	"testing"
)

func TestDownloads(t *testing.T) {
	f := newFake()
	s := started(t, f, Options{})
	for _, path := range []string{"/hlog", "/stats/requests_full_history/csv"} {
		if got := get(t, s, path); got.status != 404 || !strings.Contains(got.body, "no such file") {
			t.Errorf("%s without a file: %v", path, got)
		}
	}
	f.files["hlog"], f.files["history"] = tempFile(t, "#[hlog]\n"), tempFile(t, "Timestamp,User Count\r\n")
	if err := f.Start(Form{}); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string][3]string{
		"/hlog":                            {"text/plain; charset=utf-8", "histograms.hlog", "#[hlog]\n"},
		"/stats/requests_full_history/csv": {"text/csv", "requests_full_history.csv", "Timestamp,User Count\r\n"},
		"/summary":                         {"application/json", "summary.json", "<!doctype html><title>summary</title>"},
		"/stats/report?download=1":         {"text/html; charset=utf-8", "report.html", "<!doctype html><title>report</title>"},
	} {
		got := get(t, s, path)
		name := got.header.Get("Content-Disposition")
		if got.status != 200 || got.header.Get("Content-Type") != want[0] || got.body != want[2] ||
			!strings.HasPrefix(name, "attachment; filename=Locust_20") || !strings.HasSuffix(name, "_lfweb.js_http_127.0.0.1_18099_"+want[1]) {
			t.Errorf("%s: %v", path, got)
		}
	}
	if got := get(t, s, "/stats/requests_full_history/csv", "Range: bytes=0-8"); got.status != 206 || got.body != "Timestamp" {
		t.Error(got)
	}
	got := get(t, s, "/stats/report")
	if got.header.Get("Content-Disposition") != "" || !strings.Contains(got.header.Get("Content-Security-Policy"), "sandbox allow-scripts") {
		t.Error(got)
	}
	if err := os.Remove(f.files["hlog"]); err != nil {
		t.Fatal(err)
	}
	f.files["history"] = t.TempDir()
	for _, path := range []string{"/hlog", "/stats/requests_full_history/csv"} {
		if got := get(t, s, path); got.status != 404 || strings.Contains(got.body, os.TempDir()) {
			t.Errorf("%s that is no file: %v", path, got)
		}
	}
}

// brokenTest cannot write its report.
type brokenTest struct{ *fakeTest }

func (brokenTest) Write(w io.Writer, _ string) error {
	_, _ = io.WriteString(w, "half of it")
	return errors.New("no s3cret today")
}

func TestReportThatFails(t *testing.T) {
	f := newFake()
	s := started(t, f, Options{Redact: strings.NewReplacer("s3cret", "***").Replace})
	s.test = brokenTest{f}
	for _, path := range []string{"/stats/report", "/summary"} {
		if got := get(t, s, path); got.status != 500 || got.body != "no *** today\n" || got.header.Get("Content-Disposition") != "" {
			t.Errorf("%s: %v", path, got)
		}
	}
}

func TestFileName(t *testing.T) {
	for text, want := range map[string]string{
		"Locust_a.js_https://shop.example:8443/x_requests.csv": "Locust_a.js_https_shop.example_8443_x_requests.csv",
		"../../etc/\"passwd\"\r\nX: y":                         ".._.._etc__passwd___X_ y",
		"Käse":                                                 "K_se",
	} {
		if got := fileName(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
