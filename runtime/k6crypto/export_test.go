package k6crypto_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/dop251/goja"

	"katydid/runtime/k6crypto"
)

// newVM makes a VM with the default exports as crypto, encoding and x509.
func newVM(t testing.TB) *goja.Runtime {
	t.Helper()
	rt := goja.New()
	rt.Set("crypto", k6crypto.Export(rt, "k6/crypto", "default"))
	rt.Set("encoding", k6crypto.Export(rt, "k6/encoding", "default"))
	rt.Set("x509", k6crypto.Export(rt, "k6/crypto/x509", "default"))
	rt.Set("file", func(c goja.FunctionCall) goja.Value {
		b, err := os.ReadFile("testdata/" + c.Argument(0).String())
		if err != nil {
			t.Error(err)
		}
		return rt.ToValue(string(b))
	})
	_, err := rt.RunString(`
		const bytes = (...list) => new Uint8Array(list)
		const list = buffer => buffer instanceof ArrayBuffer ? Array.from(new Uint8Array(buffer)).join() : "no ArrayBuffer: " + buffer`)
	if err != nil {
		t.Fatal(err)
	}
	return rt
}

// check runs each code and compares what it gives, or throws, as a string.
func check(t *testing.T, tests [][2]string) {
	t.Helper()
	for _, test := range tests {
		v, err := newVM(t).RunString("(() => { try { return String(" + test[0] + ") } catch (e) { return String(e) } })()")
		if err != nil {
			t.Fatalf("%s: %v", test[0], err)
		}
		if got := v.String(); got != test[1] {
			t.Errorf("%s\n got %s\nwant %s", test[0], got, test[1])
		}
	}
}

// TestNames: every name is there alone and in the default object, and nothing else is.
func TestNames(t *testing.T) {
	rt := goja.New()
	for module, names := range k6crypto.Names {
		for _, name := range names {
			for where, v := range map[string]goja.Value{
				"alone": k6crypto.Export(rt, module, name), "default": k6crypto.Export(rt, module, "default").ToObject(rt).Get(name),
			} {
				if _, ok := goja.AssertFunction(v); !ok {
					t.Errorf("%s of %s (%s) is %v, no function", name, module, where, v)
				} else if got := v.ToObject(rt).Get("name").String(); got != name {
					t.Errorf("%s of %s has the name %q", name, module, got)
				}
			}
		}
		if keys := k6crypto.Export(rt, module, "default").ToObject(rt).Keys(); !slices.Equal(keys, names) {
			t.Errorf("the default export of %s has %v", module, keys)
		}
		if v := k6crypto.Export(rt, module, "sha3"); v != nil {
			t.Errorf("%s exports sha3: %v", module, v)
		}
	}
	if v := k6crypto.Export(rt, "k6/html", "default"); v != nil {
		t.Errorf("k6/html is here: %v", v)
	}
}

// TestHashes: digests of "abc" from RFC 1320, RFC 1321, FIPS 180 and the page of RIPEMD-160.
func TestHashes(t *testing.T) {
	var tests [][2]string
	for name, want := range map[string]string{
		"md4":        "a448017aaf21d8525fc10ae87aa6729d",
		"md5":        "900150983cd24fb0d6963f7d28e17f72",
		"sha1":       "a9993e364706816aba3e25717850c26c9cd0d89d",
		"sha256":     "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
		"sha384":     "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7",
		"sha512":     "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
		"sha512_224": "4634270f707b6a54daae7530460842e20e37ed265ceee9a43e8924aa",
		"sha512_256": "53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23",
		"ripemd160":  "8eb208f7e05d987a9b044a8e98c6b087f15a0bfc",
	} {
		tests = append(tests, [2]string{"crypto." + name + `("abc", "hex")`, want},
			[2]string{`(h => { h.update("a"); h.update("bc"); return h.digest("hex") })(crypto.createHash("` + name + `"))`, want})
	}
	check(t, tests)
}

// TestHMAC: test cases 1, 2 and 6 of RFC 4231, and what k6 gives for the key "k" and the data "a".
func TestHMAC(t *testing.T) {
	long := `new Uint8Array(131).fill(0xaa)`
	check(t, [][2]string{
		{`crypto.hmac("sha256", new Uint8Array(20).fill(0x0b), "Hi There", "hex")`, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
		{`crypto.hmac("sha256", "Jefe", "what do ya want for nothing?", "hex")`, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
		{`crypto.hmac("sha384", ` + long + `, "Test Using Larger Than Block-Size Key - Hash Key First", "hex")`,
			"4ece084485813e9088d2c63a041bc5b44f9ef1012a2b588f3cd11f05033ac4c60c2ef6ab4030fe8296248df163f44952"},
		{`(h => { h.update("what do ya "); h.update("want for nothing?"); return h.digest("hex") })(crypto.createHMAC("sha512", "Jefe"))`,
			"164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737"},
		{`crypto.hmac("md4", "k", "a", "hex")`, "b3201ea50fce938ac4c52f16f52c63ba"},
		{`crypto.hmac("md5", "k", "a", "hex")`, "ddcf3d210049e7135f61affae73731cd"},
		{`crypto.hmac("sha1", "k", "a", "hex")`, "40e7d441cadb17b07f050341aa23a6820ed81c8b"},
		{`crypto.hmac("sha512_224", "k", "a", "hex")`, "24f3d4f01b98948cb56dbd90ca4416d436f63114c1638e3c4f286a63"},
		{`crypto.hmac("sha512_256", "k", "a", "hex")`, "53839e163076044c1ab228f9e03f31042bd2df16eab4d58ecf89ec8f719a62a5"},
		{`crypto.hmac("ripemd160", "k", "a", "hex")`, "f741494a3777f04a59e67fadb8f76036058b6f7c"},
		{`crypto.hmac("sha3", "k", "a", "hex")`, `Error: hmac: unknown algorithm "sha3"; known are md4, md5, sha1, sha256, sha384, sha512, sha512_224, sha512_256 and ripemd160`},
		{`crypto.hmac("md5", null, "a", "hex")`, "TypeError: hmac: the key must be a string, an ArrayBuffer, a typed array or an array of byte numbers, not null"},
	})
}

// TestData: what counts as data, and the output encodings.
func TestData(t *testing.T) {
	a := "0cc175b9c0f1b6a831c399e269772661"
	not := func(what, kind string) string {
		return "TypeError: " + what + " must be a string, an ArrayBuffer, a typed array or an array of byte numbers, not " + kind
	}
	check(t, [][2]string{
		{`crypto.md5("a", "hex")`, a}, {`crypto.md5(bytes(97), "hex")`, a}, {`crypto.md5(bytes(97).buffer, "hex")`, a},
		{`crypto.md5(bytes(96, 97, 98).subarray(1, 2), "hex")`, a}, {`crypto.md5([97], "hex")`, a},
		{`crypto.md5(new DataView(bytes(96, 97).buffer, 1), "hex")`, a},
		{`crypto.md5([256], "hex")`, not("md5: the data", "an object")}, {`crypto.md5(["a"], "hex")`, not("md5: the data", "an object")},
		{`crypto.md5({}, "hex")`, not("md5: the data", "an object")}, {`crypto.md5(5, "hex")`, not("md5: the data", "5")},
		{`crypto.md5()`, not("md5: the data", "undefined")}, {`crypto.createHash("md5").update()`, not("update: the data", "undefined")},
		{`crypto.sha1("k2", "base64rawurl")`, "v-tzTS610JFRRcGGEkh1fU_TK8I"}, {`crypto.md5("a", "base64rawurl")`, "DMF1ucDxtqgxw5niaXcmYQ"},
		{`crypto.sha1("k\u00e9y", "base64")`, "MepwLNzMvpDlN7hwPUZSuP+QHDI="}, {`crypto.sha1("k\u00e9y", "base64url")`, "MepwLNzMvpDlN7hwPUZSuP-QHDI="},
		{`list(crypto.md5("a", "binary"))`, "12,193,117,185,192,241,182,168,49,195,153,226,105,119,38,97"},
		{`crypto.md5("a")`, `Error: md5: unknown output encoding "undefined"; known are hex, base64, base64url, base64rawurl and binary`},
		{`crypto.md5("a", "HEX")`, `Error: md5: unknown output encoding "HEX"; known are hex, base64, base64url, base64rawurl and binary`},
		{`crypto.hexEncode("\u00e9\u20ac\ud83d\ude00")`, "c3a9e282acf09f9880"}, {`crypto.hexEncode(bytes(1, 255).buffer)`, "01ff"},
		{`crypto.hexEncode("\ud800")`, "efbfbd"},
	})
}

// TestHasher: a digest leaves the state, so that more can follow, as in k6.
func TestHasher(t *testing.T) {
	check(t, [][2]string{
		{`(h => { h.update("a"); const d = [h.digest("hex"), h.digest("hex")]; h.update("b"); return [...d, h.digest("hex")] })(crypto.createHash("md5"))`,
			"0cc175b9c0f1b6a831c399e269772661,0cc175b9c0f1b6a831c399e269772661,187ef4436122d1cc2f40dc2b92f0eba0"},
		{`(h => h.update("a"))(crypto.createHash("md5"))`, "undefined"},
		{`((a, b) => { a.update("a"); b.update("b"); return a.digest("hex") })(crypto.createHash("md5"), crypto.createHash("md5"))`, "0cc175b9c0f1b6a831c399e269772661"},
		{`crypto.createHash("md6")`, `Error: createHash: unknown algorithm "md6"; known are md4, md5, sha1, sha256, sha384, sha512, sha512_224, sha512_256 and ripemd160`},
		{`crypto.createHash()`, `Error: createHash: unknown algorithm "undefined"; known are md4, md5, sha1, sha256, sha384, sha512, sha512_224, sha512_256 and ripemd160`},
		{`crypto.createHash("md5").digest("x")`, `Error: digest: unknown output encoding "x"; known are hex, base64, base64url, base64rawurl and binary`},
		{`crypto.createHash("md5").digest.call({}, "hex")`, "TypeError: update and digest are methods of what createHash and createHMAC return"},
		{`crypto.createHMAC("sha256", "k").digest("base64") === crypto.hmac("sha256", "k", "", "base64")`, "true"},
	})
}

func TestRandomBytes(t *testing.T) {
	check(t, [][2]string{
		{`[crypto.randomBytes(4), crypto.randomBytes("3"), crypto.randomBytes(2.7)].map(b => b instanceof ArrayBuffer && b.byteLength)`, "4,3,2"},
		{`list(crypto.randomBytes(32)) === list(crypto.randomBytes(32))`, "false"},
		{`crypto.randomBytes(0)`, "Error: randomBytes: the size must be a number of bytes from 1 to 1073741824, not 0"},
		{`crypto.randomBytes(-1)`, "Error: randomBytes: the size must be a number of bytes from 1 to 1073741824, not -1"},
		{`crypto.randomBytes()`, "Error: randomBytes: the size must be a number of bytes from 1 to 1073741824, not undefined"},
	})
}

// TestBase64 has what k6 gives for the same calls; the texts of the errors are ours.
func TestBase64(t *testing.T) {
	check(t, [][2]string{
		{`[undefined, null, "std", "rawstd", "url", "rawurl", "xx", 5].map(v => encoding.b64encode("a?>~\u00e9~", v))`,
			"YT8+fsOpfg==,YT8+fsOpfg==,YT8+fsOpfg==,YT8+fsOpfg,YT8-fsOpfg==,YT8-fsOpfg,YT8+fsOpfg==,YT8+fsOpfg=="},
		{`[bytes(1, 2), bytes(1, 2).buffer, [1, 2]].map(b => encoding.b64encode(b))`, "AQI=,AQI=,AQI="},
		{`encoding.b64encode(5)`, "TypeError: b64encode: the data must be a string, an ArrayBuffer, a typed array or an array of byte numbers, not 5"},
		{`list(encoding.b64decode("YT8+fg=="))`, "97,63,62,126"}, {`list(encoding.b64decode("YT8+fg==", "std", "b"))`, "97,63,62,126"},
		{`list(encoding.b64decode("YT8+fg==", "std", "S"))`, "97,63,62,126"}, {`list(encoding.b64decode())`, ""},
		{`encoding.b64decode("YT8+fg==", undefined, "s")`, "a?>~"}, {`encoding.b64decode("YT8+fg", "rawstd", "s")`, "a?>~"},
		{`encoding.b64decode("YT8-fg==", "url", "s")`, "a?>~"}, {`encoding.b64decode("YT8-fg", "rawurl", "s")`, "a?>~"},
		{`encoding.b64decode("YT8+\nfg==", "zz", "s")`, "a?>~"}, {`encoding.b64decode("YR==", null, "s")`, "a"},
		{`encoding.b64decode("w6nigqw=", "std", "s")`, "\u00e9\u20ac"}, {`encoding.b64decode("/w==", "std", "s").codePointAt()`, "65533"},
		{`encoding.b64decode("YT8+fg", "std", "s")`, "Error: b64decode: illegal base64 data at input byte 4"},
		{`encoding.b64decode("YT8+fg==", "rawstd")`, "Error: b64decode: illegal base64 data at input byte 6"},
	})
}

func TestX509(t *testing.T) {
	want, err := os.ReadFile("testdata/x509.txt")
	if err != nil {
		t.Fatal(err)
	}
	var tests [][2]string
	for _, block := range strings.Split(string(want), ">>> ")[1:] {
		code, want, _ := strings.Cut(block, "\n")
		tests = append(tests, [2]string{code, strings.TrimSuffix(want, "\n")})
	}
	check(t, tests)
}

// FuzzX509: no text makes parse fail otherwise than by an exception of the script.
func FuzzX509(f *testing.F) {
	for _, name := range []string{"rsa.pem", "ec.pem", "ed.pem", "dsa.pem"} {
		b, err := os.ReadFile("testdata/" + name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(b))
	}
	rt := goja.New()
	parse, _ := goja.AssertFunction(k6crypto.Export(rt, "k6/crypto/x509", "parse"))
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := parse(goja.Undefined(), rt.ToValue(text)); err != nil {
			if _, ok := err.(*goja.Exception); !ok {
				t.Errorf("%T: %v", err, err)
			}
		}
	})
}
