import assert from 'node:assert/strict';
import { test } from 'node:test';
import { detect, type Files, projects, scripts } from './projects.ts';

/** Addresses that a project names and where nothing of what is started listens: one row a kind. */

const project = await projects();

const express = scripts({ dev: 'node server.js' }, ['express']);
const both: Files = {
  'api/package.json': express,
  'api/server.js': "require('express')().listen(4000)",
  'web/package.json': scripts({ dev: 'vite' }, ['vite']),
};
const readme = (text: string): Files => ({ ...both, 'README.md': text });
const OURS = 'Open http://localhost:5173, the API is at http://localhost:4000\n';
const names = (line: number, port: number): string =>
  `README.md:${line} names localhost:${port}, where nothing that is started listens`;

const rows: [string, Files, string[]][] = [
  ['all of them are started', readme(OURS), []],
  ['a server more', readme(`${OURS}The hub: http://localhost:7080/status\n`), [names(2, 7080)]],
  [
    'below a heading of another way to run it, with all that this holds',
    readme(`# Shop\n${OURS}## Docker\nhttp://localhost:7080\n### Ports\nhttp://localhost:7081\n## Notes\n`),
    [],
  ],
  [
    'how to develop, below such a heading',
    readme(`${OURS}## Docker\n### Without it\nThe hub: http://localhost:7080\n`),
    [names(4, 7080)],
  ],
  ['an older number in the place of one that the code says', readme('Open http://localhost:8090\n'), []],
  ['a service’s own', readme(`${OURS}Ollama: http://localhost:11434, Grafana: http://localhost:3001\n`), []],
  [
    'a container’s',
    {
      ...readme(`${OURS}Admin: http://localhost:7080\n`),
      'compose.yaml': 'services:\n  admin:\n    image: some/admin\n    ports:\n      - "7080:80"\n',
    },
    [],
  ],
  [
    'a second socket of what is started',
    {
      ...readme(`${OURS}Live: ws://localhost:4001\n`),
      'api/server.js': "require('express')().listen(4000);\nconst WS_PORT = 4001;\nlive.listen(WS_PORT);\n",
    },
    [],
  ],
  [
    'an address that the page’s server hands on to, and another one',
    {
      ...both,
      'web/vite.config.js':
        "export default { server: { proxy: { '/api': 'http://localhost:4000', '/hub': 'http://localhost:7080' } } };\n",
    },
    ['web/vite.config.js:1 calls localhost:7080, where nothing that is started listens'],
  ],
];
rows.push(
  [
    'where a page may be, and what a list lets in',
    readme(`${OURS}SITE_URL=http://localhost:7080\nALLOWED_ORIGINS=http://localhost:7081\n`),
    [],
  ],
  [
    'the number of the one server of which no file has it is taken',
    { ...readme('API: http://localhost:7080/docs\n'), 'api/server.js': 'app.listen(process.env.PORT)' },
    [],
  ],
);
for (const [title, files, expected] of rows) {
  test(`unheard: ${title}`, async () =>
    assert.deepEqual(
      (await detect(await project(files))).notes.filter((note) => /listens$/.test(note)),
      expected,
    ));
}

/** Title, README, where the one server of which no file says it listens. */
const blind: [string, string, string | undefined][] = [
  ['one number', 'API: http://localhost:7080/docs\n', '7080 README.md:1'],
  [
    'one number beside the page’s',
    `Open http://localhost:5173\nAPI: http://localhost:7080\n`,
    '7080 README.md:2',
  ],
  ['two numbers', 'http://localhost:7080 or http://localhost:7081\n', undefined],
  ['one number, which may be that of the hub', 'Open http://localhost:7080\n', undefined],
  ['a page of another project', 'Its client: http://localhost:3000\n', undefined],
];
for (const [title, text, expected] of blind) {
  test(`the README’s number: ${title}`, async () => {
    const files: Files = { ...readme(text), 'api/server.js': 'app.listen(process.env.PORT)' };
    if (/hub/.test(title)) files['more/hub/package.json'] = express;
    const { apps } = await detect(await project(files));
    const [first] = apps.find(({ name }) => name === 'api')?.written?.backend ?? [];
    assert.equal(first && `${first.port} ${first.source.file}:${first.source.line}`, expected);
  });
}
