package k6crypto

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"hash"

	"github.com/dop251/goja"
	"golang.org/x/crypto/md4"       //nolint:staticcheck // k6 has it: some targets still want it.
	"golang.org/x/crypto/ripemd160" //nolint:staticcheck // The same.

	"katydid/runtime/js"
)

// hashes are the algorithms by k6's names.
var hashes = map[string]func() hash.Hash{
	"md4": md4.New, "md5": md5.New, "ripemd160": ripemd160.New, "sha1": sha1.New, "sha256": sha256.New, "sha384": sha512.New384,
	"sha512": sha512.New, "sha512_224": sha512.New512_224, "sha512_256": sha512.New512_256,
}

func cryptoExport(rt *goja.Runtime, name string) goja.Value {
	switch name {
	case "hmac": // (algorithm, key, data, encoding)
		return js.Function(rt, name, 4, func(c goja.FunctionCall) goja.Value {
			h := hmac.New(hashOf(rt, name, c.Argument(0)), bytesOf(rt, "hmac: the key", c.Argument(1)))
			h.Write(bytesOf(rt, "hmac: the data", c.Argument(2)))
			return encoded(rt, name, h.Sum(nil), c.Argument(3))
		})
	case "createHash", "createHMAC":
		return hasherMaker(rt, name)
	case "randomBytes":
		return js.Function(rt, name, 1, func(c goja.FunctionCall) goja.Value { return randomBytes(rt, c.Argument(0)) })
	case "hexEncode":
		return js.Function(rt, name, 1, func(c goja.FunctionCall) goja.Value {
			return rt.ToValue(hex.EncodeToString(bytesOf(rt, "hexEncode: the data", c.Argument(0))))
		})
	default: // a hash: (data, encoding)
		newHash := hashes[name]
		return js.Function(rt, name, 2, func(c goja.FunctionCall) goja.Value {
			h := newHash()
			h.Write(bytesOf(rt, name+": the data", c.Argument(0)))
			return encoded(rt, name, h.Sum(nil), c.Argument(1))
		})
	}
}

// hasherMaker makes createHash(algorithm) or createHMAC(algorithm, key). The objects share their methods.
func hasherMaker(rt *goja.Runtime, name string) goja.Value {
	var proto *goja.Object
	state := goja.NewSymbol("hash")
	length := 1
	if name == "createHMAC" {
		length = 2
	}
	return js.Function(rt, name, length, func(c goja.FunctionCall) goja.Value {
		newHash := hashOf(rt, name, c.Argument(0))
		var h hash.Hash
		if name == "createHMAC" {
			h = hmac.New(newHash, bytesOf(rt, name+": the key", c.Argument(1)))
		} else {
			h = newHash()
		}
		if proto == nil {
			proto = hasherMethods(rt, state)
		}
		o := rt.CreateObject(proto)
		js.Hide(rt, o, state, h)
		return o
	})
}

// hasherMethods are update(data) and digest(encoding). A digest leaves the state: more data can follow.
func hasherMethods(rt *goja.Runtime, state *goja.Symbol) *goja.Object {
	proto := rt.NewObject()
	of := func(c goja.FunctionCall) hash.Hash {
		h := js.Reveal[hash.Hash](c.This, state)
		if h == nil {
			js.ThrowType(rt, "update and digest are methods of what createHash and createHMAC return")
		}
		return h
	}
	js.Method(rt, proto, "update", 1, func(c goja.FunctionCall) goja.Value {
		of(c).Write(bytesOf(rt, "update: the data", c.Argument(0)))
		return goja.Undefined()
	})
	js.Method(rt, proto, "digest", 1, func(c goja.FunctionCall) goja.Value {
		return encoded(rt, "digest", of(c).Sum(nil), c.Argument(0))
	})
	return proto
}

func hashOf(rt *goja.Runtime, what string, algorithm goja.Value) func() hash.Hash {
	h := hashes[js.ToText(rt, algorithm)]
	if h == nil {
		js.Throw(rt, "%s: unknown algorithm %q; known are md4, md5, sha1, sha256, sha384, sha512, sha512_224, sha512_256 and ripemd160",
			what, algorithm.String())
	}
	return h
}

// maxRandom keeps a slip (a number of bits for one of bytes, a time in milliseconds) from taking the machine's memory.
const maxRandom = 1 << 30

func randomBytes(rt *goja.Runtime, size goja.Value) goja.Value {
	n := size.ToInteger()
	if n < 1 || n > maxRandom {
		js.Throw(rt, "randomBytes: the size must be a number of bytes from 1 to %d, not %v", maxRandom, size)
	}
	b := make([]byte, n)
	rand.Read(b)
	return rt.ToValue(rt.NewArrayBuffer(b))
}

// encoded gives bytes in one of k6's output encodings.
func encoded(rt *goja.Runtime, what string, b []byte, encoding goja.Value) goja.Value {
	switch js.ToText(rt, encoding) {
	case "hex":
		return rt.ToValue(hex.EncodeToString(b))
	case "base64":
		return rt.ToValue(base64.StdEncoding.EncodeToString(b))
	case "base64url":
		return rt.ToValue(base64.URLEncoding.EncodeToString(b))
	case "base64rawurl":
		return rt.ToValue(base64.RawURLEncoding.EncodeToString(b))
	case "binary":
		return rt.ToValue(rt.NewArrayBuffer(b))
	}
	js.Throw(rt, "%s: unknown output encoding %q; known are hex, base64, base64url, base64rawurl and binary", what, encoding.String())
	return nil
}

// bytesOf reads data: a string as UTF-8, an ArrayBuffer or a view of one, an array of byte numbers. What it returns is to be
// used before the script goes on.
func bytesOf(rt *goja.Runtime, what string, v goja.Value) []byte {
	if js.TypeName(v) == "string" {
		return []byte(v.String())
	}
	if b, ok := js.BytesOf(v); ok {
		return b
	}
	if o, ok := v.(*goja.Object); ok && o.ExportType() == js.SetType && o.ClassName() == "Array" {
		if b, ok := byteNumbers(rt, o); ok {
			return b
		}
	}
	js.ThrowType(rt, "%s must be a string, an ArrayBuffer, a typed array or an array of byte numbers, not %s", what, kindOf(v))
	return nil
}

func byteNumbers(rt *goja.Runtime, array *goja.Object) ([]byte, bool) {
	var b []byte
	ok := true
	rt.ForOf(array, func(item goja.Value) bool {
		n, whole := js.Whole(item)
		ok = whole && n >= 0 && n <= 255
		b = append(b, byte(n))
		return ok
	})
	return b, ok
}

// kindOf names a value that is no data, for an error.
func kindOf(v goja.Value) string {
	if !js.IsObject(v) {
		return v.String()
	}
	return "an object"
}
