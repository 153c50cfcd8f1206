// What scripts import from https://jslib.k6.io/url: here both are global.
export const URL = /* @__PURE__ */ (() => globalThis.URL)();
export const URLSearchParams = /* @__PURE__ */ (() => globalThis.URLSearchParams)();
