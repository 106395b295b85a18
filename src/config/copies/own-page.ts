import path from 'node:path';
import { takenBranches } from './branches.ts';
import { callsOfBrowser, callsOfConfig, callsOfEnv } from './calls.ts';
import { type Env, envFileNames, openEnv, portNames, portOfValue, templatesOf } from './env-files.ts';
import { type AppTrail, envOwn, type Facts, openFirst, ownByPattern, ownOf } from './facts.ts';
import { lowPort } from './low-port.ts';
import { angularServe, blockEntry, openConfigs, PAGE_CONFIGS } from './pages.ts';
import { foundAt, type SourceFile } from './sources.ts';
import { closing } from './text.ts';
import { tlsByConfig, tlsByVariable } from './tls.ts';
import type { Call, Own } from './types.ts';
import { addressesIn } from './urls.ts';
import { portOf, portOfKey } from './values.ts';

const VITE_LIKE =
  /^(?:vite|sveltekit|qwik|react-router|remix|astro|vitepress|vinxi|waku|vue-cli|quasar|storybook)$/;
/** Those that take their port from a variable in an env file. */
const ENV_PORT: Record<string, RegExp> = {
  cra: /^PORT$/,
  'vue-cli': /^PORT$/,
  nuxt: /^(?:NUXT_PORT|NITRO_PORT|PORT)$/,
  parcel: /^PORT$/,
};

/** A dev server of pages: its config's port, and what its config, variables and code call. */
export async function pageFacts(trail: AppTrail): Promise<Facts> {
  const { app, sources, mode } = trail;
  const id = app.framework ?? '';
  const dir = pageFolder(trail);
  const named = namedConfig(trail, dir);
  const configs = await openConfigs(sources, dir, PAGE_CONFIGS[id] ?? PAGE_CONFIGS.vite ?? []);
  const given = named && (await sources.open(named));
  if (given) configs.unshift({ config: PAGE_CONFIGS[id]?.[0] ?? { files: /a^/ }, source: given });
  const folders = [dir, trail.dir, ...configs.flatMap(({ source }) => loadedFrom(source))];
  const among = (files: string[]) => openEnv(sources, files);
  const names = envFileNames(VITE_LIKE.test(id) ? 'vite' : id === 'nuxt' ? 'plain' : 'next', mode);
  const env = await among(folders.flatMap((folder) => names.map((name) => path.join(folder, name))));
  const inner = { ...trail, env };

  const own: Own[] = [];
  const calls: Call[] = [];
  let reads: string | undefined;
  let tls = tlsByVariable(inner);
  const ports = ENV_PORT[id];
  if (ports)
    for (const found of portNames(env, 'page')) if (ports.test(found.name ?? '')) own.push(envOwn(found));
  const asked = { mode: modeOf(trail), command: trail.program.words[1] === 'build' ? 'build' : 'serve' };
  for (const { config, source: whole } of configs) {
    const source = VITE_LIKE.test(id) ? takenBranches(whole, asked) : whole;
    const block =
      trail.program.words[1] === 'preview' && config.block === 'server' ? 'preview' : config.block;
    const entry = block === undefined ? undefined : blockEntry(source, block, 'port');
    if (own.length === 0 && (entry || block === 'devServer' || MADE.test(source.code))) {
      // Without the block itself, a port that the config hands to whoever makes it.
      const said = entry
        ? await portOf(inner, source, entry.from, entry.to)
        : await portOfKey(inner, source, 'port');
      own.push(...ownOf(inner, said, `${block}.port`));
      reads ??= said.name;
    }
    tls ??= tlsByConfig(source, block);
    // What it comes to is known when it runs: most often it is the page's own address in a variable.
    if (own.length === 0 && entry) own.push(...addressOf(env));
    calls.push(...(await callsOfConfig(inner, source, env)));
  }
  if (own.length === 0 && reads !== undefined) {
    // What people copy says what they give it.
    const copied = folders.map((folder) => templatesOf(sources, path.join(folder, '.env')));
    const given = await among((await Promise.all(copied)).flat());
    own.push(...ownOf({ env: given, program: trail.program }, { name: reads }, reads));
  }
  if (id === 'angular' && (await angular(inner, own, calls))) tls = 'yes';
  await oddOne(inner, dir, own, calls);
  calls.push(...(await packageProxy(inner)), ...callsOfEnv(env));
  if (!trail.alone && !calls.some(({ weight }) => weight === 3))
    calls.push(...(await callsOfBrowser(sources, dir, env)));
  return {
    app,
    own,
    reads,
    calls,
    env,
    tls,
    low: lowPort(
      configs.map(({ source }) => source),
      env,
    ),
  };
}

/** Names of the page's own address. */
const ADDRESS =
  /^(?:(?:VITE|PUBLIC|NEXT_PUBLIC|NUXT_PUBLIC)_)?(?:WEB|APP|SITE|CLIENT|FRONT_?END|PAGE|UI)_?(?:URL|ORIGIN)$/;

/** Its port where all variables for that agree on one. */
function addressOf(env: Env): Own[] {
  const named = [...env.values.keys()].filter((name) => ADDRESS.test(name));
  const own = named.flatMap((name) => portOfValue(env, name) ?? []).map(envOwn);
  return new Set(own.map(({ found }) => found.port)).size === 1 ? own.slice(0, 1) : [];
}

/** `export default frontend({ port: 4200 })`: a config that a function of the project's own makes. */
const MADE = /^export default (?!define|merge)\w+\(\s*\{/m;

/** `--mode staging`. */
const modeOf = ({ program, mode }: AppTrail): string =>
  /\s(?:--mode|-m)[ =]([\w-]+)/.exec(` ${program.words.join(' ')}`)?.[1] ?? mode;

/** `vite client` serves a folder of its own. */
function pageFolder({ app, program, dir }: AppTrail): string {
  if (!/^(?:vite|next|astro|nuxt|vitepress|waku|sveltekit|qwik)$/.test(app.framework ?? '')) return dir;
  const words = program.words.slice(1);
  const folder = words.find(
    (word, index) =>
      /^[\w./-]+$/.test(word) &&
      !word.startsWith('-') &&
      !/^(?:dev|serve|preview|start)$/.test(word) &&
      !/^--?\w/.test(words[index - 1] ?? ''),
  );
  const root = words.indexOf('--root');
  return path.resolve(dir, (root >= 0 ? words[root + 1] : folder) ?? '');
}

/** `--config vite.dev.config.ts`. */
function namedConfig({ program }: AppTrail, dir: string): string | undefined {
  const at = program.words.findIndex((word) => /^(?:--config|-c)(?:=|$)/.test(word));
  const word = program.words[at] ?? '';
  const file = word.includes('=') ? word.slice(word.indexOf('=') + 1) : program.words[at + 1];
  return at > 0 && file && /\.[cm]?[jt]s$/.test(file) ? path.resolve(dir, file) : undefined;
}

/** Folders above its own from which a config loads env files: `envDir: '../'`, `loadEnv(mode, '..')`. */
function loadedFrom({ code, path: file }: SourceFile): string[] {
  const found: string[] = [];
  const here = path.dirname(file);
  for (const match of code.matchAll(
    /\b(?:envDir\s*:|loadEnv\(|config\(\s*\{\s*path\s*:|loadEnvFile\()([^;\n]*)/g,
  )) {
    const [, up] = /['"`]((?:\.\.\/?)+)/.exec(match[1] ?? '') ?? [];
    if (up) found.push(path.resolve(here, up));
  }
  return found;
}

/** @returns whether it speaks TLS */
async function angular(trail: AppTrail, own: Own[], calls: Call[]): Promise<boolean> {
  const { sources, dir, program, env } = trail;
  const workspace = await sources.open(path.join(dir, 'angular.json'));
  // Nx has each project's targets in its own file, whose paths begin at the workspace.
  const source = workspace ?? (await sources.open(path.join(dir, 'project.json')));
  const word = program.words[2];
  const {
    port,
    proxy,
    ssl = false,
  } = source ? angularServe(source, word?.startsWith('-') ? undefined : word) : {};
  if (port) own.push({ found: port, label: 'serve.options.port', fixed: false });
  const flag = /--proxy-config[ =](\S+)/.exec(program.words.join(' '))?.[1];
  const file = flag ?? proxy;
  const config = file
    ? await sources.open(path.resolve(workspace ? dir : sources.project.root, file))
    : undefined;
  if (!config) return ssl;
  if (config.syntax === 'js') calls.push(...(await callsOfConfig(trail, config, env)));
  else
    for (const { digits, host } of addressesIn(config))
      calls.push({ found: foundAt(digits, 'proxy', { host }), weight: 3 });
  return ssl;
}

/** Package.json's `proxy`, of Create React App and what follows it: a URL or a table of them. */
async function packageProxy({ sources, dir }: AppTrail): Promise<Call[]> {
  const source = await sources.open(path.join(dir, 'package.json'));
  const key = source && /"proxy"\s*:\s*(?=["{])/.exec(source.text);
  if (!source || !key) return [];
  const from = key.index + key[0].length;
  const to =
    source.text[from] === '{'
      ? (closing(source.code, from, 'json') ?? from)
      : source.text.indexOf('\n', from);
  const end = to < 0 ? source.text.length : to;
  const calls = addressesIn(source, from, end)
    .slice(0, source.text[from] === '{' ? undefined : 1)
    .map(({ digits, host }) => ({ found: foundAt(digits, 'proxy', { host }), weight: 3 as const }));
  // `"target": { "port": 3001 }`
  for (const match of source.text
    .slice(from, end)
    .matchAll(/"target"\s*:\s*\{[^{}]*?"port"\s*:\s*"?(\d{4,5})/g)) {
    const stop = from + match.index + match[0].length;
    const digits = { source, start: stop - (match[1] ?? '').length, end: stop };
    calls.push({ found: foundAt(digits, 'proxy', { host: 'localhost' }), weight: 3 });
  }
  return calls;
}

/** Configs that are no JavaScript: the port stands on one line of them. */
const ODD: Record<string, [string[], RegExp]> = {
  ember: [['.ember-cli'], /"port"\s*:\s*(\d{4,5})/],
  trunk: [['Trunk.toml'], /\[serve\][^[]*?\n\s*port\s*=\s*(\d{4,5})/],
  dioxus: [['Dioxus.toml'], /\n\s*port\s*=\s*(\d{4,5})/],
  leptos: [['Cargo.toml'], /\bsite-addr\s*=\s*"[^"\n]*:(\d{4,5})"/],
  jekyll: [['_config.yml', '_config.dev.yml'], /^port\s*:\s*(\d{4,5})/m],
  mkdocs: [['mkdocs.yml', 'mkdocs.yaml'], /^dev_addr\s*:\s*['"]?[^\s'"]*?:?(\d{4,5})\b/m],
  streamlit: [['.streamlit/config.toml'], /\[server\][^[]*?\n\s*port\s*=\s*(\d{4,5})/],
  netlify: [['netlify.toml'], /\[dev\][^[]*?\n\s*port\s*=\s*(\d{4,5})/],
  ionic: [['ionic.config.json'], /"port"\s*:\s*(\d{4,5})/],
};

/** Redwood's two servers are one program: a port each in one file, `"${WEB_PORT:8910}"` too. */
export async function redwoodPorts(trail: AppTrail): Promise<{ backend: Own[]; frontend: Own[] }> {
  const source = await openFirst(trail, trail.dir, ['redwood.toml', '../redwood.toml', 'cedar.toml']);
  const of = (section: string): Own[] =>
    ownByPattern(
      source,
      new RegExp(`\\[${section}\\][^[]*?\\n\\s*port\\s*=\\s*(?:"\\$\\{\\w+:)?(\\d{4,5})`),
      'port',
      false,
    );
  return { backend: of('api'), frontend: of('web') };
}

async function oddOne(trail: AppTrail, dir: string, own: Own[], calls: Call[]): Promise<void> {
  const odd = ODD[trail.app.framework ?? ''];
  const source = odd && (await openFirst(trail, dir, odd[0]));
  if (!odd || !source) return;
  own.push(...ownByPattern(source, odd[1], 'port', false));
  // Trunk's `[[proxy]]`.
  for (const { digits, host } of addressesIn(source))
    calls.push({ found: foundAt(digits, 'proxy', { host }), weight: 3 });
}
