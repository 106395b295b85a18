import path from 'node:path';
import type { Candidate, Scope } from './candidate.ts';
import { isWorker } from './frameworks/tasks.ts';

/** A queue's worker or a scheduler, by the name that people give a script, a target or a service. */
const NAMED =
  /(?:^|[:._-])(?:workers?|queues?|celery|celery[_-]?(?:worker|beat)|beat|cron|scheduler|consumer|sidekiq|horizon|rq|rqworker|dramatiq|huey|arq|qcluster)(?:$|[:._-])/i;
/** Further names of what works beside a server; a watcher of styles or types is none. */
const BESIDE_NAMED = /(?:^|[:._-])(?:jobs?|clock|bots?|consumers|pail|logs)(?:$|[:._-])/i;
/** What is done with one, and not its start. */
const NO_START =
  /build|test|lint|deploy|docker|compose|logs?\b|stop|kill|clean|check|migrat|seed|status|restart|prod|push|publish|purge|flush|reset|clear|drain|install|shell|gen|scale|:service$/i;
/** A worker's command, wherever it stands. */
const COMMAND =
  /\b(?:celery\b[^\n"'`]*?\s(?:worker|beat)\b|manage\.py (?:celery|qcluster|rqworker|process_tasks|run_huey|db_worker)\b|rq worker\b|arq [\w.]+|dramatiq [\w.]+|taskiq worker\b|huey_consumer\b|sidekiq\b(?! *[\])])|artisan (?:queue:(?:work|listen)|horizon|schedule:work)\b|rails (?:jobs:work|solid_queue:start)\b)/;
const QUEUES =
  /\b(?:celery|django-q2?|django-rq|rq|arq|dramatiq|huey|taskiq|sidekiq|solid_queue|delayed_job)\b/i;
const MANIFESTS = ['requirements.txt', 'pyproject.toml', 'Pipfile', 'Gemfile', 'requirements/base.txt'];
const COMPOSE = /^(?:docker-)?compose(?:\.(?:dev|override|local))?\.ya?ml$/;

interface Named {
  what: string;
  file: string;
  how: string;
  /** What it is; absent: a worker. */
  why?: string;
}

/** A worker that a command of its own starts is said where nothing of the run is one. */
export async function mentionWorkers(scope: Scope, found: readonly Candidate[]): Promise<void> {
  const said = ({ app, look }: Candidate) =>
    app.opaque || BESIDE_NAMED.test(app.name) || isWorker(look?.words ?? []) || NAMED.test(app.name);
  if (found.some(said)) return;
  const { root } = scope.project;
  for (const { what, file } of await ofShells(scope.project, found))
    scope.leftOut.push({
      what,
      file,
      why: 'a program that it starts beside the server; a config can add it',
    });
  // A package of Node's that is called so is no worker of a server in Python.
  const ofNode = found.some(({ app }) => app.python)
    ? (await scope.project.workspaces()).map(({ dir }) => scope.project.relative(dir))
    : [];
  if (scope.leftOut.some(({ what, file }) => NAMED.test(what) && !ofNode.includes(file))) return;
  const dirs = [...new Set([root, ...found.flatMap(({ home, app }) => [home, app.cwd])])];
  const within = dirs.filter((dir) => `${dir}/`.startsWith(`${root}/`));
  for (const read of [ofScripts, ofComposer, ofTargets, ofCompose, ofReadme, ofPackages, ofFiles]) {
    const workers = await read(scope, within, found);
    const unsaid = workers.filter(({ what }) => !scope.leftOut.some((one) => one.what === what));
    for (const { what, file, how, why = 'a worker' } of unsaid)
      scope.leftOut.push({ what, file, why: `${why} that ${how} starts; a config can add it` });
    if (workers.length > 0) break;
  }
  for (const { what, file } of await ofDjango(scope.project, found))
    scope.leftOut.push({ what, file, why: `a worker that "manage.py ${what}" starts; a config can add it` });
}

const LOOPS = /^\s*while (?:True|1|not [\w.]+(?:\(\))?)\s*:/m;
const SLEEPS = /\bsleep\(|\.wait\(/;
const MOST_COMMANDS = 30;
/** Workers of one file that are told. */
const MOST_SAID = 4;

/** Commands of Django's that go on and on: `management/commands/send_alerts.py`. */
async function ofDjango(
  project: Scope['project'],
  found: readonly Candidate[],
): Promise<{ what: string; file: string }[]> {
  const named: { what: string; file: string }[] = [];
  for (const { app } of found.filter((one) => one.app.framework === 'django')) {
    const apps = [...(await project.list(app.cwd)).dirs].filter(
      (name) => !/^[._]|node_modules|venv/.test(name),
    );
    const inner = await Promise.all(
      apps.slice(0, 30).map(async (name) => {
        const dirs = [...(await project.list(path.join(app.cwd, name))).dirs];
        return dirs.includes('management') ? [name] : dirs.slice(0, 30).map((one) => path.join(name, one));
      }),
    );
    for (const name of inner.flat()) {
      const dir = path.join(app.cwd, name, 'management/commands');
      for (const file of [...(await project.list(dir)).files].sort())
        if (/^(?!_|.*wait)\w+\.py$/.test(file))
          named.push({ what: file.slice(0, -3), file: path.join(dir, file) });
    }
  }
  const read = named.slice(0, MOST_COMMANDS).map(async (one) => {
    const text = (await project.text(one.file)) ?? '';
    return LOOPS.test(text) && (SLEEPS.test(text) || NAMED.test(one.what))
      ? [{ ...one, file: project.relative(one.file) }]
      : [];
  });
  return (await Promise.all(read)).flat().slice(0, 3);
}

const STARTER = /^(?:start|run|dev)(?:[-_](?:dev|local))?\.sh$/;
const BESIDE =
  /^[ \t]*(?:(?:uv|poetry|pdm|pipenv) run )?(?:python3?|node) (?:\.\/)?([\w/-]+)\.(?:py|[cm]?js)\b/gm;

/** What the shell file of a server's own folder keeps running beside it: after the first line that goes on behind. */
async function ofShells(
  project: Scope['project'],
  found: readonly Candidate[],
): Promise<{ what: string; file: string }[]> {
  const programs = new Map<string, { what: string; file: string }>();
  for (const { app, home } of found.filter((one) => one.home !== project.root)) {
    const name = [...(await project.list(home)).files].find((file) => STARTER.test(file));
    const text = (name && (await project.text(path.join(home, name)))) ?? '';
    const [, after = ''] = /[^&\n]&[ \t]*\n(.*)/s.exec(text) ?? [];
    for (const [, what = ''] of after.matchAll(BESIDE)) {
      const own = app.runs?.words.some((word) => word.startsWith(what)) || app.evidence.includes(what);
      if (name && !own && !NO_START.test(what))
        programs.set(home + what, { what, file: project.relative(path.join(home, name)) });
    }
  }
  return [...programs.values()];
}

async function ofScripts({ project }: Scope, dirs: string[], found: readonly Candidate[]): Promise<Named[]> {
  for (const dir of dirs) {
    const scripts = (await project.packageJson(dir))?.scripts ?? {};
    const names = Object.keys(scripts).filter(
      (name) =>
        NAMED.test(name) && !NO_START.test(name) && !found.some((c) => c.script === name && c.home === dir),
    );
    // `dev:worker` before the `start:worker` of production: one worker by two names.
    names.sort((a, b) => Number(/dev/.test(b)) - Number(/dev/.test(a)));
    const file = project.relative(path.join(dir, 'package.json'));
    const workers = new Map<string, Named>();
    for (const name of names) {
      const called = name
        .split(/[:._-]/)
        .filter((word) => !/^(?:dev|start|run|watch)$/.test(word))
        .join();
      if (scripts[name] !== '' && !workers.has(called))
        workers.set(called, { what: name, file, how: `its script "${name}"` });
    }
    if (workers.size > 0) return [...workers.values()].slice(0, MOST_SAID);
  }
  return [];
}

const startsScript = (found: readonly Candidate[], dir: string): boolean =>
  found.some((one) => one.home === dir && (one.script ?? one.look?.script));

/** Laravel's `composer run dev` starts a queue's worker beside server and page. */
async function ofComposer({ project }: Scope, dirs: string[], found: readonly Candidate[]): Promise<Named[]> {
  for (const dir of dirs) {
    if (!(await project.has(dir, 'composer.json'))) continue;
    const text = (await project.text(path.join(dir, 'composer.json'))) ?? '';
    const [, dev = ''] = /"dev"\s*:\s*(\[[^\]]*\]|"[^\n]*")/.exec(text) ?? [];
    const file = project.relative(path.join(dir, 'composer.json'));
    const how = '"composer run dev"';
    const all: Named[] = [];
    if (/artisan queue:(?:listen|work)/.test(dev)) all.push({ what: 'queue', file, how });
    const builds = /\b(?:npm|pnpm|yarn|bun)(?: run)? dev\b/.test(dev);
    if (builds && 'dev' in ((await project.packageJson(dir))?.scripts ?? {}) && !startsScript(found, dir))
      all.push({ what: 'vite', file, how, why: 'the builder of its own pages' });
    const horizon = all.length === 0 && /"laravel\/horizon"\s*:/.test(text);
    if (horizon) all.push({ what: 'horizon', file, how: '"php artisan horizon"' });
    // Not the default of a new project: somebody has set a queue up.
    const env = (await project.text(path.join(dir, '.env'))) ?? (await project.text(`${dir}/.env.example`));
    const readme = all.length === 0 ? await project.text(`${dir}/README.md`) : undefined;
    const typed = /artisan (queue:(?:work|listen))\b/.exec(readme ?? '')?.[1];
    if (all.length === 0 && (typed || /^QUEUE_CONNECTION=["']?(?:redis|sqs|beanstalkd)\b/m.test(env ?? '')))
      all.push({ what: 'queue', file, how: `"php artisan ${typed ?? 'queue:work'}"` });
    if (/"laravel\/reverb"\s*:/.test(text) && !/reverb:start/.test(dev))
      all.push({ what: 'reverb', file, how: '"php artisan reverb:start"', why: 'a server of sockets' });
    if (all.length > 0) return all;
  }
  return [];
}

async function ofTargets({ project }: Scope, dirs: string[]): Promise<Named[]> {
  for (const dir of dirs) {
    const { files } = await project.list(dir);
    const name = [...files].find((file) => /^(?:GNUmakefile|makefile|\.?justfile)$/i.test(file));
    const text = name && (await project.text(path.join(dir, name)));
    if (!name || !text) continue;
    const targets = [...text.matchAll(/^([\w-]+)(?:\s+[\w=" -]*)?:(?!=)/gm)].map(([, one]) => one as string);
    const mine = [...new Set(targets)].filter((one) => NAMED.test(one) && !NO_START.test(one)).slice(0, 2);
    const call = /justfile/i.test(name) ? 'just' : 'make';
    if (mine.length > 0)
      return mine.map((what) => ({
        what,
        file: project.relative(path.join(dir, name)),
        how: `"${call} ${what}"`,
      }));
  }
  return [];
}

async function ofCompose({ project }: Scope, dirs: string[]): Promise<Named[]> {
  for (const dir of dirs) {
    const files = [...(await project.list(dir)).files].filter((file) => COMPOSE.test(file));
    // `docker-compose.yml` before what is added to it.
    for (const name of files.sort((a, b) => a.length - b.length)) {
      const text = (await project.text(path.join(dir, name))) ?? '';
      const found: Named[] = [];
      for (const [block, , service = ''] of text.matchAll(
        /^( {2}|\t)([\w-]+):[^\n]*\n(?:(?:\1[ \t]+[^\n]*|[ \t]*)(?:\n|$))*/gm,
      )) {
        // Built from the project's own code, or run by its command or file.
        const own = /^\s+(?:build:|command:.*\.\/\S+\.sh\b)/m.test(block) || /<<:|extends:/.test(block);
        if ((own && NAMED.test(service)) || COMMAND.test(block.replace(/["',[\]]+\s*/g, ' ')))
          found.push({
            what: service,
            file: project.relative(path.join(dir, name)),
            how: `"docker compose up ${service}"`,
          });
      }
      if (found.length > 0) return found.slice(0, 3);
    }
  }
  return [];
}

async function ofReadme({ project }: Scope, dirs: string[]): Promise<Named[]> {
  const texts = await Promise.all(
    dirs.flatMap((dir) => MANIFESTS.map((name) => project.text(path.join(dir, name)))),
  );
  if (!texts.some((text) => QUEUES.test(text ?? ''))) return [];
  for (const dir of dirs) {
    const name = [...(await project.list(dir)).files].find((file) => /^readme\.(?:md|rst)$/i.test(file));
    const text = name && (await project.text(path.join(dir, name)));
    const [call] = COMMAND.exec(text ?? '') ?? [];
    if (name && call)
      return [{ what: 'worker', file: project.relative(path.join(dir, name)), how: `"${call.trim()}"` }];
  }
  return [];
}

/** What starts the worker of a queue, by its package. */
const STARTS: Record<string, string> = {
  celery: 'celery worker',
  'django-rq': 'manage.py rqworker',
  'django-q': 'manage.py qcluster',
  'django-q2': 'manage.py qcluster',
  rq: 'rq worker',
  arq: 'arq',
  dramatiq: 'dramatiq',
  huey: 'huey_consumer',
  taskiq: 'taskiq worker',
};
const WORK = /^(?:celery(?:_?app)?|tasks?|workers?)(?:\.py)?$/;

/** A queue among the packages, and tasks for it: no file says how its worker is started. */
async function ofPackages({ project }: Scope, dirs: string[]): Promise<Named[]> {
  for (const dir of dirs) {
    for (const name of MANIFESTS.slice(0, 3)) {
      const text = (await project.has(dir, name)) ? await project.text(path.join(dir, name)) : undefined;
      const [, queue = ''] =
        /^\s*["']?(celery|django-q2?|django-rq|rq|arq|dramatiq|huey|taskiq)(?![\w-])/im.exec(text ?? '') ??
        [];
      const how = STARTS[queue.toLowerCase()];
      if (how && (await hasTasks(project, dirs)))
        return [{ what: 'worker', file: project.relative(path.join(dir, name)), how: `"${how}"` }];
    }
  }
  return [];
}

const BY_ITSELF = /(?:^|_)(?:bot|worker|scheduler)\.py$/;
const GOES_ON =
  /\b(?:start_polling|run_polling|infinity_polling|run_until_disconnected|run_forever|start_consuming)\(|\b(?:bot|client|scheduler|asyncio)\.(?:run|start)\(/;
const ENTRIES = ['main.py', 'app.py', 'server.py', 'run.py', 'api.py'];

/** A bot or worker in Python beside a server, that nothing there imports: it is run by itself. */
async function ofFiles({ project }: Scope, dirs: string[], found: readonly Candidate[]): Promise<Named[]> {
  if (!found.some(({ app }) => app.python)) return [];
  for (const dir of dirs) {
    const { files } = await project.list(dir);
    const names = [...files].filter((name) => BY_ITSELF.test(name)).sort();
    const entries = names.length > 0 ? ENTRIES.filter((name) => files.has(name)) : [];
    const texts = await Promise.all(entries.map((name) => project.text(path.join(dir, name))));
    for (const name of names) {
      const module = name.slice(0, -3);
      const isTaken = new RegExp(`\\b(?:import|from)\\s+(?:[\\w.]+\\.)?${module}\\b`);
      const runs = found.some(({ app }) => app.runs?.words.includes(name));
      if (runs || texts.some((text) => isTaken.test(text ?? ''))) continue;
      if (!GOES_ON.test((await project.text(path.join(dir, name))) ?? '')) continue;
      const why = /bot/.test(module) ? 'a bot' : 'a worker';
      return [{ what: module, file: project.relative(path.join(dir, name)), how: `"python ${name}"`, why }];
    }
  }
  return [];
}

async function hasTasks(project: Scope['project'], dirs: string[]): Promise<boolean> {
  for (const dir of dirs) {
    const { files, dirs: inner } = await project.list(dir);
    const lists = await Promise.all(
      [...inner].slice(0, 30).map((name) => project.list(path.join(dir, name))),
    );
    const python = lists.filter((one) => one.files.has('__init__.py'));
    if (
      [{ files, dirs: inner }, ...python].some((one) =>
        [...one.files, ...one.dirs].some((name) => WORK.test(name)),
      )
    )
      return true;
  }
  return false;
}
