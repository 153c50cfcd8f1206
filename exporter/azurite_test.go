package exporter

import (
	"bufio"
	"cmp"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(childVariable); dir != "" {
		os.Exit(exportAsChild(dir))
	}
	code := m.Run()
	emulator.stop()
	if code == 0 {
		http.DefaultClient.CloseIdleConnections()
		if err := goleak.Find(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

// azurite is Microsoft's emulator of blob storage, with an account of its own and a key that is new each time.
type azurite struct {
	once    sync.Once
	stdin   io.Closer // the emulator ends when this does: also when the test is killed
	process *exec.Cmd
	url     string // with the account
	key     []byte
	err     error
}

const account = "katydidtest"

var emulator azurite

// start runs the emulator on first use and gives the URL of its account.
func (a *azurite) start(t testing.TB) string {
	t.Helper()
	a.once.Do(a.launch)
	if a.err != nil {
		t.Fatalf("Azurite does not run: %v\nTo install it: npm ci --ignore-scripts --prefix exporter/testdata/azurite", a.err)
	}
	return a.url
}

func (a *azurite) launch() {
	main, _ := filepath.Abs("testdata/azurite/node_modules/azurite/dist/src/blob/main.js")
	if _, a.err = os.Stat(main); a.err != nil {
		return
	}
	a.key = make([]byte, 32)
	_, _ = rand.Read(a.key)
	const code = `process.stdin.on("end", () => process.exit()).resume(); require(process.argv[1])`
	a.process = exec.Command("node", "-e", code, main, "--blobHost", "127.0.0.1", "--blobPort", "0",
		"--inMemoryPersistence", "--silent", "--disableTelemetry")
	a.process.Env = append(os.Environ(), "AZURITE_ACCOUNTS="+account+":"+base64.StdEncoding.EncodeToString(a.key))
	a.stdin, a.err = a.process.StdinPipe()
	out, err := a.process.StdoutPipe()
	if a.err != nil || err != nil {
		return
	}
	if a.err = a.process.Start(); a.err != nil {
		return
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if _, at, ok := strings.Cut(lines.Text(), "successfully listens on "); ok {
			a.url = strings.TrimSpace(at) + "/" + account
			return
		}
	}
	a.err = fmt.Errorf("it ended before it listened (%w)", cmp.Or(lines.Err(), io.EOF))
}

func (a *azurite) stop() {
	if a.process != nil && a.process.Process != nil {
		_ = a.stdin.Close()
		_ = a.process.Wait()
	}
}

func (a *azurite) sign(lines ...string) string {
	mac := hmac.New(sha256.New, a.key)
	mac.Write([]byte(strings.Join(lines, "\n")))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

const sasVersion = "2021-12-02"

// containerSAS signs a token for one container, as "Generate SAS" in the portal does.
func (a *azurite) containerSAS(container, permissions string, expiry time.Time) string {
	se := expiry.UTC().Format(time.RFC3339)
	sig := a.sign(permissions, "", se, "/blob/"+account+"/"+container, "", "", "", sasVersion, "c", "", "", "", "", "", "", "")
	return url.Values{"sv": {sasVersion}, "sr": {"c"}, "sp": {permissions}, "se": {se}, "sig": {sig}}.Encode()
}

// accountSAS signs the article's kind of token: everything, everywhere.
func (a *azurite) accountSAS(expiry time.Time) string {
	se := expiry.UTC().Format(time.RFC3339)
	sig := a.sign(account, "rwdlac", "b", "sco", "", se, "", "", sasVersion, "", "")
	return url.Values{"sv": {sasVersion}, "ss": {"b"}, "srt": {"sco"}, "sp": {"rwdlac"}, "se": {se}, "sig": {sig}}.Encode()
}

// container makes a new one.
func (a *azurite) container(t testing.TB) string {
	t.Helper()
	a.start(t)
	name := "c" + strings.ToLower(rand.Text()[:10])
	a.request(t, http.MethodPut, "/"+name+"?restype=container", http.StatusCreated)
	return name
}

func (a *azurite) request(t testing.TB, method, path string, want int) (string, http.Header) {
	t.Helper()
	separator := "?"
	if strings.Contains(path, "?") {
		separator = "&"
	}
	req, err := http.NewRequest(method, a.url+path+separator+a.accountSAS(time.Now().Add(time.Hour)), nil)
	must(t, err)
	resp, err := http.DefaultClient.Do(req)
	must(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	must(t, err)
	if resp.StatusCode != want {
		t.Fatalf("%s %s: %s\n%s", method, path, resp.Status, body)
	}
	return string(body), resp.Header
}

// get reads a blob.
func (a *azurite) get(t testing.TB, container, name string) (string, http.Header) {
	t.Helper()
	return a.request(t, http.MethodGet, (&url.URL{Path: "/" + container + "/" + name}).EscapedPath(), http.StatusOK)
}

// least is the least token that an export needs.
func (a *azurite) least(container string) string {
	return a.containerSAS(container, "cw", time.Now().Add(time.Hour))
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
