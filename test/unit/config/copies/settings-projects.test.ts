import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settingsIn } from '../../../../src/config/copies/settings-files.ts';
import { type Files, look, scripts } from './projects.ts';

/** Servers whose port stands in a file of settings, or in an env file that their own loader reads. */

const beside = (server: Files): Files => ({
  ...Object.fromEntries(Object.entries(server).map(([name, text]) => [`backend/${name}`, text])),
  'frontend/package.json': scripts({ dev: 'vite' }, ['vite']),
});
const MOD = 'module example.com/shop\n\ngo 1.22\nrequire github.com/spf13/viper v1\n';
const CARGO = '[package]\nname = "api"\n[dependencies]\naxum = "0.8"\nconfig = "0.14"\n';
const QUARKUS = '<project><plugin><artifactId>quarkus-maven-plugin</artifactId></plugin></project>\n';
const SPRING = '<project><artifactId>spring-boot-starter-web</artifactId></project>\n';
const WEB = '<Project Sdk="Microsoft.NET.Sdk.Web"></Project>\n';
const RESOURCES = 'src/main/resources';
const PROFILE = { profiles: { http: { commandName: 'Project', applicationUrl: 'http://localhost:5012' } } };
const LAUNCH = 'Properties/launchSettings.json';

const cases: [string, Files, string][] = [
  [
    'Quarkus: the variable that its settings read, of the .env that it loads',
    {
      'pom.xml': QUARKUS,
      '.env': 'PORT=8099\n',
      [`${RESOURCES}/application.properties`]: `quarkus.http.port=\${PORT:8085}\n`,
    },
    '8099 backend/.env:1 PORT',
  ],
  [
    'Quarkus: its own variable before its settings',
    {
      'pom.xml': QUARKUS,
      '.env': 'QUARKUS_HTTP_PORT=8099\n',
      [`${RESOURCES}/application.properties`]: 'quarkus.http.port=8085\n',
    },
    '8099 backend/.env:1 QUARKUS_HTTP_PORT',
  ],
  [
    'Quarkus: a default where .env has no such name',
    {
      'pom.xml': QUARKUS,
      '.env': 'OTHER=8099\n',
      [`${RESOURCES}/application.yml`]: `quarkus:\n  http:\n    port: \${HTTP_PORT:8085}\n`,
    },
    `8085 backend/${RESOURCES}/application.yml:3 HTTP_PORT`,
  ],
  [
    'Spring with a loader of .env',
    {
      'build.gradle.kts':
        'plugins { id("org.springframework.boot") }\ndependencies { implementation("me.paulschwarz:spring-dotenv:4.0.0") }\n',
      '.env': 'PORT=8099\n',
      [`${RESOURCES}/application.yaml`]: `server:\n  port: \${PORT:8085}\n`,
    },
    '8099 backend/.env:1 PORT',
  ],
  [
    'Spring without one',
    {
      'pom.xml': SPRING,
      '.env': 'PORT=8099\n',
      [`${RESOURCES}/application.yaml`]: `server:\n  port: \${PORT:8085}\n`,
    },
    `8085 backend/${RESOURCES}/application.yaml:2 PORT`,
  ],
  [
    '.NET: an address made of a variable, which an env file gives',
    {
      'Api.csproj': WEB,
      '.env': 'PORT=5099\n',
      'Program.cs':
        'DotNetEnv.Env.Load();\nvar port = Environment.GetEnvironmentVariable("PORT") ?? "5001";\nbuilder.WebHost.UseUrls($"http://0.0.0.0:{port}");\n',
    },
    '5099 backend/.env:1 PORT',
  ],
  [
    '.NET: the addresses that an env file gives before those of the profile',
    {
      'Api.csproj': WEB,
      '.env': 'ASPNETCORE_URLS=http://localhost:5099\n',
      'Program.cs': 'Env.TraversePath().Load();\nvar builder = WebApplication.CreateBuilder(args);\n',
      [LAUNCH]: PROFILE,
    },
    '5099 backend/.env:1 ASPNETCORE_URLS',
  ],
  [
    '.NET: its code before the profile',
    {
      'Api.csproj': WEB,
      'Program.cs': 'builder.WebHost.ConfigureKestrel(o => o.ListenAnyIP(5055));\n',
      [LAUNCH]: PROFILE,
    },
    '5055 backend/Program.cs:1 ListenAnyIP',
  ],
  [
    '.NET: not what its code does elsewhere, or for a variable alone',
    {
      'Api.csproj': WEB,
      'Program.cs':
        'var port = Environment.GetEnvironmentVariable("PORT");\nif (port != null) builder.WebHost.UseUrls($"http://*:{port}");\nif (!app.Environment.IsDevelopment())\n{\n  app.Urls.Add("http://*:8080");\n}\napp.Run();\n',
      [LAUNCH]: PROFILE,
    },
    `5012 backend/${LAUNCH}:5 applicationUrl`,
  ],
  [
    '.NET: Kestrel’s endpoints before the profile',
    {
      'Api.csproj': WEB,
      'Program.cs': 'app.Run();\n',
      'appsettings.json': {
        Kestrel: { Endpoints: { Tls: { Url: 'https://localhost:7001' }, Http: { Url: 'http://*:5078' } } },
      },
      [LAUNCH]: PROFILE,
    },
    '5078 backend/appsettings.json:8 Kestrel.Endpoints.Http.Url',
  ],
  [
    'Go: viper’s file by its name',
    {
      'go.mod': MOD,
      'main.go':
        'package main\n\nimport "example.com/shop/config"\n\nfunc main() {\n\tcfg := config.Load()\n\tgin.Default().Run(":" + cfg.Server.Port)\n}\n',
      'config/config.go':
        'package config\n\nfunc Load() *Config {\n\tviper.SetConfigName("config")\n\tviper.AddConfigPath(".")\n}\n',
      'config.yaml': 'database:\n  port: 5433\nserver:\n  port: "8086"\n',
    },
    '8086 backend/config.yaml:4 server.port',
  ],
  [
    'Go: an env file under another name, whose key its structure gives',
    {
      'go.mod': MOD,
      'main.go':
        'package main\n\nimport "example.com/shop/util"\n\nfunc main() {\n\tconfig := util.LoadConfig(".")\n\tserver.Start(config.HTTPServerAddress)\n}\n',
      'util/config.go':
        'package util\n\ntype Config struct {\n\tDBSource string `mapstructure:"DB_SOURCE"`\n\tHTTPServerAddress string `mapstructure:"HTTP_SERVER_ADDRESS"`\n}\n\nfunc LoadConfig(path string) {\n\tviper.AddConfigPath(path)\n\tviper.SetConfigName("app")\n\tviper.SetConfigType("env")\n}\n',
      'app.env': 'DB_SOURCE=postgresql://localhost:5432/x\nHTTP_SERVER_ADDRESS=0.0.0.0:8094\n',
    },
    '8094 backend/app.env:2 HTTP_SERVER_ADDRESS',
  ],
  [
    'Go: a file before the default of a field',
    {
      'go.mod': MOD,
      'cmd/api/main.go':
        'package main\n\nimport "example.com/shop/internal/config"\n\nfunc main() {\n\tcfg := config.MustLoad("configs/local.yaml")\n\thttp.ListenAndServe(cfg.HTTPServer.Address, nil)\n}\n',
      'internal/config/config.go':
        'package config\n\ntype HTTPServer struct {\n\tAddress string `yaml:"address" env-default:"localhost:8080"`\n}\n',
      'configs/local.yaml': 'env: local\nhttp_server:\n  address: "localhost:8087"\n',
    },
    '8087 backend/configs/local.yaml:3 http_server.address',
  ],
  [
    'Go: the file that its env file names, and what is copied to it',
    {
      'go.mod': `${MOD}require github.com/joho/godotenv v1\n`,
      'main.go':
        'package main\n\nfunc main() {\n\tb, _ := os.ReadFile(os.Getenv("CONFIG_PATH"))\n\tyaml.Unmarshal(b, &cfg)\n\thttp.ListenAndServe(cfg.Addr, nil)\n}\n',
      '.env': 'CONFIG_PATH=./config/dev.yaml\n',
      'config/dev.example.yaml': 'http:\n  addr: ":8088"\n',
    },
    '8088 backend/config/dev.example.yaml:2 http.addr',
  ],
  [
    'Go: the structure that is asked for, among those of the same key',
    {
      'go.mod': MOD,
      'main.go':
        'package main\n\nimport "example.com/shop/internal/config"\n\nfunc main() {\n\tcfg := config.New()\n\te.Start(fmt.Sprintf(":%d", cfg.HTTP.Port))\n}\n',
      'internal/config/config.go':
        'package config\n\ntype DBConfig struct {\n\tPort int `default:"5433"`\n}\n\ntype HTTPConfig struct {\n\tPort int `envconfig:"HTTP_PORT" default:"8090"`\n}\n',
    },
    '8090 backend/internal/config/config.go:8 HTTP_PORT',
  ],
  [
    'Go: two numbers of one rank are none',
    {
      'go.mod': MOD,
      'main.go':
        'package main\n\nfunc main() {\n\ttoml.DecodeFile("config.toml", &cfg)\n\thttp.ListenAndServe(cfg.Addr, nil)\n}\n',
      'config.toml': '[http]\naddr = ":8091"\n[api]\naddr = ":8092"\n',
    },
    '-',
  ],
  [
    'Python: a file of settings that it opens itself',
    {
      'main.py':
        'from aiohttp import web\nimport yaml\n\ncfg = yaml.safe_load(open("config.yaml"))\nweb.run_app(app, port=cfg["server"]["port"])\n',
      'config.yaml': 'server:\n  port: 8005\n',
      'requirements.txt': 'aiohttp\n',
    },
    '8005 backend/config.yaml:2 server.port',
  ],
  [
    'Python: configparser',
    {
      'main.py':
        'from flask import Flask\napp = Flask(__name__)\nconfig = ConfigParser()\nconfig.read("config.ini")\nif __name__ == "__main__":\n    app.run(port=config.getint("server", "port"))\n',
      'config.ini': '[server]\nport = 8006\n',
      'requirements.txt': 'flask\n',
    },
    '8006 backend/config.ini:2 server.port',
  ],
  [
    'Rust: a file for all stages and a developer’s own',
    {
      'Cargo.toml': CARGO,
      'src/main.rs':
        'mod configuration;\nfn main() { let c = get_configuration(); TcpListener::bind(format!("{}:{}", c.application.host, c.application.port)); }\n',
      'src/configuration.rs':
        'pub fn get_configuration() { let base = dir.join("base.yaml"); let stage = dir.join(environment_file); }\npub struct ApplicationSettings { pub port: u16, pub host: String }\n',
      'configuration/base.yaml': 'application:\n  port: 8095\n',
      'configuration/local.yaml': 'application:\n  host: 127.0.0.1\n  port: 8096\n',
    },
    '8096 backend/configuration/local.yaml:3 application.port',
  ],
  [
    'Rust: the one variable that its settings read, as its template has it',
    {
      'Cargo.toml': `${CARGO}dotenvy = "0.15"\n`,
      '.env.example': 'SERVER_PORT=3009\n',
      'src/main.rs':
        'use shop::config::Config;\nfn main() { let addr: SocketAddr = config.server_address().parse()?; TcpListener::bind(addr) }\n',
      'src/lib.rs': 'pub mod config;\n',
      'src/config/mod.rs': 'mod app_config;\n',
      'src/config/app_config.rs':
        'pub fn load() { Self { host: env::var("SERVER_HOST")?, server_port: env::var("SERVER_PORT")?.parse()? } }\n',
    },
    '3009 backend/.env.example:1 SERVER_PORT',
  ],
  [
    'Rust: what its settings begin with',
    {
      'Cargo.toml': CARGO,
      'src/main.rs':
        'mod config;\nfn main() { let addr = SocketAddr::from(([127, 0, 0, 1], cfg.server.app_port)); TcpListener::bind(addr) }\n',
      'src/config.rs':
        'fn load() { Config::builder().set_default("database.db_port", 5433)?.set_default("server.app_port", 3010)? }\n',
    },
    '3010 backend/src/config.rs:1 set_default',
  ],
  [
    'Rust: what serde calls where a field is not given',
    {
      'Cargo.toml': CARGO,
      'src/main.rs':
        'mod settings;\nfn main() { let settings = Settings::new(); HttpServer::new(|| App::new()).bind((settings.host.as_str(), settings.port)) }\n',
      'src/settings.rs':
        'pub struct Settings {\n  #[serde(default = "default_port")]\n  pub port: u16,\n}\nfn default_port() -> u16 { 8099 }\n',
    },
    '8099 backend/src/settings.rs:5 bind',
  ],
];

for (const [name, files, expected] of cases) {
  test(name, async () => {
    assert.deepEqual((await look(beside(files))).ports, [`backend ${expected}`, 'frontend 5173']);
  });
}

test('Python: what leads to no number is said, not its framework’s own', async () => {
  const { notes } = await look(
    beside({
      'main.py': 'from aiohttp import web\ncfg = load()\nweb.run_app(app, port=cfg.port)\n',
      'requirements.txt': 'aiohttp\n',
    }),
  );
  assert.match(notes.join(), /backend: its code listens where cfg\.port in backend\/main\.py says/);
});

test('Go: a variable that holds more than the number', async () => {
  const main = (value: string) =>
    `package main\n\nfunc main() {\n\tport := os.Getenv("PORT")\n\tif port == "" {\n\t\tport = "${value}"\n\t}\n\tapp.Listen(port)\n}\n`;
  for (const [value, colon] of [
    [':8080', true],
    ['8080', undefined],
  ] as const) {
    const { apps } = await look(beside({ 'go.mod': MOD, 'main.go': main(value) }));
    assert.deepEqual(
      apps.map(({ portColon }) => portColon),
      [colon, undefined],
    );
  }
});

test('Go: where a variable says the host, another one says the port', async () => {
  const { apps } = await look(
    beside({
      'go.mod': MOD,
      'main.go':
        'package main\n\nimport "example.com/shop/config"\n\nfunc main() { cfg := config.Load(); http.ListenAndServe(fmt.Sprintf("%s:%d", cfg.Host, cfg.Port), nil) }\n',
      'config/config.go':
        'package config\n\ntype Config struct {\n\tHost string `mapstructure:"HTTP_HOST"`\n\tPort int `mapstructure:"HTTP_PORT"`\n}\n',
    }),
  );
  assert.equal(apps[0]?.portName, 'HTTP_PORT');
});

test('Python: a number below 1024 is said', async () => {
  const { notes } = await look(
    beside({
      'main.py':
        'from flask import Flask\napp = Flask(__name__)\nif __name__ == "__main__":\n    app.run(port=80)\n',
      'requirements.txt': 'flask\n',
    }),
  );
  assert.match(notes.join(), /backend: its code listens on 80 in backend\/main\.py, which is below 1024/);
});

test('values of files of settings, with the keys around them', () => {
  const all: [string, string][] = [
    ['a.yaml', 'server: # the one\n  http:\n    port: "8080" # here\n  list:\n    - 1\nother.key: x\n'],
    ['a.json', '{\n"server": {"http": {"port": "8080"}, "list": [{"port": 1}]},\n"other.key": "x"}'],
    ['a.toml', '[server.http]\nport = "8080" # here\n[other]\nkey = "x"\n'],
    ['a.properties', 'server.http.port=8080\nother.key: x\n'],
  ];
  for (const [file, code] of all) {
    const found = settingsIn({ file, code: code.replace(/ #.*/g, (text) => ' '.repeat(text.length)) });
    const rows = found.filter(({ keys }) => !keys.includes('list'));
    assert.deepEqual(
      rows.map(({ keys, value }) => `${keys.join('.')} ${value}`),
      ['server.http.port 8080', 'other.key x'],
      file,
    );
    for (const { start, value } of found) assert.equal(code.slice(start, start + value.length), value, file);
  }
});
