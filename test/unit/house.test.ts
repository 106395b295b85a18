// What no lint rule of ours can hold: short functions, closures that share little that changes, one clock for durations.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import ts from 'typescript';

const root = path.resolve(import.meta.dirname, '../../src');
const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
  (file) => file.endsWith('.ts') && !file.includes('generated'),
);

const MOST_LINES = 80;
const MOST_SHARED = 2;

const isFunction = (node: ts.Node): node is ts.FunctionLikeDeclaration =>
  ts.isFunctionDeclaration(node) ||
  ts.isFunctionExpression(node) ||
  ts.isArrowFunction(node) ||
  ts.isMethodDeclaration(node) ||
  ts.isConstructorDeclaration(node) ||
  ts.isAccessor(node);

/** Its `let`s that functions inside it read or write. */
function sharedLets(outer: ts.FunctionLikeDeclaration): string[] {
  const lets = new Set<string>();
  const shared = new Set<string>();
  const collect = (node: ts.Node): void => {
    if (isFunction(node)) return;
    if (ts.isVariableDeclarationList(node) && node.flags & ts.NodeFlags.Let) {
      for (const { name } of node.declarations) if (ts.isIdentifier(name)) lets.add(name.text);
    }
    ts.forEachChild(node, collect);
  };
  /** @param hidden names that an inner function has for itself; undefined outside of all inner ones */
  const look = (node: ts.Node, hidden: ReadonlySet<string> | undefined): void => {
    let own = hidden;
    if (isFunction(node))
      own = new Set([...(hidden ?? []), ...node.parameters.map(({ name }) => name.getText())]);
    if (own && ts.isIdentifier(node) && lets.has(node.text) && !own.has(node.text)) {
      const member = ts.isPropertyAccessExpression(node.parent) && node.parent.name === node;
      if (!member) shared.add(node.text);
    }
    ts.forEachChild(node, (child) => look(child, own));
  };
  if (outer.body) {
    ts.forEachChild(outer.body, collect);
    ts.forEachChild(outer.body, (child) => look(child, undefined));
  }
  return [...shared];
}

test(`no function of more than ${MOST_LINES} lines, no closure that shares more than ${MOST_SHARED} lets`, () => {
  const found: string[] = [];
  for (const file of files) {
    const source = ts.createSourceFile(
      file,
      readFileSync(path.join(root, file), 'utf8'),
      ts.ScriptTarget.Latest,
      true,
    );
    const visit = (node: ts.Node): void => {
      if (isFunction(node)) {
        const lineOf = (at: number) => source.getLineAndCharacterOfPosition(at).line + 1;
        const at = `${file}:${lineOf(node.getStart())}`;
        const lines = lineOf(node.end) - lineOf(node.getStart()) + 1;
        if (lines > MOST_LINES) found.push(`${at} has ${lines} lines`);
        const shared = sharedLets(node);
        if (shared.length > MOST_SHARED) found.push(`${at} shares ${shared.join(', ')}`);
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  assert.deepEqual(found, []);
});

test('durations are measured by performance.now(): the wall clock may be set back and forth meanwhile', () => {
  const found = files.filter((file) => readFileSync(path.join(root, file), 'utf8').includes('Date.now('));
  assert.deepEqual(found, []);
});

test('what is found in a project follows from what can be asked again: its rooms see files by observed.ts alone', () => {
  const rooms = /^config[\\/](?:detect|copies|reads)[\\/]/;
  const others = files.filter(
    (file) =>
      rooms.test(file) &&
      /^import (?!type ).*'node:(?:fs|fs\/promises|child_process|os)'/m.test(
        readFileSync(path.join(root, file), 'utf8'),
      ),
  );
  // It says so itself.
  assert.deepEqual(others, [path.join('config', 'copies', 'tree.ts')]);
});
