package webcrypto

import "crypto/rand"

// scheme is what an algorithm can do; a function that is nil is not supported. None of them sees the VM but those that get
// params.
type scheme struct {
	// What keys of each type may be used for. An algorithm with secret keys has no pairs.
	secret, public, private usage

	// settings reads what a key is made with, besides the name. For a new key more is needed than for one to import.
	settings func(p *params, a *algorithm, fresh bool)

	// length checks or completes a.bits for a secret to be made or derived. nil: secrets of this kind have any length.
	length func(a *algorithm) error
	// generate makes the material of a private key; publicOf that of the public key to it.
	generate func(a *algorithm) (any, error)
	publicOf func(private any) any
	slow     bool // generate takes so long that it should not hold up the VM

	// load reads a key's kind and material, and completes a by what it finds there.
	load func(a *algorithm, m *material) (kind string, loaded any, err error)
	// save gives []byte or a *jwk.
	save func(k *key, format string) (any, error)

	encrypt, decrypt func(p *params, k *key, data []byte) ([]byte, error)
	wrap, unwrap     func(k *key, data []byte) ([]byte, error) // instead of encrypt and decrypt
	sign             func(p *params, k *key, data []byte) ([]byte, error)
	verify           func(p *params, k *key, signature, data []byte) (bool, error)

	// derive gives []byte, or a later for it. bits is -1 if the script leaves the length to the algorithm.
	derive func(p *params, k *key, bits int) (any, error)
}

// schemes are the algorithms with keys, by their names.
var schemes = map[string]*scheme{
	"AES-CBC": aesScheme(aesCBC), "AES-CTR": aesScheme(aesCTR), "AES-GCM": aesScheme(aesGCM), "AES-KW": aesScheme(aesKW),
	"HMAC":              hmacScheme,
	"RSASSA-PKCS1-v1_5": rsaScheme(rsaPKCS1), "RSA-PSS": rsaScheme(rsaPSS), "RSA-OAEP": rsaScheme(rsaOAEP),
	"ECDSA": ecdsaScheme, "ECDH": ecdhScheme,
	"Ed25519": ed25519Scheme, "X25519": x25519Scheme,
	"PBKDF2": kdfScheme(pbkdf2Derive), "HKDF": kdfScheme(hkdfDerive),
}

// later is what an operation returns that should be done without the VM.
type later func() (any, error)

// generateKey makes a key or a pair of them.
func generateKey(s *scheme, a algorithm, extractable bool, usages usage) (any, error) {
	if s.length == nil && s.generate == nil {
		return nil, notSupported("%s keys are imported, not generated", a.name)
	}
	if err := s.allow(usages, s.secret|s.public|s.private); err != nil {
		return nil, err
	}
	if usages&(s.secret|s.private) == 0 {
		return nil, badSyntax("usages are missing: the key could be used for nothing")
	}
	if s.generate == nil {
		if err := s.length(&a); err != nil {
			return nil, err
		}
		b := make([]byte, (a.bits+7)/8)
		rand.Read(b)
		return &key{kind: secret, extractable: extractable, algorithm: a, usages: usages, material: firstBits(b, a.bits)}, nil
	}
	work := func() (any, error) {
		made, err := s.generate(&a)
		if err != nil {
			return nil, err
		}
		return &pair{
			public:  &key{kind: public, extractable: true, algorithm: a, usages: usages & s.public, material: s.publicOf(made)},
			private: &key{kind: private, extractable: extractable, algorithm: a, usages: usages & s.private, material: made},
		}, nil
	}
	if s.slow {
		return later(work), nil
	}
	return work()
}

// importKey makes a key of what m says.
func importKey(s *scheme, a algorithm, m *material) (*key, error) {
	kind, loaded, err := s.load(&a, m)
	if err != nil {
		return nil, err
	}
	allowed := map[string]usage{secret: s.secret, public: s.public, private: s.private}[kind]
	if err := s.allow(m.usages, allowed); err != nil {
		return nil, err
	}
	if m.usages == 0 && kind != public {
		return nil, badSyntax("usages are missing: the key could be used for nothing")
	}
	return &key{kind: kind, extractable: m.extractable, algorithm: a, usages: m.usages, material: loaded}, nil
}

func (s *scheme) allow(asked, allowed usage) error {
	if over := asked &^ allowed; over != 0 {
		return badSyntax("a key of this kind cannot have the usage %s", over.names()[0])
	}
	return nil
}

// exportKey gives []byte or a *jwk.
func exportKey(k *key, format string) (any, error) {
	save := schemes[k.algorithm.name].save
	if save == nil {
		return nil, notSupported("%s keys cannot be exported", k.algorithm.name)
	}
	if !k.extractable {
		return nil, invalidAccess("the key is not extractable")
	}
	v, err := save(k, format)
	if j, ok := v.(*jwk); ok && err == nil {
		j.usages, j.ext, j.hasUsages, j.hasExt = k.usages, true, true, true
	}
	return v, err
}

// firstBits cuts b down to its first bits; what is left of the last byte is zero.
func firstBits(b []byte, bits int) []byte {
	b = b[:(bits+7)/8]
	if rest := bits % 8; rest != 0 {
		b[len(b)-1] &= 0xff << (8 - rest)
	}
	return b
}
