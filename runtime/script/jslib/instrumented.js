// What the two libraries of jslib.k6.io that add headers to requests have in common, written for katydid.
import http from "k6/http";

// functions are those of k6/http, each of which gives around what is asked for ({ method, url, body, params }) and a function
// that sends it with more headers.
export function functions(around) {
  const paramsAt = { get: 1, head: 1, post: 2, put: 2, patch: 2, del: 2, options: 2, request: 3, asyncRequest: 3 };
  const made = {};
  for (const [name, at] of Object.entries(paramsAt)) {
    const original = http[name];
    made[name] = (...given) => {
      const args = Array.from({ length: at + 1 }, (_, i) => given[i] ?? null);
      const params = args[at] ?? {};
      const [method, url] = at === 3 ? args : [name === "del" ? "DELETE" : name.toUpperCase(), args[0]];
      return around({ method, url, body: at === 1 ? null : args[at - 1], params }, (headers) => {
        args[at] = { ...params, headers: { ...params.headers, ...headers } };
        return original.apply(http, args);
      });
    };
  }
  return made;
}

// instrument puts them in the place of those that scripts use.
export function instrument(around) {
  Object.assign(http, functions(around));
}
