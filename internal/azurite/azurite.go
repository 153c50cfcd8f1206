// Package azurite runs Azurite, Microsoft's emulator of Azure's blob storage, for tests: one process for all tests of a
// package, on a free port, with an account and a key of its own, and everything in memory. What it signs are tokens as
// Azure's portal and command line make them.
package azurite

import (
	"bufio"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// Account is the name of the storage account.
const Account = "katydidtest"

// Server is a running emulator. Its methods may be called from any goroutine.
type Server struct {
	URL   string // with the account: http://127.0.0.1:33855/katydidtest
	key   []byte
	stdin io.Closer // the emulator ends when this does, so also when the test is killed
}

// Start runs the emulator on first use. A test without it fails: make test brings what is missing.
func Start(t testing.TB) *Server {
	t.Helper()
	s, err := started()
	if err != nil {
		t.Fatalf("Azurite does not run: %v; make test installs what is missing", err)
	}
	return s
}

var started = sync.OnceValues(launch)

// ends makes node end with the test's process.
const ends = `process.stdin.on("end", () => process.exit()).resume(); require(process.argv[1])`

func launch() (*Server, error) {
	root, err := moduleRoot()
	if err != nil {
		return nil, err
	}
	main := filepath.Join(root, "exporter", "testdata", "azurite", "node_modules", "azurite", "dist", "src", "blob", "main.js")
	if _, err := os.Stat(main); err != nil {
		return nil, err
	}
	s := &Server{key: make([]byte, 32)}
	_, _ = rand.Read(s.key) // never fails
	node := exec.Command("node", "-e", ends, main, "--blobHost", "127.0.0.1", "--blobPort", "0",
		"--inMemoryPersistence", "--silent", "--disableTelemetry")
	node.Env = append(os.Environ(), "AZURITE_ACCOUNTS="+Account+":"+base64.StdEncoding.EncodeToString(s.key))
	if s.stdin, err = node.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := node.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := node.Start(); err != nil {
		return nil, err
	}
	s.URL, err = address(out)
	return s, err
}

// address reads where the emulator listens.
func address(out io.Reader) (string, error) {
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if _, at, ok := strings.Cut(lines.Text(), "successfully listens on "); ok {
			return strings.TrimSpace(at) + "/" + Account, nil
		}
	}
	return "", errors.Join(errors.New("it ended before it listened"), lines.Err())
}

// moduleRoot is the folder of go.mod, at or above the package under test.
func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	for ; err == nil; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			err = errors.New("there is no go.mod above the test's folder")
		}
	}
	return "", err
}

// version is of the service, and says what is signed in which order:
// https://learn.microsoft.com/rest/api/storageservices/create-service-sas#version-2020-12-06-and-later
const version = "2021-12-02"

// ContainerSAS is a token for one container, permissions such as "cw".
func (s *Server) ContainerSAS(container, permissions string, expiry time.Time) string {
	se := expiry.UTC().Format(time.RFC3339)
	sig := s.sign(permissions, "", se, "/blob/"+Account+"/"+container, "", "", "", version, "c", "", "", "", "", "", "", "")
	return url.Values{"sv": {version}, "sr": {"c"}, "sp": {permissions}, "se": {se}, "sig": {sig}}.Encode()
}

// AccountSAS is a token that permits everything everywhere.
func (s *Server) AccountSAS(expiry time.Time) string {
	se := expiry.UTC().Format(time.RFC3339)
	sig := s.sign(Account, "rwdlac", "b", "sco", "", se, "", "", version, "", "")
	return url.Values{"sv": {version}, "ss": {"b"}, "srt": {"sco"}, "sp": {"rwdlac"}, "se": {se}, "sig": {sig}}.Encode()
}

func (s *Server) sign(lines ...string) string {
	mac := hmac.New(sha256.New, s.key)
	fmt.Fprint(mac, strings.Join(lines, "\n"))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
