import { StopUser } from "katydid/control";
import { describe, mark } from "katydid/model";

export class User {
  static $kind = "user";
  static $describe = describe;
  static abstract = true;
  get id() { return $k.id; }
  get environment() { return $k.environment; }
  get host() { return $k.host; }
  wait() { return $k.wait(this); }
  stop() { throw new StopUser(); }
  report(request) { $k.report(this, request); }
  measure(type, name, fn) { return $k.measure(this, type, name, fn); }
}

export class HttpUser extends User {
  static $http = true;
  static abstract = true;
  get client() { return $k.client(this); }
  get rest() { const client = this.client; return (...args) => client.rest(...args); }
}
export { HttpUser as FastHttpUser };

// task marks a method, or a static field that holds a TaskSet class: @task or @task(weight).
export function task(target, context, descriptor) {
  if (typeof target === "number") {
    return (t, c, d) => mark(t, c, d, (f) => { f.$task = target; });
  }
  return mark(target, context, descriptor, (f) => { f.$task = 1; });
}

export function tag(...tags) {
  if (tags.length === 0 || tags.some((t) => typeof t !== "string")) {
    throw new TypeError('tag needs one or more strings: @tag("slow")');
  }
  return (t, c, d) => mark(t, c, d, (f) => { f.$tags = (f.$tags ?? []).concat(tags); });
}
