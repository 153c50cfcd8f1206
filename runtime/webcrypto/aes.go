package webcrypto

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"math/big"
	"strconv"
)

// aesMode is in what one kind of AES differs from the others.
type aesMode struct {
	jwk              string // the end of the name in a JSON Web Key
	encrypt, decrypt func(p *params, block cipher.Block, data []byte) ([]byte, error)
	wrap, unwrap     func(block cipher.Block, data []byte) ([]byte, error)
}

var (
	aesCBC = aesMode{jwk: "CBC", encrypt: cbcEncrypt, decrypt: cbcDecrypt}
	aesCTR = aesMode{jwk: "CTR", encrypt: ctrCrypt, decrypt: ctrCrypt}
	aesGCM = aesMode{jwk: "GCM", encrypt: gcmEncrypt, decrypt: gcmDecrypt}
	aesKW  = aesMode{jwk: "KW", wrap: kwWrap, unwrap: kwUnwrap}
)

func aesScheme(m aesMode) *scheme {
	s := &scheme{
		secret: wraps | unwraps,
		settings: func(p *params, a *algorithm, fresh bool) {
			if fresh {
				a.bits = p.integer("length", 1<<16-1)
			}
		},
		length: func(a *algorithm) error {
			if a.bits != 128 && a.bits != 192 && a.bits != 256 {
				return failed("the length of an AES key must be 128, 192 or 256 bits, not %d", a.bits)
			}
			return nil
		},
		load: func(a *algorithm, in *material) (string, any, error) { return loadAES(m, a, in) },
		save: func(k *key, format string) (any, error) { return saveSecret(k, format, aesName(m, k.algorithm.bits)) },
	}
	if m.wrap != nil {
		s.wrap = func(k *key, data []byte) ([]byte, error) { return m.wrap(aesBlock(k), data) }
		s.unwrap = func(k *key, data []byte) ([]byte, error) { return m.unwrap(aesBlock(k), data) }
		return s
	}
	s.secret |= encrypts | decrypts
	s.encrypt = func(p *params, k *key, data []byte) ([]byte, error) { return m.encrypt(p, aesBlock(k), data) }
	s.decrypt = func(p *params, k *key, data []byte) ([]byte, error) { return m.decrypt(p, aesBlock(k), data) }
	return s
}

func aesBlock(k *key) cipher.Block {
	block, err := aes.NewCipher(k.material.([]byte))
	if err != nil {
		panic(err) // the length was checked when the key was made
	}
	return block
}

// aesName is the alg of a JSON Web Key, such as A128GCM.
func aesName(m aesMode, bits int) string { return "A" + strconv.Itoa(bits) + m.jwk }

func loadAES(m aesMode, a *algorithm, in *material) (string, any, error) {
	b, err := loadSecret(a, in)
	if err != nil {
		return "", nil, err
	}
	a.bits = len(b) * 8
	if a.bits != 128 && a.bits != 192 && a.bits != 256 {
		return "", nil, badData("an AES key has 16, 24 or 32 bytes, not %d", len(b))
	}
	if in.format == "jwk" {
		if err := in.jwk.check(in, "oct", "enc", aesName(m, a.bits)); err != nil {
			return "", nil, err
		}
	}
	return secret, b, nil
}

// loadSecret reads the formats of a secret: raw and jwk.
func loadSecret(a *algorithm, in *material) ([]byte, error) {
	switch in.format {
	case "raw":
		return in.bytes, nil
	case "jwk":
		return in.jwk.bytes("k")
	}
	return nil, unsupported(a.name, in.format)
}

// saveSecret writes them; alg is the name for a JSON Web Key.
func saveSecret(k *key, format, alg string) (any, error) {
	b := k.material.([]byte)
	switch format {
	case "raw":
		return bytes.Clone(b), nil
	case "jwk":
		return newJWK("kty", "oct", "alg", alg, "k", base64url(b)), nil
	}
	return nil, unsupported(k.algorithm.name, format)
}

func cbcIV(p *params) ([]byte, error) {
	iv := p.bytes("iv")
	if len(iv) != aes.BlockSize {
		return nil, failed("the iv must have 16 bytes, not %d", len(iv))
	}
	return iv, nil
}

// cbcEncrypt pads as PKCS#7 does.
func cbcEncrypt(p *params, block cipher.Block, data []byte) ([]byte, error) {
	iv, err := cbcIV(p)
	if err != nil {
		return nil, err
	}
	pad := aes.BlockSize - len(data)%aes.BlockSize
	data = append(data, bytes.Repeat([]byte{byte(pad)}, pad)...)
	cipher.NewCBCEncrypter(block, iv).CryptBlocks(data, data)
	return data, nil
}

func cbcDecrypt(p *params, block cipher.Block, data []byte) ([]byte, error) {
	iv, err := cbcIV(p)
	if err != nil {
		return nil, err
	}
	if len(data) == 0 || len(data)%aes.BlockSize != 0 {
		return nil, failed("the length of the data is no multiple of 16 bytes")
	}
	cipher.NewCBCDecrypter(block, iv).CryptBlocks(data, data)
	pad := int(data[len(data)-1])
	if pad < 1 || pad > aes.BlockSize || !bytes.Equal(data[len(data)-pad:], bytes.Repeat([]byte{byte(pad)}, pad)) {
		return nil, failed("the data cannot be decrypted: another key or iv, or damaged data")
	}
	return data[:len(data)-pad], nil
}

// ctrCrypt counts in the last length bits of the counter block only: these start again from zero, without a carry.
func ctrCrypt(p *params, block cipher.Block, data []byte) ([]byte, error) {
	counter, length := p.bytes("counter"), p.integer("length", 255)
	if len(counter) != aes.BlockSize {
		return nil, failed("the counter must have 16 bytes, not %d", len(counter))
	}
	if length < 1 || length > 128 {
		return nil, failed("the length of the counter must be from 1 to 128 bits, not %d", length)
	}
	all := new(big.Int).Lsh(big.NewInt(1), uint(length)) // values of the counter
	blocks := big.NewInt(int64(len(data)+aes.BlockSize-1) / aes.BlockSize)
	if blocks.Cmp(all) > 0 {
		return nil, failed("the data is longer than a counter of %d bits allows", length)
	}
	start := new(big.Int).SetBytes(counter)
	low := new(big.Int).Mod(start, all)
	left := all.Sub(all, low) // blocks until the counter starts again
	head := len(data)
	if blocks.Cmp(left) > 0 {
		head = int(left.Int64()) * aes.BlockSize
	}
	cipher.NewCTR(block, counter).XORKeyStream(data[:head], data[:head])
	if head < len(data) {
		start.Sub(start, low).FillBytes(counter)
		cipher.NewCTR(block, counter).XORKeyStream(data[head:], data[head:])
	}
	return data, nil
}

// gcm gives the cipher, the iv, the additional data and the length of the tag in bytes.
func gcm(p *params, block cipher.Block) (c cipher.AEAD, iv, more []byte, tag int, err error) {
	iv, more = p.bytes("iv"), p.optionalBytes("additionalData")
	bits := p.optionalInteger("tagLength", 255, 128)
	switch bits {
	case 32, 64, 96, 104, 112, 120, 128:
	default:
		return nil, nil, nil, 0, failed("the tagLength must be 32, 64, 96, 104, 112, 120 or 128, not %d", bits)
	}
	if len(iv) == 0 {
		return nil, nil, nil, 0, failed("the iv is empty")
	}
	if c, err = cipher.NewGCMWithNonceSize(block, len(iv)); err != nil {
		return nil, nil, nil, 0, failed("%v", err)
	}
	return c, iv, more, bits / 8, nil
}

func gcmEncrypt(p *params, block cipher.Block, data []byte) ([]byte, error) {
	c, iv, more, tag, err := gcm(p, block)
	if err != nil {
		return nil, err
	}
	return c.Seal(nil, iv, data, more)[:len(data)+tag], nil
}

func gcmDecrypt(p *params, block cipher.Block, data []byte) ([]byte, error) {
	c, iv, more, tag, err := gcm(p, block)
	if err != nil {
		return nil, err
	}
	if len(data) < tag {
		return nil, failed("the data is shorter than its tag of %d bytes", tag)
	}
	n := len(data) - tag
	// Go opens only whole tags. Encrypting what is encrypted decrypts it, and encrypting that again gives the tag to compare.
	plain := c.Seal(nil, iv, data[:n], more)[:n:n]
	if !hmac.Equal(c.Seal(nil, iv, plain, more)[n:n+tag], data[n:]) {
		return nil, failed("the data cannot be decrypted: another key, iv or additionalData, or damaged data")
	}
	return plain, nil
}
