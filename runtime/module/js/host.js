// What Go gives. Each is made when it is first read; a script that does not import it does not pay for it.
export const events = /* @__PURE__ */ $k.get("events");
export const env = /* @__PURE__ */ $k.get("env");
export const shared = /* @__PURE__ */ $k.get("shared");
export const environment = /* @__PURE__ */ $k.get("environment");
export const runner = /* @__PURE__ */ $k.get("runner");
export const log = /* @__PURE__ */ $k.get("log");
export const sleep = /* @__PURE__ */ $k.get("sleep");
export const open = /* @__PURE__ */ $k.get("open");
export const task = /* @__PURE__ */ $k.get("task");
export const tag = /* @__PURE__ */ $k.get("tag");
export const transition = /* @__PURE__ */ $k.get("transition");
export const transitions = /* @__PURE__ */ $k.get("transitions");
export const between = /* @__PURE__ */ $k.get("between");
export const constant = /* @__PURE__ */ $k.get("constant");
export const constantPacing = /* @__PURE__ */ $k.get("constantPacing");
export const constantThroughput = /* @__PURE__ */ $k.get("constantThroughput");
