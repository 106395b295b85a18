import type { Framework } from './types.ts';

/** Servers of the other languages by the command that starts them. */
// biome-ignore format: a table, one line a framework
export const nativeFrameworks: Framework[] = [
  { id: 'go', label: 'Go', role: 'backend', commands: ['go run', 'air', 'reflex -r', 'gow run', 'wgo run', 'CompileDaemon'] },
  { id: 'trunk', label: 'Trunk', role: 'frontend', commands: ['trunk serve'], flags: ['--port', '{port}', '--address', '{host}'], hostFlag: /--address\b/, port: 8080 },
  { id: 'dioxus', label: 'Dioxus', role: 'frontend', commands: ['dx serve'], flags: ['--port', '{port}', '--addr', '{host}'], hostFlag: /--addr\b/, port: 8080 },
  { id: 'leptos', label: 'Leptos', role: 'frontend', commands: ['cargo leptos'], env: { LEPTOS_SITE_ADDR: '{host}:{port}' }, port: 3000 },
  { id: 'rust', label: 'Rust', role: 'backend', commands: ['cargo run', 'cargo watch', 'bacon run'], env: { ROCKET_PORT: '{port}', ROCKET_ADDRESS: '{host}' }, readsPort: true },
  { id: 'laravel', label: 'Laravel', role: 'backend', commands: ['php artisan serve'], flags: ['--host={host}', '--port={port}'], port: 8000 },
  { id: 'task', label: 'a watcher', role: 'task', commands: ['php artisan queue:listen', 'php artisan queue:work', 'php artisan pail', 'php artisan schedule:work'] },
  { id: 'php', label: 'PHP', role: 'backend', commands: ['php -S'], inPlace: /(\bphp\b[^&|;]*?\s-S\s*\S*:)(\d{2,5})\b/, port: 8000 },
  { id: 'symfony', label: 'Symfony', role: 'backend', commands: ['symfony serve', 'symfony server:start', 'symfony local:server:start'], flags: ['--port={port}'], port: 8000 },
  { id: 'rails', label: 'Rails', role: 'backend', commands: ['rails server', 'rails s'], flags: ['-p', '{port}', '-b', '{host}'], readsPort: true, hostFlag: /(?:-b|--binding)\b/, port: 3000, caches: ['tmp/cache'] },
  { id: 'puma', label: 'Puma', role: 'backend', commands: ['puma'], flags: ['-b', 'tcp://{host}:{port}'], hostless: ['-p', '{port}'], port: 9292 },
  { id: 'rackup', label: 'Rack', role: 'backend', commands: ['rackup'], flags: ['-p', '{port}', '-o', '{host}'], hostFlag: /(?:-o|--host)\b/, port: 9292 },
  { id: 'jekyll', label: 'Jekyll', role: 'frontend', commands: ['jekyll serve', 'jekyll s'], flags: ['--port', '{port}', '--host', '{host}'], port: 4000, caches: ['.jekyll-cache'] },
  { id: 'hugo', label: 'Hugo', role: 'frontend', commands: ['hugo server', 'hugo serve'], flags: ['--port', '{port}', '--bind', '{host}'], hostFlag: /--bind\b/, port: 1313 },
  { id: 'spring', label: 'Spring Boot', role: 'backend', commands: ['mvnw spring-boot:run', 'mvn spring-boot:run', 'gradlew bootRun', 'gradle bootRun'], env: { SERVER_PORT: '{port}', SERVER_ADDRESS: '{host}' }, port: 8080 },
  { id: 'dotnet', label: '.NET', role: 'backend', commands: ['dotnet run', 'dotnet watch'], flags: ['--urls', 'http://{host}:{port}'], hostless: ['--urls', 'http://localhost:{port}'], portFlag: /--urls[ =]\S+:(\d+)/, hostFlag: /a^/, port: 5000 },
  { id: 'phoenix', label: 'Phoenix', role: 'backend', commands: ['mix phx.server'], port: 4000 },
  { id: 'deno', label: 'Deno', role: 'backend', commands: ['deno serve'], flags: [], port: 8000, portFlag: /--port[ =](\d+)/ },
  { id: 'reflex', label: 'Reflex', role: 'frontend', commands: ['reflex run'] },
  { id: 'caddy', label: 'Caddy', role: 'frontend', commands: ['caddy file-server'], flags: ['--listen', '{host}:{port}'], hostless: ['--listen', ':{port}'] },
];
