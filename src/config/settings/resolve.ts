import { DevstartError } from '../../errors.ts';
import { parsePortSpec } from '../port-spec.ts';
import { describeSource } from '../source.ts';
import {
  type App,
  type PortKey,
  type PortSpec,
  ROLES,
  type Settings,
  type Sourced,
  type Warning,
} from '../types.ts';
import { resolveDependencies } from './depends.ts';
import { envCandidates, flagCandidate, resolveOptions } from './options.ts';
import { type Origins, resolveOrigins } from './origins.ts';
import {
  blockOffset,
  FURTHER_START,
  insertBlock,
  isSocketKey,
  knownApp,
  namedPorts,
  portCandidates,
  portKeys,
  type ResolveInput,
  ROLE_PORTS,
  STRENGTH,
  specOf,
} from './port-candidates.ts';

/**
 * Every setting by precedence: flag > environment > .env.local > .env > config > sticky > the project's own number >
 * framework > default.
 * Pure.
 * @throws DevstartError USAGE, PORT_INVALID, AMBIGUOUS, PROD_UNSAFE
 */
export function resolveSettings(input: ResolveInput): { settings: Settings; warnings: Warning[] } {
  const options = resolveOptions(input);
  const origins = resolveOrigins(input, options.prod.value);
  const apps = onlyApps(input);
  refuseTwoOfARole(apps);
  const ports = resolvePorts(input, apps, options.basePort);
  if (options.prod.value) refuseUnsafe(apps, ports, origins);
  return {
    settings: {
      ...options,
      root: input.root,
      apps,
      copies: input.copies ?? [],
      ports,
      corsOrigins: origins.corsOrigins,
      frontendUrl: origins.frontendUrl,
    },
    warnings: [...lackingRoles(input), ...origins.warnings],
  };
}

function onlyApps({ apps, flags }: ResolveInput): App[] {
  if (flags.only === undefined) return resolveDependencies(apps, apps);
  for (const name of flags.only) knownApp(apps, name, '--only');
  const named = apps.filter((app) => flags.only?.includes(app.name));
  // What has to end before one of them starts comes along.
  const before = (app: App): boolean =>
    app.once === true &&
    apps.some((one) => one.dependsOn?.includes(app.name) && (named.includes(one) || before(one)));
  return resolveDependencies(
    apps,
    apps.filter((app) => named.includes(app) || before(app)),
  );
}

function refuseTwoOfARole(apps: readonly App[]): void {
  for (const role of ROLES) {
    const rivals = apps.filter((app) => app.roles.includes(role));
    if (rivals.length < 2) continue;
    const names = rivals.map((app) => `"${app.name}"`).join(' and ');
    throw new DevstartError('AMBIGUOUS', `${names} both have the role ${role}`, {
      hint: [
        ...rivals.map((app) => `${app.name}: ${app.evidence}`),
        'Give the role to one of them in the config, or start some with --only NAME.',
      ].join('\n'),
    });
  }
}

function resolvePorts(
  input: ResolveInput,
  apps: readonly App[],
  basePort: Sourced<number> | undefined,
): Settings['ports'] {
  const named = namedPorts(input);
  const ports: Settings['ports'] = {};
  let further = 0;
  for (const app of apps) {
    const mine: Partial<Record<PortKey, Sourced<PortSpec>>> = {};
    for (const key of portKeys(app)) {
      const start = key === 'own' || isSocketKey(key) ? FURTHER_START + further : ROLE_PORTS[key].start;
      if (key === 'own') further++;
      const offset = basePort && !isSocketKey(key) ? blockOffset(apps, app, key) : undefined;
      const candidates = portCandidates(input, app, key, named, start);
      if (basePort && offset !== undefined) insertBlock(candidates, basePort, offset);
      mine[key] = specOf(candidates);
    }
    ports[app.name] = mine;
  }
  checkRoleValues(input);
  return ports;
}

/** A malformed port is an error also where no app takes it. */
function checkRoleValues(input: ResolveInput): void {
  for (const { flag, env } of Object.values(ROLE_PORTS)) {
    const [first] = [...flagCandidate(input, flag), ...envCandidates(input, env)];
    if (first) parsePortSpec(first.raw as string, first.source);
  }
}

function lackingRoles(input: ResolveInput): Warning[] {
  return ROLES.flatMap((role) => {
    const { flag, env } = ROLE_PORTS[role];
    const [first] = [...flagCandidate(input, flag), ...envCandidates(input, env)];
    if (!first || input.apps.some((app) => app.roles.includes(role))) return [];
    const others = input.apps.map((app) => app.name).join(', ');
    const message = `${describeSource(first.source)} is not used: no app here is the ${role} (there is ${others})`;
    return [{ code: 'ROLE_MISSING', message }];
  });
}

const EXPLICIT: ReadonlySet<string> = new Set(STRENGTH);

function refuseUnsafe(apps: readonly App[], ports: Settings['ports'], origins: Origins): void {
  const wanting = apps.flatMap((app) =>
    portKeys(app)
      .filter((key) => key !== 'own' || apps.length === 1)
      .filter((key) => {
        const port = ports[app.name]?.[key];
        return !port || port.value.kind === 'auto' || !EXPLICIT.has(port.source.kind);
      })
      .map((key) => (key === 'own' ? `--port ${app.name}=N` : `--${key}-port N (${key.toUpperCase()}_PORT)`)),
  );
  if (wanting.length > 0) {
    throw new DevstartError('PROD_UNSAFE', '--prod wants explicit ports, and not all are given', {
      hint: `Give ${wanting.join(' and ')}, or the port in the config.`,
    });
  }
  const backend = apps.some((app) => app.roles.includes('backend'));
  if (backend && origins.corsOrigins.value.length === 0 && !origins.frontendUrl) {
    throw new DevstartError('PROD_UNSAFE', '--prod wants explicit CORS origins, and none is given', {
      hint: 'Give --cors-origin https://example.com, CORS_ORIGINS, FRONTEND_URL or corsOrigins in the config.',
    });
  }
}
