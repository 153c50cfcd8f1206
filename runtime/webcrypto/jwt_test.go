package webcrypto_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"math/big"
	"strings"
	"testing"
)

// jwt signs a token in a script and gives what is signed, the signature, and the public key in DER (for HMAC the secret).
const jwt = `
async function jwt(alg, algorithm, usages) {
	const made = await subtle.generateKey(algorithm, true, usages)
	const key = made.privateKey ?? made
	const part = value => b64(utf8(JSON.stringify(value)))
	const text = part({alg, typ: "JWT"}) + "." + part({sub: "42", name: "J\u00fcrgen", iat: 1516239022})
	const signature = await subtle.sign({...algorithm, hash: algorithm.hash ?? "SHA-256", saltLength: 32}, key, utf8(text))
	return [text, b64(signature), b64(await subtle.exportKey(made.publicKey ? "spki" : "raw", made.publicKey ?? made))].join(" ")
}`

// TestJWT makes tokens in a script and verifies them in Go, without anything of this package.
func TestJWT(t *testing.T) {
	rt := newVM(t, nil)
	if _, err := rt.RunString(jwt); err != nil {
		t.Fatal(err)
	}
	rsaKey := func(t *testing.T, key any) *rsa.PublicKey {
		k, ok := key.(*rsa.PublicKey)
		if !ok || k.Size() != 256 || k.E != 65537 {
			t.Fatalf("the key is %v", key)
		}
		return k
	}
	tests := map[string]struct {
		code   string
		verify func(t *testing.T, key any, sum, signature []byte) bool
	}{
		"HS256": {`{name: "HMAC", hash: "SHA-256"}`, nil},
		"RS256": {`{name: "RSASSA-PKCS1-v1_5", hash: "SHA-256", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1])}`,
			func(t *testing.T, key any, sum, signature []byte) bool {
				return rsa.VerifyPKCS1v15(rsaKey(t, key), crypto.SHA256, sum, signature) == nil
			}},
		"PS256": {`{name: "RSA-PSS", hash: "SHA-256", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1])}`,
			func(t *testing.T, key any, sum, signature []byte) bool {
				return rsa.VerifyPSS(rsaKey(t, key), crypto.SHA256, sum, signature, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash}) == nil
			}},
		"ES256": {`{name: "ECDSA", namedCurve: "P-256"}`,
			func(_ *testing.T, key any, sum, signature []byte) bool {
				r, s := new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:])
				return ecdsa.Verify(key.(*ecdsa.PublicKey), sum, r, s)
			}},
	}
	for alg, test := range tests {
		t.Run(alg, func(t *testing.T) {
			text, signature, der := token(t, await(t, rt, `await jwt("`+alg+`", `+test.code+`, ["sign", "verify"])`))
			sum := sha256.Sum256([]byte(text))
			if test.verify == nil {
				h := hmac.New(sha256.New, der)
				h.Write([]byte(text))
				if !hmac.Equal(h.Sum(nil), signature) || len(der) != 64 {
					t.Errorf("another signature, with a key of %d bytes", len(der))
				}
				return
			}
			key, err := x509.ParsePKIXPublicKey(der)
			if err != nil {
				t.Fatal(err)
			}
			if !test.verify(t, key, sum[:], signature) {
				t.Error("the signature is wrong")
			}
			sum[0] ^= 1
			if test.verify(t, key, sum[:], signature) {
				t.Error("the signature fits anything")
			}
		})
	}
	t.Run("EdDSA", func(t *testing.T) {
		text, signature, der := token(t, await(t, rt, `await jwt("EdDSA", {name: "Ed25519"}, ["sign", "verify"])`))
		key, err := x509.ParsePKIXPublicKey(der)
		if err != nil || !ed25519.Verify(key.(ed25519.PublicKey), []byte(text), signature) {
			t.Errorf("the signature is wrong: %v", err)
		}
	})
}

func token(t *testing.T, text string) (signed string, signature, key []byte) {
	t.Helper()
	parts := strings.Split(text, " ")
	if len(parts) != 3 {
		t.Fatal(text)
	}
	var err [2]error
	signature, err[0] = base64.RawURLEncoding.DecodeString(parts[1])
	key, err[1] = base64.RawURLEncoding.DecodeString(parts[2])
	if err[0] != nil || err[1] != nil {
		t.Fatal(err)
	}
	return parts[0], signature, key
}
