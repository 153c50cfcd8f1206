//go:build unix

package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"katydid/internal/azurite"
	"katydid/web"
)

// With the article's kind of token (for the whole account, with a question mark) and of name (with colons), and with a
// signal: files arrive while the run goes on, and in their last state at its end.
func TestExportDuringTheRun(t *testing.T) {
	t.Parallel()
	store := azurite.Start(t)
	container := store.Container(t)
	token := "?" + store.AccountSAS(time.Now().AddDate(5, 0, 0))
	dir := folder(t, map[string]string{"a.js": showsAll})
	name := "scene_1_" + time.Now().Format("2006-01-02_15:04:05")
	p := exporting(t, dir, store.URL+"/"+container+"/nightly", token, "--csv", "results/"+name, "--summary", "results/"+name+".json", "--html", "results/"+name+".html").start()
	p.says("all users spawned")
	until(t, "statistics in the store while the run goes on", func() bool {
		return len(inAzurite(t, container, token)) >= 4
	})
	until(t, "a page in the report's place", func() bool {
		for name, text := range inAzurite(t, container) {
			if path.Ext(name) == ".html" {
				return text == web.NotEnded
			}
		}
		return false
	})
	if d, _ := inAzurite(t, container).run(t, "nightly"); d.State != "running" || d.ExitCode != nil || d.Scene != "a" {
		t.Errorf("run.json while the run goes on: %+v", d)
	}
	p.signal(syscall.SIGTERM)
	p.expect(0)
	d := inAzurite(t, container, token).whole(t, "nightly", filepath.Join(dir, "results", name))
	if d.State != "stopped" || d.ExitCode == nil || *d.ExitCode != 0 {
		t.Errorf("%+v", d)
	}
	for name := range inAzurite(t, container) {
		if strings.Contains(name, ":") {
			t.Errorf("%s has a colon", name)
		}
	}
	if !p.said("results exported to ") || !p.said("for the whole account") || !p.said("sees {") {
		t.Error(p.stderr)
	}
}

// With the least token, and to a folder; failed requests show in the exit code, which is in run.json.
func TestExportAtTheEnd(t *testing.T) {
	t.Parallel()
	script := user("home() { this.client.get('/nope'); }")
	t.Run("Azurite", func(t *testing.T) {
		t.Parallel()
		container := azurite.Start(t).Container(t)
		dir, token := folder(t, map[string]string{"a.js": script}), least(t, container)
		p := exporting(t, dir, azurite.Start(t).URL+"/"+container, token, "-t", "3s", "--html", "results/x.html").start()
		p.expect(1)
		d := inAzurite(t, container, token).whole(t, "", filepath.Join(dir, "results", "x"))
		reportStored(t, inAzurite(t, container), d)
		if _, header := azurite.Start(t).Get(t, container, d.Run+"/x.html"); header.Get("Content-Type") != "text/html; charset=utf-8" {
			t.Errorf("the report is %s", header.Get("Content-Type"))
		}
		if d.State != "finished" || d.ExitCode == nil || *d.ExitCode != 1 {
			t.Errorf("%+v", d)
		}
		if p.said("WARNING") {
			t.Error(p.stderr)
		}
	})
	t.Run("S3", func(t *testing.T) {
		t.Parallel()
		backend := s3mem.New()
		if err := backend.CreateBucket("results"); err != nil {
			t.Fatal(err)
		}
		bad := atomic.Bool{}
		fake := gofakes3.New(backend).Server()
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if bad.Load() {
				w.WriteHeader(http.StatusForbidden)
				return
			}
			fake.ServeHTTP(w, r)
		}))
		t.Cleanup(server.Close)
		bad.Store(true)
		dir := folder(t, map[string]string{"a.js": script + showsAll[strings.Index(showsAll, "import { env }"):]})
		p := exporting(t, dir, "s3://results/nightly?endpoint="+server.URL, marked, "-t", "3s", "--export-optional")
		p.cmd.Env = append(p.cmd.Env, "AWS_ACCESS_KEY_ID=me", "AWS_SECRET_ACCESS_KEY=MARKEDSIGNATURE/abc+8")
		p.start().expect(exitNotExported)
		bad.Store(false)
		m := resumeCommand.FindStringSubmatch(p.stderr.String())
		if m == nil {
			t.Fatal(p.stderr)
		}
		again := resuming(t, dir, m[2], marked, m[1])
		again.cmd.Env = append(again.cmd.Env, "AWS_ACCESS_KEY_ID=me", "AWS_SECRET_ACCESS_KEY=MARKEDSIGNATURE/abc+8")
		again.start().expect(0)
		inS3(t, backend).whole(t, "nightly", filepath.Join(dir, "results", "x"))
	})
	t.Run("folder", func(t *testing.T) {
		t.Parallel()
		dir, to := folder(t, map[string]string{"a.js": script}), t.TempDir()
		exporting(t, dir, "file://"+to, "", "-t", "3s", "--html", "results/x.html").start().expect(1)
		d := inFolder(t, to).whole(t, "", filepath.Join(dir, "results", "x"))
		reportStored(t, inFolder(t, to), d)
		if d.State != "finished" || d.ExitCode == nil || *d.ExitCode != 1 {
			t.Errorf("%+v", d)
		}
	})
}

// reportStored looks for the report of the run that has ended.
func reportStored(t *testing.T, s stored, d document) {
	t.Helper()
	if page := s[d.Run+"/x.html"]; !strings.HasSuffix(page, "</html>\n") || !strings.Contains(page, "exit code <b class=\"fail\">1</b>") {
		t.Errorf("the report in the store is %.200q", page)
	}
}

// inS3 reads the bucket.
func inS3(t *testing.T, backend gofakes3.Backend) stored {
	t.Helper()
	list, err := backend.ListBucket("results", nil, gofakes3.ListBucketPage{})
	if err != nil {
		t.Fatal(err)
	}
	objects := stored{}
	for _, item := range list.Contents {
		o, err := backend.GetObject("results", item.Key, nil)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(o.Contents)
		if err != nil {
			t.Fatal(err)
		}
		noSecret(t, marked, item.Key, string(text))
		objects[item.Key] = string(text)
	}
	return objects
}

// What cannot work is refused before the first request, in one line, and leaves the results of the run before alone.
func TestExportRefused(t *testing.T) {
	t.Parallel()
	store := azurite.Start(t)
	container, other := store.Container(t), store.Container(t)
	later := time.Now().Add(time.Hour)
	good := store.URL + "/" + container
	tests := []struct {
		name, url, token, says string
		mood                   http.HandlerFunc // of a gate, which then is the URL
	}{
		{"expired", good, store.ContainerSAS(container, "cw", time.Now().Add(-time.Hour)), "the token expired at ", nil},
		{"read only", good, store.ContainerSAS(container, "r", later), "the token does not permit to write", nil},
		{"create only", good, store.ContainerSAS(container, "c", later), "sp has no w", nil},
		{"wrong container", good, least(t, other), "the credentials are refused", nil},
		{"forged", good, marked, "the credentials are refused", nil},
		{"damaged", good, marked + "&sig=x", "the token is damaged", nil},
		{"no token", good, "", "SAS_TOKEN is not set", nil},
		{"no container", store.URL + "/missing", least(t, "missing"), "there is no such container", nil},
		{"no folder", "file:///there/is/none", "", "there is no such folder", nil},
		{"refused", "http://127.0.0.1:1/account/container", marked, "connection refused", nil},
		{"no such host", "https://katydid.invalid/account/container", marked, "katydid.invalid", nil},
		{"hanging", "", marked, "no answer", hanging},
		{"503", "", marked, "503 ServerBusy", says(503, "ServerBusy")},
		{"reset", "", marked, "the connection broke off", breaking},
		{"clock", "", marked, "this machine's clock is", wrongTime},
		{"redirect", "", marked, "redirects elsewhere", says(302, "")},
		{"proxy's page", "", marked, "the store does not accept", says(400, marked)},
		{"token in the URL", "http://127.0.0.1:1/account/container?" + marked, "", "connection refused", nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if test.mood != nil {
				g := newGate(t)
				g.behave(test.mood)
				test.url = g.url + "/container"
			}
			target := newCounting(t)
			dir := folder(t, map[string]string{"a.js": showsAll, "results/x_stats.csv": "of the run before"})
			p := exporting(t, dir, test.url, test.token, "-H", target.url)
			began := time.Now()
			p.start().expect(exitNotExported)
			took := time.Since(began)
			line, one := oneError(p)
			if !one || !strings.Contains(line, test.says) || took > 20*time.Second+slack || target.hits.Load() != 0 {
				t.Errorf("%d requests, %s, %s", target.hits.Load(), took, p.stderr)
			}
			noSecret(t, marked, "stderr", p.stderr.String())
			if text := readText(t, filepath.Join(dir, "results", "x_stats.csv")); text != "of the run before" {
				t.Errorf("the results of the run before are now %q", text)
			}
			t.Logf("%5.1f s: %s", took.Seconds(), line)
		})
	}
}

// slack is for a crowded machine.
const slack = 10 * time.Second

// With --export-optional the run starts all the same, and exports as soon as the store is there.
func TestExportOptional(t *testing.T) {
	t.Parallel()
	g, container := newGate(t), azurite.Start(t).Container(t)
	dir, token := folder(t, map[string]string{"a.js": showsAll}), least(t, container)
	g.shut()
	p := exporting(t, dir, g.url+"/"+container, token, "--export-optional").start()
	p.says("the export does not work yet: ")
	p.says("ramping to")
	g.open()
	until(t, "files in the store", func() bool { return len(inAzurite(t, container)) > 2 })
	p.signal(syscall.SIGTERM)
	p.expect(0)
	if d := inAzurite(t, container, token).whole(t, "", filepath.Join(dir, "results", "x")); d.State != "stopped" {
		t.Errorf("%+v", d)
	}
}

// Trouble of the store in mid-run is said once and changes nothing about the run; at the end all is there.
func TestExportTroubleInMidRun(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"503", "gone"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g, container, target := newGate(t), azurite.Start(t).Container(t), newCounting(t)
			dir, token := folder(t, map[string]string{"a.js": showsAll}), least(t, container)
			if name == "503" {
				g.behave(g.but(says(503, "ServerBusy")))
			}
			p := exporting(t, dir, g.url+"/"+container, token, "-H", target.url).start()
			p.says("all users spawned")
			if name == "gone" {
				g.shut()
			}
			p.says("results could not be exported: ")
			if n := len(inAzurite(t, container)); name == "503" && n != 1 {
				t.Errorf("%d files in the store, want run.json", n)
			}
			if name == "503" {
				g.behave(nil)
			} else {
				g.open()
			}
			p.signal(syscall.SIGTERM)
			p.expect(0)
			inAzurite(t, container, token).whole(t, "", filepath.Join(dir, "results", "x"))
			s := readSummary(t, filepath.Join(dir, "results", "x.json"))
			if s.Total.Count == 0 || s.Total.Failures != 0 || s.Total.Count > target.hits.Load() || s.Total.Count < target.hits.Load()-5 {
				t.Errorf("%d requests answered, %+v", target.hits.Load(), s.Total)
			}
			if n := strings.Count(p.stderr.String(), "results could not be exported: "); n != 1 {
				t.Errorf("said %d times:\n%s", n, p.stderr)
			}
			t.Log(grep(p.stderr.String(), "could not be exported"))
		})
	}
}

// grep gives the lines that hold text.
func grep(s, text string) (lines string) {
	for line := range strings.Lines(s) {
		if strings.Contains(line, text) {
			lines += line
		}
	}
	return lines
}

// The script sees neither the token nor the URL, whichever way they came.
func TestExportHiddenFromScripts(t *testing.T) {
	t.Parallel()
	dir, to := folder(t, map[string]string{"a.js": showsAll}), t.TempDir()
	p := withToken(t, newProcess(t, dir, "run", "a.js", "--csv", "x", "-t", "100ms"), "file://"+to, marked)
	p.cmd.Env = append(p.cmd.Env, "AWS_SECRET_ACCESS_KEY=MARKEDSIGNATURE", "AZURE_STORAGE_KEY=MARKEDSIGNATURE", "SEEN=yes")
	p.start().expect(0)
	if !p.said(`"SEEN":"yes"`) {
		t.Error(fmt.Sprint(p.stdout, p.stderr))
	}
}
