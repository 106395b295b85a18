import assert from 'node:assert/strict';
import { test } from 'node:test';
import { detect, type Files, projects, scripts, summary } from '../projects.ts';

/** A server that its folder shows, by the owner's own line for it. */

const project = await projects();
const FASTAPI = 'from fastapi import FastAPI\napp = FastAPI()\n';
const WEB = 'web frontend vite 5173: npm run dev -- +P @web';

const cases: [string, Files, string][] = [
  [
    'a task of Taskfile.yml, with its variables',
    {
      'Taskfile.yml':
        'version: 3\nenv:\n  PRODUCTION: false\ntasks:\n  test:\n    cmds: [poetry run pytest]\n  py:\n    cmds:\n      - poetry run python api/main.py\n',
      'api/main.py': `${FASTAPI}if __name__ == "__main__":\n    uvicorn.run(app, port=9000)\n`,
    },
    'api backend fastapi 9000: PRODUCTION=false $ poetry run python api/main.py',
  ],
  [
    'a make target for it alone, beside others',
    {
      Makefile:
        'backend:\n\tcd api && DEBUG=1 uvicorn main:app --port 8050\nother:\n\tcd api && uvicorn other:app\nprod:\n\tcd api && gunicorn main:app\n',
      'api/main.py': FASTAPI,
      'api/requirements.txt': '',
    },
    'api backend uvicorn 8050: $ cd api && DEBUG=1 uvicorn main:app --port 8050 +P',
  ],
  [
    'a task of pyproject.toml, in the project’s environment',
    {
      'api/pyproject.toml':
        '[tool.taskipy.tasks]\ntest = "pytest"\nserver = { cmd = "env INSECURE=true uvicorn shop.app:app --workers 1", help = "run" }\n',
      'api/uv.lock': '',
      'api/shop/app.py': FASTAPI,
      'api/shop/__init__.py': '',
    },
    'api backend uvicorn 8000: $ uv run env INSECURE=true uvicorn shop.app:app --workers 1 +P @api',
  ],
  [
    'make serve at the top, by a file of its own',
    {
      Makefile: 'lint:\n\truff check .\nserve:\n\tpython serve.py\n',
      'manage.py': 'from flask.cli import FlaskGroup\ncli = FlaskGroup(create_app=create_app)\n',
      'requirements.txt': 'flask\n',
      'serve.py': 'app = create_app()\napp.run(port=4000)\n',
    },
    'backend backend python 4000: $ python serve.py',
  ],
  [
    'make run that is no server',
    {
      Makefile: 'run:\n\tpython train.py\n',
      'main.py': FASTAPI,
      'train.py': 'fit()\n',
      'requirements.txt': '',
    },
    'backend backend fastapi 8000: python3 -m uvicorn main:app --reload +P',
  ],
  [
    'a target of another name than a server’s',
    {
      Makefile: 'load:\n\tcd api && LOAD=1 uvicorn main:app\n',
      'api/main.py': FASTAPI,
      'api/requirements.txt': '',
    },
    'api backend fastapi 8000: python3 -m uvicorn main:app --reload +P @api',
  ],
];

for (const [title, files, expected] of cases) {
  test(`the owner's own line: ${title}`, async () => {
    const root = await project({ ...files, 'web/package.json': scripts({ dev: 'vite' }, ['vite']) });
    const { apps } = await detect(root);
    assert.deepEqual(
      apps.map((app) => summary(app, root)),
      [expected, WEB],
    );
  });
}
