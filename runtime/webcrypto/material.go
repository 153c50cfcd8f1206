package webcrypto

import (
	"crypto/x509"
)

// material is a key as it is imported.
type material struct {
	format      string // raw, pkcs8, spki or jwk
	bytes       []byte // of all formats but jwk
	jwk         *jwk
	extractable bool
	usages      usage
}

// unsupported is the answer to a format that an algorithm's keys do not have.
func unsupported(name, format string) error {
	return notSupported("%s keys have no format %s", name, format)
}

// parseDER reads pkcs8 or spki as a private key of type S or a public key of type P.
func parseDER[P, S any](name string, m *material) (kind string, loaded any, err error) {
	if m.format == "pkcs8" {
		loaded, err = x509.ParsePKCS8PrivateKey(m.bytes)
		if _, ok := loaded.(S); err == nil && ok {
			return private, loaded, nil
		}
	} else {
		loaded, err = x509.ParsePKIXPublicKey(m.bytes)
		if _, ok := loaded.(P); err == nil && ok {
			return public, loaded, nil
		}
	}
	if err != nil {
		return "", nil, badData("not a key in %s: %v", m.format, err)
	}
	return "", nil, badData("the %s holds another kind of key than %s", m.format, name)
}

// saveDER writes the formats pkcs8 and spki, which are of one type of key each.
func saveDER(k *key, format string) (any, error) {
	var b []byte
	var err error
	switch {
	case format == "pkcs8" && k.kind == private:
		b, err = x509.MarshalPKCS8PrivateKey(k.material)
	case format == "spki" && k.kind == public:
		b, err = x509.MarshalPKIXPublicKey(k.material)
	default:
		return nil, invalidAccess("a %s key cannot be exported as %s", k.kind, format)
	}
	if err != nil {
		return nil, failed("%v", err)
	}
	return b, nil
}
