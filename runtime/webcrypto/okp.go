package webcrypto

import (
	"bytes"
	"crypto/ecdh"
	"crypto/ed25519"
	"crypto/rand"
)

var ed25519Scheme = &scheme{
	private: signs, public: verifies,
	generate: func(*algorithm) (any, error) {
		_, k, err := ed25519.GenerateKey(rand.Reader)
		return k, err
	},
	publicOf: func(k any) any { return k.(ed25519.PrivateKey).Public() },
	load: func(a *algorithm, in *material) (string, any, error) {
		return loadOKP[ed25519.PublicKey, ed25519.PrivateKey](a, in, okp{
			use: "sig", algs: []string{"EdDSA", "Ed25519"},
			public: func(b []byte) (any, error) {
				if len(b) != ed25519.PublicKeySize {
					return nil, badData("a public Ed25519 key has 32 bytes, not %d", len(b))
				}
				return ed25519.PublicKey(b), nil
			},
			private: func(b []byte) (k any, public []byte, err error) {
				if len(b) != ed25519.SeedSize {
					return nil, nil, badData("a private Ed25519 key has 32 bytes, not %d", len(b))
				}
				s := ed25519.NewKeyFromSeed(b)
				return s, s.Public().(ed25519.PublicKey), nil
			},
		})
	},
	save: func(k *key, format string) (any, error) {
		if s, ok := k.material.(ed25519.PrivateKey); ok {
			return saveOKP(k, format, s.Public().(ed25519.PublicKey), s.Seed())
		}
		return saveOKP(k, format, k.material.(ed25519.PublicKey), nil)
	},
	sign: func(_ *params, k *key, data []byte) ([]byte, error) {
		return ed25519.Sign(k.material.(ed25519.PrivateKey), data), nil
	},
	verify: func(_ *params, k *key, signature, data []byte) (bool, error) {
		return ed25519.Verify(k.material.(ed25519.PublicKey), data, signature), nil
	},
}

var x25519Scheme = &scheme{
	private:  derivesKeys | derivesBits,
	generate: func(*algorithm) (any, error) { return ecdh.X25519().GenerateKey(rand.Reader) },
	publicOf: func(k any) any { return k.(*ecdh.PrivateKey).PublicKey() },
	load: func(a *algorithm, in *material) (string, any, error) {
		return loadOKP[*ecdh.PublicKey, *ecdh.PrivateKey](a, in, okp{
			use:    "enc",
			public: func(b []byte) (any, error) { return ecdh.X25519().NewPublicKey(b) },
			private: func(b []byte) (k any, public []byte, err error) {
				s, err := ecdh.X25519().NewPrivateKey(b)
				if err != nil {
					return nil, nil, err
				}
				return s, s.PublicKey().Bytes(), nil
			},
		})
	},
	save: func(k *key, format string) (any, error) {
		if s, ok := k.material.(*ecdh.PrivateKey); ok {
			return saveOKP(k, format, s.PublicKey().Bytes(), s.Bytes())
		}
		return saveOKP(k, format, k.material.(*ecdh.PublicKey).Bytes(), nil)
	},
	derive: func(p *params, k *key, bits int) (any, error) {
		other, err := peer(p, k)
		if err != nil {
			return nil, err
		}
		return shared(k.material.(*ecdh.PrivateKey), other.material.(*ecdh.PublicKey), bits)
	},
}

// okp is how the bytes of a key with one of these curves (RFC 8037) are read.
type okp struct {
	use     string   // of a JSON Web Key
	algs    []string // of a JSON Web Key; none: any
	public  func(b []byte) (any, error)
	private func(b []byte) (k any, public []byte, err error)
}

// loadOKP reads all four formats; raw is a public key.
func loadOKP[P, S any](a *algorithm, in *material, o okp) (kind string, loaded any, err error) {
	switch in.format {
	case "raw":
		loaded, err = o.public(in.bytes)
		return public, loaded, dataError(err)
	case "pkcs8", "spki":
		return parseDER[P, S](a.name, in)
	}
	if err := in.jwk.check(in, "OKP", o.use, o.algs...); err != nil {
		return "", nil, err
	}
	if crv := in.jwk.text["crv"]; crv != a.name {
		return "", nil, badData("the key's crv is %q, not %q", crv, a.name)
	}
	x, err := in.jwk.bytes("x")
	if err != nil {
		return "", nil, err
	}
	if _, ok := in.jwk.text["d"]; !ok {
		loaded, err = o.public(x)
		return public, loaded, dataError(err)
	}
	d, err := in.jwk.bytes("d")
	if err != nil {
		return "", nil, err
	}
	loaded, pub, err := o.private(d)
	if err != nil {
		return "", nil, dataError(err)
	}
	if !bytes.Equal(pub, x) {
		return "", nil, badData("the key's d does not belong to its x")
	}
	return private, loaded, nil
}

// dataError makes a DataError of what Go says about a key.
func dataError(err error) error {
	if err == nil {
		return nil
	}
	return badData("%v", err)
}

// saveOKP writes all four formats; d is nil for a public key.
func saveOKP(k *key, format string, x, d []byte) (any, error) {
	switch format {
	case "raw":
		if k.kind != public {
			return nil, invalidAccess("a private key cannot be exported as raw")
		}
		return bytes.Clone(x), nil
	case "jwk":
		alg := ""
		if k.algorithm.name == "Ed25519" {
			alg = "Ed25519"
		}
		return newJWK("kty", "OKP", "alg", alg, "crv", k.algorithm.name, "x", base64url(x), "d", base64url(d)), nil
	}
	return saveDER(k, format)
}
