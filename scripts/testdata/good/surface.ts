// A script to be run: everything that katydid.d.ts promises has to be there. tsc sees to it that no name is left out of the
// lists; running it sees to it that katydid has them all: it throws, and so ends with exit code 1, if one is missing.
import * as katydid from "katydid";
import {
  HttpUser, LoadShape, SequentialTaskSet, User, constant, environment, events, runner, shared, task, type ArgumentParser,
  type Client, type Cookies, type Counter, type Environment, type Event, type Events, type Feeder, type RequestEvent,
  type Requests, type Response, type Runner, type Shared, type SharedMap, type Stats, type StatsEntry, type TaskSet, type Timings,
} from "katydid";

type Promised<T> = { [K in keyof T]-?: {} extends Pick<T, K> ? never : K }[keyof T];

/** Checks that `object` has all members of T that are not optional; `names` has to list them all. */
const check = <T extends object>() =>
  <const Names extends readonly Promised<T>[]>(
    what: string, object: T, names: Names, ..._: [Exclude<Promised<T>, Names[number]>] extends [never] ? [] : [left: Exclude<Promised<T>, Names[number]>]
  ): void => {
    const missing = names.filter(name => object[name as keyof T] === undefined && !(name in object));
    if (missing.length) throw new Error(`${what}: no ${missing.join(", ")}`);
  };

const stat = [
  "numRequests", "num_requests", "numFailures", "num_failures", "failRatio", "fail_ratio", "avgResponseTime",
  "avg_response_time", "medianResponseTime", "median_response_time", "minResponseTime", "min_response_time",
  "maxResponseTime", "max_response_time", "totalRps", "total_rps", "currentRps", "current_rps", "percentile",
  "get_response_time_percentile",
] as const;

function checkRun(e: Environment): void {
  check<Environment>()("environment", e, [
    "host", "parsedOptions", "parsed_options", "stats", "runner", "processExitCode", "process_exit_code", "shapeClass",
    "shape_class", "stopTimeout", "stop_timeout",
  ]);
  check<Runner>()("runner", e.runner, ["quit", "stop", "userCount", "user_count", "targetUserCount", "target_user_count", "state"]);
  check<Stats>()("stats", e.stats, ["total", "entries", "get"]);
  check<StatsEntry>()("stats.total", e.stats.total, stat);
}

events.initCommandLine.on(p => check<ArgumentParser>()("parser", p, ["addArgument", "add_argument"]));
events.testStart.on(() => checkRun(environment));
events.quitting.on(({ environment }) => {
  checkRun(environment);
  check<StatsEntry>()("stats.get()", environment.stats.get("GET", "/")!, stat);
  check<(typeof environment.stats.entries)[number]>()("stats.entries[0]", environment.stats.entries[0], [...stat, "method", "name"]);
});
events.request.on(e => check<RequestEvent>()("request event", e, [
  "type", "name", "responseTime", "responseLength", "error", "context", "startTime", "user",
]));

check<typeof katydid>()("katydid", katydid, [
  "User", "HttpUser", "FastHttpUser", "TaskSet", "SequentialTaskSet", "MarkovTaskSet", "LoadShape", "LoadTestShape",
  "task", "tag", "transition", "transitions", "between", "constant", "constantPacing", "constantThroughput",
  "constant_pacing", "constant_throughput", "events", "sleep", "env", "shared", "environment", "runner", "open",
  "StopUser", "StopTest", "RescheduleTask", "RescheduleTaskImmediately", "InterruptTaskSet", "log",
]);
check<Events>()("events", events, [
  "initCommandLine", "init_command_line", "init_command_line_parser", "init", "testStart", "test_start", "spawningComplete",
  "spawning_complete", "testStopping", "test_stopping", "testStop", "test_stop", "quitting", "quit", "resetStats",
  "reset_stats", "request", "userError", "user_error", "cpuWarning", "cpu_warning", "usageMonitor", "usage_monitor",
]);
check<Event<any>>()("events.init", events.init, ["on", "addListener", "add_listener", "off"]);
check<Shared>()("shared", shared, ["csv", "json", "array", "counter", "map"]);
check<Feeder<number>>()("feeder", shared.array("surface", () => [1]), ["next", "length", "at"]);
check<Counter>()("counter", shared.counter("surface"), ["next", "add", "value"]);
check<SharedMap>()("map", shared.map("surface"), ["get", "set", "has", "delete", "update", "keys", "size"]);
check<typeof globalThis.crypto>()("crypto", crypto, ["getRandomValues", "randomUUID", "subtle"]);
check<SubtleCrypto>()("crypto.subtle", crypto.subtle, [
  "encrypt", "decrypt", "sign", "verify", "digest", "generateKey", "deriveKey", "deriveBits", "importKey", "exportKey", "wrapKey", "unwrapKey",
]);
check<CryptoKey>()("CryptoKey", await crypto.subtle.generateKey({ name: "HMAC", hash: "SHA-1" }, true, ["sign"]), ["type", "extractable", "algorithm", "usages"]);
check<Console>()("console", console, [
  "debug", "log", "info", "warn", "error", "trace", "assert", "dir", "dirxml", "table", "count", "countReset", "time", "timeLog",
  "timeEnd", "group", "groupCollapsed", "groupEnd",
]);
for (const f of [setTimeout, clearTimeout, setInterval, clearInterval, setImmediate, clearImmediate, queueMicrotask, atob, btoa, structuredClone, open, performance.now]) {
  if (typeof f !== "function") throw new Error("a global function is missing");
}
check<URL>()("URL", new URL("http://a/?b"), [
  "hash", "host", "hostname", "href", "origin", "password", "pathname", "port", "protocol", "search",
  "searchParams", "username", "toJSON",
]);
check<URLSearchParams>()("URLSearchParams", new URLSearchParams("a=b"), [
  "size", "append", "delete", "get", "getAll", "has", "set", "sort", "forEach", "entries", "keys", "values", Symbol.iterator,
]);
check<TextEncoder>()("TextEncoder", new TextEncoder(), ["encoding", "encode", "encodeInto"]);
check<TextDecoder>()("TextDecoder", new TextDecoder(), ["encoding", "fatal", "ignoreBOM", "decode"]);

const verbs = ["get", "head", "options", "delete", "post", "put", "patch", "request"] as const;

class Steps extends SequentialTaskSet {
  @task members(): void {
    check<TaskSet>()("task set", this, [
      "user", "parent", "client", "environment", "wait", "interrupt", "scheduleTask", "schedule_task",
    ]);
    this.interrupt();
  }
}

export class Surface extends HttpUser {
  static waitTime = constant(0.1);
  static tasks = [Steps];

  @task members(): void {
    check<User>()("user", this, ["id", "environment", "host", "wait", "stop", "report", "measure"]);
    check<HttpUser>()("HTTP user", this, ["id", "environment", "host", "wait", "stop", "report", "measure", "client", "rest"]);
    check<Client>()("client", this.client, [
      ...verbs, "async", "batch", "rest", "rest_", "named", "rename_request", "cookies", "headers", "baseUrl", "auth",
    ]);
    check<Requests<Promise<Response>>>()("client.async", this.client.async, verbs);
    check<Cookies>()("cookies", this.client.cookies, ["get", "set", "clear", "all"]);
    check<Response>()("response", this.client.get("/"), [
      "status", "status_code", "statusText", "reason", "ok", "text", "body", "content", "json", "js", "headers", "cookies", "url",
      "elapsed", "error", "history", "request", "timings", "success", "failure", "done", "assert",
    ]);
    check<Timings>()("timings", this.client.get("/").timings, ["dns", "connect", "tls", "send", "wait", "receive"]);
    checkRun(this.environment);
    if (runner.state !== environment.runner.state) throw new Error("runner is not environment.runner");
  }
}

export class Shape extends LoadShape {
  tick(): [number, number] | null {
    check<LoadShape>()("load shape", this, [
      "tick", "runTime", "getRunTime", "get_run_time", "userCount", "getCurrentUserCount", "get_current_user_count",
      "resetTime", "reset_time",
    ]);
    return this.runTime < 1 ? [2, 2] : null;
  }
}
