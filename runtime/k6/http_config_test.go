package k6_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"katydid/runtime/k6"
)

// pair is a certificate of its own, and its key, as PEM.
func pair(t *testing.T, name string) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	inner, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	text := func(kind string, b []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: b}))
	}
	return text("CERTIFICATE", der), text("PRIVATE KEY", inner)
}

// introduced is a server that says which certificate it was shown, for which name, and by which protocol it was asked.
func introduced(t *testing.T) (port string) {
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who := "nobody"
		if len(r.TLS.PeerCertificates) > 0 {
			who = r.TLS.PeerCertificates[0].Subject.CommonName
		}
		_, _ = fmt.Fprint(w, who, " ", r.Host, " ", r.Proto, " ", tls.VersionName(r.TLS.Version))
	}))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.EnableHTTP2 = true
	s.TLS = &tls.Config{ClientAuth: tls.RequestClientCert}
	s.StartTLS()
	t.Cleanup(s.Close)
	_, port, _ = net.SplitHostPort(s.Listener.Addr().String())
	return port
}

// The options about connections do what they say.
func TestHTTPOptions(t *testing.T) {
	plain := serve(t, target())
	_, plainPort, _ := strings.Cut(plain[len("http://"):], ":")
	port := introduced(t)
	cert, key := pair(t, "somebody")
	auth := func(domains ...string) string {
		text, _ := json.Marshal(map[string]any{"cert": cert, "key": key, "domains": domains})
		return "insecureSkipTLSVerify: true, tlsAuth: [" + string(text) + "]"
	}
	hosts := fmt.Sprintf("hosts: { 'a.test': '127.0.0.1:%s', 'b.test:443': '127.0.0.1:%s', '*.c.test': '127.0.0.1:%s', 'd.test': '127.0.0.1' }", port, port, plainPort)
	local := "https://127.0.0.1:" + port
	tests := []struct{ options, expr, want string }{
		{hosts + ", insecureSkipTLSVerify: true", "http.get('https://a.test/').body", "nobody a.test HTTP/2.0 TLS 1.3"},
		{hosts + ", insecureSkipTLSVerify: true", "http.get('https://b.test/').body", "nobody b.test HTTP/2.0 TLS 1.3"},
		{hosts, "http.get('http://x.c.test/host').body", "x.c.test"},
		{hosts, "http.get('http://d.test:" + plainPort + "/host').status", "200"},
		{"insecureSkipTLSVerify: true", "http.get('" + local + "').proto", "HTTP/2.0"},
		{"insecureSkipTLSVerify: true, httpVersion: '1.1'", "http.get('" + local + "').proto", "HTTP/1.1"},
		{"insecureSkipTLSVerify: true, tlsVersion: 'tls1.2'", "((r) => [r.tls_version, r.tls_cipher_suite.slice(0, 9)].join())(http.get('" + local + "'))", "tls1.2,TLS_ECDHE"},
		{"insecureSkipTLSVerify: true, tlsVersion: { min: http.TLS_1_2, max: http.TLS_1_2 }, tlsCipherSuites: ['TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384']",
			"http.get('" + local + "').tls_cipher_suite", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"},
		{"", "http.get('" + local + "').error_code", "1310"},
		{auth(), "http.get('" + local + "').body.split(' ')[0]", "somebody"},
		{auth("127.0.0.1"), "http.get('" + local + "').body.split(' ')[0]", "somebody"},
		{auth("other.test"), "http.get('" + local + "').body.split(' ')[0]", "nobody"},
		{hosts + ", " + auth("*.test"), "http.get('https://a.test/').body.split(' ')[0]", "somebody"},
		{hosts + ", " + auth("b.test"), "[http.get('https://a.test/').body, http.get('https://b.test/').body].map((b) => b.split(' ')[0]).join()", "nobody,somebody"},
		{"userAgent: 'me/1'", "http.get(H + '/get').json('headers.User-Agent.0')", "me/1"},
		{"userAgent: ''", "http.get(H + '/get').json('headers.User-Agent') === undefined", "true"},
		{"", "http.get(H + '/get').json('headers.User-Agent.0')", "katydid"},
		{"blockHostnames: ['*.test']", "((r) => [r.error_code, r.error].join())(http.get('http://a.test/'))", "1111,hostname is blocked"},
		{"blacklistIPs: ['127.0.0.0/8']", "((r) => [r.error_code, r.error].join())(http.get(H))", "1110,ip is blacklisted"},
		{"maxRedirects: 1", "http.get(H + '/hop1').status", "307"},
		{"maxRedirects: 0", "http.get(H + '/hop1').status", "302"},
		{"rps: 1000", "http.get(H + '/host').status", "200"},
	}
	for _, test := range tests {
		p := play{
			script:  "export const options = { " + test.options + " };\nconst H = __ENV.TARGET;\nexport default function () { console.log(" + test.expr + "); }",
			environ: []string{"TARGET=" + plain},
		}.do(t)
		p.calm(t)
		if got := p.said("INFO"); len(got) != 1 || got[0] != test.want {
			t.Errorf("%s\n%s\n got %q\nwant %q", test.options, test.expr, got, test.want)
		}
	}
}

// The connection of HTTP/2 is one for all requests of a user.
func TestHTTP2(t *testing.T) {
	port := introduced(t)
	p := play{
		script: `export const options = { insecureSkipTLSVerify: true };
const T = "https://127.0.0.1:` + port + `";
export default async function () {
  const first = http.get(T);
  console.log(first.proto, first.timings.tls_handshaking > 0, first.timings.blocked >= first.timings.tls_handshaking);
  console.log(http.batch([T, T, T]).map((r) => [r.proto, r.timings.tls_handshaking, r.timings.connecting]).join(' '));
  console.log((await http.asyncRequest('GET', T)).timings.tls_handshaking, http.get(T).timings.tls_handshaking);
}`,
		series: []string{"http_reqs{proto:HTTP/2.0}"},
	}.do(t)
	p.calm(t)
	p.wants(t, "HTTP/2.0 true true", "HTTP/2.0,0,0 HTTP/2.0,0,0 HTTP/2.0,0,0", "0 0")
	p.counts(t, map[string]int64{"http_reqs{proto:HTTP/2.0}": 6})
}

// The keys of TLS connections go to the file that SSLKEYLOGFILE names, for those who look at what is sent.
func TestKeyLog(t *testing.T) {
	file := filepath.Join(t.TempDir(), "keys")
	t.Setenv("SSLKEYLOGFILE", file)
	p := play{script: `export const options = { insecureSkipTLSVerify: true };
export default function () { console.log(http.get("https://127.0.0.1:` + introduced(t) + `").status); }`}.do(t)
	p.wants(t, "200")
	if text, err := os.ReadFile(file); err != nil || !strings.Contains(string(text), "CLIENT_TRAFFIC_SECRET_0 ") {
		t.Errorf("%s, %v", text, err)
	}
	t.Setenv("SSLKEYLOGFILE", t.TempDir())
	if _, err := k6.HTTPConfig(p.run.Options); err == nil || !strings.Contains(err.Error(), "SSLKEYLOGFILE") {
		t.Error(err)
	}
}
