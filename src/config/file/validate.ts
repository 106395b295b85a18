import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { DevstartError } from '../../errors.ts';
import type { AppConfig, DevstartConfig } from '../generated/types.ts';
import type { SchemaError } from '../generated/validate.js';
import { nearest } from '../nearest.ts';
import { MAX_PORT, parsePortSpec } from '../port-spec.ts';
import type { Source } from '../types.ts';
import { readHost, readOrigin, shown } from '../values.ts';
import type { KeyPath } from './literal.ts';
import { type ConfigFile, configError, type Issue } from './locate.ts';
import { socketIssues } from './sockets.ts';
import { knownKeys, withOurKeys } from './spelling.ts';

/** The config by the schema. @throws DevstartError CONFIG_INVALID */
export async function bySchema(config: ConfigFile, given: unknown): Promise<DevstartConfig> {
  const { validate } = await import('../generated/validate.js');
  const { value, twice } = withOurKeys(given);
  if (twice.length > 0) throw await configError(config, twice);
  if (!validate(value)) throw await configError(config, schemaIssues(value, validate.errors ?? []));
  return value as DevstartConfig;
}

/**
 * What a schema cannot say: ports, origins, folders, names.
 * @throws DevstartError CONFIG_INVALID, or PORT_INVALID where a port is the first thing wrong
 */
export async function checkMeaning(config: ConfigFile, value: DevstartConfig, root: string): Promise<void> {
  const issues = meaningIssues(value, root);
  if (issues.length > 0) throw await configError(config, issues);
}

/** `apps[0].port`; what a Source's name is. */
export function keyName(keys: KeyPath): string {
  return keys.reduce<string>(
    (name, key) => (typeof key === 'number' ? `${name}[${key}]` : name ? `${name}.${key}` : key),
    '',
  );
}

function schemaIssues(value: unknown, errors: readonly SchemaError[]): Issue[] {
  const issues: Issue[] = [];
  for (const error of errors) {
    // A oneOf speaks for its branches.
    if (error.keyword === 'required' && error.schemaPath.includes('/oneOf/')) continue;
    const keys = keysOf(error.instancePath);
    const found = keys.reduce<unknown>((at, key) => (at as Record<string | number, unknown>)?.[key], value);
    const name = keyName(keys) || 'the config';
    issues.push(
      error.keyword === 'additionalProperties'
        ? unknownKey(keys, error)
        : { keys, message: `${name}: ${sentence(error, found)}` },
    );
  }
  return issues;
}

function unknownKey(keys: KeyPath, error: SchemaError): Issue {
  const key = String(error.params.additionalProperty);
  const known = knownKeys(keys);
  if (keys.length === 0 && knownKeys(['apps', 0]).includes(key)) {
    return {
      keys: [key],
      atKey: true,
      message: `"${key}" is a key of an app`,
      hint: `Apps stand in a list: { "apps": [{ "${key}": …`,
    };
  }
  const near = nearest(key, known);
  const where = keys.length > 0 ? ` in ${keyName(keys)}` : '';
  return {
    keys: [...keys, key],
    atKey: true,
    message: `unknown key "${key}"${where}${near ? `, did you mean "${near}"?` : ''}`,
    hint: `Known keys here: ${known.join(', ')}.`,
  };
}

const keysOf = (pointer: string): (string | number)[] =>
  pointer
    .split('/')
    .slice(1)
    .map((key) => key.replace(/~1/g, '/').replace(/~0/g, '~'))
    // A port is a name, however it looks.
    .map((key, index, all) => (/^\d+$/.test(key) && all[index - 1] !== 'tcpPorts' ? Number(key) : key));

function sentence({ keyword, params }: SchemaError, found: unknown): string {
  const is = found === '' ? 'it is empty' : `${shown(found)} is`;
  switch (keyword) {
    case 'type': {
      const names = [params.type].flat().map((type) => TYPES[String(type)] ?? type);
      return `${is} not ${names.join(' or ')}`;
    }
    case 'enum':
      return `${is} none of ${(params.allowedValues as unknown[]).map((word) => `"${word}"`).join(', ')}`;
    case 'minimum':
      return `${is} less than ${params.limit}`;
    case 'maximum':
      return `${is} more than ${params.limit}`;
    case 'minItems':
      return 'it is empty';
    case 'maxItems':
      return `it has more than ${params.limit} entries`;
    case 'oneOf':
      return 'it wants exactly one of "command" and "script"';
    case 'pattern':
      if (params.pattern === '\\S') return 'it is empty';
      return params.pattern === '^/'
        ? `${is} no path: it begins with /`
        : `${is} not a name: no spaces, ${String(params.pattern).includes('/') ? 'slashes, colons, ' : ''}commas or =`;
    default:
      return `${is} not valid`;
  }
}

const TYPES: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
};

function meaningIssues(config: DevstartConfig, root: string): Issue[] {
  const issues: Issue[] = [];
  const attempt = (keys: KeyPath, read: (source: Source) => unknown): void => {
    try {
      // Without the file: the place stands before the sentence.
      read({ kind: 'config', name: keyName(keys) });
    } catch (error) {
      if (!(error instanceof DevstartError)) throw error;
      const { code, message, hint } = error;
      issues.push({ keys, message, ...(hint && { hint }), ...(code === 'PORT_INVALID' && { code }) });
    }
  };
  const port = (keys: KeyPath, spec: string | number | boolean | undefined): void => {
    if (spec !== undefined && typeof spec !== 'boolean')
      attempt(keys, (source) => parsePortSpec(spec, source));
  };
  if (config.host !== undefined) attempt(['host'], (source) => readHost(config.host, source));
  for (const [index, origin] of (config.corsOrigins ?? []).entries())
    attempt(['corsOrigins', index], (source) => readOrigin(origin, source));
  issues.push(...cleanIssues(['clean'], config.clean, root, root));

  const names = new Set<string>();
  for (const [index, app] of (config.apps ?? []).entries()) {
    const keys = ['apps', index] as const;
    port([...keys, 'port'], app.port);
    port([...keys, 'ports', 'backend'], app.ports?.backend);
    port([...keys, 'ports', 'frontend'], app.ports?.frontend);
    for (const [spec, socket] of Object.entries(app.tcpPorts ?? {})) {
      port([...keys, 'tcpPorts', spec], spec);
      const host = [...keys, 'tcpPorts', spec, 'host'];
      if (socket.host !== undefined) attempt(host, (source) => readHost(socket.host, source));
    }
    issues.push(...appIssues(keys, app, root));
    if (app.name !== undefined && names.has(app.name))
      issues.push({ keys: [...keys, 'name'], message: `two apps have the name "${app.name}"` });
    if (app.name !== undefined) names.add(app.name);
  }
  return issues;
}

function appIssues(keys: KeyPath, app: AppConfig, root: string): Issue[] {
  const issues: Issue[] = [];
  const add = (key: string, message: string): void => {
    issues.push({ keys: [...keys, key], message: `${keyName([...keys, key])}: ${message}` });
  };
  const roles = rolesOf(app);
  if (app.port === true) add('port', 'it is a port or false, for none');
  if (app.port === false && roles.length > 0) add('port', `a ${roles.join(' and ')} has a port`);
  if (app.role && app.roles) add('roles', '"role" is given too; one of them is enough');
  if (app.roles && new Set(app.roles).size < app.roles.length) add('roles', 'it names one role twice');
  if (app.args && app.script === undefined) add('args', 'it belongs to "script", which is not there');
  if (app.port !== undefined && (roles.length > 1 || app.ports))
    add('port', 'an app with "ports" or two roles gives them as "ports": {"backend": …, "frontend": …}');
  for (const role of Object.keys(app.ports ?? {}))
    if (!roles.includes(role as never)) add('ports', `the app does not have the role "${role}"`);
  const cwd = path.resolve(root, app.cwd ?? '.');
  if (!existsSync(cwd) || !statSync(cwd).isDirectory()) add('cwd', `there is no folder ${shown(app.cwd)}`);
  for (const name of app.envFile === undefined ? [] : [app.envFile].flat()) {
    const found = existsSync(path.resolve(root, name));
    if (!found) add('envFile', `there is no file ${shown(name)} (it is relative to the project)`);
  }
  if (app.maxRestarts !== undefined && (app.restart ?? 'never') === 'never')
    add('maxRestarts', 'it belongs to "restart": "on-failure" or "always", which is not there');
  return [
    ...issues,
    ...socketIssues(keys, app, keyName),
    ...readyIssues([...keys, 'ready'], app.ready),
    ...cleanIssues([...keys, 'clean'], app.clean, cwd, root),
  ];
}

function readyIssues(keys: KeyPath, ready: AppConfig['ready']): Issue[] {
  if (typeof ready !== 'object') return [];
  const issues: Issue[] = [];
  const attempt = (key: 'log' | 'http', read: () => unknown): void => {
    try {
      read();
    } catch (error) {
      const message = `${keyName([...keys, key])}: ${shown(ready[key])} is not valid: ${(error as Error).message}`;
      issues.push({ keys: [...keys, key], message });
    }
  };
  const { log, http, tcp, status } = ready;
  if (log !== undefined) attempt('log', () => new RegExp(log, 'm'));
  if (http !== undefined && !http.startsWith('/')) attempt('http', () => new URL(http));
  if (status !== undefined && http === undefined)
    issues.push({
      keys: [...keys, 'status'],
      message: `${keyName([...keys, 'status'])}: it belongs to "http", which is not there`,
    });
  if (typeof tcp === 'number' && (tcp < 1 || tcp > MAX_PORT))
    issues.push({
      keys: [...keys, 'tcp'],
      message: `${keyName([...keys, 'tcp'])}: ${tcp} is not a port`,
      code: 'PORT_INVALID',
    });
  return issues;
}

/** The roles that an app's config names. */
export function rolesOf(app: AppConfig): ('backend' | 'frontend')[] {
  if (app.roles) return [...app.roles];
  if (app.role) return [app.role];
  return (['backend', 'frontend'] as const).filter((role) => app.ports?.[role] !== undefined);
}

function cleanIssues(keys: KeyPath, paths: string[] | undefined, from: string, root: string): Issue[] {
  return (paths ?? []).flatMap((entry, index) => {
    const relative = path.relative(root, path.resolve(from, entry));
    const inside = relative !== '' && !relative.startsWith('..') && !path.isAbsolute(relative);
    const message = `${keyName([...keys, index])}: ${shown(entry)} is not inside the project`;
    return inside ? [] : [{ keys: [...keys, index], message }];
  });
}
