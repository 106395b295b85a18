import type { Deployment, Recipe, Service } from '../../../src/export/types.ts';

const recipe: Recipe = {
  runtime: 'node',
  context: '.',
  image: () => ['FROM scratch'],
  steps: ['npm ci'],
  argv: ['node', 'server.js'],
  env: {},
  notes: [],
};

/** A service that is whole, but for what is said otherwise. */
export const service = (said: Partial<Service>): Service => ({
  name: 'api',
  app: said.name ?? 'api',
  roles: ['backend'],
  folder: '.',
  instances: 1,
  recipe,
  unsure: false,
  port: { inside: 8000, outside: [8000] },
  env: {},
  buildArgs: {},
  secrets: [],
  checks: [],
  readyTimeout: 60,
  restart: { when: 'on-failure', max: 10 },
  dependsOn: [],
  stopSignal: 'SIGTERM',
  grace: 5,
  user: undefined,
  group: undefined,
  sockets: [],
  routes: [],
  ...said,
});

export const deployment = (said: Partial<Deployment>): Deployment => {
  const services = said.services ?? [service({})];
  return {
    name: 'shop',
    frontendUrl: 'https://shop.example',
    backendUrl: 'https://api.shop.example',
    composeFile: undefined,
    ports: new Map(
      services.flatMap(({ name, port }) => (port?.outside ?? []).map((one) => [one, name] as const)),
    ),
    ...said,
    services,
  };
};
