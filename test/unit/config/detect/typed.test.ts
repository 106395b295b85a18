import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { Project } from '../../../../src/config/detect/project.ts';
import { asMarkdown, typedIn } from '../../../../src/config/detect/typed.ts';
import { detect, type Files, projects, scripts } from './projects.ts';

/** What a README has people type: read from its text, and said where it starts something else than what is found. */

const project = await projects();

const README = `# Shop

Run \`npm run dev\` in the folder of the clone, then look at \`localhost\`.

\`\`\`bash
git clone https://example.com/shop.git && cd shop
$ cd api && pip install -r requirements.txt  # once
$ uvicorn main:app --reload
\`\`\`

~~~
cd ../web
npm start
~~~

\`\`\`sh
make dev
  vite v6.0.1  ready in 300 ms
\`\`\`

## Docker

\`\`\`
docker compose up
\`\`\`

\`\`\`js
npm.run('dev')
\`\`\`
`;

test('AsciiDoc and reStructuredText are read as Markdown is', async () => {
  const at = new Project(await project({ 'api/main.py': '' }));
  const said = async (name: string, text: string) =>
    (await typedIn(at, asMarkdown(name, text))).map(({ line, text: own }) => `${line} ${own}`);
  const adoc = '= Shop\n\n[source,bash]\n----\nmake dev\n----\n\n== Docker\n\n----\nmake up\n----\n';
  assert.deepEqual(await said('README.adoc', adoc), ['5 make dev']);
  const rst =
    'Shop\n====\n\nStart it::\n\n    $ make dev\n\nor run ``python app.py`` by hand.\n\n.. code-block:: bash\n\n  cd api\n  flask run\n\nDocker\n------\n\n.. code::\n\n  make up\n';
  assert.deepEqual(await said('README.rst', rst), ['6 make dev', '8 python app.py', '13 flask run']);
});

test('commands of a text, with the folders that they are given in', async () => {
  const root = await project({
    'api/main.py': '',
    'web/package.json': scripts({ start: 'vite' }),
    Makefile: 'dev:\n',
  });
  const found = await typedIn(new Project(root), README);
  assert.deepEqual(
    found.map(({ line, text, dir }) => `${line} ${text} @${path.relative(root, dir)}`),
    [
      '3 npm run dev @',
      '6 git clone https://example.com/shop.git @',
      '7 pip install -r requirements.txt @api',
      '8 uvicorn main:app --reload @api',
      '13 npm start @web',
      '17 make dev @',
    ],
  );
});

const block = (...lines: string[]) => `# Shop\n\n\`\`\`bash\n${lines.join('\n')}\n\`\`\`\n`;
const FASTAPI = 'from fastapi import FastAPI\napp = FastAPI()\n';
const vite = scripts({ dev: 'vite' }, ['vite']);
const why = (line: number, place = '') =>
  `line ${line} says to type it${place}, and nothing of what was found is that; a config can say it`;

/** Title, files, what is left out: what, file, why. */
const places: [string, Files, [string, string, string][]][] = [
  [
    'a script of its own, where a program of the folder was found',
    {
      'package.json': scripts({ 'start:all': 'tooling fullstack' }, ['express']),
      'server.js': "require('express')().listen(3000)",
      'README.md': block('npm install', 'npm run start:all'),
    },
    [['npm run start:all', 'README.md', why(5)]],
  ],
  [
    'a server of another kind in a folder that is not looked into',
    {
      'package.json': vite,
      'tools/chat/run.sh': '',
      'tools/chat/main.py': 'import streamlit',
      'readme.md': block('npm run dev', 'cd tools/chat', 'streamlit run main.py'),
    },
    [['streamlit run main.py', 'readme.md', why(6, ' in tools/chat')]],
  ],
  [
    'each further server, once',
    {
      'package.json': vite,
      'tools/chat/main.py': 'import streamlit',
      'tools/board/main.py': 'import streamlit',
      'README.md': block(
        'npm run dev',
        'cd tools/chat && streamlit run main.py',
        'streamlit run main.py --server.port 8600',
        'cd ../board && streamlit run main.py',
      ),
    },
    [
      ['streamlit run main.py', 'README.md', why(5, ' in tools/chat')],
      ['streamlit run main.py', 'README.md', why(7, ' in tools/board')],
    ],
  ],
  [
    'a target that cannot be looked into and is called as the page that is started: nothing',
    {
      'web/package.json': vite,
      Makefile: 'run-web:\n\tsh ./scripts/run-web.sh\n',
      'README.md': block('make run-web'),
    },
    [],
  ],
  [
    'a word of a program of many, a worker that ends: nothing',
    {
      'web/package.json': vite,
      'shop/__main__.py': FASTAPI,
      'README.md': block(
        'cd web && npm run dev',
        'python -m shop embed-chunks',
        'python -m shop.worker --once',
      ),
    },
    [],
  ],
  [
    'only where the README has none: another text',
    {
      'package.json': vite,
      'README.md': block('docker compose up'),
      'CONTRIBUTING.md': block('cd tools/chat && streamlit run main.py'),
      'tools/chat/main.py': '',
    },
    [['streamlit run main.py', 'CONTRIBUTING.md', why(4, ' in tools/chat')]],
  ],
  [
    'the same servers by other commands, `start` for `dev`, production, examples: nothing',
    {
      'api/main.py': FASTAPI,
      'api/requirements.txt': 'fastapi',
      'web/package.json': scripts({ dev: 'vite', start: 'vite' }, ['vite']),
      'README.md': `${block('cd api', 'uvicorn main:app --reload', 'python main.py', 'cd ../web', 'npm start')}
## Production\n\n${block('npm run start:prod').slice(8)}\n## More\n\n${block('streamlit run examples/a.py', 'npm run build', 'npm run storybook').slice(8)}`,
    },
    [],
  ],
  [
    'a target that is what was found, told in a sentence or in its folder: nothing',
    {
      Makefile: 'dev:\n\tcd api && ./tool serve & cd web && npm run dev\n',
      'web/package.json': vite,
      'README.md': 'Start it with `make dev`.\n',
    },
    [],
  ],
  [
    'the command that is run as it stands, and one that cannot be looked into beside both: nothing',
    {
      'package.json': scripts({ dev: 'concurrently npm:dev:*', 'dev:web': 'vite', 'dev:api': 'node a.js' }, [
        'vite',
        'express',
      ]),
      'a.js': "require('express')().listen(4000)",
      Makefile: 'dev:\n\t./tool up\n',
      'README.md': block('make dev'),
    },
    [],
  ],
];
for (const [title, files, leftOut] of places) {
  test(title, async () => {
    const found = await detect(await project(files));
    assert.deepEqual(
      found.leftOut.map((one) => [one.what, one.file, one.why]),
      leftOut,
    );
  });
}
