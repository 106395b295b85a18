import { DevstartError } from '../../errors.ts';
import { OPTIONS } from '../options.ts';
import { describeSource } from '../source.ts';
import type { Source, Sourced, Warning } from '../types.ts';
import { readOrigin, splitList } from '../values.ts';
import { type Candidate, envCandidates, type Layers } from './options.ts';

export interface Origins {
  corsOrigins: Sourced<string[]>;
  frontendUrl: Sourced<string> | undefined;
  warnings: Warning[];
}

/**
 * The user's own origins: those of every layer together, the strongest first, each once. Pure.
 * In production a wildcard is refused. Elsewhere a bare `*` stays with a warning, and a pattern such as
 * `http://localhost:*` is left out with one: servers compare origins letter by letter, some refuse all then.
 * @throws DevstartError USAGE, PROD_UNSAFE
 */
export function resolveOrigins(layers: Layers, prod: boolean): Origins {
  const warnings: Warning[] = [];
  const { config, flags } = layers;
  const given: { raw: string; source: Source }[] = [
    ...(flags.corsOrigin ?? []).map((raw) => ({
      raw,
      source: { kind: 'flag' as const, name: '--cors-origin' },
    })),
    ...envCandidates(layers, OPTIONS.corsOrigin.env).flatMap(({ raw, source }) => {
      // In the project's own file it is in the project's own form.
      const apart = source.kind === 'env-file' ? /[\s;]+/ : /,/;
      return splitList(String(raw))
        .flatMap((entry) => entry.split(apart))
        .map((entry) => ({ raw: entry, source }));
    }),
    ...(config?.value.corsOrigins ?? []).map((raw, index) => ({
      raw,
      source: { kind: 'config' as const, name: `corsOrigins[${index}]`, file: config?.file ?? '' },
    })),
  ];
  const value = new Set<string>();
  const read = (raw: string, source: Source): string | undefined => {
    try {
      return readOrigin(raw, source);
    } catch (error) {
      if (prod || source.kind !== 'env-file' || !(error instanceof DevstartError)) throw error;
      const message = `${describeSource(source)} has no origin in ${JSON.stringify(raw)}: it is left out`;
      warnings.push({ code: 'CORS_ORIGIN_IGNORED', message });
      return undefined;
    }
  };
  for (const { raw, source } of given) {
    const origin = read(raw, source);
    if (origin === undefined) continue;
    if (!origin.includes('*')) value.add(origin);
    else if (prod) throw wildcard(origin, source);
    else {
      if (origin === '*') value.add(origin);
      warnings.push({ code: 'CORS_WILDCARD', message: wildcardWarning(origin, source) });
    }
  }
  const source = given[0]?.source ?? { kind: 'default' as const, name: 'default' };
  return {
    corsOrigins: { value: [...value], source, overrode: [] },
    frontendUrl: frontendUrl(layers, prod, warnings),
    warnings,
  };
}

const wildcard = (origin: string, source: Source): DevstartError =>
  new DevstartError('PROD_UNSAFE', `--prod refuses the wildcard ${origin} (from ${describeSource(source)})`, {
    hint: 'Name each origin, as in --cors-origin https://example.com',
  });

function wildcardWarning(origin: string, source: Source): string {
  const from = describeSource(source);
  return origin === '*'
    ? `${from} has the origin *: every site may call the backend`
    : `${origin} from ${from} is left out: servers compare origins letter by letter; the frontend's own is added anyway`;
}

/** FRONTEND_URL is often the project's own business: only --prod insists on it. */
function frontendUrl(layers: Layers, prod: boolean, warnings: Warning[]): Sourced<string> | undefined {
  const [first, ...others]: Candidate[] = envCandidates(layers, 'FRONTEND_URL');
  if (!first || String(first.raw).trim() === '') return undefined;
  const raw = String(first.raw).trim();
  const from = describeSource(first.source);
  if (raw.includes('*') && prod) throw wildcard(raw, first.source);
  if (/^https?:\/\/[^/\s*]+/i.test(raw) && URL.canParse(raw)) {
    const overrode = others.map((other) => ({ value: other.raw, source: other.source }));
    return { value: new URL(raw).origin, source: first.source, overrode };
  }
  const message = `${from} is not a URL: ${JSON.stringify(raw)}`;
  if (prod) throw new DevstartError('USAGE', message, { hint: 'It looks like https://example.com' });
  warnings.push({ code: 'FRONTEND_URL_IGNORED', message: `${message}; it is not used as an origin` });
  return undefined;
}
