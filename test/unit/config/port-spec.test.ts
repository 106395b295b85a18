import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatPortSpec, parsePortSpec, specPortCount } from '../../../src/config/port-spec.ts';
import { describeSource } from '../../../src/config/source.ts';
import type { PortSpec, Source } from '../../../src/config/types.ts';
import { DevstartError } from '../../../src/errors.ts';

const flag: Source = { kind: 'flag', name: '--backend-port' };

function refusal(text: unknown, source = flag): DevstartError {
  try {
    parsePortSpec(text as string, source);
  } catch (error) {
    assert(error instanceof DevstartError);
    assert.equal(error.code, 'PORT_INVALID');
    assert.equal(error.exitCode, 2);
    assert(error.hint);
    return error;
  }
  assert.fail(`${JSON.stringify(text)} was taken`);
}

test('specs that are ports', () => {
  const table: [string | number, PortSpec, string, number][] = [
    ['8080', { kind: 'single', port: 8080 }, '8080', 1],
    [8080, { kind: 'single', port: 8080 }, '8080', 1],
    ['1', { kind: 'single', port: 1 }, '1', 1],
    ['65535', { kind: 'single', port: 65535 }, '65535', 1],
    ['8000-8003', { kind: 'range', start: 8000, end: 8003 }, '8000-8003', 4],
    ['8000-8000', { kind: 'range', start: 8000, end: 8000 }, '8000-8000', 1],
    ['auto', { kind: 'auto' }, 'auto', Number.POSITIVE_INFINITY],
    ['auto:5000-5100', { kind: 'auto', start: 5000, end: 5100 }, 'auto:5000-5100', 101],
  ];
  for (const [text, spec, formatted, count] of table) {
    assert.deepEqual(parsePortSpec(text, flag), spec);
    assert.equal(formatPortSpec(spec), formatted);
    assert.equal(specPortCount(spec), count);
  }
});

test('what is not a port is refused with the value and its source', () => {
  const strings =
    'abc,70000,65536,-5,+80,8080x,1e3,,0,00, 80 ,8080 ,8080.5,8080.0,0x50,08080,٣٠٠٠,80_80,NaN,Infinity,8000-,-8000,8000--8003,8000 - 8003,' +
    '8000-8003-8005,0-10,65530-70000,08000-8003,auto:,auto:5000,auto:5000-,auto:0-9,AUTO,auto ,any,true,99999999999999999999,8080\n';
  for (const text of strings.split(',')) {
    const { message } = refusal(text);
    assert(message.startsWith(`${JSON.stringify(text)} is not a port (from --backend-port)`), message);
    assert(!message.includes('\n'));
  }
  for (const value of [Number.NaN, 0, -5, 70_000, 80.5, Number.POSITIVE_INFINITY, 1e21]) {
    assert(refusal(value).message.startsWith(`${value} is not a port (from --backend-port)`));
  }
  for (const value of [null, undefined, true, {}, []]) {
    assert.match(refusal(value).message, /is not a port/);
  }
});

test('the reason is told where it is not obvious', () => {
  assert.equal(refusal('8080x').message, '"8080x" is not a port (from --backend-port)');
  assert.equal(
    refusal(70_000, { kind: 'env', name: 'PORT' }).message,
    '70000 is not a port (from PORT): ports go from 1 to 65535',
  );
  assert.equal(
    refusal('', { kind: 'env-file', name: 'BACKEND_PORT', file: '.env', line: 3 }).message,
    '"" is not a port (from BACKEND_PORT in .env line 3): it is empty',
  );
  assert.equal(
    refusal('8003-8000').message,
    'port range 8003-8000 ends before it starts (from --backend-port)',
  );
  assert.equal(refusal('auto:8003-8000').hint, 'Did you mean auto:8000-8003?');
  assert(refusal('9'.repeat(5000)).message.length < 200);
});

test('sources as people write them', () => {
  const table: [Source, string][] = [
    [flag, '--backend-port'],
    [{ kind: 'env', name: 'BACKEND_PORT' }, 'BACKEND_PORT'],
    [{ kind: 'env-file', name: 'BACKEND_PORT', file: '.env', line: 3 }, 'BACKEND_PORT from .env line 3'],
    [
      { kind: 'config', name: 'apps[0].port', file: 'devstart.config.json', line: 4 },
      'apps[0].port in devstart.config.json line 4',
    ],
    [
      { kind: 'config', name: 'apps[0].port', file: 'devstart.config.ts' },
      'apps[0].port in devstart.config.ts',
    ],
    [{ kind: 'sticky', name: 'backend', file: '.ports.json' }, 'the last run in .ports.json'],
    [{ kind: 'framework', name: 'vite' }, 'the default of vite'],
    [{ kind: 'default', name: 'backend' }, 'the default'],
    [{ kind: 'search', name: 'search' }, 'the search'],
  ];
  for (const [source, text] of table) assert.equal(describeSource(source), text);
});
