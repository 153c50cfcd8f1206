// Wait times, in seconds. Each gives a function that the engine calls with the user (or task set) as this.

function seconds(name, value) {
  if (typeof value !== "number" || !(value >= 0) || value === Infinity) {
    throw new TypeError(`${name}: ${String(value)} is not a number of seconds`);
  }
  return value;
}

export function between(min, max) {
  seconds("between", min);
  seconds("between", max);
  if (max < min) throw new TypeError(`between(${min}, ${max}): the first number must not be larger than the second`);
  return () => min + Math.random() * (max - min);
}

export function constant(s) {
  seconds("constant", s);
  return () => s;
}

// A task starts every s seconds if the task itself takes less; time that was missed is not caught up.
export function constantPacing(s) {
  seconds("constantPacing", s);
  const state = new WeakMap();
  return function pacing() {
    const now = $k.now();
    const last = state.get(this) ?? { start: $k.born, wait: 0 };
    const wait = Math.max(0, s - (now - last.start - last.wait));
    state.set(this, { start: now, wait });
    return wait;
  };
}

export function constantThroughput(perSecond) {
  if (!(perSecond > 0)) throw new TypeError(`constantThroughput(${String(perSecond)}): a number above 0 is needed`);
  return constantPacing(1 / perSecond);
}
