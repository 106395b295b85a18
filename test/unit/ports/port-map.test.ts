import assert from 'node:assert/strict';
import { test } from 'node:test';
import { appOf, instanceId, numberOf } from '../../../src/config/instance-id.ts';
import { PortMap } from '../../../src/ports/port-map.ts';
import type { PortAssignment } from '../../../src/ports/types.ts';

const one = (id: PortAssignment['id'], role: PortAssignment['role'], port: number): PortAssignment => ({
  id,
  key: role ?? 'own',
  role,
  port,
  requested: port,
  moved: false,
});
const map = new PortMap([
  one('app:0', 'backend', 8000),
  one('app:0', 'frontend', 3000),
  one('api:1', 'backend', 8001),
  one('worker:0', null, 4000),
]);

test('an instance’s ports, all numbers, the roles’ by the first instance', () => {
  assert.deepEqual(map.of('app:0'), { backend: 8000, frontend: 3000 });
  assert.deepEqual(map.of('worker:0'), { own: 4000 });
  assert.deepEqual(map.of('worker:1'), {});
  assert.deepEqual(map.numbers, [8000, 3000, 8001, 4000]);
  assert.deepEqual(map.roles, { backend: 8000, frontend: 3000 });
});

test('a move makes another map and leaves this one', () => {
  const moved = map.move('app:0', 'frontend', 3001);
  assert.deepEqual(moved.of('app:0'), { backend: 8000, frontend: 3001 });
  assert.deepEqual(
    moved.all.map((each) => each.moved),
    [false, true, false, false],
  );
  assert.deepEqual(map.of('app:0'), { backend: 8000, frontend: 3000 });
});

test('the key of an instance: an app’s name may hold a colon', () => {
  const id = instanceId('dev:api', 2);
  assert.deepEqual([id, appOf(id), numberOf(id)], ['dev:api:2', 'dev:api', 2]);
});
