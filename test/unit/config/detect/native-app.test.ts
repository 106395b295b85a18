import assert from 'node:assert/strict';
import { test } from 'node:test';
import { appliedPlugins } from '../../../../src/config/detect/jvm-app.ts';
import { type Files, found } from './files.ts';

const BOOT = '@SpringBootApplication\nclass Main {}\n';
const gradle = (line: string) => `plugins {\n  id 'java'\n  ${line}\n}\n`;
const page = { name: 'web', scripts: { dev: 'vite' }, dependencies: { vite: '*' } };
const WEB = 'web frontend vite 5173: npm run --silent dev -- --port {port} --strictPort @web';

const cases: [string, Files, string[]][] = [
  [
    'Sinatra in a file',
    { Gemfile: "gem 'sinatra'\n", 'app.rb': "require 'sinatra'\nget('/') { 'hi' }\n" },
    ['backend backend ruby 4567: bundle exec ruby app.rb'],
  ],
  [
    'Sinatra as a class is started by config.ru',
    {
      Gemfile: "gem 'sinatra'\n",
      'app.rb': "require 'sinatra/base'\nclass App < Sinatra::Base; end\n",
      'config.ru': "require './app'\nrun App\n",
    },
    ['backend backend rackup 9292: bundle exec rackup -p {port}'],
  ],
  [
    'Puma by its own settings',
    {
      'app.rb': "require 'sinatra/base'\nclass App < Sinatra::Base; end\n",
      'config.ru': "require './app'\nrun App\n",
      Gemfile: 'gem "puma"\n',
      'config/puma.rb': 'port ENV.fetch("RACK_PORT", 4567)\n',
    },
    ['backend backend puma 9292: bundle exec puma -p {port}'],
  ],
  [
    'a Gradle app',
    {
      'build.gradle': gradle("id 'org.springframework.boot' version '3.5.0'"),
      gradlew: '',
      'src/main/java/a/Main.java': BOOT,
    },
    ['backend backend spring 8080: ./gradlew bootRun'],
  ],
  [
    'watchers of a package beside the server of its folder: one alone, and several',
    {
      artisan: '',
      'composer.json': {},
      'package.json': {
        scripts: {
          dev: 'npm-run-all --parallel watch livereload',
          watch: 'npm-run-all --parallel build:*:watch',
          'build:css:watch': 'sass a:b --watch',
          'build:js:watch': 'chokidar "a/*.js" -c "npm run build"',
          livereload: 'livereload ./public/dist/',
        },
      },
    },
    [
      'dev none task -: npm run --silent dev',
      'backend backend laravel 8000: php artisan serve --port={port}',
    ],
  ],
  [
    'Webpack Encore beside Symfony’s public folder',
    {
      'composer.json': {},
      'public/index.php': '',
      'package.json': {
        scripts: { 'dev-server': 'encore dev-server', dev: 'encore dev', watch: 'encore dev --watch' },
      },
    },
    ['watch none task -: npm run --silent watch', 'backend backend php 8000: php -S {host}:{port} -t public'],
  ],
  [
    'Kotlin for several platforms, with a run of its own',
    {
      'build.gradle.kts':
        'plugins {\n  kotlin("multiplatform") version "2.3.20"\n}\ndependencies { implementation("io.ktor:ktor-server-netty") }\ntasks.register<JavaExec>("run") {\n  mainClass.set("a.Main")\n}\n',
      gradlew: '',
    },
    ['backend backend jvm 8080: ./gradlew run'],
  ],
  [
    'a package called as Spring’s generator calls it',
    {
      'pom.xml': '<artifactId>spring-boot-starter-web</artifactId>',
      mvnw: '',
      'src/main/java/com/example/demo/Main.java': BOOT,
    },
    ['backend backend spring 8080: ./mvnw spring-boot:run'],
  ],
  [
    'Phoenix before 1.3',
    { 'mix.exs': 'defp deps do\n  [{:phoenix, "~> 0.8.0"}]\nend\n' },
    ['backend backend phoenix 4000: mix phoenix.server'],
  ],
  [
    'Phoenix of today',
    { 'mix.exs': 'defp deps do\n  [{:phoenix, "~> 1.7.14"}]\nend\n' },
    ['backend backend phoenix 4000: mix phx.server'],
  ],
  [
    'a Go module whose one program lies in a folder of any name',
    {
      'go.mod': 'module shop\n',
      'http/main.go': 'package main\n\nfunc main() {\n\thttp.ListenAndServe(":3001", r)\n}\n',
      'tools/gen.go': 'package main\n\nfunc main() {\n\thttp.ListenAndServe(":1", r)\n}\n',
      'store/store.go': 'package store\n',
    },
    ['backend backend go -: go run ./http'],
  ],
  [
    'a Go library with a program that does not listen',
    {
      'go.mod': 'module shop\n',
      'lib.go': 'package shop\n',
      'gen/main.go': 'package main\n\nfunc main() {}\n',
    },
    ['NOTHING_FOUND'],
  ],
  [
    'a Gradle library beside the app',
    {
      'settings.gradle.kts': 'include(":core", ":server")\n',
      gradlew: '',
      'build.gradle.kts': 'plugins {\n  id("org.springframework.boot") version "3.5.0" apply false\n}\n',
      'core/build.gradle.kts':
        'plugins {\n  id("org.springframework.boot")\n}\ntasks.bootJar { enabled = false }\n',
      'core/src/main/kotlin/a/Core.kt': 'class Core\n',
      'server/build.gradle.kts': 'plugins {\n  id("org.springframework.boot")\n}\n',
      'server/src/main/kotlin/a/b/Main.kt': 'fun main() { runApplication<Main>() }\n',
      'web/package.json': page,
    },
    ['server backend spring 8080: ../gradlew bootRun @server', WEB],
  ],
  [
    'a library that has the plugin and no main class',
    {
      'api/build.gradle': gradle("id 'org.springframework.boot' version '3.5.0'"),
      'api/src/main/java/a/Lib.java': 'class Lib {}',
      'web/package.json': page,
    },
    [WEB],
  ],
  [
    'a Ktor app',
    {
      'build.gradle.kts':
        'plugins {\n  id("io.ktor.plugin") version "3.1.0"\n}\ndependencies { implementation("io.ktor:ktor-server-netty") }\n',
      gradlew: '',
    },
    ['backend backend jvm 8080: ./gradlew run'],
  ],
  [
    'a Maven parent and its module',
    {
      'pom.xml': '<packaging>pom</packaging><modules><module>server</module></modules> spring-boot',
      mvnw: '',
      'server/pom.xml': '<artifactId>spring-boot-starter-web</artifactId>',
      'server/src/main/java/a/Main.java': BOOT,
      'web/package.json': page,
    },
    ['server backend spring 8080: ../mvnw spring-boot:run @server', WEB],
  ],
  [
    'a module of more files than are read, with starters and without the plugin, is a library',
    {
      'pom.xml': '<packaging>pom</packaging><modules><module>admin</module><module>common</module></modules>',
      mvnw: '',
      'admin/pom.xml': '<artifactId>spring-boot-maven-plugin</artifactId>',
      'admin/src/main/java/a/Main.java': BOOT,
      'common/pom.xml': '<artifactId>spring-boot-starter-security</artifactId>',
      ...Object.fromEntries(
        Array.from({ length: 125 }, (_, i) => [`common/src/main/java/a/C${i}.java`, `class C${i} {}`]),
      ),
      'web/package.json': page,
    },
    [WEB, 'admin backend spring 8080: ../mvnw spring-boot:run @admin'],
  ],
  [
    'Quarkus',
    { 'pom.xml': '<artifactId>quarkus-maven-plugin</artifactId>', mvnw: '' },
    ['backend backend quarkus 8080: ./mvnw quarkus:dev'],
  ],
  [
    'a Go client is no server',
    {
      'client/go.mod': '',
      'client/main.go': 'package main\nimport "net"\nfunc main() { net.Dial("tcp", os.Args[1]) }\n',
      'server/go.mod': '',
      'server/main.go': 'package main\nfunc main() { http.ListenAndServe(":8080", nil) }\n',
    },
    ['server backend go -: go run . @server'],
  ],
  [
    'a Rust command line is no server',
    {
      'Cargo.toml': '[dependencies]\nhyper = "1"\nclap = "4"\n',
      'src/main.rs': 'use clap::Parser;\nfn main() {}\n',
      'web/package.json': page,
    },
    [WEB],
  ],
  [
    'Wasp',
    { 'main.wasp': 'app shop { wasp: { version: "^0.26.0" } }' },
    ['wasp backend+frontend wasp 3001+3000: wasp start --client-port {frontend} --server-port {backend}'],
  ],
  [
    'Wasp before it took ports',
    { 'main.wasp.ts': "new App('shop', { wasp: { version: '^0.17.0' } })" },
    ['wasp backend+frontend wasp 3001+3000: wasp start'],
  ],
  [
    'Redwood',
    {
      'redwood.toml': '',
      'package.json': { workspaces: ['api', 'web'] },
      'api/package.json': {},
      'web/package.json': {},
    },
    ['redwood backend+frontend redwood 8911+8910: yarn rw dev --fwd=--port={frontend}'],
  ],
  [
    'static files beside a bundler’s config are the bundler’s',
    { 'index.html': '', 'vite.config.ts': '', 'package.json': { devDependencies: { vite: '*' } } },
    ['frontend frontend vite 5173: npm exec --silent -- vite --port {port} --strictPort'],
  ],
  ['a bundler’s config without its package', { 'index.html': '', 'vite.config.ts': '' }, ['NOTHING_FOUND']],
  [
    'static files beside a dev script',
    { 'index.html': '', 'package.json': { scripts: { dev: 'magic' } } },
    ['app none ? -: npm run --silent dev'],
  ],
  [
    'static files beside devstart itself',
    { 'index.html': '', 'package.json': { scripts: { dev: 'devstart' } } },
    ['frontend frontend static -: node -e STATIC'],
  ],
  [
    'an app of a monorepo without a package.json',
    {
      'package.json': { dependencies: { vite: '*' } },
      'pnpm-lock.yaml': '',
      'apps/web/vite.config.ts': '',
      'apps/web/index.html': '',
    },
    ['web frontend vite 5173: pnpm exec vite --port {port} --strictPort @apps/web'],
  ],
];
for (const [name, files, expected] of cases) {
  test(`natives: ${name}`, async () => {
    const lines = await found(files);
    assert.deepEqual(
      lines.map((line) => line.replace(/node -e const .*$/, 'node -e STATIC')),
      expected,
    );
  });
}

test('a plugin that is not applied here is not this build’s', () => {
  const build = "plugins {\n  id 'a' version '1' apply false\n  id 'b'\n}\napply plugin: 'c'\n";
  assert.equal(appliedPlugins(build), "  id 'b'\napply plugin: 'c'");
});
