import http from "k6/http";
const E = __ENV.HTTP + "/post";
export default function () {
  const r = http.post(E, { text: "t", file: http.file("content", "name.txt", "text/plain"), n: 5 });
  console.log("# multipart", r.status, r.json("headers.Content-Type.0").replace(/boundary=.*/, "boundary"), JSON.stringify(r.json("form.text")), JSON.stringify(r.json("files.file")), JSON.stringify(r.json("form.n")));
  const b = http.post(E, { file: http.file(new Uint8Array([65, 66]).buffer, "b.bin") });
  console.log("# binary", JSON.stringify(b.json("files.file")));
  const raw = http.post(__ENV.HTTP + "/own/echo", { file: http.file("x", 'quo"te.txt') });
  const text = raw.json("body");
  console.log("# differs, quotes in a file name", text.match(/filename=.*/)[0].trim());
  console.log("# part", text.includes("Content-Type: application/octet-stream"), text.includes('name="file"'));
  const f = http.file("abc", "n", "k/t");
  console.log("# file", f.filename, f.content_type, typeof f.data, Object.keys(f).sort().join());
  const g = http.file("abc"); console.log("# default file", /^\d+$/.test(g.filename), g.content_type);
}
