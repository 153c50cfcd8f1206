package webcrypto

import (
	"bytes"
	"crypto/cipher"
	"encoding/binary"
)

// kwFirst is the integrity value of RFC 3394, 2.2.3.1.
const kwFirst = 0xa6a6a6a6a6a6a6a6

// kwWrap is AES key wrap, RFC 3394, 2.2.1.
func kwWrap(block cipher.Block, data []byte) ([]byte, error) {
	if len(data)%8 != 0 || len(data) < 16 {
		return nil, failed("AES-KW wraps keys of 16 bytes or more in multiples of 8, not of %d", len(data))
	}
	out := make([]byte, 8+len(data))
	copy(out[8:], data)
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], kwFirst)
	for step, n := 0, len(data)/8; step < 6*n; step++ {
		r := out[8+8*(step%n):][:8]
		copy(b[8:], r)
		block.Encrypt(b[:], b[:])
		binary.BigEndian.PutUint64(b[:8], binary.BigEndian.Uint64(b[:8])^uint64(step+1))
		copy(r, b[8:])
	}
	copy(out, b[:8])
	return out, nil
}

// kwUnwrap is RFC 3394, 2.2.2.
func kwUnwrap(block cipher.Block, data []byte) ([]byte, error) {
	if len(data)%8 != 0 || len(data) < 24 {
		return nil, failed("the wrapped key has %d bytes, which is no length of AES-KW", len(data))
	}
	var b [16]byte
	copy(b[:8], data)
	out := bytes.Clone(data[8:])
	n := len(out) / 8
	for step := 6*n - 1; step >= 0; step-- {
		r := out[8*(step%n):][:8]
		binary.BigEndian.PutUint64(b[:8], binary.BigEndian.Uint64(b[:8])^uint64(step+1))
		copy(b[8:], r)
		block.Decrypt(b[:], b[:])
		copy(r, b[8:])
	}
	if binary.BigEndian.Uint64(b[:8]) != kwFirst {
		return nil, failed("the key cannot be unwrapped: another key, or damaged data")
	}
	return out, nil
}
