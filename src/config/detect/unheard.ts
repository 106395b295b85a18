import path from 'node:path';
import { keysOf } from '../copies/decide.ts';
import type { Call, Found } from '../copies/types.ts';
import { addressesIn, isForeign, PAGE, SERVICES } from '../copies/urls.ts';
import type { App, LeftOut } from '../types.ts';
import type { Scope } from './candidate.ts';
import { asideLines, readmeOf } from './typed.ts';
import { unknownPort } from './unknown-port.ts';

/** Addresses of this machine that the project names, and where nothing of what is started listens. */

/** What is known of everything else, to be told of what no part of it explains. */
export interface Known {
  apps: readonly App[];
  calls: readonly Call[];
  leftOut: readonly LeftOut[];
  notes: readonly string[];
}

/** Another way to run it, a tool, or a service that has its own line, in a line that names its address. */
const OTHERS =
  /docker|contain|compose|forward|admin|mail|swagger[ -](?:ui|editor)|studio|storybook|flower|traefik|nginx|proxy|preview|build|prod|test|cypress|playwright|tunnel|n8n|hasura|emulator|expo|metro|jupyter|insight|viewer|\b(?:db|database|ssh)\b|instead|already|change|another port|cors|origin|allowed|callback|redirect/i;

const LOOPBACK = /(?:localhost|127\.0\.0\.1|0\.0\.0\.0):\d/;

/** Places of one line each that are told. */
const MOST = 4;

/** One line for each file of the project that names such addresses. */
export async function unheardAddresses(scope: Scope, known: Known): Promise<string[]> {
  const { apps, calls } = known;
  const explained = explainedBy(known);
  const isOpen = (port: number) => port >= 1024 && !explained.has(port) && !SERVICES.has(port);
  const called = calls
    .filter(({ weight, found }) => weight >= 2 && isOpen(found.port) && !isForeign(found.name ?? ''))
    .map(({ found }) => found)
    // The window around a page is none of its calls.
    .filter(({ file }) => !file.includes('src-tauri/'));
  const named = await namedInReadme(scope);
  const shown = named.filter(({ port }) => isOpen(port));
  const told = isStale(shown, apps, named) ? [] : shown;
  if (called.length + told.length === 0) return [];
  const others = await otherNumbers(scope, apps, [...called, ...told]);
  const rest = (all: readonly Found[]) => all.filter(({ port }) => !others.has(port));
  return [...lines(rest(told), 'names'), ...lines(rest(called), 'calls')];
}

const lines = (all: readonly Found[], verb: string): string[] =>
  [...new Map(all.map((one) => [one.port, one])).values()]
    .slice(0, MOST)
    .map(
      ({ file, line, host, port }) =>
        `${file}:${line} ${verb} ${host ?? 'localhost'}:${port}, where nothing that is started listens`,
    );

/** What listens there is known, or has its own line. */
function explainedBy({ apps, leftOut, notes }: Known): Set<number> {
  const texts = [
    ...leftOut.flatMap(({ what, why }) => [what, why]),
    ...notes,
    ...apps.flatMap(({ runs, command }) => [
      runs?.line ?? '',
      command.kind === 'shell' ? command.line : command.argv.join(' '),
    ]),
  ];
  const ports = apps.flatMap(({ written = {}, defaultPorts, runs }) => [
    ...Object.values(written).flatMap((all) => all.map(({ port }) => port)),
    ...Object.values(defaultPorts),
    ...Object.values(runs?.env ?? {}).map(Number),
  ]);
  return new Set([
    ...ports,
    ...texts.flatMap((text) => text.match(/(?<!\d)\d{4,5}(?!\d)/g) ?? []).map(Number),
  ]);
}

/** The addresses of the README at the top, where it tells how to develop. */
async function namedInReadme({ project }: Scope): Promise<Found[]> {
  const readme = await readmeOf(project);
  if (!readme) return [];
  const { file, text } = readme;
  if (!LOOPBACK.test(text)) return [];
  const aside = asideLines(text);
  const found: Found[] = [];
  for (const [index, code] of text.split(/\r?\n/).entries()) {
    if (!LOOPBACK.test(code) || aside.has(index + 1) || OTHERS.test(code) || isForeign(code) || isPages(code))
      continue;
    for (const { digits, host } of addressesIn({ code })) {
      const columns: [number, number] = [digits.start, digits.end];
      const port = Number(code.slice(...columns));
      found.push({ file, line: index + 1, columns, port, host, value: code, kind: 'literal' });
    }
  }
  return found;
}

/** `CLIENT_URL=http://localhost:3001`: where a page may be. */
const isPages = (line: string): boolean => PAGE.test(/^\W*([A-Z][A-Z0-9_]+)\s*=/.exec(line)?.[1] ?? '');

const PAGES = /^(?:517[34]|4200|4321|8081|19006)$/;

/**
 * The one server of which no file says where it listens is where the README says that something is: one number that
 * nothing else explains.
 */
export async function shownInReadme(scope: Scope, known: Known): Promise<App[]> {
  const apps = [...known.apps];
  const [weak, ...more] = apps.filter((app) => unknownPort(app).length > 0);
  const key = weak && keysOf(weak)[0];
  // What is left out may be what listens there.
  const others = known.leftOut.some(({ why }) => !/^a worker|docker compose/.test(why));
  if (!weak || !key || more.length > 0 || others) return apps;
  const explained = explainedBy({ ...known, notes: [] });
  const open = (await namedInReadme(scope)).filter(
    ({ port, value = '' }) =>
      port >= 1024 &&
      !explained.has(port) &&
      !SERVICES.has(port) &&
      (key === 'frontend' || !(PAGES.test(String(port)) || /front|client|\bui\b|\bpage/i.test(value))),
  );
  const [first] = open;
  if (!first || open.some(({ port }) => port !== first.port)) return apps;
  const { port, file, line } = first;
  const written = { [key]: [{ port, source: { kind: 'framework' as const, name: file, file, line } }] };
  return apps.map((app) => (app === weak ? { ...app, written } : app));
}

/**
 * It names as many numbers too many as there are servers of which it says nothing, though their own files do: it is
 * older than they are.
 */
function isStale(shown: readonly Found[], apps: readonly App[], all: readonly Found[]): boolean {
  const named = new Set(all.map(({ port }) => port));
  const unsaid = apps.filter((app) => {
    const own = Object.values(app.written ?? {}).flatMap((ports) =>
      ports.slice(0, 1).map(({ port }) => port),
    );
    const ports = own.length > 0 ? own : Object.values(app.defaultPorts);
    return !app.noPort && unknownPort(app).length === 0 && !ports.some((port) => named.has(port));
  });
  return new Set(shown.map(({ port }) => port)).size <= unsaid.length;
}

/** A container's, one that the README gives to a container, or a further one of a program that is started. */
async function otherNumbers(
  { project, context }: Scope,
  apps: readonly App[],
  open: readonly Found[],
): Promise<Set<number>> {
  const homes = new Set(apps.map(({ runs, cwd }) => runs?.dir ?? cwd));
  const found = new Set<number>();
  const dirs = new Set([project.root, ...homes, ...BESIDE.map((name) => path.join(project.root, name))]);
  for (const dir of dirs) {
    for (const name of (await project.list(dir)).files) {
      if (!/compose[\w.-]*\.ya?ml$|^readme\.\w+$/i.test(name)) continue;
      const text = (await project.text(path.join(dir, name))) ?? '';
      for (const [, port] of text.matchAll(
        /(?:-\s*|-p\s+|["'])(?:[\d.]+:)?(?:\$\{\w+:-)?(\d{4,5})\}?:\$?\{?[\w:-]*\d{2,5}\b/g,
      ))
        found.add(Number(port));
    }
  }
  const rest = [...new Set(open.map(({ port }) => port))].filter((port) => !found.has(port));
  // Of a program whose own number nobody knows it may be the one.
  if (rest.length === 0 || apps.some((app) => unknownPort(app).length > 0)) return found;
  const { numbersOfCode } = await import('../copies/everywhere.ts');
  for (const port of await numbersOfCode(rest, [...homes], { root: project.root, shell: context.env }))
    found.add(port);
  return found;
}

/** Folders for compose files, beside the top. */
const BESIDE = ['docker', '.docker', 'deploy', 'infra', 'infrastructure', '.devcontainer'];
