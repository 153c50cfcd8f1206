const hex = b => [...new Uint8Array(b)].map(x => x.toString(16).padStart(2, "0")).join("");
const enc = t => new TextEncoder().encode(t);
export default async function () {
  console.log("# digest", hex(await crypto.subtle.digest("SHA-256", enc("hello"))));
  const key = await crypto.subtle.importKey("raw", enc("key"), { name: "HMAC", hash: "SHA-256" }, false, ["sign", "verify"]);
  const sig = await crypto.subtle.sign("HMAC", key, enc("data")); console.log("# hmac", hex(sig), await crypto.subtle.verify("HMAC", key, sig, enc("data")));
  const aes = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, true, ["encrypt", "decrypt"]); const iv = new Uint8Array(12);
  const box = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, aes, enc("secret")); console.log("# aes", box.byteLength, hex(await crypto.subtle.decrypt({ name: "AES-GCM", iv }, aes, box)) === hex(enc("secret")));
  const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]); const s = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, pair.privateKey, enc("x")); console.log("# ecdsa", s.byteLength, await crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, pair.publicKey, s, enc("x")));
}
