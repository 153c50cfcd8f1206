package k6

import (
	"crypto/md5" //nolint:gosec // what servers ask for
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"strings"

	"katydid/runtime/bridge"
)

// digest answers a challenge of the scheme Digest.
func (u *userinfo) digest(method, uri, challenge string) (string, error) {
	random := make([]byte, 8)
	_, _ = rand.Read(random) // never fails
	return u.answer(method, uri, challenge, hex.EncodeToString(random))
}

// answer is digest with a given nonce of the client's (RFC 7616, with qop=auth or none).
func (u *userinfo) answer(method, uri, challenge, cnonce string) (string, error) {
	p := challengeParams(challenge)
	name := p["algorithm"]
	session := strings.HasSuffix(strings.ToLower(name), "-sess")
	var sum func(string) string
	switch strings.TrimSuffix(strings.ToLower(name), "-sess") {
	case "", "md5":
		sum = hexSum(md5.New)
	case "sha-256":
		sum = hexSum(sha256.New)
	default:
		return "", &bridge.Error{Kind: bridge.InvalidResponse, Text: "digest authentication with an algorithm that is not known"}
	}
	const count = "00000001"
	first := sum(u.name + ":" + p["realm"] + ":" + u.password)
	if session {
		first = sum(first + ":" + p["nonce"] + ":" + cnonce)
	}
	second := sum(method + ":" + uri)
	var b strings.Builder
	fmt.Fprintf(&b, `Digest username=%s, realm=%s, nonce=%s, uri=%s`, quote(u.name), quote(p["realm"]), quote(p["nonce"]), quote(uri))
	if offers(p["qop"], "auth") {
		fmt.Fprintf(&b, `, qop=auth, nc=%s, cnonce="%s", response="%s"`, count, cnonce,
			sum(strings.Join([]string{first, p["nonce"], count, cnonce, "auth", second}, ":")))
	} else {
		fmt.Fprintf(&b, `, response="%s"`, sum(first+":"+p["nonce"]+":"+second))
	}
	if name != "" {
		fmt.Fprintf(&b, ", algorithm=%s", name)
	}
	if opaque, ok := p["opaque"]; ok {
		fmt.Fprintf(&b, `, opaque=%s`, quote(opaque))
	}
	return b.String(), nil
}

func hexSum(h func() hash.Hash) func(string) string {
	return func(s string) string {
		sum := h()
		_, _ = sum.Write([]byte(s)) // never fails
		return hex.EncodeToString(sum.Sum(nil))
	}
}

func offers(list, item string) bool {
	for one := range strings.SplitSeq(list, ",") {
		if strings.TrimSpace(one) == item {
			return true
		}
	}
	return false
}

// challengeParams reads name=value pairs; values may be quoted, and a comma may then be part of them.
func challengeParams(s string) map[string]string {
	found := map[string]string{}
	for s = strings.TrimLeft(s, " ,"); s != ""; s = strings.TrimLeft(s, " ,") {
		name, rest, ok := strings.Cut(s, "=")
		if !ok {
			return found
		}
		value := ""
		if rest, ok = strings.CutPrefix(rest, `"`); ok {
			value, s = unquote(rest)
		} else {
			value, s, _ = strings.Cut(rest, ",")
		}
		found[strings.ToLower(strings.TrimSpace(name))] = strings.TrimSpace(value)
	}
	return found
}

// unquote reads a quoted string to its end; s begins after the first quote. A backslash stands before a character that is
// to be taken as it is (RFC 9110, 5.6.4).
func unquote(s string) (value, rest string) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '"':
			return b.String(), s[i+1:]
		case s[i] == '\\' && i+1 < len(s):
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String(), ""
}

var quoter = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

func quote(s string) string { return `"` + quoter.Replace(s) + `"` }
