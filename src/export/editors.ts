import { pageOf } from './env.ts';
import { shellWord } from './text.ts';
import type { Deployment, Output, Service, Target } from './types.ts';

/** Editors develop: they start devstart itself, on the plan's ports. */
function runWords({ services }: Deployment): string[] {
  return services.flatMap(({ port, roles, app }) => {
    if (!port) return [];
    const spec =
      port.outside.length > 1 ? `${port.outside[0]}-${port.outside.at(-1)}` : String(port.outside[0]);
    if (roles.includes('backend')) return ['-b', spec];
    return roles.includes('frontend') ? ['-f', spec] : ['--port', `${app}=${spec}`];
  });
}

const label = ({ app }: Service): string => app;

/** tasks.json and launch.json, for `.vscode`. Pure. */
export function vscode(deployment: Deployment, target: Target): Output {
  const page = pageOf(deployment) ?? deployment.services.find(({ port }) => port);
  const start = {
    label: 'devstart',
    type: 'process',
    command: 'npx',
    args: ['devstart', ...runWords(deployment)],
    isBackground: true,
    problemMatcher: {
      owner: 'devstart',
      pattern: { regexp: '^error (.*)$', message: 1 },
      background: { activeOnStart: true, beginsPattern: '.', endsPattern: 'ready' },
    },
    presentation: { reveal: 'always', panel: 'dedicated' },
    group: { kind: 'build', isDefault: true },
  };
  const stop = {
    label: 'devstart: end what is left',
    type: 'process',
    command: 'npx',
    args: ['devstart', 'prune'],
    problemMatcher: [],
  };
  const url = page?.port && `http://localhost:${page.port.outside[0]}`;
  const launch = {
    version: '0.2.0',
    configurations: [
      ...(url
        ? [
            {
              name: `${label(page as Service)} in the browser`,
              type: 'chrome',
              request: 'launch',
              url,
              webRoot: `\${workspaceFolder}${page?.folder === '.' ? '' : `/${page?.folder}`}`,
              preLaunchTask: 'devstart',
            },
          ]
        : []),
      {
        name: 'devstart, Node debugged',
        type: 'node',
        request: 'launch',
        runtimeExecutable: 'npx',
        runtimeArgs: ['devstart', ...runWords(deployment)],
        console: 'integratedTerminal',
        autoAttachChildProcesses: true,
      },
    ],
  };
  const files = new Map([
    ['tasks.json', json({ version: '2.0.0', tasks: [start, stop] })],
    ['launch.json', json(launch)],
  ]);
  const next = target.fromRoot === '.vscode' ? [] : [`cp ${shellWord(target.fromRoot)}/*.json .vscode/`];
  return { files, main: ['tasks.json', 'launch.json'], lost: [], next };
}

/** devcontainer.json: ports as they are, told by name. Pure. */
export function devcontainer(deployment: Deployment, target: Target): Output {
  const listening = deployment.services.filter(({ port }) => port);
  const page = pageOf(deployment);
  const runtimes = new Set(deployment.services.map(({ recipe }) => recipe.runtime));
  const features = {
    'ghcr.io/devcontainers/features/node:1': {},
    ...(runtimes.has('python') ? { 'ghcr.io/devcontainers/features/python:1': {} } : {}),
    ...(deployment.services.some(({ recipe }) => recipe.steps.some((step) => step.includes('go build')))
      ? { 'ghcr.io/devcontainers/features/go:1': {} }
      : {}),
    ...(deployment.services.some(({ recipe }) => recipe.steps.some((step) => step.includes('cargo build')))
      ? { 'ghcr.io/devcontainers/features/rust:1': {} }
      : {}),
  };
  const value = {
    name: deployment.name,
    image: 'mcr.microsoft.com/devcontainers/base:bookworm',
    features,
    forwardPorts: listening.flatMap(({ port }) => port?.outside ?? []),
    portsAttributes: Object.fromEntries(
      listening.flatMap((service) =>
        (service.port?.outside ?? []).map((port) => [
          String(port),
          // The page is told these very numbers: another one on the host would be nobody's.
          {
            label: label(service),
            protocol: 'http',
            requireLocalPort: true,
            onAutoForward: service === page ? 'openPreview' : 'silent',
          },
        ]),
      ),
    ),
    otherPortsAttributes: { onAutoForward: 'ignore' },
    postAttachCommand: `npx devstart ${runWords(deployment).join(' ')}`.trim(),
  };
  const next =
    target.fromRoot === '.devcontainer'
      ? []
      : [`mkdir -p .devcontainer && cp ${shellWord(target.fromRoot)}/devcontainer.json .devcontainer/`];
  return {
    files: new Map([['devcontainer.json', json(value)]]),
    main: ['devcontainer.json'],
    lost: [],
    next,
  };
}

const json = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;
