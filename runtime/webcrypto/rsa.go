package webcrypto

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"math/big"
	"strings"
)

// rsaMode is in what one use of RSA differs from the others.
type rsaMode struct {
	use     string                   // of a JSON Web Key
	alg     func(crypto.Hash) string // of a JSON Web Key
	private usage
	public  usage
	sign    func(p *params, k *rsa.PrivateKey, h crypto.Hash, data []byte) ([]byte, error)
	verify  func(p *params, k *rsa.PublicKey, h crypto.Hash, signature, data []byte) (bool, error)
}

var (
	rsaPKCS1 = rsaMode{
		use: "sig", private: signs, public: verifies,
		alg: func(h crypto.Hash) string { return "RS" + strings.TrimPrefix(hashName(h), "SHA-") },
		sign: func(_ *params, k *rsa.PrivateKey, h crypto.Hash, data []byte) ([]byte, error) {
			return rsa.SignPKCS1v15(nil, k, h, digest(h, data))
		},
		verify: func(_ *params, k *rsa.PublicKey, h crypto.Hash, signature, data []byte) (bool, error) {
			return rsa.VerifyPKCS1v15(k, h, digest(h, data), signature) == nil, nil
		},
	}
	rsaPSS = rsaMode{
		use: "sig", private: signs, public: verifies,
		alg: func(h crypto.Hash) string { return "PS" + strings.TrimPrefix(hashName(h), "SHA-") },
		sign: func(p *params, k *rsa.PrivateKey, h crypto.Hash, data []byte) ([]byte, error) {
			return rsa.SignPSS(rand.Reader, k, h, digest(h, data), saltOf(p))
		},
		verify: func(p *params, k *rsa.PublicKey, h crypto.Hash, signature, data []byte) (bool, error) {
			return rsa.VerifyPSS(k, h, digest(h, data), signature, saltOf(p)) == nil, nil
		},
	}
	rsaOAEP = rsaMode{
		use: "enc", private: decrypts | unwraps, public: encrypts | wraps,
		alg: func(h crypto.Hash) string {
			if h == crypto.SHA1 {
				return "RSA-OAEP"
			}
			return "RSA-OAEP-" + strings.TrimPrefix(hashName(h), "SHA-")
		},
	}
)

// saltOf reads saltLength. Go takes a length of 0 for "find out".
func saltOf(p *params) *rsa.PSSOptions {
	n := p.integer("saltLength", 1<<16)
	if n == 0 {
		p.throw(notSupported("a saltLength of 0 is not supported"))
	}
	return &rsa.PSSOptions{SaltLength: n}
}

func rsaScheme(m rsaMode) *scheme {
	s := &scheme{
		private: m.private, public: m.public, slow: true,
		settings: rsaSettings,
		generate: func(a *algorithm) (any, error) {
			if new(big.Int).SetBytes(a.exponent).Cmp(big.NewInt(65537)) != 0 {
				return nil, notSupported("the publicExponent must be 65537")
			}
			k, err := rsa.GenerateKey(rand.Reader, a.bits)
			if err != nil {
				return nil, failed("%v", err)
			}
			return k, nil
		},
		publicOf: func(k any) any { return &k.(*rsa.PrivateKey).PublicKey },
		load:     func(a *algorithm, in *material) (string, any, error) { return loadRSA(m, a, in) },
		save:     func(k *key, format string) (any, error) { return saveRSA(m, k, format) },
	}
	if m.sign == nil {
		s.encrypt, s.decrypt = oaepEncrypt, oaepDecrypt
		return s
	}
	s.sign = func(p *params, k *key, data []byte) ([]byte, error) {
		b, err := m.sign(p, k.material.(*rsa.PrivateKey), k.algorithm.hash, data)
		if err != nil {
			return nil, failed("%v", err)
		}
		return b, nil
	}
	s.verify = func(p *params, k *key, signature, data []byte) (bool, error) {
		return m.verify(p, k.material.(*rsa.PublicKey), k.algorithm.hash, signature, data)
	}
	return s
}

// maxModulus is the longest RSA key in bits that can be made: longer ones take minutes.
const maxModulus = 16384

func rsaSettings(p *params, a *algorithm, fresh bool) {
	a.hash = p.hash()
	if fresh {
		a.bits, a.exponent = p.integer("modulusLength", maxModulus), p.bytes("publicExponent")
	}
}

func oaepEncrypt(p *params, k *key, data []byte) ([]byte, error) {
	b, err := rsa.EncryptOAEP(k.algorithm.hash.New(), rand.Reader, k.material.(*rsa.PublicKey), data, p.optionalBytes("label"))
	if err != nil {
		return nil, failed("%v", err)
	}
	return b, nil
}

func oaepDecrypt(p *params, k *key, data []byte) ([]byte, error) {
	b, err := rsa.DecryptOAEP(k.algorithm.hash.New(), nil, k.material.(*rsa.PrivateKey), data, p.optionalBytes("label"))
	if err != nil {
		return nil, failed("the data cannot be decrypted: another key or label, or damaged data")
	}
	return b, nil
}

func loadRSA(m rsaMode, a *algorithm, in *material) (kind string, loaded any, err error) {
	switch in.format {
	case "pkcs8", "spki":
		kind, loaded, err = parseDER[*rsa.PublicKey, *rsa.PrivateKey](a.name, in)
	case "jwk":
		if err = in.jwk.check(in, "RSA", m.use, m.alg(a.hash)); err == nil {
			kind, loaded, err = rsaFromJWK(in.jwk)
		}
	default:
		err = unsupported(a.name, in.format)
	}
	if err != nil {
		return "", nil, err
	}
	pub, ok := loaded.(*rsa.PublicKey)
	if !ok {
		pub = &loaded.(*rsa.PrivateKey).PublicKey
	}
	a.bits, a.exponent = pub.N.BitLen(), big.NewInt(int64(pub.E)).Bytes()
	return kind, loaded, nil
}

// rsaFromJWK reads the members of RFC 7518, 6.3.
func rsaFromJWK(j *jwk) (kind string, loaded any, err error) {
	number := func(name string) *big.Int {
		b, e := j.bytes(name)
		if e != nil && err == nil {
			err = e
		}
		return new(big.Int).SetBytes(b)
	}
	n, e := number("n"), number("e")
	if err != nil {
		return "", nil, err
	}
	if e.BitLen() > 31 || n.Sign() == 0 || e.Sign() == 0 {
		return "", nil, badData("the key's n and e are no RSA key's")
	}
	pub := rsa.PublicKey{N: n, E: int(e.Int64())}
	if j.text["d"] == "" {
		return public, &pub, nil
	}
	k := &rsa.PrivateKey{PublicKey: pub, D: number("d"), Primes: []*big.Int{number("p"), number("q")}}
	if err != nil {
		return "", nil, err
	}
	k.Precompute()
	if err := k.Validate(); err != nil {
		return "", nil, badData("the key's numbers do not belong together: %v", err)
	}
	return private, k, nil
}

func saveRSA(m rsaMode, k *key, format string) (any, error) {
	switch format {
	case "pkcs8", "spki":
		return saveDER(k, format)
	case "jwk":
	default:
		return nil, unsupported(k.algorithm.name, format)
	}
	number := func(n *big.Int) string { return base64url(n.Bytes()) }
	alg := m.alg(k.algorithm.hash)
	if pub, ok := k.material.(*rsa.PublicKey); ok {
		return newJWK("kty", "RSA", "alg", alg, "n", number(pub.N), "e", number(big.NewInt(int64(pub.E)))), nil
	}
	s := k.material.(*rsa.PrivateKey)
	if len(s.Primes) != 2 {
		return nil, notSupported("RSA keys with more than two primes have no JSON Web Key here")
	}
	s.Precompute()
	return newJWK("kty", "RSA", "alg", alg, "n", number(s.N), "e", number(big.NewInt(int64(s.E))), "d", number(s.D),
		"p", number(s.Primes[0]), "q", number(s.Primes[1]),
		"dp", number(s.Precomputed.Dp), "dq", number(s.Precomputed.Dq), "qi", number(s.Precomputed.Qinv)), nil
}
