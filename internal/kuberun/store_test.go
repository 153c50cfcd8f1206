//go:build linux

package main

import (
	"bufio"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A store is a container of Azurite, where the shards of all tests meet. (The package azurite of katydid cannot be had here:
// this module would have katydid's requirements, and Kubernetes be built with them.)
type store struct {
	url, sas string
}

const account = "katydidtest"

func startStore(t *testing.T) *store {
	t.Helper()
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails
	main, err := filepath.Abs("../../exporter/testdata/azurite/node_modules/azurite/dist/src/blob/main.js")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(main); err != nil {
		t.Fatalf("%v; make setup installs it", err)
	}
	node := exec.Command("node", "-e", `process.stdin.on("end", () => process.exit()).resume(); require(process.argv[1])`, main,
		"--blobHost", "127.0.0.1", "--blobPort", "0", "--inMemoryPersistence", "--silent", "--disableTelemetry")
	node.Env = append(os.Environ(), "AZURITE_ACCOUNTS="+account+":"+base64.StdEncoding.EncodeToString(key))
	stdin, err := node.StdinPipe() // it ends when this does
	if err != nil {
		t.Fatal(err)
	}
	out, err := node.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := node.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = stdin.Close(); _ = node.Wait() })
	s := &store{sas: accountSAS(key)}
	lines := bufio.NewScanner(out)
	for s.url == "" && lines.Scan() {
		if _, at, ok := strings.Cut(lines.Text(), "successfully listens on "); ok {
			s.url = strings.TrimSpace(at) + "/" + account + "/runs"
		}
	}
	if s.url == "" {
		t.Fatal("Azurite does not listen")
	}
	s.ask(t, http.MethodPut, s.url+"?restype=container&"+s.sas)
	return s
}

// accountSAS signs a token that permits everything for a day, as in
// https://learn.microsoft.com/rest/api/storageservices/create-account-sas
func accountSAS(key []byte) string {
	const version = "2021-12-02"
	se := time.Now().Add(24 * time.Hour).UTC().Format(time.RFC3339)
	mac := hmac.New(sha256.New, key)
	fmt.Fprint(mac, strings.Join([]string{account, "rwdlac", "b", "sco", "", se, "", "", version, "", ""}, "\n"))
	sig := base64.StdEncoding.EncodeToString(mac.Sum(nil))
	return url.Values{"sv": {version}, "ss": {"b"}, "srt": {"sco"}, "sp": {"rwdlac"}, "se": {se}, "sig": {sig}}.Encode()
}

// blobs are the names below a prefix.
func (s *store) blobs(t *testing.T, prefix string) (names []string) {
	t.Helper()
	var list struct {
		Names []string `xml:"Blobs>Blob>Name"`
	}
	text := s.ask(t, http.MethodGet, s.url+"?restype=container&comp=list&prefix="+url.QueryEscape(prefix)+"&"+s.sas)
	if err := xml.Unmarshal(text, &list); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return list.Names
}

func (s *store) blob(t *testing.T, name string) []byte {
	t.Helper()
	return s.ask(t, http.MethodGet, s.url+"/"+name+"?"+s.sas)
}

func (s *store) ask(t *testing.T, method, address string) []byte {
	t.Helper()
	req, err := http.NewRequest(method, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode/100 != 2 {
		t.Fatalf("%s: %s (%v)\n%s", method, resp.Status, err, body)
	}
	return body
}
