// What Go gives. Each is made when it is first read; a script that does not import it does not pay for it.
export const events = /* @__PURE__ */ $k.get("events");
export const env = /* @__PURE__ */ $k.get("env");
export const shared = /* @__PURE__ */ $k.get("shared");
export const environment = /* @__PURE__ */ $k.get("environment");
export const runner = /* @__PURE__ */ $k.get("runner");
export const log = /* @__PURE__ */ $k.get("log");
export const sleep = /* @__PURE__ */ $k.get("sleep");
export const open = /* @__PURE__ */ $k.get("open");
