package webcrypto

import (
	"github.com/dop251/goja"

	"katydid/runtime/js"
)

// transform makes encrypt, decrypt and sign, which have the arguments (algorithm, key, data). of picks the function.
func (s *subtle) transform(use usage, of func(*scheme) func(p *params, k *key, data []byte) ([]byte, error)) operation {
	return func(what string, c goja.FunctionCall) (any, error) {
		p, k := s.params(what, c.Argument(0)), s.keyArgument(what, c.Argument(1))
		data := bufferOf(s.rt, what, "data", c.Argument(2))
		do := of(p.scheme)
		if do == nil {
			return nil, notSupported("%s does not %s", p.name, use.names()[0])
		}
		if err := p.fits(k, use); err != nil {
			return nil, err
		}
		return do(p, k, data)
	}
}

// verify has the arguments (algorithm, key, signature, data).
func (s *subtle) verify(what string, c goja.FunctionCall) (any, error) {
	p, k := s.params(what, c.Argument(0)), s.keyArgument(what, c.Argument(1))
	signature := bufferOf(s.rt, what, "signature", c.Argument(2))
	data := bufferOf(s.rt, what, "data", c.Argument(3))
	if p.scheme.verify == nil {
		return nil, notSupported("%s does not verify", p.name)
	}
	if err := p.fits(k, verifies); err != nil {
		return nil, err
	}
	return p.scheme.verify(p, k, signature, data)
}

// digest has the arguments (algorithm, data).
func (s *subtle) digest(what string, c goja.FunctionCall) (any, error) {
	name := (&params{rt: s.rt, what: what}).nameIn(c.Argument(0), "algorithm")
	b, ok := js.BytesOf(c.Argument(1))
	if !ok {
		js.ThrowType(s.rt, "%s: data must be an ArrayBuffer, a typed array or a DataView", what)
	}
	h := hashNamed(name)
	if h == 0 {
		return nil, notSupported("unknown hash %q", name)
	}
	return digest(h, b), nil
}

// generateKey has the arguments (algorithm, extractable, usages).
func (s *subtle) generateKey(what string, c goja.FunctionCall) (any, error) {
	p := s.params(what, c.Argument(0))
	a := p.algorithm(true)
	return generateKey(p.scheme, a, c.Argument(1).ToBoolean(), s.usages(what, c.Argument(2)))
}

// algorithm is what a key of these params is for.
func (p *params) algorithm(fresh bool) algorithm {
	a := algorithm{name: p.name}
	if p.scheme.settings != nil {
		p.scheme.settings(p, &a, fresh)
	}
	return a
}

// importKey has the arguments (format, key data, algorithm, extractable, usages).
func (s *subtle) importKey(what string, c goja.FunctionCall) (any, error) {
	m := &material{format: s.format(what, c.Argument(0)), extractable: c.Argument(3).ToBoolean(), usages: s.usages(what, c.Argument(4))}
	p := s.params(what, c.Argument(2))
	if m.format == "jwk" {
		m.jwk = readJWK(s.rt, what, c.Argument(1))
	} else {
		m.bytes = bufferOf(s.rt, what, "the key", c.Argument(1))
	}
	return importKey(p.scheme, p.algorithm(false), m)
}

// exportKey has the arguments (format, key).
func (s *subtle) exportKey(what string, c goja.FunctionCall) (any, error) {
	format := s.format(what, c.Argument(0))
	return exportKey(s.keyArgument(what, c.Argument(1)), format)
}

// maxDerived is how many bits can be derived at once.
const maxDerived = 1 << 27

// deriveBits has the arguments (algorithm, key, length in bits or null).
func (s *subtle) deriveBits(what string, c goja.FunctionCall) (any, error) {
	p, k := s.params(what, c.Argument(0)), s.keyArgument(what, c.Argument(1))
	bits := -1
	if v := c.Argument(2); js.Given(v) {
		bits = p.whole("length", v, maxDerived)
	}
	return s.derive(p, k, derivesBits, bits)
}

func (s *subtle) derive(p *params, k *key, use usage, bits int) (any, error) {
	if p.scheme.derive == nil {
		return nil, notSupported("%s does not derive anything", p.name)
	}
	if err := p.fits(k, use); err != nil {
		return nil, err
	}
	return p.scheme.derive(p, k, bits)
}

// deriveKey has the arguments (algorithm, key, algorithm of the new key, extractable, usages).
func (s *subtle) deriveKey(what string, c goja.FunctionCall) (any, error) {
	p, k := s.params(what, c.Argument(0)), s.keyArgument(what, c.Argument(1))
	made := s.params(what, c.Argument(2))
	if made.scheme.secret == 0 {
		return nil, notSupported("%s keys cannot be derived", made.name)
	}
	m := &material{format: "raw", extractable: c.Argument(3).ToBoolean(), usages: s.usages(what, c.Argument(4))}
	a, bits := made.algorithm(true), -1
	if made.scheme.length != nil {
		if err := made.scheme.length(&a); err != nil {
			return nil, err
		}
		bits = a.bits
	}
	derived, err := s.derive(p, k, derivesKeys, bits)
	if err != nil {
		return nil, err
	}
	finish := func(b any) (any, error) {
		m.bytes = b.([]byte)
		return importKey(made.scheme, a, m)
	}
	work, slow := derived.(later)
	if !slow {
		return finish(derived)
	}
	return later(func() (any, error) {
		b, err := work()
		if err != nil {
			return nil, err
		}
		return finish(b)
	}), nil
}
