import { MAX_PORT } from '../config/port-spec.ts';
import { type PortKey, type PortSpec, ROLES, type Role, type Settings } from '../config/types.ts';
import type { PortRequest } from '../ports/types.ts';
import { handoverOf, isShared } from './listen.ts';

/** What a search for ports depends on beside the requests themselves. */
export interface SearchInput {
  settings: Settings;
  /** The launcher's own environment. */
  env: Record<string, string | undefined>;
  /** Ports to pass over, and the file that names each. */
  avoid: ReadonlyMap<number, string>;
}

export const isStrict = ({ strictPort, prod }: Settings): boolean => strictPort.value || prod.value;

export const searchOptions = ({ settings, env, avoid }: SearchInput) => ({
  maxAttempts: settings.maxAttempts.value,
  strict: isStrict(settings),
  home: env.HOME,
  avoid,
});

/** The ports to find, in the order of their numbers: backend, frontend, further apps. */
export function portRequests(settings: Settings): PortRequest[] {
  const rank = (role: Role | null) => (role === 'backend' ? 0 : role === 'frontend' ? 1 : 2);
  return settings.apps
    .flatMap((app) =>
      Object.entries(settings.ports[app.name] ?? {}).map(([key, spec]) => {
        const role = ROLES.find((one) => one === key) ?? (key === 'own' ? (app.roles[0] ?? null) : null);
        const request = { app: app.name, key: key as PortKey, role, spec };
        const shared = isShared(app, key as PortKey, handoverOf(app, settings, new Set()));
        return shared
          ? { ...request, instances: 1, sharedBy: app.instances }
          : { ...request, instances: app.instances };
      }),
    )
    .sort((a, b) => rank(a.role) - rank(b.role));
}

/** Where the search goes on after a port that was lost; undefined: the user fixed it. */
export function specAfter(spec: PortSpec, lost: number): PortSpec | undefined {
  if (spec.kind === 'range' || lost >= MAX_PORT) return undefined;
  if (spec.kind === 'single') return spec.exact ? undefined : { kind: 'single', port: lost + 1 };
  const end = spec.end ?? MAX_PORT;
  return lost < end ? { kind: 'auto', start: lost + 1, end } : undefined;
}
