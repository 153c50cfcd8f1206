// What the code in the other files of this folder uses.
const subtle = crypto.subtle
const hex = b => Array.from(new Uint8Array(b), n => n.toString(16).padStart(2, "0")).join("")
const unhex = s => new Uint8Array((s.match(/../g) ?? []).map(h => parseInt(h, 16)))
const utf8 = s => new Uint8Array(Array.from(unescape(encodeURIComponent(s)), c => c.charCodeAt(0)))
const unb64 = s => new Uint8Array(Array.from(atob(s.replace(/-/g, "+").replace(/_/g, "/")), c => c.charCodeAt(0)))
const b64 = b => btoa(String.fromCharCode(...new Uint8Array(b))).replace(/[+]/g, "-").replace(/[/]/g, "_").replace(/=+$/, "")
const pem = s => unb64(s.replace(/-----.*?-----|\s/g, ""))
const raw = (key, algorithm, ...usages) => subtle.importKey("raw", typeof key === "string" ? unhex(key) : key, algorithm, true, usages)
const jwk = (key, algorithm, ...usages) => subtle.importKey("jwk", key, algorithm, true, usages)
const name = async run => { try { return await run() } catch (e) { return e.name + (typeof e.code === "number" ? " " + e.code : "") } }
const show = k => [k.type, k.extractable, JSON.stringify(Object.entries(k.algorithm).sort()), k.usages.join()].join(" ")
// A key made for these tests.
const rsa = {
  kty: "RSA",
  n: "rnmQu6Lk0kf6DQVarWjaE7uuwXvZTokppDeAoiIxEQtJVn2gHejX4EEjN1lvz0G4DqHTjTRJifdhMeMS-mf-FE1thw1k5mhDbO7tVBufLrYeRDFSPYAlRLtY147eQYYMKb5J2EOsbzzsPQ1BLqxMv0efynUOPv9NXZfyRhk3Cx7IifYGqj8jCxGPb3BpzNyFJzrSCUFbf-a5VbxQ8EOpYWpzsRKyYg1VEytHXIeGqTzhZJwG5XaKmHBcbBrH14plZrW3gDGoMq2sDP5s0pKeBxDva8Y_FeC3Tz-zzgn9FmU1XnHJueTa7V0je-KSh_5XDPyWx3VdM_g_1FsDDBVSHQ",
  e: "AQAB",
  d: "F7bcON9bcfK925aLtvWBFpze6YYiM4N_I8aLdv4QueaqfCqtCwOtO9opUDTuy-EnLuNInsZUQdVcN5dL6rnHFg6uwWQiVRLSKfSQ-2qZsz6mVHx5Ah-bG9bJrNrKqLtF3J1JlNnLOSoIWK_8LmeAMvYoPjC00_6IDx2U8iQr5W3Qi62q5XA_diZQEq-QtXPwchn2t-wtDY67FJ5WZIOieM9sRaQrar2BUTBAPFPfgXAuc7VNzJTpNTlPJjB2CAOYjeHof8FXEdof-AglcBmonIsVuZV7JEh8SdrbuyzjjCfDmgBhPQOdu_5nrYS-AdU0hzj57m-GuXCDhBDlk8k5nQ",
  p: "2n973Fki55ACZXHGFNYJn5Dxk28j_TzLnnQhnd_3NTxauZszDfbRkwiKSMfDHPuVSAkg3FtfHLGwOtWMJrR7N6zyMhOQ_A9lSjYHtQVCZegucCZCAaf5yNkvV-PiIAyt42Gf80GREiBvSCmhZOfJ_jKTAxSVDdl997rqT6Fr_Bc",
  q: "zGvDXe33FbwOCWtzRAHoe6I62fDt998oJ0lerpM0j-nN1b2JFmHgUUcA3bmeEd7xJWNOIuNzRsr7qxTqdGershNSPTZQo3Zt8xfYG1GvCdXC9mLh15WD-atXooHJGUsbscXVFoc1dkqo1Zq5F5hQcZhRE7rhnihUkUDA2Ic2_-s",
  dp: "wyTA1te1WONBgKDQrKNNDPpDB85ncjDuGqLVs07oVt-El-iI_JvIKW2jM8VV-XiopyGf-66Pj-0S3DkFZzwiIGOSHC9lefm2GUWQNJhx6NopP3ir0xbW_A8dPX4F42Hvm_kBBh01F99oBCdKQfjSavl4W3Pye-AXpT2HL3-YFhk",
  dq: "p1MeG2iJc1T2-GbndqdJMMnd-j7nypjzORUpVyRPRe1O-sGl0JhVELJZ1yP0axRdtwjOEGi1FyFXVvZL4vRo6d4-1rP61ZI-9VhzIAmAiUBb0WmnCtvrpxXFKdOqU_XSuXUBsusBq8343L9E-jdGwXS4CLpTqy2_6xVhxNsI_fk",
  qi: "yjLLFcNHd_uqRN_hLKjR6uafJFVD97hbnN8SaNRdC0rhRUhRyyOu6MpCu703hg8FeekIQ9hTwBjAFDZcd1lusdT6YKDL-O-igInXz0tOfGIEpuPe0gdvlLJYBxPkoH7ncs5Qce1EQgi1heJZCX_05GX8yPqEmt9YdoGJUvWORzA",
}
const rsaPublic = {kty: "RSA", n: rsa.n, e: rsa.e}
const p256 = {kty: "EC", crv: "P-256", x: "J1ODEtB0D5Psd9aTdpQvgv8SeMp-Bw9a1-EVHH1OnoQ", y: "1kF31AnRBZrb9EKYTsUgnk8XjqmTFatqVGnmUxr0azs", d: "XqsnwwjR8T_n9jB7RuK2yRqqgqA8VCST9Eg7vySwomE"}
const p384 = {kty: "EC", crv: "P-384", x: "Gx8c_lkoxtOQrjTkD19CTdasnc-25gE2QOXCjzpx7pmcl4Wl0vep2-GU8hcQOCzC", y: "5tTu_bX4tOsmW4UIJMvVrVvWRiV5Zsd3hqr4BM3908SqsLl4fDLIxNMIFeUDUaUS", d: "bYbew6exKLKPrMrsj8fl4vBwLf31o_BfiZWKdLdv4Vt2xdnhOnOI-GawuY-geCM8"}
const p521 = {kty: "EC", crv: "P-521", x: "AOmZeVxi7wirJnzaJDZ364VzLKFPx-XbMDzrGscK1zzMPmlxsTZdPyl5Mz17MIGxgYcfCcWI57U4qeucy8vOW488", y: "AK2wNmXfpH3HcN99x3tnYCIUNVKpH-NdJXbF8TknII1zU_D5OjMXtdyShiS1wFxJz7X6Xpt4FqLHU_cbYsqPqQpY", d: "AYpAHhCZ-U86kjo2cBLccjiTsJQw08JLrV26MNqzbh1UM5sj2Qzkh6p9scmRnNFMUI0QhvP-NexKF9Hbmy-dNH9L"}
const ed = {kty: "OKP", crv: "Ed25519", d: "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"} // RFC 8037, A.1
const without = (key, ...names) => { key = {...key}; for (const n of names) delete key[n]; return key }
