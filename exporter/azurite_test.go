package exporter

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"

	"katydid/internal/azurite"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(childVariable); dir != "" {
		os.Exit(exportAsChild(dir))
	}
	code := m.Run()
	if code == 0 {
		http.DefaultClient.CloseIdleConnections()
		if err := goleak.Find(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

// least is the least token that an export to a container of Azurite needs.
func least(s *azurite.Server, container string) string {
	return s.ContainerSAS(container, "cw", time.Now().Add(time.Hour))
}

// open makes the store of a URL and a token.
func open(t testing.TB, rawURL, token string) Store {
	t.Helper()
	target, err := Parse(rawURL, env(EnvToken, token))
	must(t, err)
	store, err := target.Open()
	must(t, err)
	closeLater(t, store)
	return store
}

func closeLater(t testing.TB, store Store) {
	if c, ok := store.(io.Closer); ok {
		t.Cleanup(func() { _ = c.Close() })
	}
}

// env is a getenv that knows pairs of names and values.
func env(pairs ...string) func(string) string {
	return func(name string) string {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1]
			}
		}
		return ""
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
