package options

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"strconv"
)

// TLSAuth is a client certificate, in PEM, and the hosts that get it; no
// domains mean all.
type TLSAuth struct {
	Domains   []string
	Cert, Key string
	Password  string // of the key
}

var tlsAuth = kind[[]TLSAuth]{decode: decodeTLSAuth, parse: parseJSON(decodeTLSAuth), show: showTLSAuth}

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
