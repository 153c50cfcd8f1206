package webcrypto

import (
	"crypto"
	_ "crypto/sha1" // so that crypto.Hash knows them
	_ "crypto/sha256"
	_ "crypto/sha512"
	"strings"
)

// hashes are the hashes of the standard, by their names.
var hashes = map[string]crypto.Hash{"SHA-1": crypto.SHA1, "SHA-256": crypto.SHA256, "SHA-384": crypto.SHA384, "SHA-512": crypto.SHA512}

// hashNamed is the hash of that name in any case, 0 if there is none.
func hashNamed(name string) crypto.Hash { return hashes[strings.ToUpper(name)] }

func hashName(h crypto.Hash) string {
	for name, known := range hashes {
		if known == h {
			return name
		}
	}
	return ""
}

// digest is the hash of data.
func digest(h crypto.Hash, data []byte) []byte {
	sum := h.New()
	sum.Write(data)
	return sum.Sum(nil)
}
