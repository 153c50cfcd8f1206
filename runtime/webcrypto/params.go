package webcrypto

import (
	"bytes"
	"crypto"
	"strings"

	"github.com/dop251/goja"

	"katydid/runtime/js"
)

// params is an algorithm as a script names it: a string, or an object with a name and whatever the algorithm needs. What is
// wrong with it is thrown.
type params struct {
	rt     *goja.Runtime
	what   string // the method of subtle, for errors
	name   string // as the standard writes it
	scheme *scheme
	object *goja.Object // nil if the script gave only a name
}

func (s *subtle) params(what string, v goja.Value) *params {
	p := &params{rt: s.rt, what: what}
	name := p.nameIn(v, "algorithm")
	p.object, _ = v.(*goja.Object)
	if p.scheme = schemes[name]; p.scheme == nil {
		for known, scheme := range schemes {
			if strings.EqualFold(known, name) {
				name, p.scheme = known, scheme
			}
		}
	}
	if p.scheme == nil {
		p.throw(notSupported("unknown algorithm %q", name))
	}
	p.name = name
	return p
}

func (p *params) throw(err error) { panic(reason(p.rt, p.what, err)) }

// nameIn reads a name from a string or from an object's member name.
func (p *params) nameIn(v goja.Value, member string) string {
	if o, ok := v.(*goja.Object); ok {
		if v = o.Get("name"); js.Missing(v) {
			js.ThrowType(p.rt, "%s: %s has no name", p.what, member)
		}
	}
	if !js.Given(v) {
		js.ThrowType(p.rt, "%s: %s must be a name or an object, not %v", p.what, member, v)
	}
	return js.ToText(p.rt, v)
}

// get is a member, undefined if there is none.
func (p *params) get(member string) goja.Value {
	if p.object != nil {
		if v := p.object.Get(member); v != nil {
			return v
		}
	}
	return goja.Undefined()
}

// need is a member that has to be there.
func (p *params) need(member string) goja.Value {
	v := p.get(member)
	if js.Missing(v) {
		js.ThrowType(p.rt, "%s: %s needs %s", p.what, p.name, member)
	}
	return v
}

// bytes is a copy of the bytes of a member that has to be there.
func (p *params) bytes(member string) []byte {
	return bufferOf(p.rt, p.what, member, p.need(member))
}

// optionalBytes is nil if the member is not there.
func (p *params) optionalBytes(member string) []byte {
	if v := p.get(member); !js.Missing(v) {
		return bufferOf(p.rt, p.what, member, v)
	}
	return nil
}

// bufferOf is a copy of the bytes of an ArrayBuffer or of a view of one.
func bufferOf(rt *goja.Runtime, what, name string, v goja.Value) []byte {
	b, ok := js.BytesOf(v)
	if !ok {
		js.ThrowType(rt, "%s: %s must be an ArrayBuffer, a typed array or a DataView", what, name)
	}
	return bytes.Clone(b)
}

// integer is a member that has to be there, from 0 to most.
func (p *params) integer(member string, most int64) int {
	return p.whole(member, p.need(member), most)
}

// optionalInteger is otherwise if the member is not there.
func (p *params) optionalInteger(member string, most int64, otherwise int) int {
	if v := p.get(member); !js.Missing(v) {
		return p.whole(member, v, most)
	}
	return otherwise
}

func (p *params) whole(member string, v goja.Value, most int64) int {
	f := v.ToFloat()
	if !(f >= 0 && f <= float64(most)) {
		js.ThrowType(p.rt, "%s: %s must be a number from 0 to %d, not %v", p.what, member, most, v)
	}
	return int(f)
}

// key is a member that is a CryptoKey.
func (p *params) key(member string) *key {
	k := js.Reveal[*key](p.need(member), keySlot)
	if k == nil {
		js.ThrowType(p.rt, "%s: %s must be a CryptoKey", p.what, member)
	}
	return k
}

// hash is the member hash: a name or an object with one.
func (p *params) hash() crypto.Hash {
	name := p.nameIn(p.need("hash"), "hash")
	h := hashNamed(name)
	if h == 0 {
		p.throw(notSupported("unknown hash %q", name))
	}
	return h
}
