import type { Framework } from './types.ts';

/** Queues' consumers and schedulers: they work in production too. */
const WORKERS =
  'celery rq rqworker dramatiq huey_consumer arq taskiq faust sidekiq resque resque-pool good_job delayed_job que ' +
  'karafka sneakers clockwork graphile-worker';
const WORKER_CALLS =
  'manage.py qcluster,manage.py rqworker,manage.py rqscheduler,manage.py celery,manage.py process_tasks,' +
  'manage.py run_huey,manage.py db_worker,rails jobs:work,rails solid_queue:start,php artisan queue:work,' +
  'php artisan schedule:work,php artisan horizon,php bin/console messenger:consume';

/** Whether a task's words are a worker's, and no watcher's or compiler's. Pure. */
export const isWorker = (words: readonly string[]): boolean =>
  WORKERS.split(' ').includes((words[0] ?? '').replace(/^.*\//, '')) ||
  WORKER_CALLS.split(',').some((call) => words.join(' ').includes(call));

/** What listens nowhere, or where it always does: it runs beside the servers as it stands. */
export const taskFrameworks: Framework[] = [
  // JavaScript's compilers, watchers, windows and small tools.
  task(
    'devstart tsc vue-tsc tailwindcss @tailwindcss/cli sass node-sass postcss tsup tsdown rollup ' +
      'esbuild swc babel unbuild microbundle webpack rspack chokidar onchange graphql-codegen ' +
      'gql.tada prisma drizzle-kit electron electronmon electron-forge electron-builder tauri cypress vitest ' +
      'jest playwright eslint prettier tsc-watch tsc-alias docker docker-compose supabase firebase ' +
      'stripe ngrok open-cli open xdg-open kill kill-port fkill pkill killall lsof wait-on echo exit rimraf rm mkdir cp cpx git true sleep react-native ' +
      'gulp grunt inngest inngest-cli trigger.dev husky biome changeset typedoc panda paraglide-js typesafe-i18n ' +
      'wxt plasmo tshy livereload routify watch spotlight @spotlightjs/spotlight pglite-server',
    ['parcel watch', 'remix watch', 'convex dev', 'tauri dev', 'mix watch', 'trigger dev', 'encore dev'],
  ),
  // What makes the pages once, or watching.
  task('', [
    ...'vite next nuxt nuxi astro ng nest gatsby remix react-router react-scripts vue-cli-service rsbuild parcel svelte-kit'
      .split(' ')
      .map((program) => `${program} build`),
    ...['nuxt generate', 'nuxi generate', 'next export'],
    ...'test check lint fmt bench compile bundle doc'.split(' ').map((verb) => `deno ${verb}`),
  ]),
  // Queues, schedulers and consumers.
  task(`${WORKERS} watchmedo jobs rake guard messenger:consume`, [
    ...WORKER_CALLS.split(','),
    'manage.py tailwind',
    'rails tailwindcss:watch',
    'rails dartsass:watch',
    'php artisan queue:listen',
    'php artisan pail',
    'php artisan reverb:start',
  ]),
  // Services and proxies that listen where their own files say, and tunnels.
  task(
    'redis-server valkey-server memcached mongod postgres pg_ctl mysqld mysqld_safe mariadbd ' +
      'livekit-server meilisearch minio mailpit maildev mailhog nats-server rabbitmq-server localstack temporal ' +
      'caddy nginx traefik haproxy podman colima cloudflared lt localtunnel smee zrok wails shakapacker-dev-server',
    [],
  ),
];

function task(programs: string, calls: string[]): Framework {
  return {
    id: 'task',
    label: 'a watcher',
    role: 'task',
    commands: [...programs.split(' ').filter(Boolean), ...calls],
  };
}
