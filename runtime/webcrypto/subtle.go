package webcrypto

import (
	"fmt"
	"runtime/debug"

	"github.com/dop251/goja"

	"katydid/runtime/js"
)

// subtle is crypto.subtle of one VM.
type subtle struct {
	rt    *goja.Runtime
	async Async
	keys  func() *goja.Object // the class CryptoKey, made on first use
}

// operation reads the arguments of a method and gives what its promise resolves to: []byte, bool, *key, *pair, *jwk, or a
// later for one of them. It throws what is wrong with the arguments' types.
type operation func(what string, c goja.FunctionCall) (any, error)

// newSubtle makes the object, whose methods are made when a script first uses them.
func newSubtle(rt *goja.Runtime, async Async, keys func() *goja.Object) goja.Value {
	s := &subtle{rt, async, keys}
	names := []string{
		"encrypt", "decrypt", "sign", "verify", "digest", "generateKey", "deriveKey", "deriveBits", "importKey", "exportKey",
		"wrapKey", "unwrapKey",
	}
	return js.NewLazy(rt, js.Lazy{Names: names, Build: func(name string) goja.Value {
		op, length := s.operation(name)
		what := "crypto.subtle." + name
		return js.Function(rt, name, length, func(c goja.FunctionCall) goja.Value {
			return s.promise(what, func() (any, error) {
				if n := len(c.Arguments); n < length {
					js.ThrowType(rt, "%s: %d arguments required, but only %d present", what, length, n)
				}
				return op(what, c)
			})
		})
	}})
}

// operation gives what a method does and the number of its arguments.
func (s *subtle) operation(name string) (operation, int) {
	switch name {
	case "encrypt":
		return s.transform(encrypts, func(x *scheme) func(*params, *key, []byte) ([]byte, error) { return x.encrypt }), 3
	case "decrypt":
		return s.transform(decrypts, func(x *scheme) func(*params, *key, []byte) ([]byte, error) { return x.decrypt }), 3
	case "sign":
		return s.transform(signs, func(x *scheme) func(*params, *key, []byte) ([]byte, error) { return x.sign }), 3
	case "verify":
		return s.verify, 4
	case "digest":
		return s.digest, 2
	case "generateKey":
		return s.generateKey, 3
	case "deriveKey":
		return s.deriveKey, 5
	case "deriveBits":
		return s.deriveBits, 2
	case "importKey":
		return s.importKey, 5
	case "exportKey":
		return s.exportKey, 2
	case "wrapKey":
		return s.wrapKey, 4
	default:
		return s.unwrapKey, 7
	}
}

// promise runs op and gives the promise of what it gives; what it throws is a rejection, too.
func (s *subtle) promise(what string, op func() (any, error)) goja.Value {
	promise, resolve, reject := s.rt.NewPromise()
	var v any
	var err error
	settle := func() error {
		if err == nil {
			return resolve(s.show(v))
		}
		return reject(reason(s.rt, what, err))
	}
	if ex := s.rt.Try(func() { v, err = op() }); ex != nil {
		if fatal := reject(ex.Value()); fatal != nil {
			panic(fatal)
		}
		return s.rt.ToValue(promise)
	}
	work, slow := v.(later)
	switch {
	case err != nil || !slow:
	case s.async == nil:
		v, err = work()
	default:
		s.async(func() { v, err = work.guarded() }, settle)
		return s.rt.ToValue(promise)
	}
	if fatal := settle(); fatal != nil {
		panic(fatal)
	}
	return s.rt.ToValue(promise)
}

// guarded is work in a goroutine that nothing else guards: a fault of ours ends the operation, not the process.
func (work later) guarded() (v any, err error) {
	defer func() {
		if x := recover(); x != nil {
			err = fmt.Errorf("internal error: %v\n%s", x, debug.Stack())
		}
	}()
	return work()
}

// show makes the script's value of what an operation gave.
func (s *subtle) show(v any) goja.Value {
	switch v := v.(type) {
	case []byte:
		return s.rt.ToValue(s.rt.NewArrayBuffer(v))
	case *key:
		o := s.rt.CreateObject(js.Prototype(s.keys()))
		js.Hide(s.rt, o, keySlot, v)
		return o
	case *pair:
		o := s.rt.NewObject()
		o.Set("publicKey", s.show(v.public))
		o.Set("privateKey", s.show(v.private))
		return o
	case *jwk:
		return v.object(s.rt)
	default: // a bool
		return s.rt.ToValue(v)
	}
}

// keyArgument is an argument that is a CryptoKey.
func (s *subtle) keyArgument(what string, v goja.Value) *key {
	k := js.Reveal[*key](v, keySlot)
	if k == nil {
		js.ThrowType(s.rt, "%s: the key must be a CryptoKey, not %s", what, describe(v))
	}
	return k
}

// describe names a value that is no key, for an error.
func describe(v goja.Value) string {
	if js.IsObject(v) {
		return "another object"
	}
	return v.String()
}

// fits says that a key may be used with an algorithm in this way.
func (p *params) fits(k *key, use usage) error {
	if k.algorithm.name != p.name {
		return invalidAccess("the key is one of %s, not of %s", k.algorithm.name, p.name)
	}
	if k.usages&use == 0 {
		return invalidAccess("the key has no usage %s", use.names()[0])
	}
	return nil
}

// usages reads a sequence of usages.
func (s *subtle) usages(what string, v goja.Value) usage {
	var all usage
	s.rt.ForOf(js.Object(s.rt, what+": the usages", v), func(item goja.Value) bool {
		u := usageOf(js.ToText(s.rt, item))
		if u == 0 {
			js.ThrowType(s.rt, "%s: there is no key usage %q", what, item.String())
		}
		all |= u
		return true
	})
	return all
}

// format reads one of the formats of a key.
func (s *subtle) format(what string, v goja.Value) string {
	switch f := js.ToText(s.rt, v); f {
	case "raw", "pkcs8", "spki", "jwk":
		return f
	default:
		js.ThrowType(s.rt, "%s: there is no key format %q", what, f)
		return ""
	}
}
