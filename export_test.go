//go:build unix

package main

import (
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"katydid/internal/azurite"
)

// The tests of --export and katydid export: real processes against a real Azurite. This file has what they share.

// marked is a token for what is refused whatever its signature; it has the characters that URLs escape.
const marked = "sv=2021-12-02&sr=c&sp=cw&se=2099-01-01&sig=MARKEDSIGNATURE/abc+defMARKEDSIGNATURE/abc+8="

// showsAll is a script that says all that it sees.
var showsAll = user("") + `
import { env } from "katydid";
console.log("sees", JSON.stringify(env), JSON.stringify(environment.parsedOptions));
`

// counting is a target that counts.
type counting struct {
	url  string
	hits atomic.Int64
}

func newCounting(t *testing.T) *counting {
	c := &counting{}
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { c.hits.Add(1) }))
	t.Cleanup(server.Close)
	c.url = server.URL
	return c
}

// exporting prepares a run with its results in results/x; neither the run nor the store may show the token.
func exporting(t *testing.T, dir, url, token string, args ...string) *process {
	t.Helper()
	args = append([]string{"run", "a.js", "-u", "5", "-r", "100", "-L", "DEBUG", "--csv", "results/x", "--summary", "results/x.json",
		"--export-interval", "5s"}, args...)
	return withToken(t, newProcess(t, dir, args...), url, token)
}

// resuming prepares katydid export.
func resuming(t *testing.T, dir, url, token, where string) *process {
	t.Helper()
	return withToken(t, newProcess(t, dir, "export", "-v", where), url, token)
}

func withToken(t *testing.T, p *process, url, token string) *process {
	p.cmd.Env = append(p.cmd.Env, "KATYDID_EXPORT="+url, "SAS_TOKEN="+token)
	t.Cleanup(func() { // before the process is killed and the folder removed: what it has said and written so far
		noSecret(t, token, p.String()+": stdout", p.stdout.String())
		noSecret(t, token, p.String()+": stderr", p.stderr.String())
		noSecretBelow(t, token, p.cmd.Dir)
		for _, args := range commandLines(p) {
			noSecret(t, token, "a command line", args)
		}
	})
	return p
}

// stored is what a store has, by name.
type stored map[string]string

// inAzurite reads a container, and searches it for the tokens that the test has used.
func inAzurite(t *testing.T, container string, tokens ...string) stored {
	t.Helper()
	blobs := stored(azurite.Start(t).Blobs(t, container))
	for name, text := range blobs {
		for _, token := range tokens {
			noSecret(t, token, "the blob "+name, text)
		}
	}
	return blobs
}

// inFolder reads what was exported to a folder.
func inFolder(t *testing.T, dir string) stored {
	t.Helper()
	files := stored{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			rel, _ := filepath.Rel(dir, path)
			files[filepath.ToSlash(rel)] = readText(t, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// document is run.json.
type document struct {
	Run, State string
	Scene      string
	ExitCode   *int `json:"exit_code"`
	Files      []struct {
		Name  string
		Bytes int
	}
}

var runFolder = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d{6}Z_[A-Za-z0-9._-]+_[a-z0-9]{6}$`)

// run gives the run.json of the only run below prefix; false if there is none yet.
func (s stored) run(t *testing.T, prefix string) (d document, ok bool) {
	t.Helper()
	for name, text := range s {
		if path.Base(name) != "run.json" {
			continue
		}
		if ok {
			t.Fatalf("more than one run: %q", name)
		}
		if ok = true; json.Unmarshal([]byte(text), &d) != nil || path.Join(prefix, d.Run, "run.json") != name || !runFolder.MatchString(d.Run) {
			t.Fatalf("%s: %s", name, text)
		}
	}
	return d, ok
}

// whole checks that there is one run below prefix with all files of disk, byte for byte, and nothing else.
func (s stored) whole(t *testing.T, prefix, disk string) document {
	t.Helper()
	d, ok := s.run(t, prefix)
	if !ok {
		t.Fatal("there is no run.json")
	}
	found, err := filepath.Glob(disk + "*")
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]int{}
	for _, f := range d.Files {
		listed[f.Name] = f.Bytes
	}
	n := 0
	for _, file := range found {
		if strings.HasSuffix(file, ".export.json") { // the journal stays here
			continue
		}
		n++
		name := strings.ReplaceAll(filepath.Base(file), ":", "-")
		text, ok := s[path.Join(prefix, d.Run, name)]
		if here := readText(t, file); !ok || text != here || listed[name] != len(here) {
			t.Errorf("%s: stored %v, %d bytes, listed %d; on disk %d", name, ok, len(text), listed[name], len(here))
		}
	}
	if n < 5 || len(s) != n+1 || len(listed) != n {
		t.Errorf("%d files on disk, %d stored, %d listed in run.json", n, len(s), len(listed))
	}
	return d
}

// least is the token that the documents recommend.
func least(t *testing.T, container string) string {
	t.Helper()
	return azurite.Start(t).ContainerSAS(container, "cw", time.Now().Add(time.Hour))
}

// bare checks a table's claim that an error is said in one line.
func oneError(p *process) (line string, ok bool) {
	for text := range strings.Lines(p.stderr.String()) {
		if strings.HasPrefix(text, "katydid: error: ") {
			line, ok = strings.TrimSpace(text), line == ""
		}
	}
	return line, ok
}

var lastResort = regexp.MustCompile(`(?s)-----BEGIN KATYDID [^\n]+-----\n(.*)\n-----END KATYDID `)

// unpacked gives the file that stands in a log.
func unpacked(t *testing.T, log string) string {
	t.Helper()
	m := lastResort.FindStringSubmatch(log)
	if m == nil {
		t.Fatalf("there is no file in the log:\n%s", log)
	}
	z, err := gzip.NewReader(base64.NewDecoder(base64.StdEncoding, strings.NewReader(m[1])))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
