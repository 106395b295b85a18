import type { Framework } from './types.ts';

/** Rust's own command lines end at a second `--port`. */
const ONCE = /(\b(?:trunk|dx) serve\b[^&|;]*?\s--port[ =])(\d{2,5})\b/;

/** Servers of the other languages by the command that starts them. */
// biome-ignore format: a table, one line a framework
export const nativeFrameworks: Framework[] = [
  { id: 'go', label: 'Go', role: 'backend', commands: ['go run', 'air', 'reflex -r', 'gow run', 'wgo run', 'CompileDaemon'] },
  { id: 'trunk', label: 'Trunk', role: 'frontend', commands: ['trunk serve'], flags: ['--port', '{port}', '--address', '{host}'], flagsOnce: true, inPlace: ONCE, hostFlag: /--address\b/, port: 8080 },
  { id: 'dioxus', label: 'Dioxus', role: 'frontend', commands: ['dx serve'], flags: ['--port', '{port}', '--addr', '{host}'], flagsOnce: true, inPlace: ONCE, hostFlag: /--addr\b/, port: 8080 },
  { id: 'leptos', label: 'Leptos', role: 'frontend', commands: ['cargo leptos'], env: { LEPTOS_SITE_ADDR: '{host}:{port}' }, port: 3000 },
  { id: 'rust', label: 'Rust', role: 'backend', commands: ['cargo run', 'cargo watch', 'bacon run'], env: { ROCKET_PORT: '{port}', ROCKET_ADDRESS: '{host}' }, readsPort: true },
  { id: 'laravel', label: 'Laravel', role: 'backend', commands: ['php artisan serve'], flags: ['--host={host}', '--port={port}'], port: 8000 },
  { id: 'php', label: 'PHP', role: 'backend', commands: ['php -S'], inPlace: /(\bphp\b[^&|;]*?\s-S\s*\S*:)(\d{2,5})\b/, port: 8000 },
  { id: 'symfony', label: 'Symfony', role: 'backend', commands: ['symfony serve', 'symfony server:start', 'symfony local:server:start'], flags: ['--port={port}'], port: 8000 },
  { id: 'symfony', label: 'Symfony', role: 'backend', commands: ['php bin/console server:run', 'php bin/console server:start', 'bin/console server:run', 'php app/console server:run'], port: 8000 },
  { id: 'rails', label: 'Rails', role: 'backend', commands: ['rails server', 'rails s'], flags: ['-p', '{port}', '-b', '{host}'], readsPort: true, hostFlag: /(?:-b|--binding)\b/, port: 3000, caches: ['tmp/cache'] },
  { id: 'puma', label: 'Puma', role: 'backend', commands: ['puma'], flags: ['-b', 'tcp://{host}:{port}'], hostless: ['-p', '{port}'], port: 9292, socket: { flags: ['-b', 'tcp://{address}'], env: { PUMA_INHERIT_0: '{fd}:tcp://{address}' }, hosts: ['0.0.0.0'], selects: true } },
  { id: 'rackup', label: 'Rack', role: 'backend', commands: ['rackup'], flags: ['-p', '{port}', '-o', '{host}'], hostFlag: /(?:-o|--host)\b/, port: 9292 },
  { id: 'ruby', label: 'Ruby', role: 'backend', commands: ['ruby'], needs: /\b(?:app|server|main|web)\.rb\b/, port: 4567 },
  { id: 'jekyll', label: 'Jekyll', role: 'frontend', commands: ['jekyll serve', 'jekyll s'], flags: ['--port', '{port}', '--host', '{host}'], port: 4000, caches: ['.jekyll-cache'] },
  { id: 'hugo', label: 'Hugo', role: 'frontend', commands: ['hugo server', 'hugo serve'], flags: ['--port', '{port}', '--bind', '{host}'], hostFlag: /--bind\b/, port: 1313 },
  { id: 'spring', label: 'Spring Boot', role: 'backend', commands: ['mvnw', 'mvn', 'gradlew', 'gradle'], needs: /\bspring-boot:run\b|\bbootRun\b/, env: { SERVER_PORT: '{port}', SERVER_ADDRESS: '{host}' }, port: 8080 },
  { id: 'dotnet', label: '.NET', role: 'backend', commands: ['dotnet run', 'dotnet watch'], flags: ['--urls', 'http://{host}:{port}'], hostless: ['--urls', 'http://localhost:{port}'], flagsAway: true, portFlag: /--urls[ =]\S+:(\d+)/, hostFlag: /a^/, port: 5000 },
  { id: 'phoenix', label: 'Phoenix', role: 'backend', commands: ['mix phx.server', 'iex -S mix phx.server', 'mix phoenix.server', 'iex -S mix phoenix.server'], port: 4000 },
  { id: 'deno', label: 'Deno', role: 'backend', commands: ['deno serve'], flags: [], port: 8000, portFlag: /--port[ =](\d+)/ },
  { id: 'reflex', label: 'Reflex', role: 'frontend', commands: ['reflex run'] },
  { id: 'caddy', label: 'Caddy', role: 'frontend', commands: ['caddy file-server'], flags: ['--listen', '{host}:{port}'], hostless: ['--listen', ':{port}'] },
  { id: 'quarkus', label: 'Quarkus', role: 'backend', commands: ['mvnw', 'mvn', 'gradlew', 'gradle', 'quarkus dev'], needs: /\bquarkus:dev\b|\bquarkusDev\b|^quarkus dev\b/, env: { QUARKUS_HTTP_PORT: '{port}' }, port: 8080 },
  { id: 'micronaut', label: 'Micronaut', role: 'backend', commands: ['mvnw', 'mvn'], needs: /\bmn:run\b/, env: { MICRONAUT_SERVER_PORT: '{port}' }, port: 8080 },
  { id: 'jvm', label: 'Gradle', role: 'backend', commands: ['gradlew', 'gradle'], needs: /(?:^|[\s:])run(?=\s|$)/, env: { MICRONAUT_SERVER_PORT: '{port}' }, port: 8080 },
  { id: 'jetty', label: 'Jetty', role: 'backend', commands: ['mvnw', 'mvn'], needs: /\bjetty:run\b/, flags: ['-Djetty.http.port={port}'], portFlag: /-Djetty\.(?:http\.)?port=(\d+)/, port: 8080 },
  { id: 'hanami', label: 'Hanami', role: 'backend', commands: ['hanami server'], flags: ['-p', '{port}', '--host', '{host}'], port: 2300 },
  { id: 'bridgetown', label: 'Bridgetown', role: 'frontend', commands: ['bridgetown start', 'bridgetown dev'], flags: ['-P', '{port}', '-B', '{host}'], portFlag: /(?:-P|--port)[ =]?(\d+)/, hostFlag: /(?:-B|--bind)\b/, port: 4000 },
  { id: 'middleman', label: 'Middleman', role: 'frontend', commands: ['middleman', 'middleman server', 'middleman serve'], not: ['build', 'init'], flags: ['-p', '{port}'], port: 4567 },
  { id: 'nanoc', label: 'nanoc', role: 'frontend', commands: ['nanoc live', 'nanoc view'], flags: ['-p', '{port}', '-o', '{host}'], hostFlag: /(?:-o|--handler)\b/, port: 3000 },
  { id: 'thin', label: 'Thin', role: 'backend', commands: ['thin start'], flags: ['-p', '{port}', '-a', '{host}'], hostFlag: /(?:-a|--address)\b/, port: 3000 },
  { id: 'shotgun', label: 'Shotgun', role: 'backend', commands: ['shotgun'], flags: ['-p', '{port}', '-o', '{host}'], hostFlag: /(?:-o|--host)\b/, port: 9393 },
  { id: 'falcon', label: 'Falcon', role: 'backend', commands: ['falcon serve'], flags: ['--bind', 'http://{host}:{port}'], hostless: ['--bind', 'http://localhost:{port}'], portFlag: /--bind[ =]\S+:(\d+)/, hostFlag: /a^/, port: 9292 },
  { id: 'pocketbase', label: 'PocketBase', role: 'backend', commands: ['pocketbase serve'], flags: ['--http={host}:{port}'], hostless: ['--http=127.0.0.1:{port}'], portFlag: /--http[ =]\S*:(\d+)/, hostFlag: /a^/, port: 8090 },
  { id: 'buffalo', label: 'Buffalo', role: 'backend', commands: ['buffalo dev'], port: 3000 },
  { id: 'zola', label: 'Zola', role: 'frontend', commands: ['zola serve'], flags: ['--port', '{port}', '--interface', '{host}'], hostFlag: /(?:-i|--interface)\b/, port: 1111 },
  { id: 'mdbook', label: 'mdBook', role: 'frontend', commands: ['mdbook serve'], flags: ['-p', '{port}', '-n', '{host}'], hostFlag: /(?:-n|--hostname)\b/, port: 3000 },
  { id: 'spin', label: 'Spin', role: 'backend', commands: ['spin up', 'spin watch'], flags: ['--listen', '{host}:{port}'], hostless: ['--listen', '127.0.0.1:{port}'], portFlag: /--listen[ =]\S+:(\d+)/, hostFlag: /a^/, port: 3000 },
  { id: 'shuttle', label: 'Shuttle', role: 'backend', commands: ['shuttle run', 'cargo shuttle run'], flags: ['--port', '{port}'], port: 8000 },
  { id: 'loco', label: 'Loco', role: 'backend', commands: ['cargo loco start'], flags: ['--port', '{port}'], port: 5150 },
  { id: 'cakephp', label: 'CakePHP', role: 'backend', commands: ['cake server', 'php bin/cake.php server'], flags: ['-p', '{port}', '-H', '{host}'], port: 8765 },
  { id: 'codeigniter', label: 'CodeIgniter', role: 'backend', commands: ['php spark serve'], flags: ['--port', '{port}', '--host', '{host}'], port: 8080 },
  { id: 'yii', label: 'Yii', role: 'backend', commands: ['php yii serve', 'yii serve'], flags: ['--port={port}'], port: 8080 },
  { id: 'octane', label: 'Laravel Octane', role: 'backend', commands: ['php artisan octane:start'], flags: ['--host={host}', '--port={port}'], port: 8000 },
  { id: 'wordpress', label: 'WordPress', role: 'backend', commands: ['wp server'], flags: ['--port={port}', '--host={host}'], port: 8080 },
  { id: 'dart-frog', label: 'Dart Frog', role: 'backend', commands: ['dart_frog dev'], flags: ['--port', '{port}'], port: 8080 },
  { id: 'flutter', label: 'Flutter', role: 'frontend', commands: ['flutter run'], needs: /(?:-d|--device-id)[ =](?:chrome|edge|web-server)\b/, flags: ['--web-port', '{port}'], portFlag: /--web-port[ =](\d+)/ },
  { id: 'jaspr', label: 'Jaspr', role: 'frontend', commands: ['jaspr serve'], flags: ['--port', '{port}'], port: 8080 },
];

let ids: ReadonlySet<string> | undefined;

/** A program of another language than JavaScript or Python, and that runs none of these. */
export function isNative(id: string): boolean {
  ids ??= new Set(nativeFrameworks.map((one) => one.id));
  return ids.has(id) && id !== 'reflex';
}
