import path from 'node:path';
import { readEnvFiles } from '../config/settings/dotenv.ts';
import { type Loaded, loadSettings } from '../config/settings/load.ts';
import type { Settings } from '../config/types.ts';
import type { Context } from '../context.ts';
import { DevstartError } from '../errors.ts';
import {
  changesIn,
  type FileChange,
  FORMATS,
  leaveToCompose,
  makeDeployment,
  shellWord,
  unifiedDiff,
  withHeader,
  writeChanges,
} from '../export/index.ts';
import { homesOf } from '../plan/following.ts';
import { makePlan } from '../plan/plan.ts';
import { printSync } from '../ui/print.ts';
import { fixedPorts } from './export-ports.ts';

/** `devstart export FORMAT [DIR]`: writes the plan as files of an engine that exists. */
export async function exportPlan(context: Context): Promise<number> {
  const [format = '', given] = context.args;
  const engine = Object.hasOwn(FORMATS, format) ? FORMATS[format] : undefined;
  if (!engine) throw unknownFormat(format);
  const backendUrl = urlOf(context.own['backend-url'], '--backend-url');
  const loaded = await productionSettings(context);
  const settings = await withAllCopies(loaded, context);
  const { root } = settings;
  const ports = fixedPorts(settings);
  const plan = makePlan({
    settings: plainly(settings),
    ports,
    runId: 'export',
    inherited: {},
    forceColor: false,
  });
  const made = await makeDeployment({ plan, settings, envFiles: await readEnvFiles(root), backendUrl });
  const alone = given === '-';
  const dir = alone
    ? root
    : path.resolve(given === undefined ? root : context.cwd, given ?? path.join('deploy', format));
  const own = path.join(dir, 'compose.yaml');
  const left =
    format === 'compose'
      ? await leaveToCompose(root, made.deployment, own)
      : { deployment: made.deployment, notes: [] };
  const target = { toRoot: relative(dir, root), fromRoot: relative(root, dir), alone };
  const nothing = left.deployment.services.length === 0;
  const output = nothing
    ? { files: new Map<string, string>(), main: [], lost: [], next: [] }
    : engine(left.deployment, target);
  const command = commandOf(context, format, given === undefined ? undefined : alone ? '-' : target.fromRoot);
  const files = new Map(
    [...output.files].map(([name, text]) => [name, withHeader(name, text, command)] as const),
  );
  const said: Said = {
    warnings: [
      ...loaded.warnings,
      ...[...new Set([...made.lost, ...output.lost])].map((message) => ({
        code: 'NOT_EXPRESSED' as const,
        message,
      })),
    ],
    notes: [
      ...made.notes,
      ...left.notes,
      ...loaded.leftOut.map(({ what, why }) => `left out: ${what}: ${why}`),
    ],
    next: output.next,
  };
  if (alone) return toStdout(files, output.main, said);
  const changes = changesIn(dir, files);
  if (context.dryRun) return show(target.fromRoot, changes, said, context);
  writeChanges(dir, target.fromRoot, changes, context.own.force === true);
  report({ format, dir: target.fromRoot, files: [...files.keys()], changes }, said, context);
  return 0;
}

/** What goes to people beside the files. */
interface Said {
  warnings: { code: string; message: string }[];
  notes: string[];
  next: string[];
}

function unknownFormat(format: string): DevstartError {
  const known = Object.keys(FORMATS).join(', ');
  return new DevstartError('USAGE', `${JSON.stringify(format)} is no format of devstart export`, {
    hint: `Formats: ${known}`,
  });
}

/** Names of the shell that would count in a run: an export must not depend on who makes it. */
const SHELL = ['BACKEND_PORT', 'FRONTEND_PORT', 'FRONTEND_URL', 'CORS_ORIGINS'];

/** Production's rules, and nothing of this shell or of the last run. @throws DevstartError PROD_UNSAFE with what to add */
async function productionSettings({ flags, own, env, cwd }: Context) {
  const page = urlOf(own['frontend-url'], '--frontend-url');
  try {
    return await loadSettings({
      flags: { ...flags, prod: true, sticky: false, follow: false, host: '0.0.0.0' },
      env: page === undefined ? {} : { FRONTEND_URL: page },
      cwd,
    });
  } catch (error) {
    if (!(error instanceof DevstartError) || error.code !== 'PROD_UNSAFE') throw error;
    const names = SHELL.filter((name) => env[name]);
    const shell =
      names.length > 0
        ? `\n${names.join(', ')} of this shell ${names.length === 1 ? 'does' : 'do'} not count here: an export is the same whoever makes it. Write it in .env, or give the option.`
        : '';
    throw new DevstartError('PROD_UNSAFE', error.message.replace(/^--prod/, 'an export'), {
      hint: `${error.hint ?? ''}${shell}`,
      cause: error,
    });
  }
}

/** Its apps will be elsewhere: each place that names where a developer has them counts, however far from its entry. */
async function withAllCopies({ settings, lookWidely }: Loaded, { flags, cwd }: Context): Promise<Settings> {
  const homes = homesOf(settings.apps);
  const developed = await loadSettings({
    flags: { ...flags, prod: false, sticky: false, follow: false },
    env: {},
    cwd,
  });
  for (const [port, app] of homesOf(developed.settings.apps))
    if (!homes.has(port) && settings.apps.some(({ name }) => name === app)) homes.set(port, app);
  return { ...settings, copies: [...settings.copies, ...(await lookWidely(homes))] };
}

function urlOf(value: unknown, flag: string): string | undefined {
  if (value === undefined) return undefined;
  const text = String(value);
  if (/^https?:\/\/[^/\s@*]+/.test(text) && URL.canParse(text)) return new URL(text).origin;
  throw new DevstartError('USAGE', `${JSON.stringify(text)} is not a URL (from ${flag})`, {
    hint: 'It looks like https://api.example.com',
  });
}

/** No socket is handed by us: engines that open some are told of them by the config itself. */
const plainly = (settings: Settings): Settings => ({
  ...settings,
  handover: undefined,
  apps: settings.apps.map(({ tcpPorts: _, handover: __, ...app }) => app),
});

const relative = (from: string, to: string): string =>
  path.relative(from, to).replaceAll(path.sep, '/') || '.';

/** As it was typed, options in one order; what says nothing of the result is left out. */
function commandOf({ own }: Context, format: string, dir: string | undefined): string {
  const silent = new Set(['force', 'dry-run', 'json', 'cwd', 'yes', 'log-format', 'quiet']);
  const options = Object.entries(own)
    .filter(([name]) => !silent.has(name))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, value]) => {
      if (value === true) return [`--${name}`];
      if (value === false) return [`--no-${name}`];
      return [value]
        .flat()
        .map(String)
        .map((one) => `--${name} ${shellWord(path.isAbsolute(one) ? path.basename(one) : one)}`);
    });
  const place = dir === undefined || dir.startsWith('../') ? undefined : shellWord(dir);
  return ['devstart export', format, place, ...options].filter(Boolean).join(' ');
}

const saidLines = ({ warnings, notes }: Said): string[] => [
  ...warnings.map(({ code, message }) => `warning ${code} ${message}`),
  ...notes,
];

/** The files that stand for the whole; several as `systemctl cat` shows them. */
function toStdout(files: ReadonlyMap<string, string>, main: readonly string[], said: Said): number {
  const text = main
    .map(
      (name) =>
        `${main.length > 1 ? `${/\.json$/.test(name) ? '//' : '#'} ${name}\n` : ''}${files.get(name)}`,
    )
    .join('\n');
  const lines = saidLines(said);
  if (lines.length > 0) printSync(2, `${lines.join('\n')}\n`);
  printSync(1, text);
  return 0;
}

function show(dir: string, changes: readonly FileChange[], said: Said, { format }: Context): number {
  const diff = changes
    .map(({ name, before, after }) => unifiedDiff(path.posix.join(dir, name), before, after))
    .join('');
  const edited = changes
    .filter((one) => one.edited)
    .map(({ name }) => `edited: ${path.posix.join(dir, name)}: only --force writes over it`);
  if (format === 'json')
    printSync(
      1,
      `${JSON.stringify({ type: 'export', dryRun: true, dir, files: states(changes), diff, warnings: said.warnings, notes: [...said.notes, ...edited] })}\n`,
    );
  else {
    printSync(1, diff || 'nothing would change\n');
    const lines = [...edited, ...saidLines(said)];
    if (lines.length > 0) printSync(2, `${lines.join('\n')}\n`);
  }
  return 0;
}

const states = (changes: readonly FileChange[]) =>
  changes.map(({ name, before }) => ({ name, change: before === undefined ? 'new' : 'changed' }));

function report(
  made: { format: string; dir: string; files: string[]; changes: FileChange[] },
  said: Said,
  context: Context,
): void {
  const { dir, files, changes, format } = made;
  if (context.format === 'json') {
    const changed = new Map(states(changes).map(({ name, change }) => [name, change]));
    const all = files.map((name) => ({ name, change: changed.get(name) ?? 'same' }));
    printSync(1, `${JSON.stringify({ type: 'export', format, dir, files: all, ...said })}\n`);
    return;
  }
  const wrote =
    changes.length > 0
      ? `wrote ${dir}: ${changes.map(({ name }) => name).join(', ')}`
      : `${dir} is as it should be`;
  const lines = [
    ...(files.length > 0 ? [wrote] : ['nothing was written']),
    ...saidLines(said),
    ...(said.next.length > 0 ? ['next:', ...said.next.map((line) => `  ${line}`)] : []),
  ];
  printSync(1, `${lines.join('\n')}\n`);
}
