package exporter

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"katydid/internal/azurite"
)

// place is a store and a way to look into it.
type place struct {
	store   Store
	missing Store // the same, with a container that does not exist
	get     func(t *testing.T, name string) string
	typed   func(t *testing.T, name string) string // its content type; nil if the store has none
}

func placeAzure(t *testing.T) place {
	emulator := azurite.Start(t)
	root, container := emulator.URL, emulator.Container(t)
	token := least(emulator, container)
	return place{
		open(t, root+"/"+container+"/some/prefix", "?"+token),
		open(t, root+"/nocontainer", least(emulator, "nocontainer")),
		func(t *testing.T, name string) string {
			body, _ := emulator.Get(t, container, "some/prefix/"+name)
			return body
		},
		func(t *testing.T, name string) string {
			_, h := emulator.Get(t, container, "some/prefix/"+name)
			return h.Get("Content-Type")
		},
	}
}

func placeS3(t *testing.T) place {
	backend := s3mem.New()
	must(t, backend.CreateBucket("results"))
	server := httptest.NewServer(gofakes3.New(backend).Server())
	t.Cleanup(server.Close)
	object := func(t *testing.T, name string) *gofakes3.Object {
		o, err := backend.GetObject("results", "some/prefix/"+name, nil)
		must(t, err)
		return o
	}
	return place{
		openS3(t, "s3://results/some/prefix?endpoint="+server.URL),
		openS3(t, "s3://nobucket?endpoint="+server.URL),
		func(t *testing.T, name string) string {
			var b bytes.Buffer
			_, err := b.ReadFrom(object(t, name).Contents)
			must(t, err)
			return b.String()
		},
		func(t *testing.T, name string) string { return object(t, name).Metadata["Content-Type"] },
	}
}

const s3Secret = "s3SECRETs3SECRETs3SECRET"

func openS3(t testing.TB, rawURL string) Store {
	t.Helper()
	target, err := Parse(rawURL, env("AWS_ACCESS_KEY_ID", "AKIATEST", "AWS_SECRET_ACCESS_KEY", s3Secret))
	must(t, err)
	store, err := target.Open()
	must(t, err)
	closeLater(t, store)
	return store
}

func placeFolder(t *testing.T) place {
	dir := t.TempDir()
	return place{
		open(t, "file://"+filepath.ToSlash(dir), ""),
		open(t, "file://"+filepath.ToSlash(dir)+"/missing", ""),
		func(t *testing.T, name string) string {
			return readFile(t, filepath.Join(dir, filepath.FromSlash(name)))
		},
		nil,
	}
}

func readFile(t testing.TB, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	must(t, err)
	return string(b)
}

var places = map[string]func(*testing.T) place{"azure": placeAzure, "s3": placeS3, "folder": placeFolder}

// TestStores holds every store to the contract of Store.
func TestStores(t *testing.T) {
	for name, make := range places {
		t.Run(name, func(t *testing.T) {
			p := make(t)
			t.Run("names and bytes", func(t *testing.T) { storesBytes(t, p) })
			t.Run("replaces", func(t *testing.T) { storeReplaces(t, p) })
			t.Run("create only", func(t *testing.T) { storeCreatesOnly(t, p) })
			t.Run("wrong sum", func(t *testing.T) { storeVerifies(t, p) })
			t.Run("missing", func(t *testing.T) { storeMissing(t, p) })
			t.Run("parallel", func(t *testing.T) { storeParallel(t, p) })
			t.Run("stopped", func(t *testing.T) { storeStops(t, p) })
		})
	}
}

func uploadOf(name, body, contentType string) upload {
	r := strings.NewReader(body)
	sums, _ := SumsOf(r)
	return upload{name, r, int64(len(body)), PutOptions{ContentType: contentType, Sums: sums}}
}

func put(t *testing.T, s Store, u upload) error {
	t.Helper()
	return s.Put(t.Context(), u.name, u.body, u.size, u.opts)
}

func storesBytes(t *testing.T, p place) {
	random := make([]byte, 5<<20)
	_, _ = rand.Read(random)
	bodies := map[string]string{
		"2026-11-22T205304Z_scene_1_k3m9xa/scene_1_stats.csv": "Type,Name\r\nGET,/\r\n",
		"empty.csv": "", "with space.csv": "a", "ünïcode.csv": "b", "a%2Fb+c.csv": "c", "a/deep/folder/x.csv": "d",
		"five megabytes.bin": string(random),
	}
	for name, body := range bodies {
		if err := put(t, p.store, uploadOf(name, body, csvType)); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := p.get(t, name); got != body {
			t.Errorf("%s: %d bytes arrived and differ from the %d sent", name, len(got), len(body))
		}
		if p.typed != nil && p.typed(t, name) != csvType {
			t.Errorf("%s has the content type %q", name, p.typed(t, name))
		}
	}
}

func storeReplaces(t *testing.T, p place) {
	must(t, put(t, p.store, uploadOf("r.csv", "a longer content", csvType)))
	must(t, put(t, p.store, uploadOf("r.csv", "short", csvType)))
	if got := p.get(t, "r.csv"); got != "short" {
		t.Errorf("r.csv is %q", got)
	}
}

func storeCreatesOnly(t *testing.T, p place) {
	u := uploadOf("once.json", "first", "application/json")
	u.opts.CreateOnly = true
	must(t, put(t, p.store, u))
	again := uploadOf("once.json", "second", "application/json")
	again.opts.CreateOnly = true
	wantClass(t, put(t, p.store, again), Exists)
	if got := p.get(t, "once.json"); got != "first" {
		t.Errorf("once.json is %q", got)
	}
}

func storeVerifies(t *testing.T, p place) {
	must(t, put(t, p.store, uploadOf("sum.csv", "before", csvType)))
	u := uploadOf("sum.csv", "after", csvType)
	u.opts.Sums, _ = SumsOf(strings.NewReader("other"))
	wantClass(t, put(t, p.store, u), Fatal)
	if got := p.get(t, "sum.csv"); got != "before" {
		t.Errorf("sum.csv is %q", got)
	}
}

func storeMissing(t *testing.T, p place) {
	err := put(t, p.missing, uploadOf("x.csv", "x", csvType))
	wantClass(t, err, Missing)
}

func storeParallel(t *testing.T, p place) {
	var all sync.WaitGroup
	for _, name := range []string{"p1", "p2", "p3", "p4", "p5", "p6"} {
		all.Go(func() {
			if err := put(t, p.store, uploadOf(name, name, csvType)); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for _, name := range []string{"p1", "p6"} {
		if got := p.get(t, name); got != name {
			t.Errorf("%s is %q", name, got)
		}
	}
}

func storeStops(t *testing.T, p place) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	u := uploadOf("s.csv", "s", csvType)
	if err := p.store.Put(ctx, u.name, u.body, u.size, u.opts); !errors.Is(err, context.Canceled) {
		t.Errorf("a stopped Put says %v", err)
	}
}

func wantClass(t *testing.T, err error, want Class) {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) {
		t.Fatalf("got %v, want an *Error of class %v", err, want)
	}
	if e.Class != want {
		t.Errorf("class %v, want %v: %v", e.Class, want, err)
	}
}
