import path from 'node:path';
import { isWorker } from '../../config/detect/frameworks/tasks.ts';
import type { Recipe } from '../types.ts';
import { FILE_NOTE, keepsFile, type Looked, withoutFlags } from './looked.ts';
import { USER } from './node.ts';
import { imageFolder } from './node-install.ts';
import { type PythonInstall, pythonInstall } from './python-install.ts';
import { REFLEX_BACKEND, reflexPage } from './reflex.ts';

/** What serves a Python app in production. */
interface PythonServer {
  argv: string[];
  handed?: string[];
  /** Packages that its list lacks. */
  extra?: string[];
  /** Dockerfile lines behind the files. */
  after?: string[];
  /** Shell lines on a machine, with the environment's programs before PATH. */
  steps?: string[];
  writesCode?: boolean;
  strictHost?: boolean;
  asks?: string[];
  notes?: string[];
}

/** A Python server's recipe; undefined: not known for sure. */
export async function pythonRecipe(looked: Looked): Promise<Recipe | undefined> {
  const way = await pythonInstall(looked);
  const server = way && (await serverOf(looked, way));
  if (!way || !server) return undefined;
  const { extra = [], after = [], steps = [], strictHost, asks, notes = [] } = server;
  const keeps = keepsFile(looked);
  const writesCode = keeps || server.writesCode;
  const up = way.sub === '.' ? '' : `${way.sub.replace(/[^/]+/g, '..')}/`;
  const inTop = (line: string) => (up ? `(cd ${up} && ${line})` : line);
  return {
    runtime: 'python',
    context: looked.project.relative(way.top),
    image: () => [
      way.base,
      '',
      'FROM ${PYTHON_IMAGE} AS build',
      'WORKDIR /app',
      'RUN python3 -m venv /venv',
      'ENV PATH=/venv/bin:$PATH',
      ...way.image(extra),
      '',
      'FROM ${PYTHON_IMAGE}',
      // A user without a name has no home: gunicorn wants one.
      'ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 HOME=/tmp',
      'WORKDIR /app',
      'COPY --from=build /venv /venv',
      // Who writes beside the code owns it: a database in a file has a journal beside it.
      ...(writesCode ? ['RUN chown 1000:1000 .', 'COPY --chown=1000:1000 . .'] : ['COPY . .']),
      ...(way.sub === '.' ? [] : [`WORKDIR ${imageFolder(way.sub)}`]),
      ...after.map((line) => `RUN ${line}`),
      USER,
    ],
    steps: [
      ...way.steps(extra).map(inTop),
      ...steps.map((line) => `PATH="$PWD/${up}.venv/bin:$PATH" ${line}`),
    ],
    argv: server.argv,
    ...(server.handed && { handed: server.handed }),
    local: ([program = '', ...rest]) => [`${up}.venv/bin/${program}`, ...rest],
    env: { PYTHONUNBUFFERED: '1' },
    ...(writesCode && { writesCode }),
    ...(strictHost && { strictHost }),
    ...(asks && { asks }),
    notes: keeps ? [...notes, FILE_NOTE] : notes,
    ...(looked.app.framework === 'reflex' && { page: await reflexPage(looked) }),
  };
}

/** `app/main.py` is `app.main`. */
const moduleOf = (file: string): string =>
  file.replace(/\.py$/, '').replace(/^\.\//, '').replaceAll('/', '.');

async function serverOf(looked: Looked, way: PythonInstall): Promise<PythonServer | undefined> {
  const { words, app, grace } = looked;
  const [program = '', ...rest] = words;
  if (app.framework === 'django') return django(looked, way);
  // It writes its compiled page and what its visitors send beside the code.
  if (app.framework === 'reflex') return { argv: REFLEX_BACKEND, writesCode: true };
  if (program === 'uvicorn') return asgi(rest, grace);
  if (program === 'fastapi') {
    const file =
      rest.find((word) => word.endsWith('.py')) ??
      (await firstThere(looked, ['main.py', 'app.py', 'api.py', 'app/main.py']));
    const text = file && (await looked.project.text(path.join(looked.dir, file)));
    const name = /^(\w+)(?:\s*:\s*\w+)?\s*=\s*FastAPI\(/m.exec(text ?? '')?.[1];
    return file && name ? asgi([`${moduleOf(file)}:${name}`], grace) : undefined;
  }
  if (program === 'gunicorn') {
    const args = withoutFlags(rest, /^--reload$/, /^(?:-b|--bind)$/);
    return { argv: ['gunicorn', ...args, '--bind', '{host}:{port}'], handed: ['gunicorn', ...args] };
  }
  if (program === 'hypercorn') {
    const args = withoutFlags(rest, /^--reload$/, /^(?:-b|--bind)$/);
    return {
      argv: ['hypercorn', ...args, '--bind', '{host}:{port}'],
      handed: ['hypercorn', ...args, '--bind', 'fd://{fd}'],
    };
  }
  if (app.framework === 'flask') return flask(looked, way);
  if (app.framework === 'streamlit') {
    const at = ['--server.port', '{port}', '--server.address', '{host}', '--server.headless', 'true'];
    const args = withoutFlags(rest, /^$/, /^--server\.(?:port|address|headless)$/);
    return { argv: ['streamlit', ...args, ...at] };
  }
  // What listens nowhere, and what reads PORT: the command that is there.
  if (/^python[\d.]*$/.test(program) && (app.noPort || app.readsPort || isWorker(words)))
    return { argv: ['python3', ...rest] };
  if (isWorker(words)) return { argv: [program, ...rest] };
  return undefined;
}

async function firstThere({ project, dir }: Looked, names: readonly string[]): Promise<string | undefined> {
  for (const name of names) if ((await project.text(path.join(dir, name))) !== undefined) return name;
  return undefined;
}

/** uvicorn with the developer's options taken off; it stops before the engine's patience ends. */
function asgi(rest: readonly string[], grace: number): PythonServer {
  const dev = /^--(?:reload|debug)$/;
  const args = withoutFlags(rest, dev, /^--(?:host|port|fd|uds|reload-\w+|timeout-graceful-shutdown)$/);
  const stop = ['--timeout-graceful-shutdown', String(Math.max(1, Math.ceil(grace) - 1))];
  return {
    argv: ['uvicorn', ...args, '--host', '{host}', '--port', '{port}', ...stop],
    handed: ['uvicorn', ...args, '--fd', '{fd}', ...stop],
  };
}

const needsGunicorn = (way: PythonInstall): string[] => (/\bgunicorn\b/i.test(way.lists) ? [] : ['gunicorn']);

function wsgi(target: string, way: PythonInstall, grace: number): PythonServer {
  // As the development server: one process, and threads. Alone, its worker answers one request at a time.
  const stop = ['--threads', '4', '--graceful-timeout', String(Math.max(1, Math.ceil(grace) - 1))];
  return {
    argv: ['gunicorn', target, '--bind', '{host}:{port}', ...stop],
    handed: ['gunicorn', target, ...stop],
    extra: needsGunicorn(way),
  };
}

/** The application that `flask run` would find. */
async function flask(looked: Looked, way: PythonInstall): Promise<PythonServer | undefined> {
  const { project, dir, words, app } = looked;
  const flag = words.findIndex((word) => /^(?:--app|-A)$/.test(word));
  const said = (flag >= 0 ? words[flag + 1] : undefined) ?? app.runs?.env.FLASK_APP ?? app.env.FLASK_APP;
  const script = /^python/.test(words[0] ?? '') ? words[1] : undefined;
  const [place = '', attribute] = (
    said ??
    script ??
    (await firstThere(looked, ['wsgi.py', 'app.py'])) ??
    ''
  ).split(':');
  if (!place) return undefined;
  const file = place.endsWith('.py') ? place : `${place.replaceAll('.', '/')}.py`;
  const text =
    (await project.text(path.join(dir, file))) ??
    (await project.text(path.join(dir, place, '__init__.py'))) ??
    '';
  const found =
    attribute ??
    /^(\w+)\s*=\s*(?:\w+\.)?(?:Flask|APIFlask|create_app)\(/m.exec(text)?.[1] ??
    (/^def create_app\(/m.test(text) ? 'create_app()' : undefined);
  return found ? wsgi(`${moduleOf(place)}:${found}`, way, looked.grace) : undefined;
}

/** gunicorn over the project's wsgi.py; its static files collected where a folder for them is named. */
async function django(looked: Looked, way: PythonInstall): Promise<PythonServer | undefined> {
  const { project, dir, grace } = looked;
  const manage = await project.text(path.join(dir, 'manage.py'));
  const settings = /DJANGO_SETTINGS_MODULE['"]\s*,\s*['"]([\w.]+)['"]/.exec(manage ?? '')?.[1];
  if (!settings) return undefined;
  const file = `${settings.replaceAll('.', '/')}`;
  const texts = await Promise.all(
    [`${file}.py`, `${file}/__init__.py`, `${path.posix.dirname(file)}/base.py`].map((name) =>
      project.text(path.join(dir, name)),
    ),
  );
  const text = texts.join('\n');
  const known = /WSGI_APPLICATION\s*=\s*['"]([\w.]+)\.(\w+)['"]/.exec(text);
  const folder = settings.split('.')[0] ?? '';
  const target = known
    ? `${known[1]}:${known[2]}`
    : (await project.text(path.join(dir, folder, 'wsgi.py'))) !== undefined
      ? `${folder}.wsgi:application`
      : undefined;
  if (!target) return undefined;
  const collects = /^STATIC_ROOT\s*=/m.test(text) && /staticfiles/.test(text);
  // Settings that insist on their secrets get one that serves nobody.
  const collect = `${namesAsked(text, '^SECRET_KEY\\s*=.*?')
    .map((name) => `${name}=build-only `)
    .join('')}python3 manage.py collectstatic --noinput`;
  const whitenoise = /whitenoise/i.test(`${way.lists}${text}`);
  return {
    ...wsgi(target, way, grace),
    ...(collects && { after: [collect], steps: [collect] }),
    strictHost: true,
    asks: namesAsked(text),
    notes: [
      'Migrations are yours to run, once for each release: python3 manage.py migrate',
      ...unready(text),
      ...(whitenoise || !/staticfiles/.test(text)
        ? []
        : [
            `gunicorn serves no static files: ${collects ? '' : 'set STATIC_ROOT and '}add whitenoise, or let a web server serve STATIC_ROOT.`,
          ]),
    ],
  };
}

/** What `startproject` leaves for its owner to change. */
function unready(text: string): string[] {
  const found = [
    /^DEBUG\s*=\s*True\b/m.test(text) ? 'DEBUG = True' : '',
    /^ALLOWED_HOSTS\s*=\s*\[\s*\]/m.test(text) ? 'ALLOWED_HOSTS = []' : '',
    /^SECRET_KEY\s*=\s*(['"])[^'"]+\1\s*$/m.test(text) ? 'SECRET_KEY by value' : '',
  ].filter(Boolean);
  const last = found.pop();
  if (last === undefined) return [];
  const all = found.length > 0 ? `${found.join(', ')} and ${last}` : last;
  return [
    `Its settings have ${all}, for development alone: python3 manage.py check --deploy says what to change.`,
  ];
}

/** `SECRET_KEY = os.environ["DJANGO_SECRET_KEY"]`: the names, where the line begins so. */
const namesAsked = (text: string, begin = ''): string[] => [
  ...new Set(
    [
      ...text.matchAll(
        new RegExp(
          `${begin}\\b(?:environ(?:\\.get)?|getenv|env(?:\\.\\w+)?|config)\\s*[[(]\\s*['"]([A-Z]\\w*)['"]`,
          'gm',
        ),
      ),
    ].map(([, name = '']) => name),
  ),
];
