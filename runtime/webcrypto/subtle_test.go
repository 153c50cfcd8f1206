package webcrypto_test

import (
	"runtime"
	"testing"

	"github.com/dop251/goja"

	"katydid/runtime/js"
	"katydid/runtime/webcrypto"
)

// roundTrips generates keys and sends each through all formats that it has: what comes back exports as the same again, and the
// public and the private key still belong together.
const roundTrips = `
async function roundTrip(algorithm, usages, formats) {
	const made = await subtle.generateKey(algorithm, true, usages), out = []
	for (const key of made.publicKey ? [made.publicKey, made.privateKey] : [made])
		for (const format of formats[key.type]) {
			const a = await subtle.exportKey(format, key)
			const back = await subtle.importKey(format, a, algorithm, true, key.usages)
			const b = await subtle.exportKey(format, back)
			const same = format === "jwk" ? JSON.stringify(a) === JSON.stringify(b) : hex(a) === hex(b)
			out.push(key.type + " " + format + " " + (same && show(key) === show(back)))
		}
	return out.join()
}
const pairs = {public: ["spki", "jwk"], private: ["pkcs8", "jwk"]}
const points = {public: ["raw", "spki", "jwk"], private: ["pkcs8", "jwk"]}
const secrets = {secret: ["raw", "jwk"]}`

func TestRoundTrips(t *testing.T) {
	rt := newVM(t, nil)
	if _, err := rt.RunString(roundTrips); err != nil {
		t.Fatal(err)
	}
	pairs := "public spki true,public jwk true,private pkcs8 true,private jwk true"
	points := "public raw true," + pairs
	secrets := "secret raw true,secret jwk true"
	rsa := `modulusLength: 1024, publicExponent: new Uint8Array([1, 0, 1])`
	for code, want := range map[string]string{
		`{name: "AES-CBC", length: 128}, ["encrypt"], secrets`:                       secrets,
		`{name: "AES-CTR", length: 192}, ["decrypt"], secrets`:                       secrets,
		`{name: "AES-GCM", length: 256}, ["wrapKey"], secrets`:                       secrets,
		`{name: "AES-KW", length: 256}, ["wrapKey", "unwrapKey"], secrets`:           secrets,
		`{name: "HMAC", hash: "SHA-1"}, ["sign"], secrets`:                           secrets,
		`{name: "HMAC", hash: "SHA-512", length: 19}, ["sign", "verify"], secrets`:   secrets,
		`{name: "RSA-PSS", hash: "SHA-256", ` + rsa + `}, ["sign", "verify"], pairs`: pairs,
		`{name: "RSASSA-PKCS1-v1_5", hash: "SHA-512", ` + rsa + `}, ["sign"], pairs`: pairs,
		`{name: "RSA-OAEP", hash: "SHA-1", ` + rsa + `}, ["decrypt"], pairs`:         pairs,
		`{name: "ECDSA", namedCurve: "P-256"}, ["sign", "verify"], points`:           points,
		`{name: "ECDSA", namedCurve: "P-384"}, ["sign"], points`:                     points,
		`{name: "ECDH", namedCurve: "P-521"}, ["deriveBits"], points`:                points,
		`{name: "Ed25519"}, ["sign", "verify"], points`:                              points,
		`{name: "X25519"}, ["deriveBits", "deriveKey"], points`:                      points,
	} {
		if got := await(t, rt, "await roundTrip("+code+")"); got != want {
			t.Errorf("%s\n got %s\nwant %s", code, got, want)
		}
	}
}

// TestErrors: what the errors say, and that every mistake is a rejection and not a throw.
func TestErrors(t *testing.T) {
	rt := newVM(t, nil)
	for code, want := range map[string]string{
		`subtle.digest("MD5", new Uint8Array())`:                                                                                             `NotSupportedError: crypto.subtle.digest: unknown hash "MD5"`,
		`subtle.digest("SHA-256", "text")`:                                                                                                   "TypeError: crypto.subtle.digest: data must be an ArrayBuffer, a typed array or a DataView",
		`subtle.digest("SHA-256")`:                                                                                                           "TypeError: crypto.subtle.digest: 2 arguments required, but only 1 present",
		`subtle.digest(Symbol(), new Uint8Array())`:                                                                                          "TypeError: Cannot convert a Symbol value to a string",
		`subtle.digest({get name() { throw "mine" }}, new Uint8Array())`:                                                                     "mine",
		`subtle.sign("HMAC", {}, new Uint8Array())`:                                                                                          "TypeError: crypto.subtle.sign: the key must be a CryptoKey, not another object",
		`subtle.importKey("raw", new Uint8Array(5), "AES-GCM", true, ["encrypt"])`:                                                           "DataError: crypto.subtle.importKey: an AES key has 16, 24 or 32 bytes, not 5",
		`subtle.importKey("jwk", new Uint8Array(5), "AES-GCM", true, ["encrypt"])`:                                                           "TypeError: crypto.subtle.importKey: a key in the format jwk is an object",
		`subtle.importKey("jwk", {kty: "oct", k: "?"}, "AES-GCM", true, ["encrypt"])`:                                                        "DataError: crypto.subtle.importKey: the key's k is not in base64url: illegal base64 data at input byte 0",
		`subtle.importKey("raw", new Uint8Array(5), {name: "HMAC"}, true, ["sign"])`:                                                         "TypeError: crypto.subtle.importKey: HMAC needs hash",
		`subtle.importKey("raw", new Uint8Array(5), {name: "HMAC", hash: "SHA-1"}, true, "sign")`:                                            "TypeError: crypto.subtle.importKey: the usages must be an object, not sign",
		`subtle.importKey("raw", new Uint8Array(5), {name: "HMAC", hash: "SHA-1"}, true, ["decrypt"])`:                                       "SyntaxError: crypto.subtle.importKey: a key of this kind cannot have the usage decrypt",
		`jwk(rsa, {name: "RSA-PSS", hash: "SHA-1"}, "sign").then(k => subtle.sign({name: "RSA-PSS", saltLength: 0}, k, new Uint8Array()))`:   "NotSupportedError: crypto.subtle.sign: a saltLength of 0 is not supported",
		`jwk(rsa, {name: "RSA-PSS", hash: "SHA-1"}, "sign").then(k => subtle.sign({name: "RSA-PSS", saltLength: 250}, k, new Uint8Array()))`: "OperationError: crypto.subtle.sign: crypto/rsa: message too long for RSA key size",
		`jwk({...rsa, d: rsa.n}, {name: "RSA-PSS", hash: "SHA-1"}, "sign").catch(e => e.name)`:                                               "DataError",
		`subtle.generateKey({name: "RSA-PSS", hash: "SHA-1", modulusLength: 2048, publicExponent: new Uint8Array([3])}, true, ["sign"])`:     "NotSupportedError: crypto.subtle.generateKey: the publicExponent must be 65537",
	} {
		if got := await(t, rt, "await ("+code+").catch(e => e)"); got != want {
			t.Errorf("%s\n got %s\nwant %s", code, got, want)
		}
	}
}

// TestCopies: what a script does to its buffers after a call changes nothing.
func TestCopies(t *testing.T) {
	rt := newVM(t, nil)
	got := await(t, rt, `await (async () => {
		const secret = unhex("2b7e151628aed2a6abf7158809cf4f3c"), data = utf8("hello"), iv = new Uint8Array(16)
		const key = await raw(secret, "AES-CBC", "encrypt")
		const first = hex(await subtle.encrypt({name: "AES-CBC", iv}, key, data))
		const out = [hex(secret), hex(data), hex(iv)]
		secret.fill(0)
		new Uint8Array(await subtle.exportKey("raw", key)).fill(0)
		return [...out, first === hex(await subtle.encrypt({name: "AES-CBC", iv}, key, data)), hex(await subtle.exportKey("raw", key))]
	})()`)
	if want := "2b7e151628aed2a6abf7158809cf4f3c,68656c6c6f,00000000000000000000000000000000,true,2b7e151628aed2a6abf7158809cf4f3c"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// background runs work in goroutines, as a user's event loop does; wait runs what n of them have to say.
type background struct{ done chan func() error }

func (b background) async(work func(), done func() error) {
	go func() {
		work()
		b.done <- done
	}()
}

func (b background) wait(t *testing.T, n int) {
	for range n {
		if err := (<-b.done)(); err != nil {
			t.Error(err)
		}
	}
}

// TestAsync: only what takes long leaves the VM; the promise of it settles when the loop has run.
func TestAsync(t *testing.T) {
	b := background{make(chan func() error)}
	rt := newVM(t, b.async)
	_, err := rt.RunString(`
		const log = [], salt = utf8("salt")
		subtle.generateKey({name: "RSA-PSS", hash: "SHA-1", modulusLength: 1024, publicExponent: new Uint8Array([1, 0, 1])}, true, ["sign"])
			.then(k => subtle.sign({name: "RSA-PSS", saltLength: 20}, k.privateKey, salt)).then(s => log.push("rsa " + s.byteLength))
		subtle.generateKey({name: "RSA-PSS", hash: "SHA-1", modulusLength: 100, publicExponent: new Uint8Array([1, 0, 1])}, true, ["sign"]).catch(e => log.push("short " + e.name))
		subtle.importKey("raw", utf8("password"), "PBKDF2", false, ["deriveBits"])
			.then(k => { const p = subtle.deriveBits({name: "PBKDF2", hash: "SHA-1", salt, iterations: 1}, k, 160); salt.fill(0); return p })
			.then(b => log.push("bits " + hex(b)))
		subtle.digest("SHA-1", utf8("abc")).then(d => log.push("digest " + hex(d)))`)
	if err != nil {
		t.Fatal(err)
	}
	got := func() string {
		v, err := rt.RunString(`log.sort().join("\n")`)
		if err != nil {
			t.Fatal(err)
		}
		return v.String()
	}
	if before, want := got(), "digest a9993e364706816aba3e25717850c26c9cd0d89d"; before != want {
		t.Errorf("before the loop has run: %s, want %s", before, want)
	}
	b.wait(t, 3)
	want := "bits 0c60c80f961f0e71f3a9b524af6012062fe037a6\ndigest a9993e364706816aba3e25717850c26c9cd0d89d\nrsa 128\nshort OperationError"
	if after := got(); after != want {
		t.Errorf("got\n%s\nwant\n%s", after, want)
	}
}

// TestObject: crypto and subtle as scripts see them.
func TestObject(t *testing.T) {
	rt := newVM(t, nil)
	for code, want := range map[string]string{
		`Object.keys(crypto)`: "getRandomValues,randomUUID,subtle,CryptoKey",
		`Object.keys(subtle)`: "encrypt,decrypt,sign,verify,digest,generateKey,deriveKey,deriveBits,importKey,exportKey,wrapKey,unwrapKey",
		`[crypto.subtle === subtle, subtle.sign === subtle.sign, subtle.sign.name, subtle.verify.length]`:   "true,true,sign,4",
		`(({digest}) => digest("SHA-1", new Uint8Array()) instanceof Promise)(subtle)`:                      "true",
		`new Set(Array.from({length: 100}, () => crypto.randomUUID())).size`:                                "100",
		`/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(crypto.randomUUID())`: "true",
		`(a => [crypto.getRandomValues(a) === a, a.some(x => x > 255)])(new Uint16Array(64))`:               "true,true",
		`await name(() => crypto.getRandomValues(new Float64Array(1)))`:                                     "TypeMismatchError 17",
		`await name(() => crypto.getRandomValues(new Uint8Array(65537)))`:                                   "QuotaExceededError 22",
	} {
		if got := await(t, rt, code); got != want {
			t.Errorf("%s\n got %s\nwant %s", code, got, want)
		}
	}
}

// TestMemory guards what a VM pays for crypto, in bytes of live heap: it was 290, 1,660 and 5,160. A third of the last are
// Uint8Array's own getters, which the first view of a buffer that Go reads costs a VM.
func TestMemory(t *testing.T) {
	for _, test := range []struct {
		code, without string // the same without crypto
		most          float64
	}{
		{`1`, `1`, 500},
		{`crypto.randomUUID()`, `1`, 2100},
		{`crypto.subtle.digest("SHA-256", new Uint8Array(1))`, `Promise.resolve(new Uint8Array(1).buffer)`, 6200},
	} {
		used := perVM(t, test.code, true) - perVM(t, test.without, false)
		t.Logf("%s: %.0f bytes", test.code, used)
		if used > test.most {
			t.Errorf("%s costs a VM %.0f bytes", test.code, used)
		}
	}
}

// perVM is what a VM takes that has run code, with crypto or without.
func perVM(t *testing.T, code string, crypto bool) float64 {
	vms := make([]*goja.Runtime, 500)
	before := heap()
	for i := range vms {
		vms[i] = goja.New()
		vms[i].Set("crypto", goja.Undefined())
		if crypto {
			vms[i].Set("crypto", webcrypto.New(vms[i], nil))
		}
		if _, err := vms[i].RunString(code); err != nil {
			t.Fatal(err)
		}
	}
	used := heap() - before
	runtime.KeepAlive(vms)
	return used / float64(len(vms))
}

// heap is the live heap in bytes.
func heap() float64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}

// FuzzImport: no bytes make an import fail otherwise than by a rejection, and what it accepts can be exported.
func FuzzImport(f *testing.F) {
	rt := newVM(f, nil)
	_, err := rt.RunString(`
		const kinds = [
			[{name: "RSA-PSS", hash: "SHA-256"}, "verify", "sign"], [{name: "ECDSA", namedCurve: "P-256"}, "verify", "sign"],
			["Ed25519", "verify", "sign"], ["X25519", "", "deriveBits"]]
		async function importAll(bytes) {
			for (const format of ["raw", "spki", "pkcs8"])
				for (const [algorithm, open, closed] of kinds) {
					const usage = format === "pkcs8" ? closed : open
					let key
					try { key = await subtle.importKey(format, bytes, algorithm, true, usage ? [usage] : []) } catch { continue }
					if ((await subtle.exportKey(format, key)).byteLength === 0) return "empty"
					await subtle.exportKey("jwk", key)
				}
			try { await jwk(JSON.parse(decodeURIComponent(escape(String.fromCharCode(...bytes)))), {name: "HMAC", hash: "SHA-1"}, "sign") } catch {}
			return "fine"
		}`)
	if err != nil {
		f.Fatal(err)
	}
	for _, code := range []string{
		`subtle.exportKey("spki", await jwk(rsaPublic, {name: "RSA-PSS", hash: "SHA-256"}, "verify"))`,
		`subtle.exportKey("pkcs8", await jwk(p256, {name: "ECDSA", namedCurve: "P-256"}, "sign"))`,
		`subtle.exportKey("pkcs8", await jwk(ed, "Ed25519", "sign"))`,
		`utf8('{"kty":"oct","k":"AQID","key_ops":["sign"],"ext":true}')`,
	} {
		await(f, rt, `seed = new Uint8Array(await `+code+`)`)
		b, ok := js.BytesOf(rt.Get("seed"))
		if !ok {
			f.Fatal("no bytes")
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		rt.Set("bytes", js.NewUint8Array(rt, b))
		if got := await(t, rt, "await importAll(bytes)"); got != "fine" {
			t.Error(got)
		}
	})
}
