// A session closes all its parts in the reverse order of their opening, whatever one of them throws.
import assert from 'node:assert/strict';
import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { type TestContext, test } from 'node:test';
import type { Context } from '../../../src/context.ts';
import { loadProject, planProject } from '../../../src/session/project.ts';
import { Scope } from '../../../src/session/scope.ts';
import { runSession } from '../../../src/session/session.ts';
import { Rig } from '../../rig/rig.ts';

/** Notes what is closed, and in which order; one of them fails when all it does is done. */
class FaultyScope extends Scope {
  readonly opened: string[] = [];
  readonly closed: string[] = [];
  readonly #faulty: string | undefined;

  constructor(faulty?: string) {
    super();
    this.#faulty = faulty;
  }

  override defer(name: string, close: () => unknown): void {
    this.opened.push(name);
    super.defer(name, async () => {
      await close();
      this.closed.push(name);
      if (name === this.#faulty) throw new Error(`${name} cannot be closed`);
    });
  }
}

/** A whole run of one short command in the rig's project. */
async function session(rig: Rig, scope: FaultyScope): Promise<number> {
  const context = {
    flags: {},
    env: { ...rig.env, PATH: process.env.PATH },
    cwd: rig.dir,
    quiet: false,
    timestamps: false,
    onSignal() {},
    onSuspend() {},
    onCrash() {},
  } as unknown as Context;
  const project = await loadProject(context);
  const planned = await planProject(project, { env: context.env, lookOnly: false, forceColor: false });
  return runSession(
    planned,
    context,
    {
      out: new PassThrough().resume(),
      format: 'json',
      keys: false,
      attach: () => ({ event() {}, close: async () => {} }),
    },
    scope,
  );
}

async function project(t: TestContext): Promise<Rig> {
  const rig = await Rig.create(t);
  const apps = [{ name: 'task', command: ['true'], port: false }];
  await writeFile(path.join(rig.dir, 'devstart.config.json'), JSON.stringify({ apps }));
  return rig;
}

test('each part that throws is heard of, and all the others are closed all the same', async (t) => {
  const rig = await project(t);
  const whole = new FaultyScope();
  assert.equal(await session(rig, whole), 0);
  assert.ok(whole.opened.length >= 10, whole.opened.join());
  assert.deepEqual(whole.closed, [...whole.opened].reverse());
  for (const part of whole.opened) {
    const scope = new FaultyScope(part);
    await assert.rejects(session(rig, scope), { message: `${part} cannot be closed` });
    assert.deepEqual(scope.closed, whole.closed, part);
  }
  await rig.assertNothingLeft();
  // Neither record nor socket, however short the run.
  assert.deepEqual(await readdir(path.join(rig.home, 'runs')), []);
});
