package bridge

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// authority signs certificates for tests.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	dir  string
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{dir: t.TempDir()}
	pair := a.sign(t, &x509.Certificate{IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign})
	a.cert, a.key = pair.Leaf, pair.PrivateKey.(*ecdsa.PrivateKey)
	return a
}

func (a *authority) sign(t *testing.T, c *x509.Certificate) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c.SerialNumber, c.Subject = big.NewInt(time.Now().UnixNano()), pkix.Name{CommonName: "test"}
	if c.NotAfter.IsZero() {
		c.NotBefore, c.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	}
	parent, signer := c, key
	if a.cert != nil {
		parent, signer = a.cert, a.key
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, &key.PublicKey, signer)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}

// write stores a pair as two PEM files.
func (a *authority) write(t *testing.T, pair tls.Certificate) (cert, key string) {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(pair.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	cert, key = filepath.Join(a.dir, "cert.pem"), filepath.Join(a.dir, "key.pem")
	for path, block := range map[string]*pem.Block{
		cert: {Type: "CERTIFICATE", Bytes: pair.Certificate[0]},
		key:  {Type: "PRIVATE KEY", Bytes: der},
	} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cert, key
}

func secure(t *testing.T, conf *tls.Config) string {
	t.Helper()
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.Proto+" "+r.TLS.ServerName)
	}))
	s.TLS = conf
	s.Config.ErrorLog = quiet
	s.StartTLS()
	t.Cleanup(s.Close)
	return s.URL
}

func TestTLS(t *testing.T) {
	a := newAuthority(t)
	local := []net.IP{net.IPv4(127, 0, 0, 1)}
	good := a.sign(t, &x509.Certificate{IPAddresses: local, DNSNames: []string{"localhost"}})
	wrong := a.sign(t, &x509.Certificate{DNSNames: []string{"a.test", "b.test"}})
	expired := a.sign(t, &x509.Certificate{IPAddresses: local, NotBefore: time.Now().Add(-2 * time.Hour), NotAfter: time.Now().Add(-time.Hour)})
	early := a.sign(t, &x509.Certificate{IPAddresses: local, NotBefore: time.Now().Add(time.Hour), NotAfter: time.Now().Add(2 * time.Hour)})
	ca, _ := a.write(t, tls.Certificate{Certificate: [][]byte{a.cert.Raw}, PrivateKey: a.key})
	trusting, err := TLSFiles{CA: ca}.Config()
	if err != nil {
		t.Fatal(err)
	}
	insecure, _ := TLSFiles{Insecure: true}.Config()
	for _, tc := range []struct {
		name string
		cert tls.Certificate
		conf *tls.Config
		want string // "" is success
	}{
		{"good", good, trusting, ""},
		{"unknown authority", good, nil, "TLSError('certificate signed by unknown authority')"},
		{"insecure", good, insecure, ""},
		{"wrong host", wrong, trusting, "TLSError('certificate is valid for a.test, b.test, not 127.0.0.1')"},
		{"wrong host, insecure", wrong, insecure, ""},
		{"expired", expired, trusting, "TLSError('certificate has expired')"},
		{"not yet", early, trusting, "TLSError('certificate is not yet valid')"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			url := secure(t, &tls.Config{Certificates: []tls.Certificate{tc.cert}})
			c := user(t, &Config{TLS: tc.conf})
			if tc.want != "" {
				got, w := fails(t, c, get(t, url))
				equal(t, "error", got, tc.want)
				equal(t, "TLS phase", w.Phases.TLS > 0, true)
				return
			}
			w := do(t, c, get(t, url))
			equal(t, "body", string(w.Body), "HTTP/1.1 ")
			equal(t, "phases", w.Phases.TLS > 0 && w.Phases.Connect > 0, true)
			equal(t, "handshake was counted", w.BytesIn > 500, true)
			w = do(t, c, request(t, "POST", url)) // looks at the idle connection
			equal(t, "reused", w.Reused, true)
			equal(t, "no handshake", w.Phases.TLS+w.Phases.Connect, 0)
			w = do(t, c, get(t, strings.Replace(url, "127.0.0.1", "localhost", 1)))
			equal(t, "server name", string(w.Body), "HTTP/1.1 localhost")
		})
	}
}

func TestClientCertificate(t *testing.T) {
	a := newAuthority(t)
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	url := secure(t, &tls.Config{
		Certificates: []tls.Certificate{a.sign(t, &x509.Certificate{IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}})},
		ClientAuth:   tls.RequireAndVerifyClientCert, ClientCAs: pool,
	})
	cert, key := a.write(t, a.sign(t, &x509.Certificate{ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}))
	with, err := TLSFiles{Insecure: true, Cert: cert, Key: key}.Config()
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "with", do(t, user(t, &Config{TLS: with}), get(t, url)).Status, 200)
	without, _ := TLSFiles{Insecure: true}.Config()
	got, _ := fails(t, user(t, &Config{TLS: without}), get(t, url))
	equal(t, "without", got, "TLSError('server refused: certificate required')")
}

func TestTLSToServerWithout(t *testing.T) {
	url := target(t, func(http.ResponseWriter, *http.Request) {})
	got, _ := fails(t, user(t, &Config{}), get(t, "https"+strings.TrimPrefix(url, "http")))
	equal(t, "HTTP server", got, "TLSError('server does not speak TLS')")
	got, _ = fails(t, user(t, &Config{}), get(t, "https://"+serve(t, func(c net.Conn) { _, _ = io.CopyN(io.Discard, c, 100) })))
	contains(t, got, "in the TLS handshake')")
}

func TestTLSFilesErrors(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "empty.pem")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		files TLSFiles
		want  string
	}{
		{TLSFiles{CA: "/no/such"}, "/no/such"},
		{TLSFiles{CA: empty}, "holds no PEM certificate"},
		{TLSFiles{Cert: "only.pem"}, "needs both files"},
		{TLSFiles{Cert: empty, Key: empty}, empty},
	} {
		if _, err := tc.files.Config(); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%+v: %v", tc.files, err)
		}
	}
}

// Servers of different names are shown different certificates.
func TestClientCerts(t *testing.T) {
	a := newAuthority(t)
	mine := a.sign(t, &x509.Certificate{ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
	url := secure(t, &tls.Config{ClientAuth: tls.RequireAnyClientCert})
	addr := strings.TrimPrefix(url, "https://")
	_, port, _ := net.SplitHostPort(addr)
	asked := map[string]int{}
	cfg := &Config{TLS: &tls.Config{InsecureSkipVerify: true},
		Dial: (&Dialer{Hosts: map[string]string{"*": addr}}).DialContext,
		ClientCerts: func(name string) []tls.Certificate {
			asked[name]++
			if name == "a.test" {
				return []tls.Certificate{mine}
			}
			return nil
		}}
	for range 2 {
		c := user(t, cfg)
		equal(t, "with", do(t, c, get(t, "https://a.test:"+port+"/")).Status, 200)
		got, _ := fails(t, c, get(t, "https://b.test:"+port+"/"))
		equal(t, "without", got, "TLSError('server refused: certificate required')")
	}
	equal(t, "names asked for", fmt.Sprint(asked), "map[a.test:1 b.test:1]")
}
