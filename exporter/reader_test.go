package exporter

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"katydid/internal/azurite"
)

// readable opens a URL for reading.
func readable(t *testing.T, rawURL string, pairs ...string) Reader {
	t.Helper()
	target, err := Parse(rawURL, env(pairs...))
	must(t, err)
	r, err := target.OpenReader(4)
	must(t, err)
	closeLater(t, r)
	return r
}

// readers opens an empty store of each kind, and the same with a container or folder that does not exist.
var readers = map[string]func(t *testing.T) (r, missing Reader){
	"azure": func(t *testing.T) (r, missing Reader) {
		emulator := azurite.Start(t)
		root, container := emulator.URL, emulator.Container(t)
		sas := func(container string) string {
			return emulator.ContainerSAS(container, "rcwl", time.Now().Add(time.Hour))
		}
		return readable(t, root+"/"+container+"/some/prefix", EnvToken, sas(container)), readable(t, root+"/nocontainer", EnvToken, sas("nocontainer"))
	},
	"azure, no prefix": func(t *testing.T) (r, missing Reader) {
		emulator := azurite.Start(t)
		root, container := emulator.URL, emulator.Container(t)
		r = readable(t, root+"/"+container, EnvToken, emulator.AccountSAS(time.Now().Add(time.Hour)))
		return r, readable(t, root+"/nocontainer", EnvToken, emulator.AccountSAS(time.Now().Add(time.Hour)))
	},
	"s3": func(t *testing.T) (r, missing Reader) {
		p := placeS3(t)
		return p.store.(Reader), p.missing.(Reader)
	},
	"folder": func(t *testing.T) (r, missing Reader) {
		dir := filepath.ToSlash(t.TempDir())
		return readable(t, "file://"+dir), readable(t, "file://"+dir+"/missing")
	},
}

// TestReaders holds every store to the contract of Reader.
func TestReaders(t *testing.T) {
	for name, open := range readers {
		t.Run(name, func(t *testing.T) {
			r, missing := open(t)
			for _, name := range []string{"run/claim/b", "run/claim/a", "run/claim/deep/c", "run/claims", "run/plan", "other"} {
				must(t, put(t, r, uploadOf(name, "this is "+name, "text/plain")))
			}
			body, err := r.Get(t.Context(), "run/claim/a")
			if err != nil || string(body) != "this is run/claim/a" {
				t.Errorf("got %q, %v", body, err)
			}
			for folder, want := range map[string][]string{
				"run/claim/": {"run/claim/a", "run/claim/b", "run/claim/deep/c"}, "run/claim": {"run/claim/a", "run/claim/b", "run/claim/deep/c"}, "none/": nil,
			} {
				if names, err := r.List(t.Context(), folder); err != nil || !slices.Equal(names, want) {
					t.Errorf("%s has %v (%v), want %v", folder, names, err, want)
				}
			}
			_, err = r.Get(t.Context(), "run/claim/x")
			wantClass(t, err, Absent)
			if !strings.Contains(err.Error(), "get run/claim/x: ") {
				t.Error(err)
			}
			_, err = missing.Get(t.Context(), "x")
			wantClass(t, err, Missing)
			_, err = missing.List(t.Context(), "x/")
			wantClass(t, err, Missing)
		})
	}
}

// Of many that create the same name one succeeds, and nobody who reads sees anything but its content.
func TestReadersCreateOnce(t *testing.T) {
	for name, open := range readers {
		t.Run(name, func(t *testing.T) {
			r, _ := open(t)
			var all sync.WaitGroup
			var mu sync.Mutex
			var won []string
			for i := range 16 {
				all.Go(func() {
					u := uploadOf("once", fmt.Sprintf("by %d", i), "text/plain")
					u.opts.CreateOnly = true
					if err := put(t, r, u); err != nil {
						wantClass(t, err, Exists)
						return
					}
					mu.Lock()
					defer mu.Unlock()
					won = append(won, fmt.Sprintf("by %d", i))
				})
				all.Go(func() {
					if body, err := r.Get(t.Context(), "once"); err == nil && !strings.HasPrefix(string(body), "by ") {
						t.Errorf("it was seen as %q", body)
					}
				})
			}
			all.Wait()
			if body, err := r.Get(t.Context(), "once"); err != nil || len(won) != 1 || string(body) != won[0] {
				t.Errorf("%v have created it, it is %q (%v)", won, body, err)
			}
		})
	}
}

// Each answer tells the time of the store.
func TestReadersTellTheTime(t *testing.T) {
	for name, open := range readers {
		t.Run(name, func(t *testing.T) {
			r, _ := open(t)
			heard := 0
			before := time.Now()
			ctx := WithDate(t.Context(), func(date time.Time, step time.Duration) {
				heard++
				if now := time.Now(); date.After(now) || !date.Add(step).After(before) {
					t.Errorf("between %s and %s the store says it is %s and at most %s later", before, now, date, step)
				}
			})
			u := uploadOf("x", "x", "text/plain")
			must(t, r.Put(ctx, u.name, u.body, u.size, u.opts))
			if heard != 1 {
				t.Errorf("the store told the time %d times", heard)
			}
		})
	}
}

func TestReadingIsDenied(t *testing.T) {
	emulator := azurite.Start(t)
	root, container := emulator.URL, emulator.Container(t)
	r := readable(t, root+"/"+container, EnvToken, least(emulator, container))
	_, err := r.Get(t.Context(), "x")
	wantClass(t, err, Denied)
	_, err2 := r.List(context.Background(), "x")
	wantClass(t, err2, Denied)
	for _, err := range []error{err, err2} {
		if !strings.Contains(err.Error(), "sp=rcwl") || strings.Contains(err.Error(), "sig") {
			t.Error(err)
		}
	}
}

func TestCheckReading(t *testing.T) {
	now := time.Date(2026, 11, 22, 21, 0, 0, 0, time.UTC)
	for sp, want := range map[string]string{"rcwl": "", "racwl": "", "cw": "does not permit to read and to list (sp=cw)", "rl": "does not permit to write (sp has neither c nor w); make one with sp=rcwl"} {
		target, err := Parse("https://a.blob.core.windows.net/c", env(EnvToken, "sv=1&sr=c&sp="+sp+"&se=2026-11-22T23:00:00Z&sig="+fakeSignature))
		must(t, err)
		warnings, err := target.CheckReading(now, now.Add(time.Hour))
		if got := fmt.Sprint(err); len(warnings) > 0 || want == "" && err != nil || !strings.Contains(got, want) {
			t.Errorf("sp=%s: %v %v", sp, warnings, err)
		}
	}
}
