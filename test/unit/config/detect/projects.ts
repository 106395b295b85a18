import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { type Detection, detectProject } from '../../../../src/config/detect/index.ts';
import { Kept } from '../../../../src/config/settings/kept.ts';
import type { App, PortKey } from '../../../../src/config/types.ts';

export type Files = Record<string, string | object>;

/** A temporary project for each call, gone when the file's tests are done. */
export async function projects(): Promise<(files: Files) => Promise<string>> {
  const base = await mkdtemp(path.join(os.tmpdir(), 'devstart owner-ü-'));
  after(() => rm(base, { recursive: true, force: true }));
  let count = 0;
  return async (files) => {
    const root = path.join(base, String(count++));
    await mkdir(root, { recursive: true });
    for (const [name, content] of Object.entries(files)) {
      const file = path.join(root, name);
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
    }
    return root;
  };
}

/** What is found in the files, by `summary`, and what is said to be left out. */
export type Place = [title: string, files: Files, apps: string[], leftOut?: string[]];

/** A test for each row. */
export function testPlaces(
  kind: string,
  places: readonly Place[],
  project: (files: Files) => Promise<string>,
): void {
  for (const [title, files, expected, leftOut = []] of places) {
    test(`${kind}: ${title}`, async () => {
      const root = await project(files);
      const found = await detect(root);
      assert.deepEqual(
        found.apps.map((app) => summary(app, root)),
        expected,
      );
      assert.deepEqual(
        found.leftOut.map(({ what }) => what),
        leftOut,
      );
    });
  }
}

/** As a first start finds it; the next one recalls the same. */
export async function detect(root: string): Promise<Detection> {
  let found: Detection | undefined;
  const find = async (env: Record<string, string | undefined>): Promise<unknown> => {
    found = await detectProject(root, { prod: false, env });
    return plain(found);
  };
  // A minute on, so that the files are old enough.
  const search = { about: [], env: { PATH: '' }, find, now: new Date(Date.now() + 60_000) };
  const first = new Kept(`${root}-kept`, root);
  await first.recall('apps', search);
  first.keep();
  const once = found as unknown as Detection;
  // Where another program was asked nothing is kept, and it is found anew.
  assert.deepEqual(await new Kept(`${root}-kept`, root).recall('apps', search), plain(once));
  return once;
}

const plain = ({ lookWidely: _, lookForNumber: __, ...found }: Detection): unknown => found;

/**
 * One line an app: `name role framework port: command @cwd`, without what is added for its port and host. `-`: it has
 * no port, `5173?`: it may have one, `*`: its listeners are looked for; `once`: it ends before those `after NAME`.
 */
export function summary(app: App, root: string): string {
  const command = app.command.kind === 'shell' ? `$ ${app.command.line}` : app.command.argv.join(' ');
  const cwd = path.relative(root, app.cwd).replaceAll(path.sep, '/');
  const first = (key: PortKey) => app.written?.[key]?.[0]?.port ?? app.defaultPorts[key];
  const own = (['backend', 'frontend', 'own'] as const).flatMap((key) => first(key) ?? []).join('+') || 'any';
  const port = app.opaque ? '*' : app.once ? 'once' : app.noPort ? '-' : own + (app.portGuessed ? '?' : '');
  const env = Object.entries(app.env).map(([key, value]) => `${key}=${value} `);
  const plain = command
    .replace(/ (?:--port|-p) \{port\}(?: --strictPort)?/, ' +P')
    .replace(/ (?:--host|-H|-b) \{host\}/, '')
    .replace(/^npm run --silent/, 'npm run')
    .replace(/^npm exec --silent -c/, 'bin')
    .replace(/^node -e .*{host}$/, 'STATIC');
  const needs = app.dependsOn ? ` after ${app.dependsOn.join(' ')}` : '';
  const line = `${app.name} ${app.roles.join('+') || 'none'} ${app.framework ?? '?'} ${port}: ${env.join('')}${plain}`;
  return (line + (cwd ? ` @${cwd}` : '') + needs).replaceAll(root, 'ROOT');
}

export const scripts = (all: Record<string, string>, deps: string[] = [], more: object = {}) => ({
  scripts: all,
  dependencies: Object.fromEntries(deps.map((name) => [name, '*'])),
  ...more,
});
