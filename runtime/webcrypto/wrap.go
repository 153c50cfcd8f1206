package webcrypto

import (
	"github.com/dop251/goja"
)

// wrapKey has the arguments (format, key, wrapping key, algorithm).
func (s *subtle) wrapKey(what string, c goja.FunctionCall) (any, error) {
	format := s.format(what, c.Argument(0))
	k, with := s.keyArgument(what, c.Argument(1)), s.keyArgument(what, c.Argument(2))
	p := s.params(what, c.Argument(3))
	if p.scheme.wrap == nil && p.scheme.encrypt == nil {
		return nil, notSupported("%s does not wrap keys", p.name)
	}
	if err := p.fits(with, wraps); err != nil {
		return nil, err
	}
	saved, err := exportKey(k, format)
	if err != nil {
		return nil, err
	}
	b, ok := saved.([]byte)
	if !ok {
		if b, err = saved.(*jwk).object(s.rt).MarshalJSON(); err != nil {
			return nil, failed("%v", err)
		}
	}
	if p.scheme.wrap != nil {
		return p.scheme.wrap(with, b)
	}
	return p.scheme.encrypt(p, with, b)
}

// unwrapKey has the arguments (format, wrapped key, unwrapping key, its algorithm, algorithm of the key, extractable, usages).
func (s *subtle) unwrapKey(what string, c goja.FunctionCall) (any, error) {
	m := &material{format: s.format(what, c.Argument(0)), extractable: c.Argument(5).ToBoolean(), usages: s.usages(what, c.Argument(6))}
	wrapped, with := bufferOf(s.rt, what, "the wrapped key", c.Argument(1)), s.keyArgument(what, c.Argument(2))
	p, made := s.params(what, c.Argument(3)), s.params(what, c.Argument(4))
	a := made.algorithm(false)
	if p.scheme.unwrap == nil && p.scheme.decrypt == nil {
		return nil, notSupported("%s does not unwrap keys", p.name)
	}
	if err := p.fits(with, unwraps); err != nil {
		return nil, err
	}
	var b []byte
	var err error
	if p.scheme.unwrap != nil {
		b, err = p.scheme.unwrap(with, wrapped)
	} else {
		b, err = p.scheme.decrypt(p, with, wrapped)
	}
	if err != nil {
		return nil, err
	}
	if m.format == "jwk" {
		if m.jwk, err = s.parseJWK(what, b); err != nil {
			return nil, err
		}
	} else {
		m.bytes = b
	}
	return importKey(made.scheme, a, m)
}

// parseJWK reads a JSON Web Key from its text.
func (s *subtle) parseJWK(what string, text []byte) (*jwk, error) {
	parse, ok := goja.AssertFunction(s.rt.GlobalObject().Get("JSON").ToObject(s.rt).Get("parse"))
	if !ok {
		return nil, failed("the script has replaced JSON.parse")
	}
	v, err := parse(goja.Undefined(), s.rt.ToValue(string(text)))
	if err != nil {
		return nil, badData("the unwrapped key is not in JSON")
	}
	return readJWK(s.rt, what, v), nil
}
