// Writes the expected output in this folder anew, from the code in it: node testdata/node.js
// (made with Node 20). Add a case as a line ">>> code" to a .txt file, or to url.json.
const fs = require("fs"), { Console } = require("console"), { Writable } = require("stream");

for (const name of ["console", "url", "text", "clone"]) {
  const file = `${__dirname}/${name}.txt`;
  let text = "";
  for (const code of fs.readFileSync(file, "utf8").split("\n").filter((line) => line.startsWith(">>> "))) {
    text += code + "\n";
    const out = new Writable({ write(chunk, _, done) { text += chunk; done(); } });
    new Function("console", `{${code.slice(4)}}`)(new Console({ stdout: out, stderr: out }));
  }
  fs.writeFileSync(file, text);
}

const file = `${__dirname}/url.json`;
const { parts, parsed, sets } = JSON.parse(fs.readFileSync(file));
for (const c of parsed) {
  c.want = null;
  try { const u = new URL(...c.args); c.want = parts.map((part) => u[part]); } catch {}
}
for (const c of sets) {
  const u = new URL(c.href);
  for (const [name, value] of c.ops) u[name] = value;
  c.want = u.href;
  c.params = u.searchParams.toString();
}
fs.writeFileSync(file, JSON.stringify({ parts, parsed, sets }, null, 1).replace(/\n\s+(?=["\]])/g, " ") + "\n");
