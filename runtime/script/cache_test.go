package script

import (
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestCache(t *testing.T) {
	w := newWeb(t, map[string]string{
		"example.com/a/x.js": "-> https://example.com/b/y.js", "example.com/b/y.js": `import "./z.js"; log("one");`, "example.com/b/z.js": ""})
	dir := write(t, map[string]string{"a.js": `import "https://example.com/a/x.js"`})
	o := w.online(t, dir)
	o.CacheDir = filepath.Join(o.CacheDir, "not", "there")
	step := func(name, want string, asked int64) {
		t.Helper()
		before := w.asked.Load()
		if got := run(t, loaded(t, o)); got != want {
			t.Errorf("%s: logged %q, want %q", name, got, want)
		}
		if n := w.asked.Load() - before; n != asked {
			t.Errorf("%s: %d requests, want %d", name, n, asked)
		}
	}
	step("empty", "one", 3)
	w.files["example.com/b/y.js"] = `import "./z.js"; log("two");`
	step("fresh", "one", 0)
	o.Offline = true
	step("offline", "one", 0)
	o.Offline, o.Refresh = false, true
	step("refresh", "two", 3)
	o.Refresh = false
	step("fresh again", "two", 0)

	yesterday := time.Now().Add(-cacheFresh - time.Minute)
	age := func() {
		files, _ := filepath.Glob(filepath.Join(o.CacheDir, "*"))
		if len(files) != 2 {
			t.Fatalf("%d files in the cache", len(files))
		}
		for _, f := range files {
			if err := os.Chtimes(f, yesterday, yesterday); err != nil {
				t.Fatal(err)
			}
		}
	}
	age()
	w.files["example.com/b/y.js"] = `import "./z.js"; log("three");`
	step("old", "three", 3)

	age()
	delete(w.files, "example.com/b/y.js")
	if _, _, err := Load(o); err == nil || err.Error() != "a.js:1:8: cannot fetch https://example.com/a/x.js: 404 Not Found" {
		t.Errorf("gone: %v", err)
	}
	o.Client = &http.Client{Transport: unreachableNetwork{}}
	s, warnings, err := Load(o)
	if err != nil {
		t.Fatal(err)
	}
	if got := run(t, s); got != "three" || len(warnings) != 2 || warnings[0].Error() !=
		"script: cannot fetch https://example.com/a/x.js: no such host; the copy in the cache is used" {
		t.Errorf("no network: logged %q, warnings %v", got, warnings)
	}

	files, _ := filepath.Glob(filepath.Join(o.CacheDir, "*"))
	for _, f := range files {
		if err := os.WriteFile(f, []byte(`{"url":"damaged`), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	o.Offline = true
	_, _, err = Load(o)
	want := "a.js:1:8: cannot fetch https://example.com/a/x.js: not in the cache; this is an offline run; load the script once with a network, which fills " + o.CacheDir
	if err == nil || err.Error() != want {
		t.Errorf("offline: got  %v\nwant %s", err, want)
	}
}

// unreachableNetwork fails every request.
type unreachableNetwork struct{}

func (unreachableNetwork) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, &net.DNSError{Err: "no such host", Name: "example.com", IsNotFound: true}
}

// TestCacheIsShared loads with one cache from many sides at once.
func TestCacheIsShared(t *testing.T) {
	w := newWeb(t, map[string]string{"example.com/x.js": "export const x = '" + strings.Repeat("x", 1<<16) + "'; log('' + x.length);"})
	dir := write(t, map[string]string{"a.js": `import "https://example.com/x.js"`})
	o := w.online(t, dir)
	o.Refresh = true
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 3 {
				if s, _, err := Load(o); err != nil || len(s.Remote) != 1 || s.Remote[0].Size != 1<<16+40 {
					t.Errorf("%v, %+v", err, s)
				}
			}
		})
	}
	all.Wait()
	o.Refresh, o.Offline = false, true
	if got := run(t, loaded(t, o)); got != "65536" {
		t.Errorf("logged %q", got)
	}
	if files, _ := filepath.Glob(filepath.Join(o.CacheDir, "*")); len(files) != 1 {
		t.Errorf("left in the cache: %q", files)
	}
}

func TestIntegrity(t *testing.T) {
	const text = `log("x");`
	w := newWeb(t, map[string]string{"example.com/x.js": text, "example.com/y.js": ""})
	dir := write(t, map[string]string{"a.js": `import "https://example.com/x.js"`})
	o := w.online(t, dir)
	s := loaded(t, o)
	if got := integrity([]byte(text)); s.Remote[0].Integrity != got {
		t.Errorf("integrity %q, want %q", s.Remote[0].Integrity, got)
	}
	lock := filepath.Join(dir, LockName)
	if err := os.WriteFile(lock, s.Lock(), 0o600); err != nil {
		t.Fatal(err)
	}
	loaded(t, o)
	if want := "{\n  \"https://example.com/x.js\": \"" + s.Remote[0].Integrity + "\"\n}\n"; string(s.Lock()) != want {
		t.Errorf("lock %q, want %q", s.Lock(), want)
	}

	// A copy with the right hash will do whatever its age; one with the wrong hash never, and is not kept.
	w.files["example.com/x.js"] = `log("evil");`
	if got := run(t, loaded(t, o)); got != "x" {
		t.Errorf("pinned: logged %q", got)
	}
	o.CacheDir = t.TempDir()
	want := "a.js:1:8: cannot fetch https://example.com/x.js: its hash is " + integrity([]byte(`log("evil");`)) + ", but " +
		s.Remote[0].Integrity + " is wanted; if the change is meant, pin the new hash in imports.lock.json"
	for range 2 {
		if _, _, err := Load(o); err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
	if files, _ := filepath.Glob(filepath.Join(o.CacheDir, "*")); len(files) != 0 {
		t.Errorf("kept %q", files)
	}
	o.Integrity = map[string]string{"https://example.com/x.js": integrity([]byte(`log("evil");`))}
	if got := run(t, loaded(t, o)); got != "evil" {
		t.Errorf("Options.Integrity: logged %q", got)
	}
	o.Integrity, o.Relock = nil, true
	if s := loaded(t, o); s.Remote[0].Integrity != integrity([]byte(`log("evil");`)) {
		t.Errorf("Relock: %+v", s.Remote)
	}

	o.Relock = false
	w.files["example.com/x.js"] = text
	if err := os.WriteFile(filepath.Join(dir, "a.js"), []byte(`import "https://example.com/x.js"; import "https://example.com/y.js"`), 0o600); err != nil {
		t.Fatal(err)
	}
	o.CacheDir = t.TempDir()
	_, warnings, err := Load(o)
	if err != nil || len(warnings) != 1 || warnings[0].Error() != "script imports.lock.json: https://example.com/y.js is not pinned; write the file anew" {
		t.Errorf("not pinned: %v %v", warnings, err)
	}
	if err := os.WriteFile(lock, []byte("[]"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := Load(o); err == nil || err.Error() != "script imports.lock.json: not a JSON object of URLs and their hashes; write it anew" {
		t.Errorf("bad lock: %v", err)
	}
}
