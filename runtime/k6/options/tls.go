package options

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"strconv"
)

// TLSVersion are the lowest and the highest version; 0 is Go's default.
type TLSVersion struct{ Min, Max uint16 }

// TLSAuth is a client certificate, in PEM, and the hosts that get it; no
// domains mean all.
type TLSAuth struct {
	Domains   []string
	Cert, Key string
	Password  string // of the key
}

var (
	tlsVersion = kind[TLSVersion]{decode: decodeTLSVersion, show: showTLSVersion}
	ciphers    = kind[[]uint16]{decode: decodeCiphers, parse: parseCiphers, show: showCiphers,
		given: func(list []uint16) bool { return len(list) > 0 }}
	tlsAuth = kind[[]TLSAuth]{decode: decodeTLSAuth, parse: parseJSON(decodeTLSAuth), show: showTLSAuth}
)

var tlsVersions = map[string]uint16{
	"": 0, "tls1.0": tls.VersionTLS10, "tls1.1": tls.VersionTLS11, "tls1.2": tls.VersionTLS12, "tls1.3": tls.VersionTLS13,
}

func decodeVersion(raw []byte) (uint16, error) {
	s, err := decodeText(raw)
	if err != nil {
		return 0, err
	}
	v, ok := tlsVersions[s]
	if !ok {
		return 0, bad("must be one of tls1.0, tls1.1, tls1.2, tls1.3, not %s", brief(s))
	}
	return v, nil
}

// decodeTLSVersion reads one version, or an object with min and max.
func decodeTLSVersion(raw []byte) (v TLSVersion, err error) {
	list, err := members(raw)
	if err != nil {
		v.Min, err = decodeVersion(raw)
		v.Max = v.Min
		return v, err
	}
	for _, m := range list {
		var one uint16
		if !isNull(m.raw) {
			if one, err = decodeVersion(m.raw); err != nil {
				return v, within("."+m.key, err)
			}
		}
		switch fold(m.key) {
		case "min":
			v.Min = one
		case "max":
			v.Max = one
		default:
			return v, bad("has min and max, not %s", brief(m.key))
		}
	}
	if v.Max != 0 && v.Min > v.Max {
		return v, bad("has a min above its max")
	}
	return v, nil
}

func showTLSVersion(v TLSVersion) any {
	var shown struct {
		Min string `json:"min"`
		Max string `json:"max"`
	}
	for name, version := range tlsVersions {
		if version == v.Min {
			shown.Min = name
		}
		if version == v.Max {
			shown.Max = name
		}
	}
	return shown
}

func decodeCiphers(raw []byte) ([]uint16, error) {
	list, err := decodeWords(raw)
	if err != nil {
		return nil, err
	}
	return asCiphers(list)
}

func parseCiphers(s string) ([]uint16, error) {
	list, err := parseWords(s)
	if err != nil {
		return nil, err
	}
	return asCiphers(list)
}

func asCiphers(names []string) ([]uint16, error) {
	known := map[string]uint16{}
	for _, suite := range append(tls.CipherSuites(), tls.InsecureCipherSuites()...) {
		known[suite.Name] = suite.ID
	}
	var found []uint16
	for i, name := range names {
		id, ok := known[name]
		if !ok {
			return nil, within("["+strconv.Itoa(i)+"]", bad("must be a cipher suite that Go knows, like TLS_AES_128_GCM_SHA256, not %s", brief(name)))
		}
		found = append(found, id)
	}
	return found, nil
}

func showCiphers(list []uint16) any {
	var names []string
	for _, id := range list {
		names = append(names, tls.CipherSuiteName(id))
	}
	return names
}

// decodeTLSAuth also tries the certificates: a wrong one is found before the run.
func decodeTLSAuth(raw []byte) ([]TLSAuth, error) {
	list, err := elements(raw)
	if err != nil {
		return nil, err
	}
	found := []TLSAuth{}
	for i, item := range list {
		a, err := decodeOneAuth(item)
		if err != nil {
			return nil, within("["+strconv.Itoa(i)+"]", err)
		}
		if _, err := a.Certificate(); err != nil {
			return nil, within("["+strconv.Itoa(i)+"]", bad("has no usable certificate and key: %v", err))
		}
		found = append(found, a)
	}
	return found, nil
}

func decodeOneAuth(raw []byte) (a TLSAuth, err error) {
	list, err := members(raw)
	if err != nil {
		return a, err
	}
	for _, m := range list {
		if isNull(m.raw) {
			continue
		}
		switch fold(m.key) {
		case "domains":
			a.Domains, err = decodeWords(m.raw)
		case "cert":
			a.Cert, err = decodeSecret(m.raw)
		case "key":
			a.Key, err = decodeSecret(m.raw)
		case "password":
			a.Password, err = decodeSecret(m.raw)
		default:
			return a, bad("has domains, cert, key and password, not %s", brief(m.key))
		}
		if err != nil {
			return a, within("."+m.key, err)
		}
	}
	return a, nil
}

// decodeSecret is decodeText with a message that does not show the value.
func decodeSecret(raw []byte) (string, error) {
	s, err := decodeText(raw)
	if err != nil {
		return "", bad("must be a string")
	}
	return s, nil
}

// Certificate is the certificate with its key, decrypted.
func (a TLSAuth) Certificate() (tls.Certificate, error) {
	key := []byte(a.Key)
	if a.Password != "" {
		block, _ := pem.Decode(key)
		if block == nil {
			return tls.Certificate{}, errors.New("the key is not PEM")
		}
		// Weak as it is, this is the encryption that k6 reads.
		plain, err := x509.DecryptPEMBlock(block, []byte(a.Password)) //nolint:staticcheck
		if err != nil {
			return tls.Certificate{}, fmt.Errorf("the key cannot be decrypted: %w", err)
		}
		key = pem.EncodeToMemory(&pem.Block{Type: block.Type, Bytes: plain})
	}
	return tls.X509KeyPair([]byte(a.Cert), key)
}

func showTLSAuth(list []TLSAuth) any {
	type shown struct {
		Cert     string   `json:"cert"`
		Key      string   `json:"key"`
		Password *string  `json:"password"`
		Domains  []string `json:"domains"`
	}
	all := []shown{}
	for _, a := range list {
		s := shown{Cert: a.Cert, Key: a.Key, Domains: a.Domains}
		if a.Password != "" {
			s.Password = &a.Password
		}
		all = append(all, s)
	}
	return all
}
