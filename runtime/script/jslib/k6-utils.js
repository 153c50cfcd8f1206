// What scripts import from https://jslib.k6.io/k6-utils, written for katydid.
import { check as k6Check } from "k6";
import exec from "k6/execution";

export function randomIntBetween(min, max) {
  return Math.floor(Math.random() * (max - min + 1) + min);
}

export function randomItem(items) {
  return items[Math.floor(Math.random() * items.length)];
}

export function randomString(length, charset = "abcdefghijklmnopqrstuvwxyz") {
  let s = "";
  for (let i = 0; i < length; i++) s += charset[Math.floor(Math.random() * charset.length)];
  return s;
}

// uuidv4 uses Math.random, which randomSeed makes repeatable, unless secure.
export function uuidv4(secure = false) {
  if (secure) return crypto.randomUUID();
  return "xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx".replace(/[xy]/g, (c) =>
    Math.floor(c === "x" ? Math.random() * 16 : 8 + Math.random() * 4).toString(16));
}

// findBetween gives the text between left and right; with repeat all such texts. If there is none it gives null.
export function findBetween(content, left, right, repeat = false) {
  const found = [];
  for (let at = 0; ;) {
    const start = content.indexOf(left, at);
    if (start < 0) break;
    const end = content.indexOf(right, start + left.length);
    if (end < 0) break;
    found.push(content.slice(start + left.length, end));
    if (!repeat) break;
    at = end + right.length;
  }
  if (found.length === 0) return null;
  return repeat ? found : found[0];
}

// normalDistributionStages are stages whose targets follow a bell curve over two standard deviations to each side, so that
// the highest is maxVus, and then go to 0: numberOfStages, and before and after them one that takes a sixth of the time.
// Durations are whole seconds, rounded up.
export function normalDistributionStages(maxVus, durationSeconds, numberOfStages = 10) {
  const curve = Array.from({ length: numberOfStages + 1 }, (_, i) => Math.exp(-(((4 * i) / numberOfStages - 2) ** 2) / 2));
  const top = Math.max(...curve);
  const edge = durationSeconds / 6;
  const inner = (durationSeconds - 2 * edge) / numberOfStages;
  const stages = curve.map((height, i) => ({ duration: Math.ceil(i === 0 ? edge : inner) + "s", target: Math.round((maxVus * height) / top) }));
  stages.push({ duration: Math.ceil(edge) + "s", target: 0 });
  return stages;
}

const milliseconds = { d: 86400000, h: 3600000, m: 60000, s: 1000, ms: 1, us: 0.001, "µs": 0.001, ns: 0.000001 };

// parseDuration gives milliseconds: of "1h2m3.5s", or of a number, which is milliseconds.
export function parseDuration(text) {
  const s = String(text ?? "").trim();
  if (/^\d+(\.\d+)?$/.test(s)) return Number(s);
  let sum = 0;
  const rest = s.replace(/\s*(\d+(?:\.\d+)?)(d|h|ms|us|µs|ns|m|s)/g, (_, n, unit) => {
    sum += n * milliseconds[unit];
    return "";
  });
  if (s === "" || rest !== "") throw new Error(`parseDuration: ${JSON.stringify(text)} is not a duration such as 1h30m`);
  return sum;
}

function currentStages() {
  const scenario = exec.test.options.scenarios?.[exec.scenario.name];
  if (!scenario?.stages?.length) {
    throw new Error(`only the executors ramping-vus and ramping-arrival-rate have stages; scenario ${exec.scenario.name} has none`);
  }
  return scenario;
}

export function getCurrentStageIndex() {
  const { stages } = currentStages();
  let left = Date.now() - exec.scenario.startTime;
  for (let i = 0; i < stages.length; i++) {
    left -= parseDuration(stages[i].duration);
    if (left < 0) return i;
  }
  return stages.length - 1;
}

export function tagWithCurrentStageIndex() {
  exec.vu.metrics.tags.stage = String(getCurrentStageIndex());
}

// tagWithCurrentStageProfile tags with ramp-up, steady or ramp-down. The first stage is ramp-up, whatever is before it.
export function tagWithCurrentStageProfile() {
  const { stages } = currentStages();
  const i = getCurrentStageIndex();
  const { target } = stages[i];
  const from = i > 0 ? stages[i - 1].target : -1;
  exec.vu.metrics.tags.stage_profile = target > from ? "ramp-up" : target < from ? "ramp-down" : "steady";
}

const isThenable = (v) => typeof v?.then === "function";

// check is k6's, which may also be given promises and async functions: then it gives a promise.
export function check(value, sets, tags) {
  if (isThenable(value)) return value.then((v) => check(v, sets, tags));
  const results = {};
  const waiting = [];
  for (const name of Object.keys(sets)) {
    let result = sets[name];
    try {
      if (typeof result === "function") result = result(value);
    } catch (e) {
      // k6 counts it as failed and throws it again.
      results[name] = () => { throw e; };
      break;
    }
    results[name] = !!result;
    if (isThenable(result)) {
      waiting.push(result.then(
        (v) => { results[name] = !!v; },
        (e) => { results[name] = () => { throw e; }; }));
    }
  }
  if (waiting.length === 0) return k6Check(value, results, tags);
  return Promise.all(waiting).then(() => k6Check(value, results, tags));
}

