import { checkOf } from './checks.ts';
import { dependencies } from './compose.ts';
import { siteLines } from './dockerfile.ts';
import { DRAIN, DRAIN_FILE, drained, drains, resets } from './drain.ts';
import { environment } from './env.ts';
import { addBuild, machineWords, placeOf, saysFixed } from './machine.ts';
import { handedFd, renumbered } from './sockets.ts';
import { shellWord } from './text.ts';
import type { Deployment, Output, Service, Target } from './types.ts';

const ENGINE = 'systemd';

/** Units, a target over all of them, sockets where servers take one. Pure. */
export function systemd(deployment: Deployment, target: Target): Output {
  const lost: string[] = [];
  const files = new Map<string, string>();
  const wanted: string[] = [];
  for (const service of deployment.services) {
    const { unit, instances } = namesOf(deployment, service);
    const socket = handedFd(service) !== undefined;
    saysNot(service, lost);
    files.set(`${unit}.service`, serviceUnit(deployment, service, target));
    if (socket) {
      files.set(`${unit.replace('@', '')}.socket`, socketUnit(deployment, service));
      wanted.push(`${unit.replace('@', '')}.socket`);
    }
    wanted.push(...instances);
    const site = siteLines(deployment, service, {
      root: placeOf(deployment, service.folder, service.recipe.site?.folder ?? '.'),
      listen: `127.0.0.1:${service.port?.outside[0]}`,
      accessLog: 'off',
      containers: false,
    });
    if (site.length > 0) files.set(`${service.name}.nginx.conf`, `${site.join('\n')}\n`);
    if (drains(service, handedFd(service))) files.set(DRAIN_FILE, DRAIN);
    if (service.secrets.length > 0)
      files.set(`${service.name}.env.example`, secretsFile(deployment, service));
  }
  const units = [...files.keys()].filter((name) => /\.(?:service|socket)$/.test(name));
  files.set(`${deployment.name}.target`, targetUnit(deployment, wanted));
  const at = shellWord(placeOf(deployment, target.fromRoot));
  const build = addBuild(files, deployment, target.toRoot, at);
  const users = [...new Set(deployment.services.flatMap(({ user }) => user ?? []))];
  return {
    files,
    main: [...units, `${deployment.name}.target`],
    lost,
    next: [
      `# the project in ${placeOf(deployment)}, then there as its owner:`,
      ...build,
      ...(users.length > 0 ? [`# its users must be there: ${users.join(', ')}`] : []),
      `systemctl link ${at}/*.service${units.some((name) => name.endsWith('.socket')) ? ` ${at}/*.socket` : ''} && systemctl enable --now ${at}/${deployment.name}.target`,
    ],
  };
}

/** `shop-api`, `shop-api@` with its instances: numbers where they share a socket, else ports. */
function namesOf(deployment: Deployment, service: Service): { unit: string; instances: string[] } {
  const base = `${deployment.name}-${service.name}`;
  const { instances, port, recipe } = service;
  if (instances < 2 || recipe.site) return { unit: base, instances: [`${base}.service`] };
  const numbered = handedFd(service) !== undefined || !port;
  const names = Array.from(
    { length: instances },
    (_, at) => `${base}@${numbered ? at : port?.outside[at]}.service`,
  );
  return { unit: `${base}@`, instances: names };
}

function saysNot(service: Service, lost: string[]): void {
  const { app, instances, port, recipe, unsure } = service;
  const checks = checkOf(service, ENGINE, lost);
  if (handedFd(service) === undefined) saysFixed(service, lost);
  if (checks && checks.kind !== 'tcp')
    lost.push(
      `${app}: ${ENGINE} asks nobody for readiness (${checks.path ?? checks.command}): a start counts as done`,
    );
  if (instances > 1 && port && !recipe.site) {
    if (handedFd(service) !== undefined && port.outside.length > 1)
      lost.push(
        `${app}: its ${instances} instances share one socket on ${port.outside[0]}: the other ports are not opened`,
      );
    else if (handedFd(service) === undefined)
      lost.push(
        `${app}: ${ENGINE} spreads no load over its ports ${port.outside.join(', ')}: put a web server before them`,
      );
  }
  for (const what of renumbered(service))
    lost.push(`${app}: ${ENGINE} numbers its sockets from 3 on: ${what}`);
  if (service.sockets.length > 1)
    lost.push(`${app}: the names of its sockets (LISTEN_FDNAMES): ${ENGINE} calls all of a unit alike`);
  const backlogs = new Set(service.sockets.map(({ backlog }) => backlog));
  if (backlogs.size > 1)
    lost.push(`${app}: its sockets have one backlog in ${ENGINE}: ${backlogOf(service)}`);
  if (recipe.writesCode && service.user === undefined)
    lost.push(
      `${app}: it writes beside its code, where its unit's own user may not: give it "user" in the config, who owns the folder`,
    );
  const reset = resets(service, handedFd(service));
  if (reset !== undefined) lost.push(reset);
  if (unsure) lost.push(`${app}: its build is not known for sure: its unit starts what the plan starts`);
}

function serviceUnit(deployment: Deployment, service: Service, target: Target): string {
  const { app, grace, restart, recipe, port, user, group } = service;
  const fd = handedFd(service);
  const { unit } = namesOf(deployment, service);
  const template = unit.endsWith('@');
  const byPort = template && fd === undefined && port !== undefined;
  const socket = `${unit.replace('@', '')}.socket`;
  const others = dependencies(deployment, service).map((name) => {
    const other = deployment.services.find((one) => one.name === name) as Service;
    return handedFd(other) === undefined
      ? namesOf(deployment, other).instances
      : [`${deployment.name}-${name}.socket`];
  });
  const after = ['network.target', ...(fd === undefined ? [] : [socket]), ...others.flat()];
  const wants = others.flat();
  const words = recipe.site
    ? [
        'nginx',
        '-e',
        'stderr',
        '-c',
        placeOf(deployment, target.fromRoot, `${service.name}.nginx.conf`),
        '-g',
        'daemon off;',
      ]
    : commandOf(deployment, service, target);
  // A user of the unit's own has no home.
  const env = recipe.site
    ? {}
    : { ...(user ? {} : { HOME: '/tmp' }), ...environment(deployment, service, 'machine') };
  const first = String(port?.outside[0]);
  const perInstance = (text: string) => (byPort ? text.replaceAll(first, '%i') : text);
  return unitText([
    [
      '[Unit]',
      `Description=${deployment.name}: ${app}${template ? ' (%i)' : ''}`,
      ...(service.unsure
        ? [
            '# TODO how it is built is not known for sure: check WorkingDirectory and ExecStart, or run it',
            '# as an image made with buildpacks or railpack.',
          ]
        : []),
      `After=${after.join(' ')}`,
      ...(wants.length > 0 ? [`Wants=${wants.join(' ')}`] : []),
      ...(fd === undefined ? [] : [`Requires=${socket}`]),
      `PartOf=${deployment.name}.target`,
      ...(restart.when === 'never' ? [] : ['StartLimitIntervalSec=60', `StartLimitBurst=${restart.max}`]),
    ],
    [
      '[Service]',
      'Type=exec',
      `WorkingDirectory=${placeOf(deployment, service.folder)}`,
      ...Object.entries(env).map(([name, value]) => `Environment=${perInstance(quoted(`${name}=${value}`))}`),
      ...(recipe.site ? [] : [`EnvironmentFile=-/etc/${deployment.name}/${service.name}.env`]),
      `ExecStart=${words.map((word) => perInstance(quoted(word.replaceAll('$', '$$$$')))).join(' ')}`,
      ...(recipe.site ? ['ExecReload=sh -c "kill -HUP $$MAINPID"'] : []),
      ...(fd === undefined ? [] : [`Sockets=${socket}`, ...takenBy(service, fd)]),
      restart.when === 'never' ? 'Restart=no' : `Restart=${restart.when}`,
      ...(restart.when === 'never' ? [] : ['RestartSec=500ms']),
      `KillSignal=${service.stopSignal}`,
      'KillMode=mixed',
      `TimeoutStopSec=${grace}`,
      ...(user ? [`User=${user}`, ...(group ? [`Group=${group}`] : [])] : ['DynamicUser=yes']),
      ...hardening(service, fd),
    ],
  ]);
}

function commandOf(deployment: Deployment, service: Service, target: Target): string[] {
  const fd = handedFd(service);
  const words = machineWords(deployment, service, { port: service.port?.outside[0], fd });
  const file = placeOf(deployment, target.fromRoot, DRAIN_FILE);
  return absolute(deployment, service, drains(service, fd) ? drained(words, file) : words);
}

/** A program of the project by its whole path: systemd looks for others in the system's folders. */
function absolute(deployment: Deployment, service: Service, [program = '', ...rest]: string[]): string[] {
  if (!program.includes('/') || program.startsWith('/')) return [program, ...rest];
  return [placeOf(deployment, service.folder, program), ...rest];
}

/** How a unit comes to its socket. */
function takenBy({ recipe, sockets }: Service, fd: number): string[] {
  // Without it each start sets the shared socket to block, and another instance's accept() waits for ever. A program of
  // one's own may want it to block: only event loops are known not to.
  const loops = recipe.handed !== undefined || recipe.runtime === 'node' || recipe.runtime === 'native';
  return [
    ...(fd === 0 ? ['StandardInput=socket', 'StandardOutput=journal'] : []),
    ...(loops || sockets.some(({ nonBlock }) => nonBlock) ? ['NonBlocking=yes'] : []),
  ];
}

function hardening({ recipe, port }: Service, fd: number | undefined): string[] {
  const low = fd === undefined && (port?.outside[0] ?? 1024) < 1024;
  return [
    'NoNewPrivileges=yes',
    `ProtectSystem=${recipe.writesCode ? 'full' : 'strict'}`,
    'ProtectHome=yes',
    'PrivateTmp=yes',
    'PrivateDevices=yes',
    'ProtectKernelTunables=yes',
    'ProtectKernelModules=yes',
    'ProtectControlGroups=yes',
    'RestrictSUIDSGID=yes',
    'LockPersonality=yes',
    `CapabilityBoundingSet=${low ? 'CAP_NET_BIND_SERVICE' : ''}`,
    ...(low ? ['AmbientCapabilities=CAP_NET_BIND_SERVICE'] : []),
    'UMask=0077',
  ];
}

function socketUnit(deployment: Deployment, service: Service): string {
  const { unit, instances } = namesOf(deployment, service);
  const { port, sockets, app } = service;
  const listeners = sockets.length > 0 ? sockets : [{ host: undefined, port: port?.outside[0] }];
  return unitText([
    ['[Unit]', `Description=${deployment.name}: the socket of ${app}`, `PartOf=${deployment.name}.target`],
    [
      '[Socket]',
      ...listeners.map(({ host, port: number }) => `ListenStream=${listenAddress(host)}:${number}`),
      ...(backlogOf(service) === undefined ? [] : [`Backlog=${backlogOf(service)}`]),
      ...(sockets.some(({ reusePort }) => reusePort) ? ['ReusePort=yes'] : []),
      ...(sockets.length === 1 && sockets[0]?.name ? [`FileDescriptorName=${sockets[0].name}`] : []),
      ...(unit.endsWith('@') ? [`Service=${instances[0]}`] : []),
    ],
  ]);
}

/** One for all of a unit's sockets. */
function backlogOf({ sockets }: Service): number | undefined {
  const said = sockets.flatMap(({ backlog }) => backlog ?? []);
  return said.length > 0 ? Math.max(...said) : undefined;
}

const listenAddress = (host: string | undefined): string => {
  if (host === undefined || host === 'localhost') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
};

const targetUnit = (deployment: Deployment, wanted: readonly string[]): string =>
  unitText([
    ['[Unit]', `Description=${deployment.name}`, ...wanted.map((unit) => `Wants=${unit}`)],
    ['[Install]', 'WantedBy=multi-user.target'],
  ]);

function secretsFile(deployment: Deployment, { name, secrets }: Service): string {
  const file = `/etc/${deployment.name}/${name}.env`;
  return `# Copy this to ${file} (mode 0600) and fill it in: names only, the values are yours.\n${secrets.map((one) => `${one}=`).join('\n')}\n`;
}

/** As systemd.syntax(7) wants it: `%` doubled, quotes where there are blanks. */
function quoted(word: string): string {
  const text = word.replaceAll('%', '%%');
  return /^[\w@+=:,./%$-]+$/.test(text) ? text : `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

const unitText = (sections: readonly (readonly string[])[]): string =>
  `${sections.map((lines) => lines.join('\n')).join('\n\n')}\n`;
