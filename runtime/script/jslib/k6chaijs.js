// What scripts import from https://jslib.k6.io/k6chaijs, written for katydid around chai: every assertion is a check. chai
// takes 700 KB in the VM of every user, so that it is made when it is needed: for an assertion that fails, and for one that
// is not among those in light.
import { check, group } from "k6";
import exec from "k6/execution";

// config is chai's, with what there is for k6.
const config = {
  includeStack: false,
  showDiff: true,
  truncateThreshold: 40,
  useProxy: true,
  truncateMsgThreshold: 300, // length of a check's name
  truncateVariableThreshold: 100, // length of a value in it
  aggregateChecks: true, // no actual values in the names, so that they are the same in all iterations
  logFailures: false,
  exitOnError: false, // end the test when a describe throws what is no assertion
};

const short = (text, length) => (text.length > length ? text.slice(0, length) + "..." : text);
const nameOf = (text) => short(text.replace(/::/g, ":"), config.truncateMsgThreshold); // k6 forbids :: in names

let made;
let extended = false; // by a plugin of the script's

function chai() {
  made ??= require("jslib/chai/chai").use(checks);
  Object.assign(made.config, config);
  return made;
}

// checks is the plugin that makes a check of every assertion.
function checks({ Assertion }, { flag, inspect, test }) {
  const value = (v) => short(inspect(v), config.truncateVariableThreshold);

  function textOf(assertion, [, message, negated, expected, actual]) {
    let text = flag(assertion, "negate") ? negated : message;
    if (typeof text === "function") text = text();
    const object = flag(assertion, "object");
    const unsaid = (name, v) => (config.aggregateChecks ? "${" + name + "}" : value(v));
    return (text ?? "")
      .replace(/#\{this\}/g, () => flag(assertion, "message") || unsaid("this", object))
      .replace(/#\{act\}/g, () => unsaid("act", actual === undefined ? object : actual))
      .replace(/#\{exp\}/g, () => value(expected));
  }

  const assert = Assertion.prototype.assert;
  Assertion.prototype.assert = function (...args) {
    check(null, { [nameOf(textOf(this, args))]: !!test(this, args) });
    return assert.apply(this, args);
  };

  Assertion.addMethod("validJsonBody", function () {
    const of = flag(this, "message") || "${this}";
    this.assert(validJson(this._obj), `${of} has valid json body`, `${of} does not have valid json body`);
  });
}

function validJson(response) {
  try {
    response.json();
    return true;
  } catch {
    return false;
  }
}

// simple tells values that chai shows as shown does.
const simple = (v) => v === null || v === undefined || typeof v === "boolean" || (typeof v === "number" && !Object.is(v, -0)) ||
  (typeof v === "string" && /^[ -&(-[\]-~]{0,30}$/.test(v));
const shown = (v) => (typeof v === "string" ? `'${v}'` : v === 0 ? "+0" : String(v));

const kindOf = (v) => (typeof v === "function" ? "function" : Object.prototype.toString.call(v).slice(8, -1).toLowerCase());
const kinds = ["string", "number", "boolean", "undefined", "null", "array", "object", "function"];

// light evaluates an assertion: whether it holds, and what chai says of it and of its opposite. It gives nothing for what is
// chai's to say.
function light(name, v, args) {
  const [e, f] = args;
  const said = () => short(shown(e), config.truncateVariableThreshold);
  const compared = (holds, one, other) =>
    (typeof v === "number" && typeof e === "number" && simple(e) && args.length === 1 ? [holds(), `to be ${one} ${said()}`, `to be ${other} ${said()}`] : undefined);
  switch (name) {
    case "ok": return [!!v, "to be truthy", "to be falsy"];
    case "true": return [v === true, "to be true", "to be false"];
    case "false": return [v === false, "to be false", "to be true"];
    case "null": return [v === null, "to be null", "not to be null"];
    case "undefined": return [v === undefined, "to be undefined", "not to be undefined"];
    case "exist": case "exists": return [v !== null && v !== undefined, "to exist", "to not exist"];
    case "empty": return typeof v === "string" || Array.isArray(v) ? [v.length === 0, "to be empty", "not to be empty"] : undefined;
    case "equal": case "equals": case "eq":
      return simple(e) && args.length === 1 ? [v === e, `to equal ${said()}`, `to not equal ${said()}`] : undefined;
    case "above": case "gt": case "greaterThan": return compared(() => v > e, "above", "at most");
    case "least": case "gte": case "greaterThanOrEqual": return compared(() => v >= e, "at least", "below");
    case "below": case "lt": case "lessThan": return compared(() => v < e, "below", "at least");
    case "most": case "lte": case "lessThanOrEqual": return compared(() => v <= e, "at most", "above");
    case "within":
      if (args.length !== 2 || [v, e, f].some((n) => typeof n !== "number")) return undefined;
      return [v >= e && v <= f, `to be within ${e}..${f}`, `to not be within ${e}..${f}`];
    case "a": case "an": {
      const kind = kindOf(v);
      if (typeof e !== "string" || args.length !== 1 || !kinds.includes(kind)) return undefined;
      const type = (/^[aeiou]/i.test(e) ? "an " : "a ") + e.toLowerCase();
      return [kind === e.toLowerCase(), `to be ${type}`, `not to be ${type}`];
    }
    case "include": case "includes": case "contain": case "contains":
      if (args.length !== 1 || !simple(e) || !(Array.isArray(v) || (typeof v === "string" && typeof e === "string"))) return undefined;
      return [v.indexOf(e) !== -1, `to include ${shown(e)}`, `to not include ${shown(e)}`];
    case "match": case "matches":
      if (args.length !== 1 || typeof v !== "string" || !(e instanceof RegExp) || e.global || e.sticky) return undefined;
      return [e.test(v), `to match ${e}`, `not to match ${e}`];
  }
  return undefined;
}

const properties = ["ok", "true", "false", "null", "undefined", "exist", "exists", "empty"];
const plain = ["to", "be", "been", "is", "that", "which", "and", "has", "have", "with", "at", "of", "same", "but", "does", "still", "also"];

// words are the handler of an assertion until chai takes over. Its target: value, message, negated.
const words = {
  get(state, name, self) {
    if (plain.includes(name)) return self;
    if (name === "not") {
      state.negated = true;
      return self;
    }
    const real = () => {
      const to = chai().expect(state.value, state.message);
      return state.negated ? to.not : to;
    };
    if (properties.includes(name)) return holds(state, light(name, state.value, [])) ? self : real()[name];
    if (name === "validJsonBody") {
      return () => {
        const { value, message, negated } = state;
        if (negated || !validJson(value)) return real().validJsonBody();
        check(null, { [nameOf(`${message || "${this}"} has valid json body`)]: true });
        return self;
      };
    }
    if (name === "property") {
      return (...args) => {
        const { value, message, negated } = state;
        const [key] = args;
        const easy = args.length === 1 && !negated && typeof value === "object" && value !== null && typeof key === "string" && simple(key) && key in value;
        if (!easy || !holds(state, [true, `to have property ${shown(key)}`])) return real().property(...args);
        return new Proxy({ value: value[key], message, negated }, words);
      };
    }
    if (name === "length" || name === "lengthOf") {
      const lengthOf = (...args) => {
        const { value, negated } = state;
        const easy = args.length === 1 && !negated && (typeof value === "string" || Array.isArray(value)) && value.length === args[0];
        if (!easy || !holds(state, [true, "to have property 'length'"])) return real()[name](...args);
        const n = short(shown(value.length), config.truncateVariableThreshold);
        holds(state, [true, `to have a length of ${n} but got ${config.aggregateChecks ? "${act}" : n}`]);
        return self;
      };
      return new Proxy(lengthOf, { get: (_, next) => member(real()[name], next) });
    }
    const method = (...args) => (holds(state, light(name, state.value, args)) ? self : real()[name](...args));
    switch (name) {
      case "equal": case "equals": case "eq": case "above": case "gt": case "greaterThan": case "least": case "gte":
      case "greaterThanOrEqual": case "below": case "lt": case "lessThan": case "most": case "lte": case "lessThanOrEqual":
      case "within": case "match": case "matches":
        return method;
      case "a": case "an": case "include": case "includes": case "contain": case "contains": // which may be words, too
        return new Proxy(method, { get: (_, next) => member(real()[name], next) });
    }
    return member(real(), name);
  },
};

// member is a word of chai's, which is not called on what the script has in its hands.
function member(of, name) {
  const m = of[name];
  if (typeof m !== "function") return m;
  return new Proxy(m, { apply: (_, self, args) => m.apply(of, args), get: (_, next) => member(m, next) });
}

// holds makes the check of an assertion if it has come out well.
function holds({ value, message, negated }, result) {
  if (!result || result[0] === negated || !(message || config.aggregateChecks || simple(value))) return false;
  const of = message || (config.aggregateChecks ? "${this}" : short(shown(value), config.truncateVariableThreshold));
  check(null, { [nameOf(`expected ${of} ${result[negated ? 2 : 1]}`)]: true });
  return true;
}

export function expect(value, message) {
  return extended ? chai().expect(value, message) : new Proxy({ value, message, negated: false }, words);
}
expect.fail = (...args) => chai().expect.fail(...args);

// describe runs assertions in a group, up to the first that fails, and says whether none did. What else is thrown is a
// failed check, too, and does not keep the script from going on.
export function describe(name, fn) {
  let passed = true;
  group(name, () => {
    try {
      fn();
    } catch (e) {
      passed = false;
      if (made && e instanceof made.AssertionError) {
        if (config.logFailures) console.warn(`${name}: ${e.message}`);
        return;
      }
      const message = e?.message ?? String(e);
      check(null, { [nameOf(`Exception raised "${message}"`)]: false });
      console.error(`${name}: ${message}`);
      if (config.exitOnError) exec.test.abort(`${name}: ${message}`);
    }
  });
  return passed;
}

const library = {
  config,
  expect,
  use(plugin) {
    extended = true;
    chai().use(plugin);
    return library;
  },
  should: () => chai().should(),
  get assert() { return chai().assert; },
  get util() { return chai().util; },
  get version() { return chai().version; },
  get Assertion() { return chai().Assertion; },
  get AssertionError() { return chai().AssertionError; },
};
export { library as chai, library as default };
