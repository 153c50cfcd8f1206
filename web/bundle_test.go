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

// TestGoldenBundle builds the page's script and style from their sources and compares them with what is committed and
// embedded. "go generate ./web" writes them.
func TestGoldenBundle(t *testing.T) {
	licence, err := os.ReadFile("assets/uplot/LICENSE")
	if err != nil {
		t.Fatal(err)
	}
	notice := "/*! uPlot 1.6.32\n" + strings.TrimSpace(string(licence)) + "\n*/"
	built := api.Build(api.BuildOptions{
		EntryPoints: []string{"assets/report.ts", "assets/report.css"}, Outdir: "assets/dist",
		Bundle: true, MinifyWhitespace: true, MinifyIdentifiers: true, MinifySyntax: true,
		Target: api.ES2022, Format: api.FormatIIFE, LegalComments: api.LegalCommentsNone, Charset: api.CharsetUTF8,
		Banner: map[string]string{"js": notice, "css": notice},
	})
	for _, m := range append(built.Errors, built.Warnings...) {
		t.Errorf("%v: %s", m.Location, m.Text)
	}
	if len(built.OutputFiles) != 2 {
		t.Fatalf("%d files were built, not 2", len(built.OutputFiles))
	}
	for _, f := range built.OutputFiles {
		name := filepath.Join("assets/dist", filepath.Base(f.Path))
		if *update {
			if err := os.MkdirAll("assets/dist", 0o777); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(name, f.Contents, 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		committed, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(committed, f.Contents) {
			t.Errorf("%s is not what its sources make: run go generate ./web", name)
		}
	}
}
