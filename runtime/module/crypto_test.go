package module_test

import "testing"

// TestCryptoInATask: making a key leaves the user's timers running, and the class of keys is a global.
func TestCryptoInATask(t *testing.T) {
	p := play{users: 2, script: `
		const rsa = {name: "RSA-PSS", hash: "SHA-256", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1])};
		export class U extends User { @task async a() {
			const pair = await crypto.subtle.generateKey(rsa, true, ["sign", "verify"]), data = new TextEncoder().encode("text");
			const signature = await crypto.subtle.sign({name: "RSA-PSS", saltLength: 32}, pair.privateKey, data);
			const right = await crypto.subtle.verify({name: "RSA-PSS", saltLength: 32}, pair.publicKey, signature, data);
			try { await crypto.subtle.digest("MD5", data) } catch (e) { console.log(right, pair.publicKey instanceof CryptoKey, e.name) }
			throw new StopUser();
		} }`}.do(t)
	p.calm(t)
	p.wants(t, "true true NotSupportedError | true true NotSupportedError")
}

// TestCryptoHardStop: a hard stop cuts off what is still at work; what comes of that later harms nobody.
func TestCryptoHardStop(t *testing.T) {
	p := play{when: saying("started", 1), script: `
		export class U extends User { @task async a() {
			const key = await crypto.subtle.importKey("raw", new Uint8Array(8), "PBKDF2", false, ["deriveBits"]);
			const bits = crypto.subtle.deriveBits({name: "PBKDF2", hash: "SHA-512", salt: new Uint8Array(8), iterations: 3_000_000}, key, 512);
			console.log("started"); await bits; console.log("done");
		} }`}.do(t)
	p.wants(t, "started")
}
