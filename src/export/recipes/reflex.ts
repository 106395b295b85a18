import { reflexVersion } from '../../config/detect/reflex.ts';
import type { Recipe } from '../types.ts';
import type { Looked } from './looked.ts';
import { NGINX_IMAGE, USER } from './node.ts';
import { BUN_IMAGE, imageFolder } from './node-install.ts';
import { type PythonInstall, pythonInstall } from './python-install.ts';

const EXPORT = 'reflex export --frontend-only --no-zip';
/** What the page asks its program for. */
const PATHS = ['/_event', '/_health', '/_upload', '/ping'];

/** The words of its program, which then serves no page. */
export const REFLEX_BACKEND = [
  ...['reflex', 'run', '--env', 'prod', '--backend-only'],
  ...['--backend-host', '{host}', '--backend-port', '{port}'],
];

/** The page of a Reflex app, exported as files; what they ask for is under the page's own origin. */
export async function reflexPage(looked: Looked): Promise<Recipe['page']> {
  const way = await pythonInstall(looked);
  if (!way) return undefined;
  const [major = 0, minor = 8] = (await reflexVersion(looked.project, looked.dir, undefined)) ?? [];
  const folder = major === 0 && minor < 8 ? '.web/_static' : '.web/build/client';
  return {
    recipe: {
      runtime: 'nginx',
      context: looked.project.relative(way.top),
      image: (args) => pageImage(way, folder, args),
      // In the environment that its program has made.
      steps: [
        `PATH="$PWD/${way.sub === '.' ? '' : `${way.sub.replace(/[^/]+/g, '..')}/`}.venv/bin:$PATH" ${EXPORT}`,
      ],
      argv: undefined,
      env: {},
      site: { folder, immutable: '/assets/', spa: true, fallback: '/404.html' },
      port: 8080,
      notes: [],
    },
    paths: PATHS,
    env: { REFLEX_API_URL: '{frontendUrl}' },
    // From 0.9 on it refuses to run without its page where an rxconfig.py gives that one a port.
    programEnv: { REFLEX_FRONTEND_PORT: '0' },
  };
}

const pageImage = (way: PythonInstall, folder: string, args: readonly string[]): string[] => [
  way.base,
  BUN_IMAGE,
  NGINX_IMAGE,
  '',
  'FROM ${BUN_IMAGE} AS bun',
  '',
  'FROM ${PYTHON_IMAGE} AS build',
  'COPY --from=bun /usr/local/bin/bun /usr/local/bin/bun',
  'WORKDIR /app',
  'RUN python3 -m venv /venv',
  'ENV PATH=/venv/bin:$PATH REFLEX_USE_SYSTEM_BUN=true',
  ...way.image([]),
  'COPY . .',
  ...(way.sub === '.' ? [] : [`WORKDIR ${imageFolder(way.sub)}`]),
  '# Baked into what browsers get: another value wants another build.',
  ...args.map((name) => `ARG ${name}`),
  `RUN ${EXPORT}`,
  '{nginx.conf}',
  '',
  'FROM ${NGINX_IMAGE}',
  'COPY --from=build /nginx.conf /etc/nginx/nginx.conf',
  `COPY --from=build ${imageFolder(way.sub)}/${folder} /srv`,
  USER,
  'EXPOSE 8080',
  'STOPSIGNAL SIGQUIT',
  'CMD ["nginx", "-g", "daemon off;"]',
];
