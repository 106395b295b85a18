import path from 'node:path';
import type { Project } from '../detect/project.ts';
import type { App, Program } from '../types.ts';
import { callsOfBrowser } from './calls.ts';
import {
  callsOfScripts,
  nowhere,
  ownOfCommand,
  ownOfContainer,
  ownOfProse,
  ownOfReadme,
  ownOfTyped,
  placeInFiles,
} from './commands.ts';
import { type AppFacts, decide, keysOf } from './decide.ts';
import { openEnv, portOfValue, templatesOf } from './env-files.ts';
import { isPort } from './expressions.ts';
import { type AppTrail, type Facts, ownOf, ownOfEnv } from './facts.ts';
import { startAs } from './own-dotnet.ts';
import { nativeFacts } from './own-native.ts';
import { nodeFacts } from './own-node.ts';
import { pageFacts, redwoodPorts } from './own-page.ts';
import { pythonFacts, reflexPorts } from './own-python.ts';
import { PAGE_CONFIGS } from './pages.ts';
import { Sources } from './sources.ts';
import { tlsByCommand } from './tls.ts';
import type { Call, Copy, Looks, Own } from './types.ts';

export interface WrittenContext {
  prod: boolean;
  /** There are further servers, which are left out: a number in code may be theirs. */
  rivals?: boolean;
  /** The launcher's own environment. */
  env: Readonly<Record<string, string | undefined>>;
}

/**
 * The apps with the ports that the project itself has written down for them, and every place that names one:
 * from each app's config, its env files, its entry and what that imports. Reads, never runs.
 */
export async function withWrittenPorts(
  project: Project,
  apps: readonly App[],
  context: WrittenContext,
): Promise<{ apps: App[]; copies: Copy[]; calls: Call[]; notes: string[] } & Looks> {
  const facts = await Promise.all(apps.map((app) => factsOf(project, app, context, apps.length === 1)));
  await partEquals(project, facts, context);
  await hearPage(project, facts, context.env);
  const { written, copies } = decide(facts, context.rivals);
  return {
    copies,
    notes: facts.flatMap(notesOf),
    // A server's own code names itself as well.
    calls: facts.flatMap(({ app, calls }) =>
      calls.filter(({ found }) => app.roles.includes('frontend') || found.name !== undefined),
    ),
    async lookWidely(owners) {
      const { copiesEverywhere } = await import('./everywhere.ts');
      const readings = facts.map(({ app, env = { values: new Map() } }) => ({ app, env }));
      const sources = new Sources(project, project.root);
      const around = { root: project.root, readings, sources, known: copies, shell: context.env };
      return copiesEverywhere(owners, around);
    },
    async lookForNumber(port, dir) {
      const { placeOfNumber } = await import('./everywhere.ts');
      // A variable of its own before all that stands in code.
      for (const { app, env } of facts) {
        for (const name of (app.runs?.dir ?? app.cwd) === dir ? (env?.values.keys() ?? []) : []) {
          const found = env && portOfValue(env, name);
          if (found?.port === port) return found;
        }
      }
      return placeOfNumber(port, dir, { root: project.root, shell: context.env });
    },
    apps: apps.map((app, index) => {
      const ports = written.get(app.name);
      const { reads, tls, unclear } = facts[index] ?? {};
      return {
        ...app,
        ...(ports && Object.keys(ports).length > 0 && { written: ports }),
        ...startAs(app, facts[index]?.profiles, ports?.[keysOf(app)[0] ?? 'own']?.[0]?.port),
        ...(reads !== undefined && { portName: reads }),
        ...(facts[index]?.own[0]?.colon && { portColon: true as const }),
        ...(tls === 'yes' && { tls: true as const }),
        ...(unclear !== undefined && { portUnclear: unclear }),
        ...(facts[index]?.hotUpdates && !isServedByVite(app, apps) && { hotUpdates: true }),
      };
    }),
  };
}

/** What its owner may not expect of where it listens. */
function notesOf({ app: { name, roles }, own, tls, low }: AppFacts): string[] {
  const notes: string[] = [];
  if (tls === 'maybe')
    notes.push(
      `${name}: its code decides when it runs whether it speaks TLS; if it does, its URL begins with https`,
    );
  if (low && own.length === 0) {
    const flag = roles[0] ? `--${roles[0]}-port ` : `--port ${name}=`;
    notes.push(
      `${name}: ${low.file}:${low.line} names port ${low.port}, which not everyone may open, so another one is taken; to ask for it: ${flag}${low.port}`,
    );
  }
  return notes;
}

/** Its package's pages are Vite's own: there it runs beside the server, not within it. */
const isServedByVite = (app: App, apps: readonly App[]): boolean =>
  apps.some((one) => one !== app && one.framework === 'vite' && one.runs?.dir === app.runs?.dir);

/**
 * A backend that would start where the page does: by its owner's command it does not, so what the README has for it
 * goes before what its files say.
 */
async function partEquals(project: Project, facts: AppFacts[], context: WrittenContext): Promise<void> {
  const page = facts.find(({ app }) => app.roles.includes('frontend'));
  const server = facts.find(({ app }) => app.roles.includes('backend'));
  const { runs } = server?.app ?? {};
  if (!page || !server || page === server || !runs || homesOf(page)[0] !== homesOf(server)[0]) return;
  const sources = new Sources(project, runs.dir);
  server.own.unshift(...(await ownOfProse(trailOf(server.app, runs, sources, context, false))));
}

/**
 * A proxy that does not lead to the number of the backend's own code, or to its standard one: the page's code may call
 * that one beside it, or in its place where the proxy is a leftover.
 */
async function hearPage(project: Project, facts: AppFacts[], shell: WrittenContext['env']): Promise<void> {
  const page = facts.find(({ app }) => app.roles.includes('frontend') && isPage(app));
  const server = facts.find((one) => one !== page && one.app.roles.includes('backend'));
  const homes = server ? homesOf(server) : [];
  // Nothing says the server's number where it is usually looked for: the page's code may, anywhere.
  if (page && server && homes.length === 0 && !page.calls.some(({ weight }) => weight > 0)) {
    const { callsAnywhere } = await import('./heard.ts');
    page.calls.push(...(await callsAnywhere(page, project.root, shell)));
  }
  if (!page?.app.runs || !page.env || homes.length === 0) return;
  const { runs } = page.app;
  const proxied = page.calls.filter(({ weight }) => weight === 3);
  if (proxied.length === 0 || page.calls.some(({ found }) => homes.includes(found.port))) return;
  page.calls.push(...(await callsOfBrowser(new Sources(project, runs.dir), runs.dir, page.env)));
}

const homesOf = ({ app, own }: AppFacts): number[] =>
  own.length > 0 ? own.map(({ found }) => found.port) : Object.values(app.defaultPorts);

async function factsOf(
  project: Project,
  app: App,
  { prod, env }: WrittenContext,
  alone: boolean,
): Promise<AppFacts> {
  const program = app.runs ?? (app.framework === 'reflex' ? reflexProgram(app) : undefined);
  if (!program || app.noPort || app.framework === 'task') return { app, own: [], calls: [] };
  const sources = new Sources(project, program.dir, prod);
  const trail = trailOf(app, program, sources, { prod, env }, alone);
  if (app.framework === 'reflex') return { app, own: [], calls: [], byRole: await reflexPorts(trail) };
  if (app.framework === 'redwood' && app.roles.length > 1) {
    return { app, own: [], calls: [], byRole: await redwoodPorts(trail) };
  }
  const said = await ownOfCommand(trail);
  const facts = await readFacts(trail);
  const own = [...said, ...(await ownOfVariable(trail, facts)), ...facts.own];
  if (own.length === 0 && !isPage(app)) own.push(...(await ownOfTemplate(trail, facts)));
  if (own.length === 0) own.push(...(await (isPage(app) ? ownOfTyped : ownOfProse)(trail)));
  // The first that is opened is the entry.
  const [long] = own.length === 0 && !isPage(app) ? sources.tooLong : [];
  if (long !== undefined) facts.unclear ??= `${long}, too long to be read,`;
  const tls = tlsByCommand(trail) ?? facts.tls;
  return { ...facts, own, tls, calls: [...facts.calls, ...(await callsOfScripts(trail))] };
}

function trailOf(
  app: App,
  program: Program,
  sources: Sources,
  { prod, env }: WrittenContext,
  alone: boolean,
): AppTrail {
  const mode = prod ? 'production' : 'development';
  const { dir } = program;
  return { app, program, dir, top: dir, sources, mode, alone, shell: env, env: { values: new Map() } };
}

const reflexProgram = ({ cwd }: App): Program => ({
  words: ['reflex', 'run'],
  dir: cwd,
  line: 'reflex run',
  lineDir: cwd,
  env: {},
});

const PAGE = /^(?:angular|trunk|dioxus|leptos|jekyll|netlify|redwood|ionic)$/;
/** They run the project's own code: what it listens on stands there. */
const RUNS_CODE = /^(?:node|nodemon|tsx|ts-node|ts-node-dev|tsnd|vite-node|swc-node|babel-node|bun|deno)$/;

/** A dev server with a config of its own. */
const isPage = ({ framework = '', roles, runs }: App): boolean =>
  framework in PAGE_CONFIGS ||
  PAGE.test(framework) ||
  (roles.includes('frontend') && !RUNS_CODE.test(runs?.words[0] ?? ''));
const PYTHON =
  /^(?:python|uvicorn|fastapi|flask|quart|django|gunicorn|hypercorn|granian|litestar|starlette|sanic|aiohttp|tornado|bottle|streamlit|chainlit|gradio|dash|nicegui|fasthtml|panel|mkdocs)$/;
const NATIVE = /^(?:go|rust|spring|dotnet|phoenix|rails|puma|rackup|laravel|php|symfony|ruby)$/;

async function readFacts(trail: AppTrail): Promise<Facts> {
  const { app, program } = trail;
  const id = app.framework ?? '';
  if (PYTHON.test(id) || program.words[0] === 'python') return pythonFacts(trail);
  if (NATIVE.test(id)) return nativeFacts(trail, id);
  if (/^(?:gradlew?|mvnw?)$/.test(program.words[0] ?? '')) return nativeFacts(trail, 'spring');
  if (program.words[0] === 'ruby') return nativeFacts(trail, 'ruby');
  if (!isPage(app)) return nodeFacts(trail);
  const page = await pageFacts(trail);
  // A page framework's own server: `node server.js` beside next.config.js.
  if (!RUNS_CODE.test(program.words[0] ?? '')) return page;
  const server = await nodeFacts(trail);
  // What stands before the page, or mirrors it, is not the page.
  server.own = server.own.filter(({ label }) => !/^(?:proxy|mirror)\w*\./i.test(label));
  return {
    ...page,
    tls: page.tls ?? server.tls,
    low: server.low ?? page.low,
    own: [...server.own, ...page.own],
    reads: server.reads ?? page.reads,
  };
}

/** Its code reads a variable that nothing sets yet: what people copy to `.env` says what they give it. */
async function ownOfTemplate(trail: AppTrail, { reads }: Facts): Promise<Own[]> {
  const { sources, dir } = trail;
  if (reads === undefined) return [];
  const env = await openEnv(sources, await templatesOf(sources, path.join(dir, '.env')));
  const said = ownOf({ env, program: trail.program }, { name: reads }, reads);
  if (said.length > 0) return said;
  // `process.env.PORT || env("APP_PORT")`: of several names the one that it has.
  const [named] = ownOfEnv(env);
  if (named) return [named];
  const written = await ownOfReadme(trail, reads);
  return written.length > 0 ? written : ownOfContainer(trail, reads);
}

/** The variable that its code reads is set by its command, or exported in the shell: `SERVER_PORT=7000 node x`. */
async function ownOfVariable(trail: AppTrail, { app, reads }: Facts): Promise<Own[]> {
  const { shell, program } = trail;
  if (reads === undefined || keysOf(app).length > 1) return [];
  const inLine = program.env[reads];
  // PORT is the page's, or the only app's: the settings decide that.
  const value = inLine ?? (reads === 'PORT' ? undefined : shell[reads]);
  if (value === undefined || !isPort(value) || inLine === String(program.pinned)) return [];
  const found = (inLine && (await placeInFiles(trail, inLine))) || nowhere(Number(value));
  return [{ found, label: reads, fixed: false, ...(inLine === undefined && { shell: true as const }) }];
}
