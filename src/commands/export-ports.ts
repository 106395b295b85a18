import { instanceId } from '../config/instance-id.ts';
import { formatPortSpec } from '../config/port-spec.ts';
import { describeSource } from '../config/source.ts';
import type { PortKey, Role, Settings, Source } from '../config/types.ts';
import { DevstartError } from '../errors.ts';
import { isShared, wantedHandover } from '../plan/listen.ts';
import { PortMap } from '../ports/port-map.ts';
import type { PortAssignment } from '../ports/types.ts';

/**
 * Every port as it is asked for: nothing is probed, this machine's free ports are no business of another's.
 * @throws DevstartError PROD_UNSAFE where one is not given, PORT_INVALID where two apps would have one
 */
export function fixedPorts(settings: Settings): PortMap {
  const wanting: string[] = [];
  const all: PortAssignment[] = [];
  const owners = new Map<number, { app: string; source: Source }>();
  for (const app of settings.apps) {
    for (const [key, { value, source }] of Object.entries(settings.ports[app.name] ?? {})) {
      const start = value.kind === 'single' ? value.port : value.kind === 'range' ? value.start : undefined;
      if (start === undefined || source.kind === 'search') {
        wanting.push(`--port ${app.name}=N`);
        continue;
      }
      const shared = isShared(app, key as PortKey, wantedHandover(app, settings));
      if (value.kind === 'range' && !shared && value.end - start + 1 < app.instances)
        throw new DevstartError(
          'PORT_INVALID',
          `${formatPortSpec(value)} has fewer ports than ${app.name} has instances (${app.instances})`,
        );
      const role: Role | null = key === 'own' ? (app.roles[0] ?? null) : (key as Role);
      for (let at = 0; at < app.instances; at++) {
        const port = shared ? start : start + at;
        const other = owners.get(port);
        if (other !== undefined && (other.app !== app.name || !shared))
          throw new DevstartError(
            'PORT_INVALID',
            `Port ${port} is already assigned to app '${other.app}' (from ${describeSource(other.source)})`,
            {
              hint: `'${app.name}' asks for it too (from ${describeSource(source)}): give one of them another port.`,
            },
          );
        owners.set(port, { app: app.name, source });
        all.push({
          id: instanceId(app.name, at),
          key: key as PortKey,
          role,
          port,
          requested: start,
          moved: false,
        });
      }
    }
  }
  if (wanting.length > 0)
    throw new DevstartError('PROD_UNSAFE', 'an export wants explicit ports, and not all are given', {
      hint: `Give ${wanting.join(' and ')}, or the port in the config.`,
    });
  return new PortMap(all);
}
