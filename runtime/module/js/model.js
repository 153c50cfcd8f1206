// What a class of the user model consists of, for the engine. This is no module: the main VM alone runs it, as a script
// whose value is describe().

// own gives an own data property without running a getter.
function own(object, key) {
  return Object.getOwnPropertyDescriptor(object, key)?.value;
}

function isSet(value) {
  return typeof value === "function" && value.$kind !== undefined && value.$kind !== "user";
}

// weight checks what a script gives as the weight of a task.
function weight(cls, name, w) {
  if (!Number.isInteger(w) || w < 0) {
    throw new TypeError(`${cls.name}: the weight of task ${name} must be a whole number of 0 or more, not ${String(w)}`);
  }
  return w;
}

// describe gives [kind, tasks, tags]; a task is [name, target, where, weight, tags, transitions]. where leads to the
// target in another VM: [] is the method of that name, [depth, key, ...] a static property of the class's ancestor at
// that depth and what is in it. It runs in the main VM only, because what it touches costs memory in every VM.
function describe(cls) {
  const chain = [];
  for (let c = cls; c && c.$kind; c = Object.getPrototypeOf(c)) chain.unshift(c);
  const found = new Map(); // by name; a later class replaces an earlier one's
  let anonymous = 0;
  const add = (name, target, where, w, tags, transitions) => {
    const label = name ?? "";
    found.set(name ?? `#${anonymous++}`, [label, target, where, weight(cls, label || "(anonymous)", w), tags, transitions]);
  };
  chain.forEach((c, i) => {
    const depth = chain.length - 1 - i;
    for (const name of Object.getOwnPropertyNames(c.prototype)) {
      const fn = own(c.prototype, name);
      if (typeof fn !== "function" || name === "constructor") continue;
      if (fn.$task !== undefined || fn.$next !== undefined) add(name, fn, [], fn.$task ?? 1, fn.$tags, fn.$next);
      else if (found.has(name)) found.get(name)[1] = fn; // an override keeps the weight
    }
    for (const name of Object.getOwnPropertyNames(c)) {
      const set = own(c, name);
      if (isSet(set) && own(set, "$task") !== undefined) add(name, set, [depth, name], set.$task, arrayTags(set));
    }
    listed(cls, c, depth, add);
  });
  ordered(cls, chain);
  return [cls.$kind, [...found.values()], arrayTags(cls)];
}

// ordered refuses what would silently run in another order than it is written in: decorators of fields are called after
// those of all methods, so the place of a decorated field between methods cannot be known.
function ordered(cls, chain) {
  if (cls.$kind !== "sequential") return;
  for (const c of chain) {
    const field = Object.getOwnPropertyNames(c).find((name) => isSet(own(c, name)) && own(own(c, name), "$task") !== undefined);
    const method = Object.getOwnPropertyNames(c.prototype).find((name) => own(c.prototype, name)?.$task !== undefined);
    if (field !== undefined && method !== undefined) {
      throw new TypeError(`${c.name}: the order of ${method}() and the task set ${field} is not known to a SequentialTaskSet: ` +
        `list all in their order, static tasks = ["${method}", ...], without @task`);
    }
  }
}

// listed adds the tasks of a plain static tasks = {...} or [...], and static transitions.
function listed(cls, c, depth, add) {
  const tasks = own(c, "tasks");
  const tags = own(c, "tags") ?? {};
  const entry = (value, where, w, name) => {
    if (Array.isArray(value)) return entry(value[0], [...where, 0], value[1], name);
    if (typeof value === "string") return method(cls, value, w ?? 1, tags, add);
    if (typeof value !== "function") {
      throw new TypeError(`${cls.name}.tasks: ${String(value)} is no task: a function, a TaskSet class or a method's name`);
    }
    add(name, value, where, w ?? value.$task ?? 1, isSet(value) ? arrayTags(value) : value.$tags);
  };
  if (tasks instanceof Map) {
    throw new TypeError(`${cls.name}.tasks must be an object {method: weight} or an array [[task, weight]], not a Map`);
  } else if (Array.isArray(tasks)) {
    tasks.forEach((t, i) => entry(t, [depth, "tasks", i]));
  } else if (typeof tasks === "object" && tasks !== null) {
    for (const [name, w] of Object.entries(tasks)) {
      if (typeof w === "number") method(cls, name, w, tags, add);
      else entry(w, [depth, "tasks", name], undefined, name);
    }
  } else if (tasks !== undefined) {
    throw new TypeError(`${cls.name}.tasks must be an object {method: weight} or an array`);
  }
  const transitions = own(c, "transitions");
  for (const name of Object.keys(transitions ?? {})) method(cls, name, 1, tags, add, transitions[name]);
}

function method(cls, name, w, tags, add, transitions) {
  const fn = cls.prototype[name];
  if (typeof fn !== "function") throw new TypeError(`${cls.name}.tasks: there is no method "${name}"`);
  add(name, fn, [], w, tags[name] ?? fn.$tags, transitions);
}

// arrayTags: static tags = ["x"] on a task set applies to all of its tasks, as @tag on the class does.
function arrayTags(cls) {
  return Array.isArray(cls.tags) ? cls.tags : own(cls, "$tags");
}

describe;
