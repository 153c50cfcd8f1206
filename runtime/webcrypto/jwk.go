package webcrypto

import (
	"encoding/base64"
	"slices"
	"strings"

	"github.com/dop251/goja"

	"katydid/runtime/js"
)

// jwk is a JSON Web Key (RFC 7517).
type jwk struct {
	text              map[string]string // the members that are strings
	usages            usage             // key_ops, without those that are none of ours
	ext               bool
	hasUsages, hasExt bool
}

// jwkNames are the members that are strings, in the order in which they are written.
var jwkNames = []string{"kty", "use", "alg", "crv", "x", "y", "k", "n", "e", "d", "p", "q", "dp", "dq", "qi"}

// newJWK makes a key to export; pairs are names and values, those that are empty are left out.
func newJWK(pairs ...string) *jwk {
	j := &jwk{text: map[string]string{}}
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			j.text[pairs[i]] = pairs[i+1]
		}
	}
	return j
}

// readJWK reads what a script gives as a key.
func readJWK(rt *goja.Runtime, what string, v goja.Value) *jwk {
	o, ok := v.(*goja.Object)
	if _, isBuffer := js.BytesOf(v); !ok || isBuffer {
		js.ThrowType(rt, "%s: a key in the format jwk is an object", what)
	}
	j := newJWK()
	for _, name := range jwkNames {
		if v := o.Get(name); !js.Missing(v) {
			j.text[name] = js.ToText(rt, v)
		}
	}
	if v := o.Get("ext"); !js.Missing(v) {
		j.ext, j.hasExt = v.ToBoolean(), true
	}
	if v := o.Get("key_ops"); !js.Missing(v) {
		j.hasUsages = true
		rt.ForOf(js.Object(rt, what+": key_ops", v), func(op goja.Value) bool {
			j.usages |= usageOf(js.ToText(rt, op))
			return true
		})
	}
	return j
}

// object is the key as scripts see it.
func (j *jwk) object(rt *goja.Runtime) *goja.Object {
	o := rt.NewObject()
	for _, name := range jwkNames {
		if text, ok := j.text[name]; ok {
			o.Set(name, text)
		}
	}
	if j.hasUsages {
		o.Set("key_ops", textArray(rt, j.usages.names()))
	}
	if j.hasExt {
		o.Set("ext", j.ext)
	}
	return o
}

// check holds what a key says about itself against what it is imported for. use is "sig" or "enc"; algs are the names that its
// alg may have, none for any.
func (j *jwk) check(m *material, kty, use string, algs ...string) error {
	switch {
	case j.text["kty"] != kty:
		return badData("the key's kty is %q, not %q", j.text["kty"], kty)
	case m.usages != 0 && j.text["use"] != "" && j.text["use"] != use:
		return badData("the key's use is %q, not %q", j.text["use"], use)
	case j.hasUsages && m.usages&^j.usages != 0:
		return badData("the key's key_ops do not contain %s", (m.usages &^ j.usages).names()[0])
	case j.hasExt && !j.ext && m.extractable:
		return badData("the key says that it is not extractable")
	}
	if alg := j.text["alg"]; alg != "" && len(algs) > 0 && !slices.Contains(algs, alg) {
		return badData("the key's alg is %q, not %q", alg, algs[0])
	}
	return nil
}

// bytes decodes a member that has to be there.
func (j *jwk) bytes(name string) ([]byte, error) {
	text, ok := j.text[name]
	if !ok {
		return nil, badData("the key has no %s", name)
	}
	b, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(text, "="))
	if err != nil {
		return nil, badData("the key's %s is not in base64url: %v", name, err)
	}
	return b, nil
}

func base64url(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }
