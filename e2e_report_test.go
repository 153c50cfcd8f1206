//go:build unix

package main

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"katydid/stats"
)

// pageData is what a report has for its script.
func pageData(t *testing.T, page, id string, into any) {
	t.Helper()
	found := regexp.MustCompile(`<script type="text/plain" id="` + id + `">([^<]*)</script>`).FindStringSubmatch(page)
	if found == nil {
		t.Fatal("the report has no data")
	}
	packed, err := base64.StdEncoding.DecodeString(found[1])
	if err != nil {
		t.Fatal(err)
	}
	if err := json.NewDecoder(flate.NewReader(bytes.NewReader(packed))).Decode(into); err != nil {
		t.Fatal(err)
	}
}

// reportCourse is what a report has of the course of a run.
func reportCourse(t *testing.T, page string) (requests, failures int64) {
	t.Helper()
	var course struct{ Requests, Failures []int64 }
	pageData(t, page, "data", &course)
	for i := range course.Requests {
		requests += course.Requests[i]
		failures += course.Failures[i]
	}
	return requests, failures
}

func summaryIn(t *testing.T, dir, name string) *stats.Summary {
	t.Helper()
	f, err := os.Open(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	s, err := stats.ReadSummary(f)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// The report has the summary's figures, the options and the script, and no secret that was in any of them.
func TestReportOfRun(t *testing.T) {
	t.Parallel()
	for name, script := range map[string]string{
		"native": `import { HttpUser, task, constant } from "katydid";
			export class A extends HttpUser {
				static waitTime = constant(0.02);
				@task go() { this.client.get("/?access_token=HUSH", { name: "/?access_token=HUSH" }); this.client.get("/nowhere", { name: "</script><b>gone" }); }
			}`,
		"k6": `import http from "k6/http"; import { sleep } from "k6"; import secrets from "k6/secrets";
			export default async function () { const s = await secrets.get("default"); http.get(__ENV.TARGET + "/", { tags: { name: "/<" + s } }); http.get(__ENV.TARGET + "/?access_token=HUSH", { tags: { name: "/?access_token=HUSH" } });
				http.get(__ENV.TARGET + "/nowhere", { tags: { name: "</script><b>gone" } }); sleep(0.02); }`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			writeIn(t, dir, "a.js", script)
			_, url := targetProcess(t, dir, "0")
			args := []string{"run", "a.js", "-u", "2", "-t", "2s", "--csv", "r/a", "--summary", "r/a.json", "--html", "r/a.html"}
			if name == "k6" {
				args = append(args, "-e", "TARGET="+url, "-e", "PASS=HUSH", "--secret-source", "mock=default=<HUSH>")
			} else {
				args = append(args, "-H", strings.Replace(url, "://", "://joe:HUSH@", 1), "-s", "10s")
			}
			p := newProcess(t, dir, args...)
			p.cmd.Env = append(p.cmd.Env, "MY_SECRET=HUSH", "SAS_TOKEN=HUSH")
			p.start().wait()
			page, sum := readText(t, filepath.Join(dir, "r/a.html")), summaryIn(t, dir, "r/a.json")
			if sum.Total.Count < 10 || sum.Total.Failures < 5 {
				t.Fatalf("the run has %d requests, %d failures\n%s", sum.Total.Count, sum.Total.Failures, p.stderr)
			}
			if requests, failures := reportCourse(t, page); requests != sum.Total.Count || failures != sum.Total.Failures {
				t.Errorf("the course has %d requests, %d failures; the summary %d and %d", requests, failures, sum.Total.Count, sum.Total.Failures)
			}
			for _, want := range []string{"a.js <span class=\"pill ", "&lt;/script&gt;&lt;b&gt;gone", "access_token=***", "--html", strconv.Itoa(p.code()) + "</b></span><span>katydid"} {
				if !strings.Contains(page, want) {
					t.Errorf("the report has no %q", want)
				}
			}
			if at := strings.Index(page, "HUSH"); at >= 0 {
				t.Errorf("the report has a secret: %q", page[max(at-80, 0):at+20])
			}
			if !p.said("report: r/a.html") {
				t.Errorf("the log does not name the report\n%s", p.stderr)
			}
			reportFromFiles(t, dir, sum)
		})
	}
}

// reportFromFiles makes reports of what the run has left.
func reportFromFiles(t *testing.T, dir string, sum *stats.Summary) {
	p := katydid(t, dir, "report", "r/a.hlog", "r/a.json", "-o", "r/again.html")
	p.expect(0)
	page := readText(t, filepath.Join(dir, "r/again.html"))
	if requests, failures := reportCourse(t, page); requests != sum.Total.Count || failures != sum.Total.Failures {
		t.Errorf("the course has %d requests, %d failures; want %d and %d", requests, failures, sum.Total.Count, sum.Total.Failures)
	}
	var names struct {
		Names struct {
			Rows     []int
			Failures string
		}
	}
	if pageData(t, page, "data", &names); len(names.Names.Rows) != len(sum.Requests) || names.Names.Failures != "" {
		t.Errorf("of %d names in the log, the page has %+v", len(sum.Requests), names)
	}
	katydid(t, dir, "report", "r/a.hlog").expect(0)
	if page := readText(t, filepath.Join(dir, "r/a.html")); !strings.Contains(page, "no verdict") {
		t.Error("the report of a log alone does not say that it has no verdict")
	}
}

func TestReportCompares(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writeIn(t, dir, "a.js", `import { HttpUser, task, constant } from "katydid";
		export class A extends HttpUser { static waitTime = constant(0.02); @task go() { this.client.get("/"); } }`)
	for _, name := range []string{"a", "b"} {
		katydid(t, dir, "run", "a.js", "-t", "1s", "-s", "10s", "--summary", name+".json", "--csv", name).expect(0)
	}
	for args, courses := range map[string]int{"a.json b.json": 0, "a.json a.hlog b.json": 1, "a.hlog b.hlog b.json a.json": 2} {
		p := katydid(t, dir, append([]string{"report", "-o", "a.html"}, strings.Fields(args)...)...)
		p.expect(0)
		page := readText(t, filepath.Join(dir, "a.html"))
		if !p.said("a.html") || !strings.Contains(page, "Differences, from A to B") {
			t.Errorf("%s: no comparison: %s", args, p.stdout)
		}
		var runs []struct {
			Requests []int64
			Curve    [][2]float64
		}
		pageData(t, page, "two", &runs)
		found := 0
		for _, r := range runs {
			found += min(len(r.Requests), 1)
		}
		if len(runs) != 2 || found != courses || len(runs[0].Curve) == 0 {
			t.Errorf("%s: %d of %d runs have a course: %+v", args, found, len(runs), runs)
		}
	}
}

func TestReportRefuses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, text := range map[string]string{"empty.json": "{}\n", "a.hlog": "nonsense\n\n", "a.json": "nonsense"} {
		writeIn(t, dir, name, text)
	}
	for args, want := range map[string]string{
		"report":            "name the results",
		"report no.json":    "no.json: no such file or directory",
		"report empty.json": "empty.json: it is no summary of a run",
		"report a.json":     "a.json: it is no JSON",
		"report a.hlog":     "a.hlog: line 1: there is no line BaseTime before it",
		"report --nope":     "--nope",
	} {
		p := katydid(t, dir, strings.Fields(args)...)
		p.expect(exitUsage)
		if !p.said(want) {
			t.Errorf("%s says %s, want %q", args, p.stderr, want)
		}
	}
	writeIn(t, dir, "u.js", `import { User, task } from "katydid"; export class A extends User { @task go() {} }`)
	katydid(t, dir, "run", "u.js", "-t", "1s", "--summary", "u.json").expect(exitOK)
	before := file(t, dir, "u.json")
	over := katydid(t, dir, "report", "u.json", "-o", "./u.json")
	over.expect(exitUsage)
	if after := file(t, dir, "u.json"); after != before || !over.said("u.json: the report would take the place of these results") {
		t.Errorf("it says %s, and the summary is %.100s", over.stderr, after)
	}
	p := katydid(t, dir, "run", "u.js", "-t", "1s", "--html", ".")
	p.expect(exitNotWritten)
	if !p.said("--html .: is a directory") {
		t.Errorf("it says %s", p.stderr)
	}
}
