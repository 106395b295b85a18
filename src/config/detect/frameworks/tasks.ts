import type { Framework } from './types.ts';

/** What listens nowhere, or where it always does: it runs beside the servers as it stands. */
export const taskFrameworks: Framework[] = [
  // JavaScript's compilers, watchers, windows and small tools.
  task(
    'devstart tsc vue-tsc tailwindcss @tailwindcss/cli sass node-sass postcss tsup tsdown rollup ' +
      'esbuild swc babel unbuild microbundle webpack rspack chokidar onchange graphql-codegen ' +
      'gql.tada prisma drizzle-kit electron electron-forge electron-builder tauri cypress vitest ' +
      'jest playwright eslint prettier tsc-watch tsc-alias docker docker-compose supabase firebase ' +
      'stripe ngrok open-cli wait-on echo exit rimraf rm mkdir cp cpx git true sleep react-native ' +
      'gulp grunt inngest inngest-cli trigger.dev husky biome changeset typedoc panda paraglide-js ' +
      'graphile-worker wxt plasmo',
    ['parcel watch', 'vite build', 'convex dev', 'tauri dev'],
  ),
  // Queues, schedulers and consumers.
  task(
    'celery rq rqworker dramatiq huey_consumer arq taskiq faust watchmedo sidekiq resque ' +
      'resque-pool good_job delayed_job que karafka sneakers clockwork jobs rake guard ' +
      'messenger:consume',
    [
      'manage.py qcluster',
      'manage.py rqworker',
      'manage.py rqscheduler',
      'manage.py celery',
      'manage.py process_tasks',
      'manage.py run_huey',
      'manage.py db_worker',
      'manage.py tailwind',
      'rails jobs:work',
      'rails solid_queue:start',
      'rails tailwindcss:watch',
      'rails dartsass:watch',
      'php artisan queue:listen',
      'php artisan queue:work',
      'php artisan pail',
      'php artisan schedule:work',
      'php artisan horizon',
      'php artisan reverb:start',
      'php bin/console messenger:consume',
    ],
  ),
  // Services that listen where they always do, and tunnels.
  task(
    'redis-server valkey-server memcached mongod postgres pg_ctl mysqld mysqld_safe mariadbd ' +
      'meilisearch minio mailpit maildev mailhog nats-server rabbitmq-server localstack temporal ' +
      'podman colima cloudflared lt localtunnel smee zrok wails shakapacker-dev-server',
    [],
  ),
];

function task(programs: string, calls: string[]): Framework {
  return { id: 'task', label: 'a watcher', role: 'task', commands: [...programs.split(' '), ...calls] };
}
