package webcrypto

import (
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"math/big"
)

var (
	ecdsaScheme = ecScheme("sig", &scheme{private: signs, public: verifies, sign: ecdsaSign, verify: ecdsaVerify})
	ecdhScheme  = ecScheme("enc", &scheme{private: derivesKeys | derivesBits, derive: ecdhDerive})
)

// curves are the named curves of the standard.
var curves = map[string]elliptic.Curve{"P-256": elliptic.P256(), "P-384": elliptic.P384(), "P-521": elliptic.P521()}

// ecAlgs are the names of ECDSA with these curves in a JSON Web Key.
var ecAlgs = map[string]string{"P-256": "ES256", "P-384": "ES384", "P-521": "ES512"}

// ecScheme completes s with what ECDSA and ECDH have in common: the keys are those of crypto/ecdsa. use is a JSON Web Key's.
func ecScheme(use string, s *scheme) *scheme {
	s.settings = func(p *params, a *algorithm, _ bool) {
		if a.curve = p.need("namedCurve").String(); curves[a.curve] == nil {
			p.throw(notSupported("unknown namedCurve %q", a.curve))
		}
	}
	s.generate = func(a *algorithm) (any, error) { return ecdsa.GenerateKey(curves[a.curve], rand.Reader) }
	s.publicOf = func(k any) any { return &k.(*ecdsa.PrivateKey).PublicKey }
	s.load = func(a *algorithm, in *material) (string, any, error) { return loadEC(use, a, in) }
	s.save = saveEC
	return s
}

func loadEC(use string, a *algorithm, in *material) (kind string, loaded any, err error) {
	curve := curves[a.curve]
	switch in.format {
	case "raw":
		k, err := ecdsa.ParseUncompressedPublicKey(curve, in.bytes)
		if err != nil {
			return "", nil, badData("the key is no point of %s in uncompressed form", a.curve)
		}
		return public, k, nil
	case "jwk":
		return ecFromJWK(use, a, in)
	}
	if kind, loaded, err = parseDER[*ecdsa.PublicKey, *ecdsa.PrivateKey](a.name, in); err != nil {
		return "", nil, err
	}
	found, ok := loaded.(*ecdsa.PublicKey)
	if !ok {
		found = &loaded.(*ecdsa.PrivateKey).PublicKey
	}
	if found.Curve != curve {
		return "", nil, badData("the key's curve is %s, not %s", found.Params().Name, a.curve)
	}
	return kind, loaded, nil
}

// ecFromJWK reads the members of RFC 7518, 6.2.
func ecFromJWK(use string, a *algorithm, in *material) (kind string, loaded any, err error) {
	j, curve := in.jwk, curves[a.curve]
	var algs []string
	if use == "sig" {
		algs = []string{ecAlgs[a.curve]}
	}
	if err := j.check(in, "EC", use, algs...); err != nil {
		return "", nil, err
	}
	if j.text["crv"] != a.curve {
		return "", nil, badData("the key's crv is %q, not %q", j.text["crv"], a.curve)
	}
	x, err := j.bytes("x")
	if err != nil {
		return "", nil, err
	}
	y, err := j.bytes("y")
	if err != nil {
		return "", nil, err
	}
	pub, err := ecdsa.ParseUncompressedPublicKey(curve, append(append([]byte{4}, x...), y...))
	if err != nil || len(x) != len(y) {
		return "", nil, badData("the key's x and y are no point of %s", a.curve)
	}
	if _, ok := j.text["d"]; !ok {
		return public, pub, nil
	}
	d, err := j.bytes("d")
	if err != nil {
		return "", nil, err
	}
	k, err := ecdsa.ParseRawPrivateKey(curve, d)
	if err != nil || !k.PublicKey.Equal(pub) {
		return "", nil, badData("the key's d does not belong to its x and y")
	}
	return private, k, nil
}

func saveEC(k *key, format string) (any, error) {
	pub, ok := k.material.(*ecdsa.PublicKey)
	if !ok {
		pub = &k.material.(*ecdsa.PrivateKey).PublicKey
	}
	point, err := pub.Bytes()
	if err != nil {
		return nil, failed("%v", err)
	}
	switch format {
	case "raw":
		if !ok {
			return nil, invalidAccess("a private key cannot be exported as raw")
		}
		return point, nil
	case "jwk":
		half := len(point) / 2
		d := ""
		if s, ok := k.material.(*ecdsa.PrivateKey); ok {
			b, err := s.Bytes()
			if err != nil {
				return nil, failed("%v", err)
			}
			d = base64url(b)
		}
		return newJWK("kty", "EC", "crv", k.algorithm.curve, "x", base64url(point[1:1+half]), "y", base64url(point[1+half:]), "d", d), nil
	}
	return saveDER(k, format)
}

// ecdsaSign gives r and s one after the other, each as long as the curve's order (IEEE P1363), which is what JWS wants too.
func ecdsaSign(p *params, k *key, data []byte) ([]byte, error) {
	s := k.material.(*ecdsa.PrivateKey)
	a, b, err := ecdsa.Sign(rand.Reader, s, digest(p.hash(), data))
	if err != nil {
		return nil, failed("%v", err)
	}
	n := (s.Params().N.BitLen() + 7) / 8
	signature := make([]byte, 2*n)
	a.FillBytes(signature[:n])
	b.FillBytes(signature[n:])
	return signature, nil
}

func ecdsaVerify(p *params, k *key, signature, data []byte) (bool, error) {
	pub := k.material.(*ecdsa.PublicKey)
	sum := digest(p.hash(), data)
	n := (pub.Params().N.BitLen() + 7) / 8
	if len(signature) != 2*n {
		return false, nil
	}
	return ecdsa.Verify(pub, sum, new(big.Int).SetBytes(signature[:n]), new(big.Int).SetBytes(signature[n:])), nil
}

// peer reads the other side's key and holds it against k.
func peer(p *params, k *key) (*key, error) {
	other := p.key("public")
	switch {
	case other.kind != public:
		return nil, invalidAccess("public is a %s key", other.kind)
	case other.algorithm.name != k.algorithm.name || other.algorithm.curve != k.algorithm.curve:
		return nil, invalidAccess("public is a key of %s %s, the other one of %s %s",
			other.algorithm.name, other.algorithm.curve, k.algorithm.name, k.algorithm.curve)
	}
	return other, nil
}

func ecdhDerive(p *params, k *key, bits int) (any, error) {
	other, err := peer(p, k)
	if err != nil {
		return nil, err
	}
	mine, err := k.material.(*ecdsa.PrivateKey).ECDH()
	if err != nil {
		return nil, failed("%v", err)
	}
	theirs, err := other.material.(*ecdsa.PublicKey).ECDH()
	if err != nil {
		return nil, failed("%v", err)
	}
	return shared(mine, theirs, bits)
}

// shared is the first bits of the shared secret; all of it if bits is -1.
func shared(mine *ecdh.PrivateKey, theirs *ecdh.PublicKey, bits int) (any, error) {
	b, err := mine.ECDH(theirs)
	if err != nil {
		return nil, failed("%v", err)
	}
	if bits < 0 {
		return b, nil
	}
	if bits > len(b)*8 {
		return nil, failed("%d bits are more than the %d that the two keys have in common", bits, len(b)*8)
	}
	return firstBits(b, bits), nil
}
