import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { openApi } from '../../../src/control/openapi.ts';

test('openapi.json says what the server does', () => {
  const written = readFileSync(new URL('../../../openapi.json', import.meta.url), 'utf8');
  const now = JSON.parse(JSON.stringify(openApi()));
  assert.deepEqual(JSON.parse(written), now, 'write it anew: npm run openapi');
});
