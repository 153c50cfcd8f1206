import http from "k6/http";
const raw = (body) => http.get(__ENV.HTTP + "/own/raw?body=" + encodeURIComponent(body));
function throws(name, fn) { try { console.log("# no throw", name, JSON.stringify(fn())); } catch (e) { const m = String(e.message || e).match(/line \d+, character \d+/); console.log("# throws", name, m ? m[0] : ""); } }
export default function () {
  const r = raw('{"a":{"b":[1,2,{"d.e":5}]},"n":null,"t":true,"f":1.5,"big":12345678901234567890,"e":"","arr":[{"id":1,"k":"a"},{"id":2,"k":"b"}]}');
  for (const path of ["a", "a.b.0", "a.b.#", "a.b.2.d\\.e", "n", "t", "f", "e", "arr.#.id", 'arr.#(k=="b").id', "arr.#(id>0)#.k", "missing", "a.b.9", "@this.f", "arr.@reverse.0.id", ""])
    console.log("# path", path, JSON.stringify(r.json(path)), typeof r.json(path));
  const v = r.json(); console.log("# whole", JSON.stringify(v.a), v.n, v.big, Array.isArray(v.arr), v.arr.length);
  v.added = 1; console.log("# cached", r.json().added);
  throws("html", () => raw("<html>").json()); throws("empty", () => raw("").json()); throws("later", () => raw('{\n "a": 1,\n b}').json());
  throws("selector on html", () => raw("<html>").json("a")); throws("selector on empty", () => raw("").json("a"));
  throws("cut", () => raw('{"a":').json()); throws("trailing", () => raw('{"a":1} x').json());
  for (const b of ["5", '"text"', "null", "[]", "true", " [1] ", '{"__proto__":{"x":1}}', '{"a":1,"a":2}', '"\\u00e4\\ud83d\\ude00"'])
    console.log("# value", b, JSON.stringify(raw(b).json()));
  throws("none", () => http.get(__ENV.HTTP + "/get", { responseType: "none" }).json());
  throws("none with a selector", () => http.get(__ENV.HTTP + "/get", { responseType: "none" }).json("a"));
  console.log("# binary", http.get(__ENV.HTTP + "/json", { responseType: "binary" }).json("slideshow.title"));
  throws("failed", () => http.get(__ENV.DEAD).json());
}
