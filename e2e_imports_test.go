//go:build unix

package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
)

// A module that is imported by its URL is fetched once, kept, and pinned when the user wants it.
func TestImportsByURL(t *testing.T) {
	t.Parallel()
	var asked atomic.Int64
	var text atomic.Pointer[string]
	set := func(s string) { text.Store(&s) }
	set("export const answer = 42;\n")
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		_, _ = w.Write([]byte(*text.Load()))
	}))
	defer server.Close()
	dir := t.TempDir()
	writeIn(t, dir, "a.js", `import { answer } from "`+server.URL+`/answer.js";
export default function () { console.log("the answer is", answer); }
`)
	run := func(code int, args ...string) *process {
		p := newProcess(t, dir, append([]string{"run", "a.js"}, args...)...)
		p.cmd.Env = append(p.cmd.Env, "KATYDID_IMPORT_CACHE="+filepath.Join(dir, "cache"))
		p.start().expect(code)
		return p
	}
	if p := run(exitFailed, "--offline-imports"); !p.said("a.js:1:24") || asked.Load() != 0 {
		t.Errorf("offline without a copy, asked %d times: %s", asked.Load(), p.stderr)
	}
	for range 2 {
		if p := run(exitOK); !p.said("the answer is 42") {
			t.Errorf("says: %s", p.stderr)
		}
	}
	if n := asked.Load(); n != 1 {
		t.Errorf("asked %d times", n)
	}
	run(exitOK, "--lock-imports")
	lock, err := os.ReadFile(filepath.Join(dir, "imports.lock.json"))
	if err != nil || !strings.Contains(string(lock), server.URL+"/answer.js") || !strings.Contains(string(lock), "sha256-") {
		t.Errorf("lock file: %s %v", lock, err)
	}
	set("export const answer = 43;\n")
	if p := run(exitFailed, "--refresh-imports"); !p.said("a.js:1:24") || p.said("the answer is 43") {
		t.Errorf("a module that has changed: %s", p.stderr)
	}
	server.Close()
	if p := run(exitOK, "--offline-imports"); !p.said("the answer is 42") {
		t.Errorf("offline: %s", p.stderr)
	}
}

func TestScriptFromStdin(t *testing.T) {
	t.Parallel()
	p := newProcess(t, t.TempDir(), "run", "-i", "2", "-")
	p.cmd.Stdin = strings.NewReader("const n: number = 1;\nexport default function () { console.log('from stdin', n); }\n")
	p.start().expect(exitOK)
	if !p.said("from stdin 1") || !p.said("iterations...........: 2") {
		t.Errorf("says:\n%s%s", p.stdout, p.stderr)
	}
}
