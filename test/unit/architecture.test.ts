// ARCHITECTURE.md says who imports whom as the lint does, of the rooms that there are.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

const root = path.resolve(import.meta.dirname, '../..');
const page = readFileSync(path.join(root, 'ARCHITECTURE.md'), 'utf8');
const biome = JSON.parse(readFileSync(path.join(root, 'biome.json'), 'utf8'));

interface Override {
  includes: string[];
  linter?: { rules?: { style?: { noRestrictedImports?: { options: { patterns: { group: string[] }[] } } } } };
}

/** By room: the rooms that it may not import from. */
const forbidden = new Map<string, Set<string>>();
for (const { includes, linter } of biome.overrides as Override[]) {
  const [, room] = /^src\/([a-z]+)\/\*\*$/.exec(includes[0] ?? '') ?? [];
  const groups =
    linter?.rules?.style?.noRestrictedImports?.options.patterns.flatMap(({ group }) => group) ?? [];
  if (room)
    forbidden.set(room, new Set(groups.flatMap((one) => /^\*\*\/([a-z]+)\/\*\*$/.exec(one)?.[1] ?? [])));
}
const rows = new Map(
  [...page.matchAll(/^\| `([a-z]+)` \| [^|]+ \|([^|]*)\|$/gm)].map(([, room = '', from = '']) => [
    room,
    from.trim().split(' ').filter(Boolean),
  ]),
);

test('each room has its row, and its arrows in the lint', () => {
  assert.deepEqual([...rows.keys()].sort(), [...forbidden.keys()].sort());
  const folders = readdirSync(path.join(root, 'src'), { withFileTypes: true }).filter((one) =>
    one.isDirectory(),
  );
  for (const { name } of folders) assert.ok(rows.has(name), `src/${name} has no row in ARCHITECTURE.md`);
});

for (const [room, from] of rows) {
  test(`${room} imports from what the page says`, () => {
    const allowed = [...rows.keys()].filter((other) => other !== room && !forbidden.get(room)?.has(other));
    assert.deepEqual([...from].sort(), allowed.sort());
  });
}

test('every file beside the rooms is named', () => {
  for (const name of readdirSync(path.join(root, 'src'))) {
    if (name.endsWith('.ts')) assert.ok(page.includes(`\`${name}\``), name);
  }
});
