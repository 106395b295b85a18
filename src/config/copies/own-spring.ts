import path from 'node:path';
import { type Env, openEnv } from './env-files.ts';
import { type AppTrail, openFirst, ownOf } from './facts.ts';
import type { SourceFile } from './sources.ts';
import type { Own } from './types.ts';

const RESOURCES = 'src/main/resources';
const ENDINGS = ['properties', 'yml', 'yaml'];
const PROFILES = String.raw`\$\{(?<variable>\w+)(?::(?<other>[\w-]*))?\}|(?<names>\w[\w-]*(?:\s*,\s*\w[\w-]*)*)`;
const ACTIVE = new RegExp(
  String.raw`^\s*(?:spring\.profiles\.active\s*[=:]|active:)[ \t]*["']?(?:${PROFILES})["']?\s*(?:#.*)?$`,
  'm',
);
const PORT = {
  properties: /^\s*server\.port\s*[=:]\s*\$\{(\w+)(?::(\d{4,5}))?\}/m,
  yaml: /^(?:server\.port:|server:\s*\n(?:[ \t]+[^\n]*\n|\s*\n)*?[ \t]+port:)\s*["']?\$\{(\w+)(?::(\d{4,5}))?\}/m,
  number:
    /^\s*server\.port\s*[=:]\s*["']?()(\d{4,5})\b|^server:\s*\n(?:[ \t]+[^\n]*\n|\s*\n)*?[ \t]+port:\s*["']?()(\d{4,5})\b/m,
};

/**
 * The port of a Spring server where its settings give it a variable's value, or a profile that they turn on has
 * another one: `port: ${SERVER_PORT}` beside `spring.config.import: file:../.env[.properties]`.
 */
export async function springPort(
  trail: AppTrail,
): Promise<{ own: Own[]; reads?: string; env: Env } | undefined> {
  const open = (name: string) =>
    openFirst(
      trail,
      trail.dir,
      ENDINGS.map((ending) => path.join(RESOURCES, `${name}.${ending}`)),
    );
  const base = await open('application');
  if (!base) return undefined;
  const profiles = await Promise.all(activeIn(trail, base).map((name) => open(`application-${name}`)));
  // Of several the last one counts.
  const files = [...profiles.filter((file) => file !== undefined).reverse(), base];
  const env = await importedEnv(trail, files);
  for (const source of files) {
    const { code } = source;
    const given = PORT[source.file.endsWith('.properties') ? 'properties' : 'yaml'].exec(code);
    const match = given ?? (source === base ? null : PORT.number.exec(code));
    if (!match) continue;
    const number = match[2] ?? match[4];
    const start = match.index + match[0].lastIndexOf(number ?? '');
    const digits = number ? { source, start, end: start + number.length } : undefined;
    const reads = match[1] || undefined;
    const own = ownOf({ env, program: trail.program }, { digits, name: reads }, 'server.port');
    return { own: own.map((one) => ({ ...one, fixed: false })), ...(reads && { reads }), env };
  }
  return undefined;
}

/** The profiles that its command, the shell or its settings turn on. */
function activeIn({ program, shell }: AppTrail, { code }: SourceFile): string[] {
  const [, typed] = /spring(?:-boot\.run)?\.profiles(?:\.active)?=["']?([\w,-]+)/.exec(program.line) ?? [];
  const named = ACTIVE.exec(code)?.groups ?? {};
  const { variable = '' } = named;
  const said = typed ?? program.env.SPRING_PROFILES_ACTIVE ?? shell.SPRING_PROFILES_ACTIVE;
  return (said ?? shell[variable] ?? named.other ?? named.names ?? '').split(/\s*,\s*/).filter(Boolean);
}

/** The env files that its settings take in: `optional:file:../.env[.properties]`. */
async function importedEnv({ sources, dir }: AppTrail, files: SourceFile[]): Promise<Env> {
  const named = files.flatMap(({ code }) =>
    [...code.matchAll(/\bfile:([\w./-]*\.env[\w.]*)\[\.properties\]/g)].map(([, file = '']) => file),
  );
  return openEnv(
    sources,
    named.map((file) => path.resolve(dir, file)),
  );
}
