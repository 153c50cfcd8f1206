package bridge

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
)

// TLSFiles describes how to do TLS; the zero value verifies the server against the system's roots.
type TLSFiles struct {
	Insecure  bool   // do not verify the server
	CA        string // PEM file of roots to trust in place of the system's
	Cert, Key string // PEM files of the client certificate (with chain) and its key; both or neither
}

// Config reads the files. Its errors name the file.
func (f TLSFiles) Config() (*tls.Config, error) {
	c := &tls.Config{InsecureSkipVerify: f.Insecure}
	if f.CA != "" {
		pem, err := os.ReadFile(f.CA)
		if err != nil {
			return nil, fmt.Errorf("CA file: %w", err)
		}
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("CA file %s holds no PEM certificate", f.CA)
		}
	}
	if (f.Cert == "") != (f.Key == "") {
		return nil, fmt.Errorf("a client certificate needs both files: cert is %q, key is %q", f.Cert, f.Key)
	}
	if f.Cert != "" {
		pair, err := tls.LoadX509KeyPair(f.Cert, f.Key)
		if err != nil {
			return nil, fmt.Errorf("client certificate %s with key %s: %w", f.Cert, f.Key, err)
		}
		c.Certificates = []tls.Certificate{pair}
	}
	return c, nil
}

// tlsFor is the configuration for connections to a host, or to a proxy: that speaks HTTP/1.1, and needs no certificate
// that is meant for a host.
func (c *Config) tlsFor(name string, proxy bool) *tls.Config {
	key := name
	if proxy {
		key = "proxy " + name
	}
	if t, ok := c.tls.Load(key); ok {
		return t.(*tls.Config)
	}
	t := &tls.Config{}
	if c.TLS != nil {
		t = c.TLS.Clone()
	}
	if t.ServerName == "" {
		t.ServerName = name
	}
	t.NextProtos = []string{"http/1.1"}
	switch {
	case proxy:
	case c.HTTPVersion == "auto":
		t.NextProtos = []string{"h2", "http/1.1"}
	case c.HTTPVersion == "2":
		t.NextProtos = []string{"h2"}
	}
	if c.ClientCerts != nil && !proxy {
		t.Certificates = append(t.Certificates[:len(t.Certificates):len(t.Certificates)], c.ClientCerts(name)...)
	}
	got, _ := c.tls.LoadOrStore(key, t)
	return got.(*tls.Config)
}
