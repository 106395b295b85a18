import path from 'node:path';
import { type Env, openEnv } from './env-files.ts';
import { type AppTrail, openFirst, ownOf } from './facts.ts';
import { settingsIn } from './settings-files.ts';
import type { SourceFile } from './sources.ts';
import type { Own } from './types.ts';
import type { Said } from './values.ts';

/** The strongest first. */
const FOLDERS = ['config', '', 'src/main/resources/config', 'src/main/resources'];
const ENDINGS = ['properties', 'yml', 'yaml'];
const PROFILES = String.raw`\$\{(?<variable>\w+)(?::(?<other>[\w-]*))?\}|(?<names>\w[\w-]*(?:\s*,\s*\w[\w-]*)*)`;
const ACTIVE = new RegExp(
  String.raw`^\s*(?:spring\.profiles\.active\s*[=:]|active:)[ \t]*["']?(?:${PROFILES})["']?\s*(?:#.*)?$`,
  'm',
);
/** The strongest first. */
const KEYS = [
  '%dev.quarkus.http.port',
  'quarkus.http.port',
  'server.port',
  'micronaut.server.port',
  'ktor.deployment.port',
];
/** Who loads `.env` into what Spring's settings read. */
const LOADERS = /spring-dotenv|dotenv-java|java-dotenv|dotenv-kotlin/;

/**
 * The port of a Spring, Quarkus or Micronaut server where its settings give it a variable's value, or a profile that
 * they turn on has another one: `port: ${SERVER_PORT}` beside `spring.config.import: file:../.env[.properties]`.
 */
export async function springPort(
  trail: AppTrail,
): Promise<{ own: Own[]; reads?: string; env: Env } | undefined> {
  const open = (name: string) =>
    openFirst(
      trail,
      trail.dir,
      FOLDERS.flatMap((folder) => ENDINGS.map((ending) => path.join(folder, `${name}.${ending}`))),
    );
  const base = await open('application');
  const profiles = await Promise.all(
    activeIn(trail, base?.code ?? '').map((name) => open(`application-${name}`)),
  );
  // Of several the last one counts; where none has it, what developers have that nothing turns on.
  const others = await Promise.all(['dev', 'local'].map((name) => open(`application-${name}`)));
  const files = [...profiles.reverse(), base, ...others].filter((file) => file !== undefined);
  const env = await importedEnv(trail, files);
  // Its own variable goes before every file of settings.
  const [variable] =
    trail.app.framework === 'quarkus' ? ownOf({ ...trail, env }, { name: QUARKUS }, QUARKUS) : [];
  if (variable) return { own: [variable], env };
  for (const source of files) {
    const { key, name, digits } = portIn(source) ?? {};
    if (key === undefined) continue;
    const own = ownOf({ ...trail, env }, { digits, name }, key);
    return { own: own.map((one) => ({ ...one, fixed: false })), ...(name && { reads: name }), env };
  }
  return undefined;
}

const QUARKUS = 'QUARKUS_HTTP_PORT';

/** `${SERVER_PORT:8085}`, `${SERVER_PORT}`, `8085`. */
function portIn(source: SourceFile): ({ key: string } & Said) | undefined {
  const settings = settingsIn(source);
  for (const key of KEYS) {
    const { value, start } = settings.find(({ keys }) => keys.join('.') === key) ?? { value: '', start: 0 };
    const [, name, number = ''] = /^(?:\$\{?(\w+)(?::-?(?=\d|\}))?)?(\d{4,5})?\}?$/.exec(value) ?? [];
    if (name === undefined && number === '') continue;
    const from = start + value.lastIndexOf(number);
    return { key, name, ...(number && { digits: { source, start: from, end: from + number.length } }) };
  }
  return undefined;
}

/** The profiles that its command, the shell or its settings turn on. */
function activeIn({ program, shell }: AppTrail, code: string): string[] {
  const [, typed] = /spring(?:-boot\.run)?\.profiles(?:\.active)?=["']?([\w,-]+)/.exec(program.line) ?? [];
  const named = ACTIVE.exec(code)?.groups ?? {};
  const { variable = '' } = named;
  const said = typed ?? program.env.SPRING_PROFILES_ACTIVE ?? shell.SPRING_PROFILES_ACTIVE;
  return (said ?? shell[variable] ?? named.other ?? named.names ?? '').split(/\s*,\s*/).filter(Boolean);
}

/** The env files that its settings take in, `optional:file:../.env[.properties]`, or that its loader does. */
async function importedEnv({ sources, dir, app }: AppTrail, files: SourceFile[]): Promise<Env> {
  const named = files.flatMap(({ code }) =>
    [...code.matchAll(/\bfile:([\w./-]*\.env[\w.]*)\[\.properties\]/g)].map(([, file = '']) => file),
  );
  const builds = ['pom.xml', 'build.gradle', 'build.gradle.kts'].map((name) => path.join(dir, name));
  const texts =
    app.framework === 'quarkus' ? [] : await Promise.all(builds.map((file) => sources.project.text(file)));
  const loads = app.framework === 'quarkus' || texts.some((text) => LOADERS.test(text ?? ''));
  return openEnv(
    sources,
    [...named, ...(loads ? ['.env'] : [])].map((file) => path.resolve(dir, file)),
  );
}
