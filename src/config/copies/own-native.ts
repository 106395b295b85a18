import path from 'node:path';
import { RUBY_FILES } from '../detect/native-starts.ts';
import { callsOfCode, callsOfEnv } from './calls.ts';
import { ownIn, portInData } from './data-files.ts';
import { type Env, openEnv, portNames } from './env-files.ts';
import { type AppTrail, envOwn, type Facts, openFirst, ownByPattern, ownOf, ownOfEnv } from './facts.ts';
import { withImported } from './modules.ts';
import { dotnetFolder, fixedAddresses, launchSettings } from './own-dotnet.ts';
import { boundLiteral, configured, fieldDefault, handedOn, rustEntries, variableRead } from './own-rust.ts';
import { springPort } from './own-spring.ts';
import { entryListens } from './servers.ts';
import { foundAt, type SourceFile } from './sources.ts';
import type { Own } from './types.ts';

/** A server in another language: where its code begins, and the files that say its port before the code does. */
interface Native {
  entries?: (trail: AppTrail) => Promise<SourceFile[]>;
  /** Files, and the pattern whose first group is the port; `fixed` where no variable reaches it. */
  configs?: [string[], RegExp, string][];
  /** Where its settings are kept, whether its code names them or not. */
  settings?: string[];
  /** What loads `.env`, in the file that names its packages; always, where that is empty. */
  dotenv?: [string, RegExp];
}

const jvmConfigs: Native['configs'] = [
  [['src/main/resources/application.conf'], /\bport\s*=\s*(\d{4,5})\b/, 'port'],
  [
    ['build.gradle', 'build.gradle.kts', 'app/build.gradle', 'app/build.gradle.kts'],
    /server\.port=(\d{4,5})\b/,
    'server.port',
  ],
];

const NATIVES: Record<string, Native> = {
  go: { entries: goEntries, dotenv: ['go.mod', /godotenv|viper|cleanenv|koanf|autoload/] },
  rust: {
    entries: rustEntries,
    configs: [[['Rocket.toml'], /^\s*port\s*=\s*(\d{4,5})\b/m, 'port']],
    settings: [
      ...['development', 'local', 'default', 'base'].flatMap((name) => [
        `config/${name}.toml`,
        `config/${name}.yaml`,
      ]),
      'config.toml',
    ],
    dotenv: ['Cargo.toml', /\bdotenv/],
  },
  spring: { configs: jvmConfigs, entries: ktorEntries },
  dotnet: {
    configs: [
      [
        ['appsettings.Development.json', 'appsettings.json'],
        /"(?:Http|Url|Urls)"\s*:\s*(?:\{\s*"Url"\s*:\s*)?"http:\/\/[^":]+:(\d{4,5})/,
        'Url',
      ],
    ],
    dotenv: ['Program.cs', /\bEnv\.(?:\w+\(\)\.)*Load\w*\(|\bDotEnv\.\w+\(/],
  },
  phoenix: {
    configs: [
      [['config/dev.exs'], /\bhttp:\s*\[[^\]]*?\bport:[^\],]*?(\d{4,5})\b/, 'http.port'],
      [
        ['config/runtime.exs', 'config/dev.exs'],
        /\bport\s*[:=][^\n]*?System\.(?:get_env|fetch_env!?)\(\s*"\w+"[^\d\n]*(\d{4,5})\b/,
        'http.port',
      ],
    ],
  },
  rails: {
    configs: [[['config/puma.rb'], /^\s*port\b[^\n]*?(\d{4,5})\b/m, 'port']],
    dotenv: ['Gemfile', /dotenv/],
  },
  puma: {
    configs: [[['config/puma.rb', 'puma.rb'], /^\s*(?:port|bind)\b[^\n]*?(\d{4,5})\b/m, 'port']],
    dotenv: ['Gemfile', /dotenv/],
  },
  rackup: { configs: [[['.rackup', 'config.ru'], /^#\\.*-p\s*(\d{4,5})\b/m, '-p']] },
  ruby: {
    entries: async (trail) =>
      [await openFirst(trail, trail.dir, RUBY_FILES)].filter((file) => file !== undefined),
    dotenv: ['Gemfile', /dotenv/],
  },
  laravel: {},
  symfony: { configs: [[['.symfony.local.yaml', '.symfony.local.yml'], /^\s*port:\s*(\d{4,5})\b/m, 'port']] },
};

/** The names of a framework's own under which an env file says its port. */
const ENV_NAMES: Record<string, RegExp> = { laravel: /^SERVER_PORT$/, rails: /^PORT$/, puma: /^PORT$/ };

/** A Go, Rust, Java, .NET, Elixir, Ruby or PHP server. */
export async function nativeFacts(trail: AppTrail, kind: string): Promise<Facts> {
  const { app } = trail;
  const dir = kind === 'dotnet' ? await dotnetFolder(trail) : trail.dir;
  const native = NATIVES[kind] ?? {};
  const spring = kind === 'spring' ? await springPort(trail) : undefined;
  const env = spring?.env ?? (await nativeEnv({ ...trail, dir }, kind, native));
  const inner: AppTrail = { ...trail, dir, env };
  const own: Own[] = [...(spring?.own ?? [])];
  let reads = spring?.reads;
  const names = ENV_NAMES[kind];
  if (names)
    for (const found of portNames(env, 'server')) if (names.test(found.name ?? '')) own.push(envOwn(found));
  const fixed = kind === 'dotnet' ? await fixedAddresses(inner) : undefined;
  own.push(...(fixed?.own ?? []));
  reads ??= fixed?.reads;
  const launch = fixed && own.length === 0 ? await launchSettings(inner) : undefined;
  own.push(...(launch?.own ?? []));
  for (const [files, pattern, label] of native.configs ?? []) {
    if (own.length > 0) break;
    const source = await openFirst(inner, dir, files);
    own.push(...ownByPattern(source, pattern, label, false));
  }
  const kept = native.settings && own.length === 0 ? await openFirst(inner, dir, native.settings) : undefined;
  if (kept) own.push(...ownIn(inner, kept));
  const entries = (await native.entries?.(inner)) ?? [];
  for (const entry of own.length > 0 ? [] : entries) {
    for (const said of await entryListens(inner, entry)) {
      reads ??= said.name;
      own.push(...ownOf(inner, said, said.label));
    }
    if (own.length > 0) break;
  }
  if (kind === 'go' || kind === 'rust') own.unshift(...(await ofSettings(inner, entries, own[0])));
  if (own.length === 0 && kind === 'rust') {
    reads ??= configured(entries[0]);
    if (reads) own.push(...ownOf(inner, { name: reads }, reads));
  }
  if (own.length === 0 && kind === 'rust') own.push(...(await boundLiteral(inner, entries)));
  if (own.length === 0 && kind === 'rust') own.push(...(await fieldDefault(inner, entries)));
  if (own.length === 0 && reads === undefined && kind === 'rust') own.push(...handedOn(entries[0]));
  if (own.length === 0 && reads === undefined && kind === 'rust') {
    const said = await variableRead(inner, entries);
    reads = said.name;
    own.push(...ownOf(inner, said, 'env::var'));
  }
  if (own.length === 0 && kind === 'go') own.push(...(await viperDefault(inner, entries)));
  if (own.length === 0 && reads === undefined && kind === 'go') {
    own.push(...entries.flatMap(ginDefault));
    if (own.length > 0) reads = 'PORT';
  }
  if (own.length === 0 && reads === undefined && entries.length > 0) own.push(...ownOfEnv(env));
  const calls = [...entries.slice(0, 1).flatMap((entry) => callsOfCode(entry, env)), ...callsOfEnv(env)];
  const { elsewhere = [], profiles } = launch ?? {};
  return { app, own, reads, calls, env, ...(profiles && { profiles, elsewhere }) };
}

async function nativeEnv(trail: AppTrail, kind: string, { dotenv }: Native): Promise<Env> {
  const { sources, dir } = trail;
  const always = kind === 'laravel' || kind === 'symfony';
  const manifest = dotenv && (await sources.project.text(path.join(dir, dotenv[0])));
  if (!always && !(manifest && dotenv?.[1].test(manifest))) return { values: new Map() };
  const names =
    kind === 'rails' ? ['.env.development.local', '.env.local', '.env.development', '.env'] : ['.env'];
  // Rust's dotenv goes upwards to the first that is there.
  const folders = kind === 'rust' ? sources.project.upwards(dir) : [dir];
  for (const folder of folders) {
    const env = await openEnv(
      sources,
      names.map((name) => path.join(folder, name)),
    );
    if (env.values.size > 0) return env;
  }
  return { values: new Map() };
}

/** The main package's files: of `go run ./cmd/api`, of air's build command, else the folder's own. */
async function goEntries(trail: AppTrail): Promise<SourceFile[]> {
  const { program, dir, sources } = trail;
  const words = program.words;
  let target = words[0] === 'go' ? words.slice(2).find((word) => !word.startsWith('-')) : undefined;
  if (words[0] !== 'go') {
    const air = await sources.project.text(path.join(dir, '.air.toml'));
    target = /\bgo\s+(?:build|run)\b[^"'\n]*?\s(\.\/?[\w./-]*|[\w./-]+\.go)\s*["'\n]/.exec(
      air ?? words.join(' '),
    )?.[1];
  }
  const place = path.resolve(dir, target ?? '.');
  if (place.endsWith('.go')) return [await sources.open(place)].filter((file) => file !== undefined);
  const names = [...(await sources.project.list(place)).files]
    .filter((name) => /(?<!_test)\.go$/.test(name))
    .sort();
  names.sort((a, b) => Number(/^(?:main|server)/.test(b)) - Number(/^(?:main|server)/.test(a)));
  const files = await Promise.all(names.slice(0, 4).map((name) => sources.open(path.join(place, name))));
  return files.filter((file) => file !== undefined);
}

const GIVES_SETTINGS = /conf|settings?|env|cmd|args|cli|opts?|utils?|setup|bootstrap|init|core|app|server/i;

/** A file of settings goes before a default in code, not before a variable or what the entry itself says. */
async function ofSettings(trail: AppTrail, entries: SourceFile[], said: Own | undefined): Promise<Own[]> {
  const isSure = said && (said.found.kind === 'env' || entries.some(({ file }) => file === said.found.file));
  if (isSure || entries.length === 0) return [];
  return portInData(trail, await withImported(trail.sources, entries, GIVES_SETTINGS, trail.top));
}

/** `viper.SetDefault("server.port", 8081)` in the entry or in its settings; AutomaticEnv lets a variable come before it. */
async function viperDefault({ sources, top }: AppTrail, entries: SourceFile[]): Promise<Own[]> {
  const settings = /config|settings?|env|cmd|cli/i;
  const first = await withImported(sources, entries, settings, top);
  for (const source of new Set([...first, ...(await withImported(sources, first, settings, top))])) {
    const byName = /\bSetDefault\(\s*"(?:[\w.-]*[._-])?port"\s*,\s*"?:?(\d{4,5})\b/i;
    // Keys with methods of their own: `ServiceInterface.setDefault(":3456")`.
    const ofKey = /\b\w*(?:Port|Interface|Listen|Addr|Address|Bind)\.[sS]etDefault\(\s*"?[\w.]*:?(\d{4,5})\b/;
    // A flag of the entry's, which is handed on: `flag.String("addr", ":8080", …)`.
    const ofFlag =
      /\bflag\.(?:String|Int)(?:Var)?\((?:\s*&[\w.]+\s*,)?\s*"(?:http-?|listen-?|server-?|bind-?)?(?:port|addr|address|listen|bind)"\s*,\s*"?[\w.]*:?(\d{4,5})\b/;
    const [own] = [
      ...ownByPattern(source, ofFlag, 'flag', false),
      ...ownByPattern(source, byName, 'SetDefault', !source.code.includes('AutomaticEnv')),
      ...ownByPattern(source, ofKey, 'SetDefault', false),
    ];
    if (own) return [own];
    const [, ...more] = new Set([...source.code.matchAll(LISTED)].map(([, port]) => port));
    const [listed] =
      more.length > 0 ? [] : ownByPattern(source, new RegExp(LISTED, 'im'), 'its settings', false);
    if (listed) return [listed];
  }
  return [];
}

/** `"LISTEN_ADDR": { value: "127.0.0.1:8080" }` of a table of settings, `defaultListenAddr = ":8080"`. */
const LISTED =
  /(?:^|[\s"])(?:default_?)?(?:http_?)?(?:listen|bind)_?(?:addr(?:ess)?)?"?\s*[:=][^"\n]*\n?[^"\n]*"(?:[\d.]*|localhost):(\d{4,5})"/gim;

/** Gin's `Run()` takes PORT, else 8080. */
function ginDefault(entry: SourceFile): Own[] {
  const match = entry.code.includes('gin-gonic/gin') ? /\b\w+\.Run\(\s*\)/.exec(entry.code) : null;
  if (!match) return [];
  const found = foundAt({ source: entry, start: match.index, end: match.index }, 'literal');
  return [{ found: { ...found, port: 8080 }, label: 'Run', fixed: false }];
}

const JVM_TOPS = ['src/main/kotlin', 'src/main/java', 'app/src/main/kotlin', 'app/src/main/java'];
const JVM_STARTS = ['Application.kt', 'Main.kt', 'App.kt', 'Server.kt', 'Main.java', 'App.java'];

/** Ktor's and plain servers' own start: in the source folder, or below folders that hold nothing but one: `com/shop`. */
async function ktorEntries(trail: AppTrail): Promise<SourceFile[]> {
  for (const top of JVM_TOPS) {
    let folder = path.join(trail.dir, top);
    for (let depth = 0; depth < 6; depth++) {
      const file = await openFirst(trail, folder, JVM_STARTS);
      if (file) return [file];
      const [inner, ...others] = (await trail.sources.project.list(folder)).dirs;
      if (inner === undefined || others.length > 0) break;
      folder = path.join(folder, inner);
    }
  }
  return [];
}
