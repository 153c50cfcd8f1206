// Package k6crypto is what k6 scripts import from k6/crypto, k6/crypto/x509 and k6/encoding. All of it belongs to the
// goroutine that runs the VM.
package k6crypto

import (
	"slices"

	"github.com/dop251/goja"

	"katydid/runtime/js"
)

// Names are the named exports of each module. Each has a default export, too: an object with all of them.
var Names = map[string][]string{
	"k6/crypto": {
		"createHMAC", "createHash", "hexEncode", "hmac", "md4", "md5", "randomBytes", "ripemd160",
		"sha1", "sha256", "sha384", "sha512", "sha512_224", "sha512_256",
	},
	"k6/crypto/x509": {"getAltNames", "getIssuer", "getSubject", "parse"},
	"k6/encoding":    {"b64decode", "b64encode"},
}

// Export makes one export of a module, "default" among them, for one VM; nil if there is none of that name. The members of
// the default object are made when a script first uses them.
func Export(rt *goja.Runtime, module, name string) goja.Value {
	names := Names[module]
	if name == "default" && names != nil {
		return js.NewLazy(rt, js.Lazy{Names: names, Build: func(member string) goja.Value { return Export(rt, module, member) }})
	}
	if !slices.Contains(names, name) {
		return nil
	}
	switch module {
	case "k6/crypto":
		return cryptoExport(rt, name)
	case "k6/crypto/x509":
		return x509Export(rt, name)
	default:
		return encodingExport(rt, name)
	}
}
