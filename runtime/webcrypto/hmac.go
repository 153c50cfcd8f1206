package webcrypto

import (
	"crypto"
	"crypto/hmac"
	"strings"

	"katydid/runtime/js"
)

// maxHMAC is the longest HMAC key that can be made, in bits.
const maxHMAC = 1 << 24

var hmacScheme = &scheme{
	secret: signs | verifies,
	settings: func(p *params, a *algorithm, _ bool) {
		a.hash = p.hash()
		if v := p.get("length"); !js.Missing(v) {
			if a.bits = p.whole("length", v, maxHMAC); a.bits == 0 {
				p.throw(failed("the length of an HMAC key must not be 0"))
			}
		}
	},
	length: func(a *algorithm) error {
		if a.bits == 0 {
			a.bits = a.hash.New().BlockSize() * 8
		}
		return nil
	},
	load: loadHMAC,
	save: func(k *key, format string) (any, error) { return saveSecret(k, format, hmacName(k.algorithm.hash)) },
	sign: func(_ *params, k *key, data []byte) ([]byte, error) { return hmacOf(k, data), nil },
	verify: func(_ *params, k *key, signature, data []byte) (bool, error) {
		return hmac.Equal(hmacOf(k, data), signature), nil
	},
}

func hmacOf(k *key, data []byte) []byte {
	h := hmac.New(k.algorithm.hash.New, k.material.([]byte))
	h.Write(data)
	return h.Sum(nil)
}

// hmacName is the alg of a JSON Web Key, such as HS256.
func hmacName(h crypto.Hash) string { return "HS" + strings.TrimPrefix(hashName(h), "SHA-") }

func loadHMAC(a *algorithm, in *material) (string, any, error) {
	b, err := loadSecret(a, in)
	if err != nil {
		return "", nil, err
	}
	if in.format == "jwk" {
		if err := in.jwk.check(in, "oct", "sig", hmacName(a.hash)); err != nil {
			return "", nil, err
		}
	}
	if len(b) == 0 {
		return "", nil, badData("the key is empty")
	}
	bits := len(b) * 8
	if a.bits == 0 {
		a.bits = bits
	}
	if a.bits > bits || a.bits <= bits-8 {
		return "", nil, badData("the length of %d bits does not fit a key of %d bytes", a.bits, len(b))
	}
	return secret, firstBits(b, a.bits), nil
}
