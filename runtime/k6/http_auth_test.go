package k6_test

import (
	"bytes"
	"crypto/md5"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf16"
)

// ntlm is a server that lets in whoever goes through the three steps on one connection.
type ntlm struct {
	sync.Mutex
	seen      []string // of each request: kind of message, body
	challenge string   // base64
	known     map[string]bool
}

func newNTLM() *ntlm {
	b := make([]byte, 60)
	copy(b, "NTLMSSP\x00\x02")
	binary.LittleEndian.PutUint32(b[16:], 56)         // where the (empty) name of the target is
	binary.LittleEndian.PutUint32(b[20:], 0x00880201) // Unicode, NTLM, extended security, target information
	copy(b[24:], "12345678")                          // the challenge
	copy(b[40:], []byte{4, 0, 4, 0, 56, 0, 0, 0})     // target information: the end of the list
	return &ntlm{challenge: base64.StdEncoding.EncodeToString(b), known: map[string]bool{}}
}

func (n *ntlm) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n.Lock()
	defer n.Unlock()
	body, _ := io.ReadAll(r.Body)
	scheme, text, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	message, _ := base64.StdEncoding.DecodeString(text)
	kind := 0
	if scheme == "NTLM" && bytes.HasPrefix(message, []byte("NTLMSSP\x00")) {
		kind = int(message[8])
	}
	n.seen = append(n.seen, fmt.Sprint(kind, " ", string(body)))
	name := make([]byte, 0, 8)
	for _, u := range utf16.Encode([]rune("user")) {
		name = binary.LittleEndian.AppendUint16(name, u)
	}
	switch {
	case kind == 1:
		n.known[r.RemoteAddr] = true
		w.Header().Set("WWW-Authenticate", "NTLM "+n.challenge)
	case kind == 3 && n.known[r.RemoteAddr] && bytes.Contains(message, name) && r.URL.Path == "/":
		_, _ = io.WriteString(w, "welcome")
		return
	case kind == 0:
		w.Header().Add("WWW-Authenticate", `Basic realm="x"`)
		w.Header().Add("WWW-Authenticate", "NTLM")
	}
	w.WriteHeader(http.StatusUnauthorized)
}

func TestNTLM(t *testing.T) {
	n := newNTLM()
	url := strings.Replace(serve(t, n), "//", "//user:secret@", 1)
	p := play{
		script: `const T = __ENV.TARGET;
export default function () {
  const r = http.post(T + '/', 'body', { auth: 'ntlm', tags: { name: 'N' } });
  console.log(r.status, r.body);
  console.log(http.get(T + '/elsewhere', { auth: 'ntlm' }).status);
  console.log(http.get(T + '/', { auth: 'digest' }).status);
}`,
		environ: []string{"TARGET=" + url}, series: []string{"http_reqs{name:N}", "http_reqs{status:401}"},
	}.do(t)
	p.calm(t)
	p.wants(t, "200 welcome", "401", "401")
	want := []string{"0 body", "1 body", "3 body", "0 ", "1 ", "3 ", "0 "}
	if !slices.Equal(n.seen, want) {
		t.Errorf("seen %q, want %q", n.seen, want)
	}
	p.counts(t, map[string]int64{"http_reqs": 7, "http_reqs{name:N}": 3, "http_reqs{status:401}": 6})
	if failed := p.state.Find("http_req_failed").Values.Passes; failed != 2 {
		t.Errorf("%d requests failed, want those that were not let in", failed)
	}
	n.challenge = "?"
	p = play{
		script:  "export default function () { const r = http.get(__ENV.TARGET, { auth: 'ntlm' }); console.log(r.status, r.error_code, r.error); }",
		environ: []string{"TARGET=" + url},
	}.do(t)
	p.wants(t, "0 1000 NTLM: illegal base64 data at input byte 0")
}

// The password of a URL is not sent to a server that is to be answered in another way.
func TestDigestKeepsThePassword(t *testing.T) {
	var sent []string
	url := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sent = append(sent, r.Header.Get("Authorization"))
		if len(sent) == 1 {
			w.Header().Set("WWW-Authenticate", `Digest realm="a \"b\"", nonce="n", algorithm=MD5`)
			w.WriteHeader(http.StatusUnauthorized)
		}
	}))
	play{
		script:  "export default function () { console.log(http.get(__ENV.TARGET + '/x?y', { auth: 'digest' }).status); }",
		environ: []string{"TARGET=" + strings.Replace(url, "//", "//Mufasa:secret@", 1)},
	}.do(t).wants(t, "200")
	// The response is MD5(MD5(Mufasa:a "b":secret):n:MD5(GET:/x?y)), RFC 2069.
	const want = `Digest username="Mufasa", realm="a \"b\"", nonce="n", uri="/x?y", response="HASH", algorithm=MD5`
	if len(sent) != 2 || sent[0] != "" || sent[1] != strings.Replace(want, "HASH", digestMD5(t), 1) {
		t.Errorf("sent %q", sent)
	}
}

// digestMD5 is that response.
func digestMD5(t *testing.T) string {
	t.Helper()
	sum := func(s string) string { return fmt.Sprintf("%x", md5.Sum([]byte(s))) }
	return sum(sum(`Mufasa:a "b":secret`) + ":n:" + sum("GET:/x?y"))
}
