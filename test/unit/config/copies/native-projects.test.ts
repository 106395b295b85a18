import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Files, look, scripts } from './projects.ts';

const beside = (server: Files): Files => ({
  ...server,
  'frontend/package.json': scripts({ dev: 'vite' }, ['vite']),
});
const MOD = 'module example.com/shop\n\ngo 1.22\n';
const CARGO = '[package]\nname = "api"\n[dependencies]\naxum = "0.8"\n';
const POM = '<project><artifactId>spring-boot-starter-web</artifactId></project>\n';

const cases: [string, Files, string[]][] = [
  [
    'Go: a flag that fills a field',
    beside({
      'backend/go.mod': MOD,
      'backend/main.go':
        'package main\n\nfunc main() {\n\tvar cfg config\n\tflag.IntVar(&cfg.port, "port", 4003, "Port")\n\taddr := fmt.Sprintf(":%d", cfg.port)\n\tsrv := http.Server{Addr: addr}\n\tsrv.ListenAndServe()\n}\n',
    }),
    ['backend 4003 backend/main.go:5 Addr', 'frontend 5173'],
  ],
  [
    'Go: a flag that is handed on to a package of its own',
    beside({
      'backend/go.mod': MOD,
      'backend/main.go':
        'package main\n\nimport "example.com/shop/api"\n\nfunc main() {\n\taddr := flag.String("addr", ":4014", "address")\n\tapi.New(*addr).Run()\n}\n',
      'backend/api/server.go': 'package api\n\nfunc (s *S) Run() {\n\ts.router.Listen(s.addr)\n}\n',
    }),
    ['backend 4014 backend/main.go:6 flag', 'frontend 5173'],
  ],
  [
    'Go: a flag that fills a variable',
    beside({
      'backend/go.mod': MOD,
      'backend/main.go':
        'package main\n\nvar port int\n\nfunc main() {\n\tflag.IntVar(&port, "port", 4004, "Port")\n\thttp.ListenAndServe(fmt.Sprintf(":%d", port), nil)\n}\n',
    }),
    ['backend 4004 backend/main.go:6 http.ListenAndServe', 'frontend 5173'],
  ],
  [
    '.NET: the https port of IIS Express that the page calls is none of dotnet run’s',
    {
      'Api/Api.csproj': '<Project Sdk="Microsoft.NET.Sdk.Web" />\n',
      'Api/Properties/launchSettings.json': {
        iisSettings: { iisExpress: { applicationUrl: 'http://localhost:22399', sslPort: 44350 } },
        profiles: { http: { commandName: 'Project', applicationUrl: 'http://localhost:5012' } },
      },
      'web/package.json': scripts({ dev: 'vite' }, ['vite']),
      'web/src/api.ts': "export const API = 'https://localhost:44350/api';\n",
    },
    ['backend 5012 Api/Properties/launchSettings.json:11 applicationUrl', 'frontend 5173'],
  ],
  [
    'Rust: what its unit tests listen at is not where it does',
    beside({
      'backend/Cargo.toml': CARGO,
      'backend/src/main.rs':
        'mod config;\nuse config::Config;\nfn main() { TcpListener::bind(&Config::from_env().bind) }\n',
      'backend/src/config.rs':
        'pub struct Config { pub bind: String }\n\n#[cfg(test)]\nmod tests {\n  fn it() { let brace = "}"; set_env("APP_BIND", "0.0.0.0:1234"); }\n}\n',
    }),
    ['backend -', 'frontend 5173'],
  ],
  [
    'Rust: a number handed to what serves',
    beside({
      'backend/Cargo.toml': CARGO,
      'backend/src/main.rs':
        'async fn main() {\n  pool::open(5000).await;\n  sleep(30000);\n  create_api(pool, 1111).await.expect("x");\n}\n',
    }),
    ['backend 1111 backend/src/main.rs:4 create_api', 'frontend 5173'],
  ],
  [
    'Go: a variable, then a text',
    beside({
      'backend/go.mod': MOD,
      'backend/main.go':
        'package main\n\nfunc main() {\n\tport := os.Getenv("PORT")\n\tif port == "" {\n\t\tport = "8081"\n\t}\n\tlog.Fatal(http.ListenAndServe(":"+port, nil))\n}\n',
    }),
    ['backend 8081 backend/main.go:6 PORT', 'frontend 5173'],
  ],
  [
    'Go: gin',
    beside({
      'backend/go.mod': MOD,
      'backend/main.go':
        'package main\n\nfunc main() {\n\tdb := sql.Open("postgres://localhost:5432/x")\n\tr := gin.Default()\n\tr.Run(":8082") // was :9999\n}\n',
    }),
    ['backend 8082 backend/main.go:6 r.Run', 'frontend 5173'],
  ],
  [
    'Go: fiber, a helper with a default',
    beside({
      'backend/go.mod': MOD,
      'backend/main.go':
        'package main\n\nfunc main() {\n\tapp := fiber.New()\n\tapp.Listen(":" + getEnv("API_PORT", "8083"))\n}\n',
    }),
    ['backend 8083 backend/main.go:5 API_PORT', 'frontend 5173'],
  ],
  [
    'Go: a flag',
    beside({
      'backend/go.mod': MOD,
      'backend/main.go':
        'package main\n\nfunc main() {\n\taddr := flag.String("addr", ":4000", "HTTP address, 8080 in production")\n\tflag.Parse()\n\tsrv := &http.Server{Addr: *addr, ReadTimeout: 5000}\n\tsrv.ListenAndServe()\n}\n',
    }),
    ['backend 4000 backend/main.go:4 Addr', 'frontend 5173'],
  ],
  [
    'Go: cmd/api, the server in internal/, its port in .env',
    beside({
      'backend/go.mod': `${MOD}require github.com/joho/godotenv v1.5.1\n`,
      'backend/cmd/api/main.go':
        'package main\n\nimport (\n\t"fmt"\n\t"example.com/shop/internal/server"\n)\n\nfunc main() {\n\tserver.NewServer().ListenAndServe()\n}\n',
      'backend/internal/server/server.go':
        'package server\n\nfunc NewServer() *http.Server {\n\tport, _ := strconv.Atoi(os.Getenv("PORT"))\n\treturn &http.Server{\n\t\tAddr: fmt.Sprintf(":%d", port),\n\t}\n}\n',
      'backend/.env': 'APP_ENV=local\nPORT=8084\nDB_PORT=5432\n',
    }),
    ['backend 8084 backend/.env:2 PORT', 'frontend 5173'],
  ],
  [
    'Go: a config package with tags',
    beside({
      'backend/go.mod': MOD,
      'backend/main.go':
        'package main\n\nimport (\n\t"example.com/shop/config"\n)\n\nfunc main() {\n\tcfg := config.Load()\n\te := echo.New()\n\te.Logger.Fatal(e.Start(":" + cfg.Port))\n}\n',
      'backend/config/config.go':
        'package config\n\ntype Config struct {\n\tDB struct {\n\t\tPort string `env:"DB_PORT" envDefault:"5432"`\n\t}\n\tPort string `env:"HTTP_PORT" envDefault:"8085"`\n}\n',
    }),
    ['backend 8085 backend/config/config.go:7 HTTP_PORT', 'frontend 5173'],
  ],
  [
    'Rust: axum',
    beside({
      'backend/Cargo.toml': CARGO,
      'backend/src/main.rs':
        '// 0.0.0.0:9999\n#[tokio::main]\nasync fn main() {\n    let listener = tokio::net::TcpListener::bind("127.0.0.1:3030").await.unwrap();\n    axum::serve(listener, app).await.unwrap();\n}\n',
    }),
    ['backend 3030 backend/src/main.rs:4 tokio::net::TcpListener::bind', 'frontend 5173'],
  ],
  [
    'Rust: actix, a variable',
    beside({
      'backend/Cargo.toml': CARGO.replace('axum', 'actix-web'),
      'backend/src/main.rs':
        'fn main() {\n    let port: u16 = std::env::var("PORT").unwrap_or_else(|_| "8086".to_string()).parse().unwrap();\n    HttpServer::new(|| App::new()).bind(("127.0.0.1", port))?.run().await\n}\n',
    }),
    ['backend 8086 backend/src/main.rs:2 PORT', 'frontend 5173'],
  ],
  [
    'Rust: an address in numbers',
    beside({
      'backend/Cargo.toml': CARGO.replace('axum', 'warp'),
      'backend/src/main.rs':
        'async fn main() {\n    warp::serve(routes).run(([127, 0, 0, 1], 3031)).await;\n}\n',
    }),
    ['backend 3031 backend/src/main.rs:2 .run', 'frontend 5173'],
  ],
  [
    'Rust: Rocket.toml',
    beside({
      'backend/Cargo.toml': CARGO.replace('axum', 'rocket'),
      'backend/src/main.rs': '#[launch]\nfn rocket() -> _ { rocket::build() }\n',
      'backend/Rocket.toml': '[default]\naddress = "127.0.0.1"\nport = 8087\n',
    }),
    ['backend 8087 backend/Rocket.toml:3 port', 'frontend 5173'],
  ],
  [
    'Spring: application.properties, and Angular’s proxy',
    {
      'backend/pom.xml': POM,
      'backend/src/main/resources/application.properties':
        '# server.port=9999\nspring.datasource.url=jdbc:postgresql://localhost:5432/shop\nserver.port=8090\n',
      'frontend/package.json': scripts({ start: 'ng serve' }, ['@angular/core']),
      'frontend/angular.json': { projects: {} },
    },
    ['backend 8090 backend/src/main/resources/application.properties:3 server.port', 'frontend 4200'],
  ],
  [
    'Spring: application.yml',
    beside({
      'backend/pom.xml': POM,
      'backend/src/main/resources/application.yml':
        'spring:\n  data:\n    redis:\n      port: 6379\nserver:\n  servlet:\n    context-path: /api\n  port: ${SERVER_PORT:8091}\n',
    }),
    ['backend 8091 backend/src/main/resources/application.yml:8 SERVER_PORT', 'frontend 5173'],
  ],
  [
    'Spring: a dotted key in YAML',
    beside({
      'backend/pom.xml': POM,
      'backend/src/main/resources/application.yaml': 'spring.application.name: shop\nserver.port: 8084\n',
    }),
    ['backend 8084 backend/src/main/resources/application.yaml:2 server.port', 'frontend 5173'],
  ],
  [
    'Quarkus: a port of the dev profile',
    beside({
      'backend/pom.xml': '<project><artifactId>quarkus-maven-plugin</artifactId></project>\n',
      'backend/src/main/resources/application.properties':
        'quarkus.datasource.db-kind=postgresql\n%dev.quarkus.http.port=8085\n',
    }),
    [
      'backend 8085 backend/src/main/resources/application.properties:2 %dev.quarkus.http.port',
      'frontend 5173',
    ],
  ],
  [
    'Go: viper’s default',
    beside({
      'backend/go.mod': 'module shop\n\nrequire github.com/spf13/viper v1.19.0\n',
      'backend/main.go':
        'package main\n\nfunc main() {\n\tviper.SetDefault("port", 8038)\n\thttp.ListenAndServe(fmt.Sprintf(":%d", viper.GetInt("port")), nil)\n}\n',
    }),
    ['backend 8038 backend/main.go:4 SetDefault', 'frontend 5173'],
  ],
  [
    'Go: a default that a key of settings has by a method of its own',
    beside({
      'backend/go.mod': 'module shop\n',
      'backend/main.go':
        'package main\n\nfunc main() {\n\tServiceInterface.setDefault(":3456")\n\te.Start(ServiceInterface.GetString())\n}\n',
    }),
    ['backend 3456 backend/main.go:4 SetDefault', 'frontend 5173'],
  ],
  [
    'Sinatra: its own number, behind a variable',
    beside({
      'backend/Gemfile': "gem 'sinatra'\n",
      'backend/app.rb': "require 'sinatra'\nset :port, ENV['API_PORT'] || 4594\nget('/api') { 'ok' }\n",
    }),
    ['backend 4594 backend/app.rb:2 API_PORT', 'frontend 5173'],
  ],
  [
    'Gradle',
    beside({
      'backend/build.gradle':
        "plugins { id 'org.springframework.boot' version '3.3.0' }\nbootRun { args = ['--server.port=8092'] }\n",
    }),
    ['backend 8092 backend/build.gradle:2 server.port', 'frontend 5173'],
  ],
  [
    '.NET: launchSettings.json',
    beside({
      'backend/api.csproj': '<Project Sdk="Microsoft.NET.Sdk.Web"></Project>',
      'backend/Properties/launchSettings.json': {
        iisSettings: { iisExpress: { applicationUrl: 'http://localhost:62000' } },
        profiles: {
          'IIS Express': { commandName: 'IISExpress' },
          https: {
            commandName: 'Project',
            launchBrowser: true,
            applicationUrl: 'https://localhost:7093;http://localhost:5093',
          },
        },
      },
    }),
    ['backend 5093 backend/Properties/launchSettings.json:14 applicationUrl', 'frontend 5173'],
  ],
  [
    'Phoenix: dev.exs',
    {
      'mix.exs': 'defp deps, do: [{:phoenix, "~> 1.7"}]\n',
      'config/dev.exs':
        'import Config\nconfig :shop, Shop.Repo, port: 5432\nconfig :shop, ShopWeb.Endpoint,\n  # http: [port: 9999]\n  http: [ip: {127, 0, 0, 1}, port: 4001],\n  check_origin: false\n',
    },
    ['backend 4001 config/dev.exs:5 http.port'],
  ],
  [
    'Phoenix: a variable',
    {
      'mix.exs': 'defp deps, do: [{:phoenix, "~> 1.8"}]\n',
      'config/dev.exs':
        'config :shop, ShopWeb.Endpoint,\n  http: [ip: {127, 0, 0, 1}, port: String.to_integer(System.get_env("PORT") || "4002")]\n',
    },
    ['backend 4002 config/dev.exs:2 http.port'],
  ],
  [
    'Rails: Puma’s config',
    beside({
      'backend/Gemfile': "gem 'rails', '~> 8.0'\n",
      'backend/config/puma.rb':
        'threads_count = ENV.fetch("RAILS_MAX_THREADS", 3)\n# port 9999\nport ENV.fetch("PORT", 3001)\n',
    }),
    ['backend 3001 backend/config/puma.rb:3 port', 'frontend 5173'],
  ],
  [
    'Laravel: .env',
    {
      artisan: '#!/usr/bin/env php',
      '.env': 'APP_URL=http://localhost:8000\nDB_PORT=3306\nSERVER_PORT=8093\nREDIS_PORT=6379\n',
    },
    ['backend 8093 .env:3 SERVER_PORT'],
  ],
  [
    'Procfile.dev',
    {
      'Procfile.dev': 'web: bin/rails server -p 3002\ncss: bin/rails tailwindcss:watch\n',
      Gemfile: "gem 'rails'\n",
    },
    ['frontend 3002 Procfile.dev:1 its command'],
  ],
  [
    'Deno',
    beside({
      'backend/deno.json': { tasks: { dev: 'deno run -A --watch main.ts' } },
      'backend/main.ts': 'Deno.serve({ port: 8095, hostname: "127.0.0.1" }, handler);\n',
    }),
    ['backend 8095 backend/main.ts:1 Deno.serve', 'frontend 5173'],
  ],
  [
    'Go: a variable without a default, which example.env has',
    beside({
      'backend/go.mod': MOD,
      'backend/example.env': 'PORT=8098\n',
      'backend/main.go':
        'package main\n\nfunc main() {\n\thttp.ListenAndServe(":"+os.Getenv("PORT"), nil)\n}\n',
    }),
    ['backend 8098 backend/example.env:1 PORT', 'frontend 5173'],
  ],
  [
    'Rust: its own config.toml, whatever the page calls',
    {
      'backend/Cargo.toml': CARGO,
      'backend/config.toml': '[server]\nhost = "0.0.0.0"\nport = 8083\n',
      'backend/src/main.rs': 'fn main() { serve(load("config.toml")) }\n',
      'frontend/package.json': scripts({ dev: 'vite' }, ['vite']),
      'frontend/src/api.ts': "export const API = 'http://localhost:8084/api';\n",
    },
    ['backend 8083 backend/config.toml:3 server.port', 'frontend 5173'],
  ],
  [
    'Rust: Rocket’s own config takes a variable of the env file above',
    beside({
      '.env': 'SHOP_PORT=3022\n',
      'backend/Cargo.toml': `${CARGO}rocket = "0.5"\ndotenv = "0.15"\n`,
      'backend/src/main.rs':
        'use std::env::var;\n#[launch]\nfn rocket() -> _ {\n    dotenv().ok();\n    let config = Config { port: var("SHOP_PORT").unwrap().parse().unwrap(), ..Config::default() };\n    rocket::custom(config)\n}\n',
    }),
    ['backend 3022 .env:1 SHOP_PORT', 'frontend 5173'],
  ],
  [
    'Rust: an address of the env file above, put together from others',
    beside({
      '.env':
        'DATABASE_URL=postgres://u:p@${SHOP_HOST}:${DB_PORT}/shop\nDB_PORT=55432\nSHOP_HOST=127.0.0.1\nSHOP_PORT=3021\nSHOP_URL=${SHOP_HOST}:${SHOP_PORT}\n',
      'backend/Cargo.toml': `${CARGO}dotenv = "0.15"\n`,
      'backend/src/main.rs':
        'use dotenv::dotenv;\nfn main() {\n    dotenv().ok();\n    let url = std::env::var("SHOP_URL").expect("none");\n    TcpListener::bind(&url);\n}\n',
    }),
    ['backend 3021 .env:4 SHOP_URL', 'frontend 5173'],
  ],
  [
    'Spring: the profile that its settings turn on, with an env file that they import',
    beside({
      'backend/pom.xml': POM,
      '.env': 'SHOP_PORT=8094\n',
      'backend/src/main/resources/application.yml':
        'spring:\n  profiles:\n    active: ${STAGE:dev}\nserver:\n  port: 8090\n',
      'backend/src/main/resources/application-dev.yml':
        'spring:\n  config:\n    import: optional:file:../.env[.properties]\nserver:\n  port: ${SHOP_PORT}\n',
    }),
    ['backend 8094 .env:1 SHOP_PORT', 'frontend 5173'],
  ],
  [
    'Spring: another profile’s port is not the one that counts',
    beside({
      'backend/pom.xml': POM,
      'backend/src/main/resources/application.properties': 'spring.profiles.active=local\nserver.port=8090\n',
      'backend/src/main/resources/application-dev.properties': 'server.port=8093\n',
      'backend/src/main/resources/application-local.yml': 'server:\n  port: 8096\n',
    }),
    ['backend 8096 backend/src/main/resources/application-local.yml:2 server.port', 'frontend 5173'],
  ],
  [
    'PHP’s own server where the README has it',
    beside({
      'backend/composer.json': {},
      'backend/public/index.php': '<?php\n',
      'README.md': '```\ncd backend\nphp -S localhost:8087 -t public\n```\n',
    }),
    ['backend 8087 README.md:3 README.md', 'frontend 5173'],
  ],
  [
    'Trunk',
    {
      'Trunk.toml':
        '[build]\ntarget = "index.html"\n[[proxy]]\nbackend = "http://localhost:3000/api/"\n[serve]\nport = 8097\n',
      'Cargo.toml': '[package]\nname = "web"\n',
    },
    ['frontend 8097 Trunk.toml:6 port'],
  ],
  [
    'Trunk’s proxy',
    {
      'web/Trunk.toml': '[[proxy]]\nbackend = "http://localhost:3007/api/"\n',
      'web/Cargo.toml': '[package]\nname = "web"\n',
      'api/Cargo.toml': CARGO,
      'api/src/main.rs': 'fn main() {}\n',
    },
    ['backend 3007 web/Trunk.toml:2 proxy', 'frontend 8080'],
  ],
];

for (const [name, files, expected] of cases) {
  test(name, async () => {
    assert.deepEqual((await look(files)).ports, expected);
  });
}

test('Spring: a variable without a value is said, not Spring’s own number', async () => {
  const { notes } = await look(
    beside({
      'backend/pom.xml': POM,
      'backend/src/main/resources/application.yml': 'server:\n  port: ${SHOP_PORT}\n',
    }),
  );
  assert.match(notes.join(), /backend: it listens where SHOP_PORT says/);
});
