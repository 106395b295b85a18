import type { TestContext } from 'node:test';

const cleanups = new WeakMap<TestContext, (() => unknown)[]>();

/** Runs when the test ends, the last one first, each whatever became of the others. */
export function atEnd(t: TestContext, cleanup: () => unknown): void {
  const known = cleanups.get(t);
  if (known) {
    known.push(cleanup);
    return;
  }
  const all = [cleanup];
  cleanups.set(t, all);
  t.after(async () => {
    const errors: unknown[] = [];
    for (const one of all.reverse()) await (async () => one())().catch((error) => errors.push(error));
    if (errors.length > 0) throw new AggregateError(errors, 'cleaning up failed');
  });
}
