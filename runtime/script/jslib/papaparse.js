// What scripts import from https://jslib.k6.io/papaparse: the library from npm. Few users parse anything themselves, so
// that it is made when it is first used; it takes 60 KB in a user's VM.
const library = () => require("jslib/papaparse/papaparse");

export const parse = (input, config) => library().parse(input, config);
export const unparse = (input, config) => library().unparse(input, config);
export default {
  parse,
  unparse,
  BYTE_ORDER_MARK: "\ufeff",
  DefaultDelimiter: ",",
  RECORD_SEP: "\x1e",
  UNIT_SEP: "\x1f",
};
