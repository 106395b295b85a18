import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Env,
  envFileNames,
  envValues,
  portNames,
  portOfValue,
} from '../../../../src/config/copies/env-files.ts';
import { sourceOf } from '../../../../src/config/copies/sources.ts';
import { addressesIn, weightOf } from '../../../../src/config/copies/urls.ts';

const envOf = (text: string): Env => ({ values: envValues(sourceOf('/p/.env', '.env', text)) });

test('the port of a value', () => {
  const table: [string, string, number | undefined, string?][] = [
    ['A=3001', 'A', 3001, '3001'],
    ['export A="3001" # x', 'A', 3001, '3001'],
    ["A = '3001'", 'A', 3001, '3001'],
    ['A=3001\nA=3002', 'A', 3002, '3002'],
    ['A=http://localhost:3001/api#x', 'A', 3001, '3001'],
    ['A=http://localhost:3001 # 9999', 'A', 3001, '3001'],
    ['A="http://localhost,http://localhost:5173"', 'A', 5173, '5173'],
    ['A=["http://127.0.0.1:5173"]', 'A', 5173, '5173'],
    ['A=${B}\nB=3003', 'A', 3003, '3003'],
    ['A=http://localhost:${B:-1}\nB=3003', 'A', 3003, '3003'],
    ['A=$A', 'A', undefined],
    ['# A=3001', 'A', undefined],
    ['A=', 'A', undefined],
    ['A=postgres://u:p@localhost:5432/x', 'A', undefined],
    ['A=redis://localhost:6379', 'A', undefined],
    ['A=https://example.com:8443', 'A', undefined],
    ['A=http://api:8000', 'A', undefined],
    ['A=2024-01-01', 'A', undefined],
  ];
  for (const [text, name, port, digits] of table) {
    const found = portOfValue(envOf(text), name);
    assert.equal(found?.port, port, text);
    if (found) assert.equal(text.split('\n')[found.line - 1]?.slice(...found.columns), digits, text);
  }
});

test('names of a server’s port', () => {
  const names = (text: string, role: 'server' | 'page') =>
    portNames(envOf(text), role).map(({ name }) => name);
  const text =
    'DB_PORT=5432\nREDIS_PORT=6379\nSERVER_PORT=6989\nPORT=3001\nVITE_PORT=5180\nSMTP_PORT=1025\nAPI_PORT=80';
  assert.deepEqual(names(text, 'server'), ['PORT', 'SERVER_PORT']);
  assert.deepEqual(names(text, 'page'), ['PORT', 'VITE_PORT']);
  for (const name of ['API_PORT', 'FLASK_PORT', 'FLASK_RUN_PORT', 'BACKEND_PORT', 'HTTP_PORT', 'APP_PORT'])
    assert.deepEqual(names(`${name}=3001`, 'server'), [name]);
});

test('the order of each loader', () => {
  assert.deepEqual(envFileNames('vite', 'development'), [
    '.env.development.local',
    '.env.development',
    '.env.local',
    '.env',
  ]);
  assert.deepEqual(envFileNames('next', 'development'), [
    '.env.development.local',
    '.env.local',
    '.env.development',
    '.env',
  ]);
  assert.deepEqual(envFileNames('plain', 'production'), ['.env']);
});

test('whose server a variable speaks of', () => {
  const table: [0 | 1 | 3, string[]][] = [
    [
      3,
      [
        'VITE_API_URL',
        'NEXT_PUBLIC_API_BASE_URL',
        'REACT_APP_BACKEND',
        'VITE_SERVER_PORT',
        'BACKEND_URL',
        'NUXT_PUBLIC_API_BASE',
        'VITE_BE_URL',
        'GRAPHQL_ENDPOINT',
      ],
    ],
    [1, ['VITE_BASE_URL', 'VITE_WS_URL', 'VITE_SOCKET_HOST', 'PROXY_TARGET']],
    [
      0,
      [
        'VITE_SUPABASE_URL',
        'DATABASE_URL',
        'REDIS_URL',
        'NEXTAUTH_URL',
        'VITE_APP_URL',
        'FRONTEND_URL',
        'CLIENT_URL',
        'BACKEND_CORS_ORIGINS',
        'KEYCLOAK_URL',
        'S3_ENDPOINT',
        'OLLAMA_BASE_URL',
        'SMTP_HOST',
        'TITLE',
        'API_ALLOWED_HOSTS',
      ],
    ],
  ];
  for (const [weight, names] of table) for (const name of names) assert.equal(weightOf(name), weight, name);
});

test('loopback addresses, with a scheme or without', () => {
  const table: [string, number[]][] = [
    ["'http://localhost:3001/api'", [3001]],
    ["'ws://127.0.0.1:3001'", [3001]],
    ["'localhost:3001'", [3001]],
    ["'http://[::1]:3001'", [3001]],
    ["'http://0.0.0.0:3001'", [3001]],
    ["'http://api.localhost:3001'", [3001]],
    ['"wait-on http-get://localhost:3001/health tcp:localhost:3002"', [3001, 3002]],
    ["'http://mylocalhost:3001', 'http://localhost.example.com:3001', 'http://localhost:3001.5'", []],
    ["'postgres://localhost:5432', 'redis://127.0.0.1:6379', 'mongodb://u:p@localhost:27017'", []],
    ["'http://localhost', 'http://localhost:70000', 'http://10.127.0.0.1:3001'", []],
  ];
  for (const [code, ports] of table) {
    const found = addressesIn(sourceOf('/p/a.js', 'a.js', code)).map(({ digits: { source, start, end } }) =>
      Number(source.code.slice(start, end)),
    );
    assert.deepEqual(found, ports, code);
  }
});
