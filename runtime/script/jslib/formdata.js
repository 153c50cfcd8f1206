// What scripts import from https://jslib.k6.io/formdata, written for katydid: several files in one multipart request.
// Format: RFC 7578.
const escaped = (s) => String(s).replace(/\r\n|\r|\n/g, "%0D%0A").replace(/"/g, "%22");

export class FormData {
  constructor() {
    this.boundary = "----katydid" + Array.from({ length: 24 }, () => Math.floor(Math.random() * 36).toString(36)).join("");
    this.parts = [];
  }

  // append adds a text, or what http.file gives: { data, filename, content_type }.
  append(name, value, filename) {
    const file = value !== null && typeof value === "object" && "data" in value ? value : undefined;
    const data = file ? file.data : value;
    filename ??= file?.filename;
    const binary = data instanceof ArrayBuffer || ArrayBuffer.isView(data) || Array.isArray(data);
    let head = `--${this.boundary}\r\nContent-Disposition: form-data; name="${escaped(name)}"`;
    if (filename !== undefined || binary) head += `; filename="${escaped(filename ?? name)}"`;
    const type = file?.content_type ?? (binary ? "application/octet-stream" : "");
    if (type) head += `\r\nContent-Type: ${type}`;
    this.parts.push(bytes(head + "\r\n\r\n"), bytes(data), bytes("\r\n"));
  }

  // body gives an ArrayBuffer.
  body() {
    const parts = [...this.parts, bytes(`--${this.boundary}--\r\n`)];
    const whole = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
    let at = 0;
    for (const p of parts) {
      whole.set(p, at);
      at += p.length;
    }
    return whole.buffer;
  }

  contentType() {
    return "multipart/form-data; boundary=" + this.boundary;
  }
}

function bytes(data) {
  if (data instanceof ArrayBuffer || Array.isArray(data)) return new Uint8Array(data);
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return new TextEncoder().encode(String(data));
}
