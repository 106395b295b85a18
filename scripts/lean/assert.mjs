// yargs and concurrently use three functions of it; Node's takes half a millisecond to load.
export function ok(value, message) {
  if (!value) throw new Error(message ?? `${value} is not true`);
}
export function strictEqual(actual, expected, message) {
  if (!Object.is(actual, expected)) throw new Error(message ?? `${actual} is not ${expected}`);
}
export function notStrictEqual(actual, expected, message) {
  if (Object.is(actual, expected)) throw new Error(message ?? `${actual} is ${expected}`);
}
export default { ok, strictEqual, notStrictEqual };
