import encoding, { b64encode, b64decode } from "k6/encoding";
import crypto, { hmac, sha256, md5, randomBytes, hexEncode } from "k6/crypto";
const hex = b => [...new Uint8Array(b)].map(x => x.toString(16).padStart(2, "0")).join("");
const t = (n, fn) => { try { console.log("#", n, fn()); } catch (e) { console.log("#", n, "throws"); } };
export default function () {
  for (const e of [undefined, "std", "rawstd", "url", "rawurl", "nope"]) t("encode " + e, () => b64encode("hi?>ä", e));
  t("bytes", () => b64encode(new Uint8Array([1, 2, 255]).buffer)); t("view", () => b64encode(new Uint8Array([1, 2, 3])));
  t("decode", () => hex(b64decode("aGk="))); t("decode s", () => b64decode("aGk=", "std", "s")); t("raw", () => b64decode("aGk", "rawstd", "s")); t("bad", () => b64decode("%%%")); t("url", () => b64decode("aGk_Pg==", "url", "s")); t("round", () => b64decode(b64encode("ä€", "rawurl"), "rawurl", "s")); t("bad padding", () => b64decode("aGk", "std", "s"));
  for (const a of ["md4", "md5", "sha1", "sha256", "sha384", "sha512", "sha512_224", "sha512_256", "ripemd160"]) t(a, () => crypto[a]("hello", "hex"));
  for (const o of ["hex", "base64", "base64url", "base64rawurl"]) t(o, () => md5("hello", o)); t("binary", () => hex(md5("hello", "binary"))); t("no encoding", () => typeof md5("hello")); t("bad encoding", () => md5("hello", "nope"));
  t("hmac", () => hmac("sha256", "key", "data", "hex")); t("hmac binary key", () => hmac("sha1", new Uint8Array([1, 2]).buffer, "data", "base64")); t("hmac bad", () => hmac("nope", "k", "d", "hex"));
  t("hasher", () => { const h = crypto.createHash("sha256"); h.update("hel"); h.update("lo"); return h.digest("hex") === sha256("hello", "hex"); });
  t("hmac object", () => { const h = crypto.createHMAC("sha256", "key"); h.update("data"); return h.digest("hex"); });
  t("random", () => randomBytes(16).byteLength); t("random 0", () => randomBytes(0).byteLength); t("random -1", () => randomBytes(-1)); t("hexEncode", () => hexEncode("hi")); t("buffer in", () => sha256(new Uint8Array([104, 105]).buffer, "hex") === sha256("hi", "hex"));
  t("names", () => Object.keys(encoding).sort().join()); t("uuid", () => globalThis.crypto.randomUUID().length); t("random values", () => globalThis.crypto.getRandomValues(new Uint8Array(4)).length);
}
