package options

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestAddresses(t *testing.T) {
	r := fromScript(t, `{"hosts":{"A.b":"1.2.3.4","*.c":"1.2.3.4:80","d:80":"[::1]:5","e_f":"::1","*":"1.1.1.1","1.2.3.4:8":"5.6.7.8","::1":"5.6.7.8"},
		"blacklistIPs":["10.1.2.3/8","::1/128","1.2.3.4"],"blockHostnames":["*.a.b","C.d",""]}`)
	v4, v6, other := netip.MustParseAddr("1.2.3.4"), netip.MustParseAddr("::1"), netip.MustParseAddr("5.6.7.8")
	want := []Host{{"a.b", 0, v4, 0}, {"*.c", 0, v4, 80}, {"d", 80, v6, 5}, {"e_f", 0, v6, 0}, {"*", 0, netip.MustParseAddr("1.1.1.1"), 0},
		{"1.2.3.4", 8, other, 0}, {"::1", 0, other, 0}}
	if !reflect.DeepEqual(r.Hosts, want) {
		t.Errorf("%+v, want %+v", r.Hosts, want)
	}
	prefixes := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::1/128"), netip.MustParsePrefix("1.2.3.4/32")}
	if !reflect.DeepEqual(r.BlacklistIPs, prefixes) || !reflect.DeepEqual(r.BlockHostnames, []string{"*.a.b", "C.d", ""}) {
		t.Errorf("%v, %v", r.BlacklistIPs, r.BlockHostnames)
	}
}

func TestDNS(t *testing.T) {
	for script, want := range map[string]DNS{
		`{}`: {5 * time.Minute, "random", "preferIPv4"},
		`{"dns":{"ttl":"inf","SELECT":"first","policy":"any","foo":1}}`: {-1, "first", "any"},
		`{"dns":{"ttl":"0","select":null}}`:                             {0, "random", "preferIPv4"},
		`{"dns":{"ttl":"1500"}}`:                                        {1500 * time.Millisecond, "random", "preferIPv4"},
		`{"dns":{"ttl":""}}`:                                            {5 * time.Minute, "random", "preferIPv4"},
		`{"dns":null}`:                                                  {5 * time.Minute, "random", "preferIPv4"},
	} {
		if got := fromScript(t, script).DNS; got != want {
			t.Errorf("%s: %+v, want %+v", script, got, want)
		}
	}
}

func TestTLS(t *testing.T) {
	for script, want := range map[string]TLSVersion{
		`{}`:                      {},
		`{"tlsVersion":"tls1.2"}`: {tls.VersionTLS12, tls.VersionTLS12},
		`{"tlsVersion":{"min":"tls1.1","MAX":"tls1.3"}}`: {tls.VersionTLS11, tls.VersionTLS13},
		`{"tlsVersion":{"min":"tls1.1","max":null}}`:     {tls.VersionTLS11, 0},
		`{"tlsVersion":""}`:                              {},
	} {
		if got := fromScript(t, script).TLSVersion; got != want {
			t.Errorf("%s: %+v, want %+v", script, got, want)
		}
	}
	r := fromScript(t, `{"tlsCipherSuites":["TLS_RSA_WITH_RC4_128_SHA","TLS_AES_128_GCM_SHA256"]}`)
	if want := []uint16{tls.TLS_RSA_WITH_RC4_128_SHA, tls.TLS_AES_128_GCM_SHA256}; !reflect.DeepEqual(r.TLSCipherSuites, want) {
		t.Errorf("%v, want %v", r.TLSCipherSuites, want)
	}
	if r := fromScript(t, `{"tlsCipherSuites":[]}`); r.TLSCipherSuites != nil {
		t.Errorf("%v, want Go's", r.TLSCipherSuites)
	}
}

// certificate makes one, with its key plain and encrypted with the password "pw".
func certificate(t *testing.T) (cert, key, encrypted string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalECPrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	const kind = "EC PRIVATE KEY"
	block, err := x509.EncryptPEMBlock(rand.Reader, kind, secret, []byte("pw"), x509.PEMCipherAES256) //nolint:staticcheck
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})),
		string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: secret})), string(pem.EncodeToMemory(block))
}

func TestClientCertificates(t *testing.T) {
	cert, key, encrypted := certificate(t)
	with := func(auth map[string]any) string {
		text, err := json.Marshal(map[string]any{"tlsAuth": []any{auth}})
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	r := fromScript(t, with(map[string]any{"domains": []string{"a"}, "cert": cert, "key": encrypted, "password": "pw"}))
	if want := (TLSAuth{[]string{"a"}, cert, encrypted, "pw"}); !reflect.DeepEqual(r.TLSAuth, []TLSAuth{want}) {
		t.Errorf("%+v, want %+v", r.TLSAuth, want)
	}
	if _, err := r.TLSAuth[0].Certificate(); err != nil {
		t.Error(err)
	}
	if r := fromScript(t, with(map[string]any{"cert": cert, "key": key, "password": nil})); len(r.TLSAuth) != 1 || r.TLSAuth[0].Domains != nil {
		t.Errorf("%+v", r.TLSAuth)
	}
	for want, auth := range map[string]map[string]any{
		// One wrong password in 256 seems to decrypt, and is found out only by the parser.
		"has no usable certificate and key":        {"cert": cert, "key": encrypted, "password": "wrong"},
		"failed to parse private key":              {"cert": cert, "key": encrypted},
		"the key is not PEM":                       {"cert": cert, "key": "x", "password": "pw"},
		"option tlsAuth[0].key must be a string (": {"cert": cert, "key": 5},
	} {
		got := whatIsWrong(with(auth))
		if !strings.Contains(got, want) || strings.Contains(got, "BEGIN") {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestDefaults(t *testing.T) {
	r := fromScript(t, `{"batch":0,"batchPerHost":-1,"rps":-1,"minIterationDuration":"-1s","maxRedirects":"3","userAgent":"","httpDebug":"true"}`)
	got := []any{r.Batch, r.BatchPerHost, r.RPS, r.MinIterationDuration, r.MaxRedirects, r.UserAgent, r.HTTPDebug, r.SummaryMode}
	if want := []any{1, 1, 0, time.Duration(0), 3, Opt[string]{"", "the script"}, "headers", "compact"}; !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	r = fromScript(t, `{}`)
	got = []any{r.Batch, r.BatchPerHost, r.MaxRedirects, r.SetupTimeout, r.TeardownTimeout, r.HandleSummaryTimeout, r.UserAgent.Given(), r.SystemTags, r.SummaryTrendStats}
	if want := []any{20, 6, 10, 60 * sec, 60 * sec, 120 * sec, false, DefaultSystemTags, DefaultTrendStats}; !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	o := Merge(set(t, "summary-mode", "full"), set(t, "no-summary", "true"))
	if r, _, err := o.Resolve(); err != nil || r.SummaryMode != "disabled" {
		t.Errorf("%+v, %v", r, err)
	}
}
