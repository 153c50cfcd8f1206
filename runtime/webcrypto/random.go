package webcrypto

import (
	"crypto/rand"
	"encoding/hex"

	"github.com/dop251/goja"

	"katydid/runtime/js"
)

// fillRandom overwrites a typed array of integers with random bytes.
func fillRandom(vm *goja.Runtime, v goja.Value) {
	switch js.TypedArrayName(v) {
	case "", "Float32Array", "Float64Array", "DataView":
		js.ThrowDOM(vm, "TypeMismatchError", 17, "crypto.getRandomValues: the argument must be a typed array of integers")
	}
	b, _ := js.BytesOf(v)
	if len(b) > 65536 {
		js.ThrowDOM(vm, "QuotaExceededError", 22, "crypto.getRandomValues: more than 65536 bytes at once")
	}
	rand.Read(b)
}

// newUUID is a version 4 UUID (RFC 9562).
func newUUID() string {
	var b [16]byte
	rand.Read(b[:])
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	var text [36]byte
	hex.Encode(text[:8], b[:4])
	text[8] = '-'
	hex.Encode(text[9:13], b[4:6])
	text[13] = '-'
	hex.Encode(text[14:18], b[6:8])
	text[18] = '-'
	hex.Encode(text[19:23], b[8:10])
	text[23] = '-'
	hex.Encode(text[24:], b[10:])
	return string(text[:])
}
