// What scripts import from https://jslib.k6.io/jsonpath, written for katydid: paths through JSON as Stefan Gössner described
// them in 2007. What is in parentheses is JavaScript, with @ for the value at hand.

// nodes gives { path, value } of all that matches, at most count. A path is an array that begins with "$".
export function nodes(object, path, count = Infinity) {
  let found = [{ path: ["$"], value: object }];
  for (const { deep, selectors } of parse(path)) {
    if (deep) found = found.flatMap(descendants);
    found = found.flatMap((node) => selectors.flatMap((select) => {
      const isObject = node.value !== null && typeof node.value === "object";
      return isObject ? select(node.value).map((key) => ({ path: [...node.path, key], value: node.value[key] })) : [];
    }));
  }
  return found.slice(0, count);
}

export const query = (object, path, count) => nodes(object, path, count).map((node) => node.value);
export const paths = (object, path, count) => nodes(object, path, count).map((node) => node.path);

// value gives the first that matches, after it has become newValue if there is one.
export function value(object, path, newValue) {
  const [first] = nodes(object, path, 1);
  if (first && newValue !== undefined) {
    parentOf(object, first)[first.path.at(-1)] = newValue;
    return newValue;
  }
  return first?.value;
}

export function parent(object, path) {
  const [first] = nodes(object, path, 1);
  return first && parentOf(object, first);
}

// apply puts what fn makes of every match in its place, the innermost first.
export function apply(object, path, fn) {
  const found = nodes(object, path).sort((a, b) => b.path.length - a.path.length);
  for (const node of found) {
    const of = parentOf(object, node);
    const key = node.path.at(-1);
    node.value = of[key] = fn(of[key]);
  }
  return found;
}

export function stringify(path) {
  if (typeof path === "string") return path;
  const part = (key) => (typeof key === "number" ? `[${key}]` : /^[A-Za-z_]\w*$/.test(key) ? "." + key : `[${JSON.stringify(key)}]`);
  return "$" + path.slice(path[0] === "$" ? 1 : 0).map(part).join("");
}

export default { query, value, paths, nodes, parent, apply, stringify };

const parentOf = (object, node) => node.path.slice(1, -1).reduce((at, key) => at[key], object);
const keysOf = (v) => (Array.isArray(v) ? [...v.keys()] : Object.keys(v));

function descendants(node) {
  if (node.value === null || typeof node.value !== "object") return [node];
  return [node, ...keysOf(node.value).flatMap((key) => descendants({ path: [...node.path, key], value: node.value[key] }))];
}

// parse gives the steps of a path. A selector gives the keys that it takes of an object or array.
function parse(path) {
  const steps = [];
  // What stands in quotes or parentheses, in which may be one more level of them, is one thing.
  const item = /(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\((?:[^()"']|"[^"]*"|'[^']*'|\([^()]*\))*\)|[^,"'(])+/g;
  const token = /(\.\.)?\[((?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\((?:[^()"']|"[^"]*"|'[^']*'|\([^()]*\))*\)|[^\]"'(])*)\]|(\.\.?)(\*|[^.[\]()*\s]+)/y;
  token.lastIndex = path.startsWith("$") ? 1 : 0;
  const text = path.startsWith("$") ? path : "." + path;
  while (token.lastIndex < text.length) {
    const at = token.lastIndex;
    const m = token.exec(text);
    if (!m) throw new Error(`jsonpath: cannot read ${JSON.stringify(path)} from ${JSON.stringify(text.slice(at))} on`);
    const [, deepBrackets, list, dots, name] = m;
    const selectors = name !== undefined ? [named(name)] : list.match(item).map((s) => bracketed(s.trim()));
    steps.push({ deep: deepBrackets !== undefined || dots === "..", selectors });
  }
  return steps;
}

const has = (v, key) => (!Object.hasOwn(v, key) ? [] : [Array.isArray(v) && /^\d+$/.test(key) ? Number(key) : key]);

function named(name) {
  if (name === "*") return keysOf;
  return (v) => has(v, name);
}

function bracketed(text) {
  if (text.startsWith("?(")) {
    const test = expression(text.slice(2, -1));
    return (v) => keysOf(v).filter((key) => test(v[key]));
  }
  if (text.startsWith("(")) {
    const key = expression(text.slice(1, -1));
    return (v) => has(v, key(v));
  }
  if (/^["']/.test(text)) return named(JSON.parse('"' + text.slice(1, -1).replace(/\\'/g, "'").replace(/(^|[^\\])"/g, '$1\\"') + '"'));
  if (text.includes(":")) {
    const [start, end, step] = text.split(":").map((s) => (s.trim() === "" ? undefined : Number(s)));
    return (v) => (Array.isArray(v) ? keysOf(v).slice(start ?? 0, end ?? v.length).filter((_, i) => i % (step ?? 1) === 0) : []);
  }
  return named(text);
}

// expression makes a function of one in JavaScript. What throws, such as a property of what is not there, is undefined.
function expression(text) {
  const code = text.replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|@/g, (s) => (s === "@" ? "$value" : s));
  const fn = new Function("$value", `return (${code});`);
  return (v) => {
    try {
      return fn(v);
    } catch {
      return undefined;
    }
  };
}
