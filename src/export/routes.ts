import path from 'node:path';
import type { Project } from '../config/detect/project.ts';
import type { App, Settings } from '../config/types.ts';
import { configNames } from './recipes/looked.ts';
import type { Route } from './types.ts';

/**
 * The paths that the page's dev server hands on: in production its web server does. Read where a proxy's target is one
 * of the project's apps.
 */
export async function routesOf(
  project: Project,
  app: App,
  settings: Settings,
  nameOf: ReadonlyMap<string, string>,
  lost: string[],
): Promise<Route[]> {
  const dir = app.runs?.dir ?? app.cwd;
  const routes = new Map<string, Route>();
  for (const base of ['vite', 'rsbuild', 'vue']) {
    for (const name of configNames(base)) {
      const file = path.join(dir, name);
      const text = await project.text(file);
      if (text === undefined) continue;
      for (const route of proxiesIn(text)) {
        if (route.foreign !== undefined) {
          lost.push(
            `${app.name}: ${route.path} handed on to ${route.foreign}: the exported web server does not`,
          );
          continue;
        }
        const to = nameOf.get(targetOf(route, project.relative(file), app, settings) ?? '');
        if (to !== undefined && !routes.has(route.path))
          routes.set(route.path, { path: route.path, to, strip: route.strip });
      }
    }
  }
  return [...routes.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

const LOCAL_PORT = /(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1?\]):(\d{2,5})(?!\d)/g;
const FOREIGN = /\b(?:https?|wss?):\/\/(?!localhost\b|127\.|0\.0\.0\.0|\[)[\w-]+(?:\.[\w-]+)+(?::\d+)?/;

interface Proxy {
  path: string;
  strip: boolean;
  /** 1-based, the first and the last of its entry. */
  line: [number, number];
  /** Of the machine's own that it names. */
  ports: number[];
  /** Its target is somebody else's server. */
  foreign: string | undefined;
}

/** `'/api': 'http://localhost:8000'`, or an object with `target` and `rewrite`. Pure. */
export function proxiesIn(text: string): Proxy[] {
  const start = /\bproxy\s*:\s*\{/.exec(text);
  if (!start) return [];
  const from = start.index + start[0].length;
  const block = text.slice(from, closing(text, from));
  const found: Proxy[] = [];
  let at = 0;
  for (;;) {
    const key = /(['"`])(\^?\/[\w/.*-]*)\1\s*:\s*/g;
    key.lastIndex = at;
    const match = key.exec(block);
    if (!match) return found;
    const begin = match.index + match[0].length;
    const end = block[begin] === '{' ? closing(block, begin + 1) : endOfValue(block, begin);
    const prefix = (match[2] ?? '').replace(/^\^/, '').replace(/[.*]+$/, '');
    const body = block.slice(begin, end);
    const lineAt = (offset: number) => text.slice(0, from + offset).split('\n').length;
    found.push({
      path: prefix || '/',
      strip:
        /\b(?:rewrite|pathRewrite)\b/.test(body) &&
        /replace\([^,]*,\s*(['"`])\/?\1\)|:\s*(['"`])\/?\2\s*}/.test(body),
      line: [lineAt(match.index), lineAt(end)],
      ports: [...body.matchAll(LOCAL_PORT)].map(([, port]) => Number(port)),
      foreign: FOREIGN.exec(body)?.[0],
    });
    at = end;
  }
}

/** The offset of the brace that closes the one before `from`. */
function closing(text: string, from: number): number {
  let depth = 1;
  for (let at = from; at < text.length; at++) {
    if (text[at] === '{') depth++;
    else if (text[at] === '}' && --depth === 0) return at;
  }
  return text.length;
}

function endOfValue(text: string, from: number): number {
  const end = text.slice(from).search(/[,\n]/);
  return end < 0 ? text.length : from + end;
}

/** The app whose port stands in these lines; with a single backend a target that is not read means that one. */
function targetOf(
  { line: [first, last], ports }: Proxy,
  file: string,
  app: App,
  settings: Settings,
): string | undefined {
  // Its own port may stand in the same line.
  const copies = settings.copies.filter(
    ({ by, of, line, ...one }) =>
      by === app.name && of !== app.name && one.file === file && line >= first && line <= last,
  );
  const copy = copies.find(({ port }) => ports.includes(port)) ?? copies[0];
  const backend = settings.apps.find((one) => one.roles.includes('backend') && one.name !== app.name);
  return copy?.of ?? backend?.name;
}
