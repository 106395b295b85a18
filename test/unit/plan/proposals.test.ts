import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Settings } from '../../../src/config/types.ts';
import { DevstartError, type ErrorCode } from '../../../src/errors.ts';
import { type PlanChange, wantedBy } from '../../../src/plan/proposals.ts';
import type { PortMap } from '../../../src/ports/port-map.ts';
import type { PortRequest } from '../../../src/ports/types.ts';

const cases: [Omit<PlanChange, 'app'>, ErrorCode, RegExp][] = [
  [
    { instances: 1000 },
    'PORTS_EXHAUSTED',
    /^1000 instances of api from port 65000 on would end at 65999, above 65535$/,
  ],
  [
    { port: '1-9999', spread: true },
    'PORT_INVALID',
    /^9999 ports would be 9999 instances of api, and there may be 1000$/,
  ],
];

for (const [change, code, message] of cases) {
  test(`${JSON.stringify(change)} is refused in its own words`, () => {
    const settings = { apps: [{ name: 'api', instances: 1 }], ports: {} } as unknown as Settings;
    const source = { kind: 'config', file: 'devstart.config.json', key: 'port' };
    const request = {
      app: 'api',
      key: 'backend',
      instances: 1,
      spec: { value: { kind: 'single', port: 65_000 }, source, overrode: [] },
    } as unknown as PortRequest;
    const ports = { all: [{ id: 'api:0', port: 65_000 }] } as unknown as PortMap;
    assert.throws(
      () => wantedBy({ app: 'api', ...change }, settings, [request], ports),
      (error) => error instanceof DevstartError && error.code === code && message.test(error.message),
    );
  });
}
