package webcrypto

import (
	"crypto/hkdf"
	"crypto/pbkdf2"
)

// kdfScheme is an algorithm whose keys are only there to derive others from. read takes what it needs from params and gives
// the function that derives n bytes.
func kdfScheme(read func(p *params) func(secret []byte, n int) ([]byte, error)) *scheme {
	return &scheme{
		secret: derivesKeys | derivesBits,
		load: func(a *algorithm, in *material) (string, any, error) {
			if in.format != "raw" {
				return "", nil, unsupported(a.name, in.format)
			}
			if in.extractable {
				return "", nil, badSyntax("a key of %s cannot be extractable", a.name)
			}
			return secret, in.bytes, nil
		},
		derive: func(p *params, k *key, bits int) (any, error) {
			derive := read(p)
			if bits < 0 || bits%8 != 0 {
				return nil, failed("the length must be a multiple of 8 bits")
			}
			return later(func() (any, error) {
				b, err := derive(k.material.([]byte), bits/8)
				if err != nil {
					return nil, failed("%v", err)
				}
				return b, nil
			}), nil
		},
	}
}

func pbkdf2Derive(p *params) func(secret []byte, n int) ([]byte, error) {
	h, salt, iterations := p.hash(), p.bytes("salt"), p.integer("iterations", 1<<32-1)
	if iterations == 0 {
		p.throw(failed("iterations must not be 0"))
	}
	return func(secret []byte, n int) ([]byte, error) {
		if n == 0 {
			return []byte{}, nil
		}
		return pbkdf2.Key(h.New, string(secret), salt, iterations, n)
	}
}

func hkdfDerive(p *params) func(secret []byte, n int) ([]byte, error) {
	h := p.hash()
	salt, info := p.bytes("salt"), string(p.bytes("info"))
	return func(secret []byte, n int) ([]byte, error) { return hkdf.Key(h.New, secret, salt, info, n) }
}
