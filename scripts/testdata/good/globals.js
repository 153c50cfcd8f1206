// What scripts have of the web platform.
const url = new URL("/a?b=1", new URL("http://127.0.0.1"));
url.searchParams.append("c", "2");
for (const [name, value] of new URLSearchParams({ d: "3" })) console.log(name, value.length, url.href);
const bytes = new TextEncoder().encode("text");
console.debug(new TextDecoder("utf-8", { fatal: true }).decode(bytes), atob(btoa("x")), structuredClone({ a: 1 }).a);
console.info(crypto.getRandomValues(new Uint8Array(4)).length, crypto.randomUUID(), performance.now());
const key = await crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign", "verify"]);
const signature = await crypto.subtle.sign("HMAC", key, bytes);
console.log(await crypto.subtle.verify("HMAC", key, signature, bytes), key.type, key instanceof CryptoKey, signature.byteLength);
const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
console.log((await crypto.subtle.exportKey("jwk", pair.publicKey)).crv, (await crypto.subtle.exportKey("spki", pair.publicKey)).byteLength);
const timer = setTimeout((a, b) => console.warn(a, b), 10, 1, 2);
clearTimeout(timer);
clearInterval(setInterval(() => {}, 10));
clearImmediate(setImmediate(() => {}));
queueMicrotask(() => console.error(open("a.txt").length, open("a.bin", "b").byteLength));
export {};
