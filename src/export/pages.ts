import type { LaunchPlan } from '../plan/types.ts';
import type { Service } from './types.ts';

/** A service, and the page that its program has too where that is served apart. Pure. */
export function withPage(service: Service, plan: LaunchPlan, notes: string[]): Service[] {
  const { page } = service.recipe;
  const [first] = plan.instances.filter((one) => one.app === service.app);
  if (!page || !first || !service.port) return [service];
  const outside = first.ports.frontend ?? service.port.outside[0] ?? 0;
  // One port for both in the plan: the program has the next one.
  const own = first.ports.backend ?? outside + 1;
  const name = `${service.name}-web`;
  notes.push(
    `${service.app}: its page is files under ${name}, whose web server hands ${page.paths.join(', ')} on to its program on ${own}`,
  );
  return [
    {
      ...service,
      roles: ['backend'],
      port: { ...service.port, outside: [own] },
      env: { ...service.env, ...page.env, ...page.programEnv },
      checks: service.checks
        .filter(
          ({ port, path }) => path !== '/' && (port !== 'frontend' || first.ports.backend === undefined),
        )
        .map((check) => ({ ...check, port: 'backend' })),
    },
    {
      ...service,
      name,
      app: name,
      roles: ['frontend'],
      recipe: page.recipe,
      port: { inside: page.recipe.port ?? service.port.inside, outside: [outside] },
      env: {},
      buildArgs: { ...service.buildArgs, ...page.env },
      secrets: [],
      checks: [],
      dependsOn: [],
      stopSignal: 'SIGQUIT',
      user: undefined,
      group: undefined,
      routes: page.paths.map((path) => ({ path, to: service.name, strip: false })),
    },
  ];
}
