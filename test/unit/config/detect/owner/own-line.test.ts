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
    'what the README has people type, with its flags',
    {
      'README.md': '## Run\n```sh\ncd api/shop\nDEBUG=1 uvicorn main:app --port 8041\n```\n',
      'api/shop/main.py': FASTAPI,
      'api/shop/__init__.py': '',
      'api/requirements.txt': '',
    },
    'api backend uvicorn 8041: $ DEBUG=1 python3 -m uvicorn main:app --port 8041 +P @api/shop',
  ],
  [
    'what it has people type, by its runner and from another folder',
    {
      'README.md': '```\ncd api\nuv run uvicorn main:app --app-dir src --port 8042\n```\n',
      'api/src/main.py': `${FASTAPI}if __name__ == "__main__":\n    uvicorn.run("main:app", port=8043)\n`,
      'api/uv.lock': '',
      'api/pyproject.toml': '',
    },
    'api backend uvicorn 8042: $ uv run uvicorn main:app --app-dir src --port 8042 +P @api',
  ],
  [
    'a module that is served without what its file would do by itself',
    {
      'README.md': '```\ncd api\nuvicorn main:app --reload\n```\n',
      'api/main.py': `${FASTAPI}if __name__ == "__main__":\n    uvicorn.run("main:app", port=8043)\n`,
      'api/requirements.txt': '',
    },
    'api backend uvicorn 8000: $ python3 -m uvicorn main:app --reload +P @api',
  ],
  [
    'the file by itself, as the README has it: the number that it says',
    {
      'README.md': '```\ncd api\npython main.py\n```\nAlso: `uvicorn main:app`.\n',
      'api/main.py': `${FASTAPI}if __name__ == "__main__":\n    uvicorn.run("main:app", port=8043)\n`,
      'api/requirements.txt': '',
    },
    'api backend fastapi 8043: python3 -m uvicorn main:app --reload +P @api',
  ],
  [
    'how it is deployed is not how it is developed',
    {
      'README.md': '## Production\n```\ncd api\nuvicorn main:app --port 80 --workers 4\n```\n',
      'api/main.py': FASTAPI,
      'api/requirements.txt': '',
    },
    'api backend fastapi 8000: python3 -m uvicorn main:app --reload +P @api',
  ],
  [
    'a script of Hatch',
    {
      'api/pyproject.toml': '[tool.hatch.envs.default.scripts]\nserve = "uvicorn shop.app:app --port 8024"\n',
      'api/shop/app.py': FASTAPI,
      'api/shop/__init__.py': '',
    },
    'api backend uvicorn 8024: $ uvicorn shop.app:app --port 8024 +P @api',
  ],
  [
    'a console script that serves the module: its number',
    {
      'api/pyproject.toml': '[project.scripts]\nserve = "shop.cli:serve"\n',
      'api/uv.lock': '',
      'api/shop/app.py': FASTAPI,
      'api/shop/cli.py': 'import uvicorn\n\n\ndef serve():\n    uvicorn.run("shop.app:app", port=8023)\n',
      'api/shop/__init__.py': '',
    },
    'api backend fastapi 8023: uv run python -m uvicorn shop.app:app --reload +P @api',
  ],
  [
    'Go: what it is given',
    {
      Makefile: 'dev:\n\tcd api && go run cmd/main.go -c ./conf\n',
      'api/go.mod': 'module example.com/shop\n',
      'api/cmd/main.go': 'package main\n\nfunc main() { http.ListenAndServe(":8080", nil) }\n',
    },
    'api backend go 8080: $ cd api && go run cmd/main.go -c ./conf',
  ],
  [
    'Rust: what it is given, as the README has it',
    {
      'README.md': '```\ncd api\ncargo run -- --config dev.toml\n```\n',
      'api/Cargo.toml': '[package]\nname = "api"\n[dependencies]\naxum = "0.8"\n',
      'api/src/main.rs': 'fn main() { TcpListener::bind("0.0.0.0:8081"); }\n',
    },
    'api backend rust 8081: $ cargo run -- --config dev.toml @api',
  ],
  [
    'Rust: the word that a workspace’s one program wants',
    {
      'README.md': '```\ncargo run -p shop -- serve\n```\n',
      'Cargo.toml': '[workspace]\nmembers = ["apps/shop"]\n',
      'apps/shop/Cargo.toml': '[package]\nname = "shop"\n[dependencies]\naxum = "0.8"\n',
      'apps/shop/src/main.rs': 'fn main() { TcpListener::bind("0.0.0.0:8082"); }\n',
    },
    'backend backend rust 8082: $ cargo run -p shop -- serve',
  ],
  [
    'Go: nothing more than it is started with anyhow',
    {
      Makefile: 'dev:\n\tcd api && go run .\n',
      'api/go.mod': 'module example.com/shop\n',
      'api/main.go': 'package main\n\nfunc main() { http.ListenAndServe(":8080", nil) }\n',
    },
    'api backend go 8080: go run . @api',
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
