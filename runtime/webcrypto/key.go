package webcrypto

import (
	"crypto"

	"github.com/dop251/goja"

	"katydid/runtime/js"
)

// The types of a key.
const (
	secret  = "secret"
	public  = "public"
	private = "private"
)

// key is what a CryptoKey holds.
type key struct {
	kind        string // secret, public or private
	extractable bool
	algorithm   algorithm
	usages      usage
	material    any // []byte of a secret, else one of the keys of crypto/rsa, ecdsa, ecdh and ed25519

	seen [2]goja.Value // algorithm and usages as the script has seen them: the same objects each time
}

// pair is a CryptoKeyPair.
type pair struct{ public, private *key }

// algorithm says what a key is for. Which fields are set depends on the name.
type algorithm struct {
	name     string
	hash     crypto.Hash
	curve    string
	bits     int    // of an AES or HMAC key; of an RSA key's modulus
	exponent []byte // an RSA key's, big endian
}

// object is the algorithm as scripts see it.
func (a *algorithm) object(rt *goja.Runtime) goja.Value {
	o := rt.NewObject()
	o.Set("name", a.name)
	if a.exponent != nil {
		o.Set("modulusLength", a.bits)
		o.Set("publicExponent", js.NewUint8Array(rt, a.exponent))
	} else if a.bits != 0 {
		o.Set("length", a.bits)
	}
	if a.hash != 0 {
		hash := rt.NewObject()
		hash.Set("name", hashName(a.hash))
		o.Set("hash", hash)
	}
	if a.curve != "" {
		o.Set("namedCurve", a.curve)
	}
	return o
}

// usage is a set of what a key may be used for.
type usage uint8

const (
	encrypts usage = 1 << iota
	decrypts
	signs
	verifies
	derivesKeys
	derivesBits
	wraps
	unwraps
)

// usageNames are the names of the usages, in the order of their bits, which is the order in which scripts see them.
var usageNames = [...]string{"encrypt", "decrypt", "sign", "verify", "deriveKey", "deriveBits", "wrapKey", "unwrapKey"}

// usageOf is the usage of that name, 0 if there is none.
func usageOf(name string) usage {
	for i, n := range usageNames {
		if n == name {
			return 1 << i
		}
	}
	return 0
}

func (u usage) names() []string {
	list := []string{}
	for i, name := range usageNames {
		if u&(1<<i) != 0 {
			list = append(list, name)
		}
	}
	return list
}

// keySlot is where a CryptoKey object keeps its key: one symbol for all VMs.
var keySlot = goja.NewSymbol("key")

// keyClass makes the class CryptoKey of a VM. Only subtle makes objects of it.
func keyClass(rt *goja.Runtime) *goja.Object {
	class := js.Constructor(rt, "CryptoKey", 0, func(goja.ConstructorCall) { js.ThrowType(rt, "Illegal constructor") })
	proto := js.Prototype(class)
	proto.DefineDataPropertySymbol(goja.SymToStringTag, rt.ToValue("CryptoKey"), goja.FLAG_FALSE, goja.FLAG_TRUE, goja.FLAG_FALSE)
	get := func(name string, show func(k *key) goja.Value) {
		js.Accessor(rt, proto, name, func(call goja.FunctionCall) goja.Value {
			k := js.Reveal[*key](call.This, keySlot)
			if k == nil {
				js.ThrowType(rt, "CryptoKey.%s: not a CryptoKey", name)
			}
			return show(k)
		}, nil)
	}
	once := func(slot int, show func(k *key) goja.Value) func(k *key) goja.Value {
		return func(k *key) goja.Value {
			if k.seen[slot] == nil {
				k.seen[slot] = show(k)
			}
			return k.seen[slot]
		}
	}
	get("type", func(k *key) goja.Value { return rt.ToValue(k.kind) })
	get("extractable", func(k *key) goja.Value { return rt.ToValue(k.extractable) })
	get("algorithm", once(0, func(k *key) goja.Value { return k.algorithm.object(rt) }))
	get("usages", once(1, func(k *key) goja.Value { return textArray(rt, k.usages.names()) }))
	return class
}

func textArray(rt *goja.Runtime, list []string) goja.Value {
	items := make([]any, len(list))
	for i, s := range list {
		items[i] = s
	}
	return rt.NewArray(items...)
}
