import type { App, PortKey } from './types.ts';

/** An app with one role has its port under that role's name: what recognition left under `own` moves there. */
export function keyedByRole(app: App): App {
  const [role, second] = app.roles;
  if (role === undefined || second !== undefined) return app;
  const move = <T>({ own, ...rest }: Partial<Record<PortKey, T>>): Partial<Record<PortKey, T>> =>
    own === undefined ? (rest as Partial<Record<PortKey, T>>) : { [role]: own, ...rest };
  const ready = app.ready.map((check) => (check.port === 'own' ? { ...check, port: role } : check));
  const tcpPorts = app.tcpPorts?.map((one) => (one.key === 'own' ? { ...one, key: role } : one));
  return {
    ...app,
    ports: move(app.ports),
    defaultPorts: move(app.defaultPorts),
    ready,
    ...(tcpPorts && { tcpPorts }),
  };
}
