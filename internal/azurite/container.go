package azurite

import (
	"crypto/rand"
	"encoding/xml"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// Container makes a new container and returns its name.
func (s *Server) Container(t testing.TB) string {
	t.Helper()
	name := "c" + strings.ToLower(rand.Text()[:10])
	s.request(t, http.MethodPut, "/"+name+"?restype=container", http.StatusCreated)
	return name
}

// Blobs are the contents of a container by name.
func (s *Server) Blobs(t testing.TB, container string) map[string]string {
	t.Helper()
	var list struct {
		Names []string `xml:"Blobs>Blob>Name"`
	}
	text, _ := s.request(t, http.MethodGet, "/"+container+"?restype=container&comp=list", http.StatusOK)
	if err := xml.Unmarshal([]byte(text), &list); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	blobs := map[string]string{}
	for _, name := range list.Names {
		blobs[name], _ = s.Get(t, container, name)
	}
	return blobs
}

// Get is a blob as a browser gets it.
func (s *Server) Get(t testing.TB, container, name string) (content string, header http.Header) {
	t.Helper()
	return s.request(t, http.MethodGet, (&url.URL{Path: "/" + container + "/" + name}).EscapedPath(), http.StatusOK)
}

func (s *Server) request(t testing.TB, method, path string, want int) (body string, header http.Header) {
	t.Helper()
	separator := "?"
	if strings.Contains(path, "?") {
		separator = "&"
	}
	req, err := http.NewRequest(method, s.URL+path+separator+s.AccountSAS(time.Now().Add(time.Hour)), nil)
	if err != nil {
		t.Fatal(err)
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}} // nothing stays open
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	content, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode != want {
		t.Fatalf("%s %s: %s\n%s", method, path, resp.Status, content)
	}
	return string(content), resp.Header
}
