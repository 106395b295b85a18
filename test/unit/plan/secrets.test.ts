import assert from 'node:assert/strict';
import { test } from 'node:test';
import { maskValue, maskWords } from '../../../src/plan/secrets.ts';

/** name, value, what is shown */
const cases: [string, string, string][] = [
  ['API_KEY', 'abc', '***'],
  ['STRIPE_SECRET_KEY', 'abc', '***'],
  ['apiToken', 'abc', '***'],
  ['DB_PASSWORD', 'pw', '***'],
  ['PGPASSWORD', 'pw', '***'],
  ['POSTGRES_PASS', 'pw', '***'],
  ['SECRET', '', ''],
  ['AUTH_ENABLED', 'true', 'true'],
  ['TOKEN_LIMIT', '4096', '4096'],
  ['AUTH_URL', 'http://localhost:8000', 'http://localhost:8000'],
  ['SECRETS_DIR', '/run/secrets', '/run/secrets'],
  ['KEYBOARD', 'qwerty', 'qwerty'],
  ['PASSENGERS', 'ada', 'ada'],
  ['PORT', '8000', '8000'],
  ['DATABASE_URL', 'postgres://ada:pw@localhost:5432/db', 'postgres://ada:***@localhost:5432/db'],
  ['SENTRY_DSN', 'https://abc@sentry.io/1', 'https://abc@sentry.io/1'],
  ['HOOK', 'https://x.io/?token=abc&a=1', 'https://x.io/?token=***&a=1'],
  ['ANY', 'ghp_abcdefghijklmnopqrstuvwxyz0123456789', '***'],
  ['ANY', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc', '***'],
  ['ANY', 'sk-proj-abcdefghijklmnopqrstuv', '***'],
  ['ANY', 'AKIAABCDEFGHIJKLMNOP', '***'],
  [
    'CORS_ORIGINS',
    'http://localhost:3000,http://127.0.0.1:3000',
    'http://localhost:3000,http://127.0.0.1:3000',
  ],
  ['DEVSTART_RUN', 'mx2y3key-2xj-padad0', 'mx2y3key-2xj-padad0'],
  ['PATH', '/usr/bin:/bin', '/usr/bin:/bin'],
];
for (const [name, value, shown] of cases) {
  test(`${name}=${value}`, () => assert.equal(maskValue(name, value), shown));
}

test('a command’s words: what follows a flag that says so', () => {
  assert.deepEqual(
    maskWords(['serve', '--token', 'abc', '--port', '80', '--password=x', '--db', 'pg://u:p@h/d']),
    ['serve', '--token', '***', '--port', '80', '--password=***', '--db', 'pg://u:***@h/d'],
  );
});
