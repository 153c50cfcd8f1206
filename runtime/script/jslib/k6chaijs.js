// What scripts import from https://jslib.k6.io/k6chaijs, written for katydid around chai: every assertion is a check.
import { check, group } from "k6";
import exec from "k6/execution";
import chai from "jslib/chai/chai";

Object.assign(chai.config, {
  truncateMsgThreshold: 300, // length of a check's name
  truncateVariableThreshold: 100, // length of a value in it
  aggregateChecks: true, // no actual values in the names, so that they are the same in all iterations
  logFailures: false,
  exitOnError: false, // end the test when a describe throws what is no assertion
});

const short = (text, length) => (text.length > length ? text.slice(0, length) + "..." : text);

chai.use(({ Assertion, config }, { flag, inspect, test }) => {
  const value = (v) => short(inspect(v), config.truncateVariableThreshold);

  function nameOf(assertion, [, message, negated, expected, actual]) {
    let text = flag(assertion, "negate") ? negated : message;
    if (typeof text === "function") text = text();
    const object = flag(assertion, "object");
    const unsaid = (name, v) => (config.aggregateChecks ? "${" + name + "}" : value(v));
    text = (text ?? "")
      .replace(/#\{this\}/g, () => flag(assertion, "message") || unsaid("this", object))
      .replace(/#\{act\}/g, () => unsaid("act", actual === undefined ? object : actual))
      .replace(/#\{exp\}/g, () => value(expected));
    return short(text.replace(/::/g, ":"), config.truncateMsgThreshold); // k6 forbids :: in names
  }

  const assert = Assertion.prototype.assert;
  Assertion.prototype.assert = function (...args) {
    check(null, { [nameOf(this, args)]: !!test(this, args) });
    return assert.apply(this, args);
  };

  Assertion.addMethod("validJsonBody", function () {
    let valid = true;
    try {
      this._obj.json();
    } catch {
      valid = false;
    }
    const of = flag(this, "message") || "${this}";
    this.assert(valid, `${of} has valid json body`, `${of} does not have valid json body`);
  });
});

// describe runs assertions in a group, up to the first that fails, and says whether none did. What else is thrown is a
// failed check, too, and does not keep the script from going on.
export function describe(name, fn) {
  let passed = true;
  group(name, () => {
    try {
      fn();
    } catch (e) {
      passed = false;
      if (e instanceof chai.AssertionError) {
        if (chai.config.logFailures) console.warn(`${name}: ${e.message}`);
        return;
      }
      const message = e?.message ?? String(e);
      check(null, { [short(`Exception raised "${message}"`.replace(/::/g, ":"), chai.config.truncateMsgThreshold)]: false });
      console.error(`${name}: ${message}`);
      if (chai.config.exitOnError) exec.test.abort(`${name}: ${message}`);
    }
  });
  return passed;
}

export const expect = chai.expect;
const library = chai; // of this module, lest importing chai alone leave it as npm has it
export { library as chai, library as default };
