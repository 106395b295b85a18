import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Files, look, scripts } from './projects.ts';

const CSPROJ = '<Project Sdk="Microsoft.NET.Sdk.Web" />\n';
const TWO = {
  profiles: {
    http: { commandName: 'Project', applicationUrl: 'http://localhost:5230' },
    https: { commandName: 'Project', applicationUrl: 'https://localhost:7009;http://localhost:5230' },
    IIS: { commandName: 'IISExpress', applicationUrl: 'http://localhost:1234' },
  },
};
const page = (target: string): Files => ({
  'web/package.json': scripts({ dev: 'vite' }, ['vite']),
  'web/vite.config.ts': `export default { server: { proxy: { '/api': '${target}' } } };\n`,
});
const api = (settings: object): Files => ({
  'api/api.csproj': CSPROJ,
  'api/Properties/launchSettings.json': settings,
});
const AWAY = '--urls http://localhost:{port}';

const cases: [string, Files, string][] = [
  [
    'a start that opens two addresses keeps both',
    { ...api(TWO), ...page('http://localhost:5230') },
    `5230 [5230]: dotnet watch, away ${AWAY}`,
  ],
  [
    'the page calls a further profile’s TLS: that one is started',
    { ...api(TWO), ...page('https://localhost:7009') },
    '7009 [7009 tls, 5230]: dotnet watch --launch-profile https, away --urls https://localhost:{port}',
  ],
  [
    'the profile that the README has people start',
    {
      'README.md': '```sh\ncd api\ndotnet run --launch-profile https\n```\n',
      ...api(TWO),
      'web/package.json': scripts({ dev: 'vite' }, ['vite']),
    },
    '5230 [7009 tls, 5230]: dotnet watch --launch-profile https, away --urls http://localhost:{port}',
  ],
  [
    'one profile with TLS first, as older templates have it',
    {
      ...api({
        profiles: {
          api: { commandName: 'Project', applicationUrl: 'https://localhost:5001;http://localhost:5000' },
        },
      }),
      ...page('https://localhost:5001'),
    },
    '5001 [5001 tls, 5000]: dotnet watch, away --urls https://localhost:{port}',
  ],
  [
    'a profile and a project that the owner’s command names',
    {
      'package.json': scripts(
        {
          dev: 'concurrently "npm:dev:api" "npm:dev:web"',
          'dev:api': 'dotnet watch --project src/Api --launch-profile https',
          'dev:web': 'cd web && npm run dev',
        },
        ['concurrently'],
      ),
      'src/Api/Api.csproj': CSPROJ,
      'src/Api/Properties/launchSettings.json': TWO,
      ...page('https://localhost:7009'),
    },
    '7009 [7009 tls, 5230]: npm run --silent dev:api, away --urls https://localhost:{port}',
  ],
  [
    'no profile at all',
    {
      'package.json': scripts(
        {
          api: 'dotnet run --project api --no-launch-profile',
          web: 'npm --prefix web run dev',
          dev: 'concurrently npm:api npm:web',
        },
        ['concurrently'],
      ),
      ...api(TWO),
      ...page('http://localhost:5000'),
    },
    `5000 []: npm run --silent api, away ${AWAY}`,
  ],
  [
    'the command’s own address before every profile',
    {
      'package.json': scripts(
        {
          api: 'dotnet run --project api --urls http://localhost:5005',
          web: 'npm --prefix web run dev',
          dev: 'concurrently npm:api npm:web',
        },
        ['concurrently'],
      ),
      ...api(TWO),
      ...page('http://localhost:5005'),
    },
    `5005 []: npm run --silent api, away ${AWAY}`,
  ],
];

for (const [name, files, expected] of cases) {
  test(`.NET: ${name}`, async () => {
    const { apps } = await look(files);
    const app = apps.find(({ roles }) => roles.includes('backend'));
    assert.ok(app);
    const words = (command: typeof app.awayCommand) =>
      command?.kind === 'argv' ? command.argv.join(' ') : (command?.line ?? '');
    const opens = (app.opens ?? []).map(({ port, secure }) => `${port}${secure ? ' tls' : ''}`);
    const port = app.written?.backend?.[0]?.port ?? app.defaultPorts.own;
    const away = /--urls \S+$/.exec(words(app.awayCommand))?.[0];
    assert.equal(`${port} [${opens.join(', ')}]: ${words(app.command)}, away ${away}`, expected);
  });
}
