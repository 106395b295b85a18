import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ChildHandle, launch } from '../../../src/launch/concurrently.ts';
import type { InstancePlan } from '../../../src/plan/types.ts';

test('prefixes are padded by columns', async () => {
  const prefixes: string[] = [];
  const children: ChildHandle[] = [];
  const instances = ['api', '東京', 'web🚀'].map((label) => ({ id: label, label }) as object as InstancePlan);
  await launch(instances, ['red'], () => true, {
    spawn: () => {
      children.push(new ChildHandle(children.length));
      return children.at(-1) as ChildHandle;
    },
    kill: () => {},
    setPrefix: (_, { plain }) => prefixes.push(plain),
  });
  for (const child of children) child.emit('close', 0, null);
  assert.deepEqual(prefixes, ['[api  ] ', '[東京 ] ', '[web🚀] ']);
});
