// What scripts import from https://jslib.k6.io/httpx, written for katydid: sessions with a base URL, headers and tags.
import http from "k6/http";

const methods = ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"];

// Request is an element of a batch. Its subclasses take (url, params), or (url, body, params).
export class Request {
  constructor(method, url, ...args) {
    const [body, params] = args.length > 1 || typeof args[0] === "string" ? args : [null, args[0]];
    this.method = method;
    this.url = url;
    this.body = body;
    this.params = { ...params };
  }

  addHeader(name, value) {
    this.params.headers = { ...this.params.headers, [name]: value };
  }

  addTag(name, value) {
    this.params.tags = { ...this.params.tags, [name]: value };
  }
}

export class Get extends Request { constructor(...args) { super("GET", ...args); } }
export class Head extends Request { constructor(...args) { super("HEAD", ...args); } }
export class Post extends Request { constructor(...args) { super("POST", ...args); } }
export class Put extends Request { constructor(...args) { super("PUT", ...args); } }
export class Delete extends Request { constructor(...args) { super("DELETE", ...args); } }
export class Connect extends Request { constructor(...args) { super("CONNECT", ...args); } }
export class Options extends Request { constructor(...args) { super("OPTIONS", ...args); } }
export class Trace extends Request { constructor(...args) { super("TRACE", ...args); } }
export class Patch extends Request { constructor(...args) { super("PATCH", ...args); } }

// verbs makes get(url, body, params), asyncPost(...) and so on when they are called: as methods they would take 14 KB in the
// VM of every user.
const verbs = {
  get(target, name) {
    if (typeof name === "string") {
      const async = name.startsWith("async");
      const method = name.slice(async ? 5 : 0).toUpperCase();
      if (methods.includes(method)) {
        return function (url, body, params) { return this[async ? "asyncRequest" : "request"](method, url, body, params); };
      }
    }
    return target[name];
  },
};

export class Httpx {
  static { Object.setPrototypeOf(this.prototype, new Proxy({}, verbs)); }

  // options: baseURL, and the rest as in the params of k6/http (headers, tags, timeout and so on).
  constructor({ baseURL = "", ...params } = {}) {
    this.baseURL = baseURL;
    this.k6params = { ...params, headers: { ...params.headers }, tags: { ...params.tags } };
    this.lastRequestChainDuration = null; // what the last request took, with its redirects, in milliseconds
  }

  setBaseUrl(url) { this.baseURL = url; }
  addHeader(name, value) { this.k6params.headers[name] = value; }
  addHeaders(headers) { Object.assign(this.k6params.headers, headers); }
  clearHeader(name) { delete this.k6params.headers[name]; }
  addTag(name, value) { this.k6params.tags[name] = value; }
  addTags(tags) { Object.assign(this.k6params.tags, tags); }
  clearTag(name) { delete this.k6params.tags[name]; }

  request(method, url, body, params) {
    const args = argsOf(this, method, url, body, params);
    const start = Date.now();
    return note(this, http.request(...args), start);
  }

  async asyncRequest(method, url, body, params) {
    const args = argsOf(this, method, url, body, params);
    const start = Date.now();
    return note(this, await http.asyncRequest(...args), start);
  }

  // batch takes Requests, or what http.batch takes; params are for all of them.
  batch(requests, params) {
    return http.batch(requests.map((r) => {
      if (typeof r === "string") r = { method: "GET", url: r };
      if (Array.isArray(r)) r = { method: r[0], url: r[1], body: r[2], params: r[3] };
      const [method, url, body, all] = argsOf(this, r.method, r.url, r.body, merged(params ?? {}, r.params));
      return { method, url, body, params: all };
    }));
  }
}

// argsOf are the arguments for http.request. A URL made with http.url keeps its name.
function argsOf(session, method, url, body, params) {
  if (!methods.includes(method)) throw new Error(`Invalid method: ${method}. Expected one of ${methods.join()}`);
  let all = merged(session.k6params, params);
  if (typeof url === "object") {
    all = merged({ tags: { name: url.name } }, all);
    url = url.url;
  }
  return [method, /^https?:\/\//i.test(url) ? url : session.baseURL + url, body ?? null, all];
}

const merged = (a, b) => ({ ...a, ...b, headers: { ...a.headers, ...b?.headers }, tags: { ...a.tags, ...b?.tags } });

function note(session, response, start) {
  session.lastRequestChainDuration = Date.now() - start;
  return response;
}
