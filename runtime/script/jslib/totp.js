// What scripts import from https://jslib.k6.io/totp, written for katydid: one-time passwords. Formats: RFC 6238, RFC 4648.
import { hmac } from "k6/crypto";

// TOTP makes codes of so many digits from a secret in base 32.
export class TOTP {
  constructor(secret, digits = 6) {
    this.key = fromBase32(secret);
    this.digits = digits;
  }

  // gen gives the code of now, or of bias times timeStep seconds later.
  async gen(timeStep = 30, bias = 0) {
    const counter = Math.floor(Date.now() / 1000 / timeStep) + bias;
    const message = new DataView(new ArrayBuffer(8));
    message.setUint32(0, counter / 2 ** 32);
    message.setUint32(4, counter);
    const mac = new DataView(hmac("sha1", this.key, message.buffer, "binary"));
    const code = mac.getUint32(mac.getUint8(19) & 15) & 0x7fffffff;
    return String(code % 10 ** this.digits).padStart(this.digits, "0");
  }

  // verify says whether a code is that of now or the one before, which may have been on its way.
  async verify(code, timeStep = 30) {
    return code === await this.gen(timeStep) || code === await this.gen(timeStep, -1);
  }
}

function fromBase32(text) {
  const bytes = [];
  let bits = 0;
  let buffer = 0;
  for (const c of text.toUpperCase().replace(/[\s=-]/g, "")) {
    const digit = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c);
    if (digit < 0) throw new Error("TOTP: the secret is not in base 32");
    buffer = ((buffer << 5) | digit) & 0xfff;
    bits += 5;
    if (bits >= 8) bytes.push((buffer >> (bits -= 8)) & 255);
  }
  return new Uint8Array(bytes).buffer;
}
