package web

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/evanw/esbuild/pkg/api"
)

var update = flag.Bool("update", false, "build the page's script and style anew")

// bundles are the pages' scripts and styles: what each is made from, and the libraries in it whose licences go with it.
var bundles = []struct {
	entries   []string
	libraries []library
}{
	{[]string{"assets/report.ts", "assets/report.css"}, []library{uplot}},
	{[]string{"assets/live/live.tsx", "assets/live/live.css"}, []library{uplot, preact}},
}

// library is a copy of somebody else's work below assets/.
type library struct{ name, folder string }

var (
	uplot  = library{"uPlot 1.6.32", "uplot"}
	preact = library{"Preact 11.2.0", "preact"}
)

// TestGoldenBundle builds the pages' scripts and styles from their sources and compares them with what is committed and
// embedded. "go generate ./web" writes them.
func TestGoldenBundle(t *testing.T) {
	for _, b := range bundles {
		built := api.Build(api.BuildOptions{
			EntryPoints: b.entries, Outdir: "assets/dist",
			Bundle: true, MinifyWhitespace: true, MinifyIdentifiers: true, MinifySyntax: true,
			Target: api.ES2022, Format: api.FormatIIFE, LegalComments: api.LegalCommentsNone, Charset: api.CharsetUTF8,
			Banner: map[string]string{"js": notice(t, b.libraries...), "css": notice(t, uplot)},
		})
		for _, m := range append(built.Errors, built.Warnings...) {
			t.Errorf("%v: %s", m.Location, m.Text)
		}
		if len(built.OutputFiles) != len(b.entries) {
			t.Fatalf("%d files were built, not %d", len(built.OutputFiles), len(b.entries))
		}
		for _, f := range built.OutputFiles {
			committed(t, filepath.Base(f.Path), f.Contents)
		}
	}
	page, err := os.ReadFile("assets/live/live.html")
	if err != nil {
		t.Fatal(err)
	}
	committed(t, "live.html", page)
}

// notice is a comment with the licences.
func notice(t *testing.T, libraries ...library) string {
	text := ""
	for _, l := range libraries {
		licence, err := os.ReadFile(filepath.Join("assets", l.folder, "LICENSE"))
		if err != nil {
			t.Fatal(err)
		}
		text += "/*! " + l.name + "\n" + strings.TrimSpace(string(licence)) + "\n*/\n"
	}
	return strings.TrimSuffix(text, "\n")
}

// committed compares a file with what was built, or writes it.
func committed(t *testing.T, name string, built []byte) {
	t.Helper()
	name = filepath.Join("assets/dist", name)
	if *update {
		if err := os.MkdirAll("assets/dist", 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, built, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	old, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(old, built) {
		t.Errorf("%s is not what its sources make: run go generate ./web", name)
	}
}
