import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  consoleScripts,
  entryOf,
  functionsOf,
  importsOf,
  manageKind,
  startsServer,
  uvicornTarget,
} from '../../../../src/config/detect/python-source.ts';
import { type Files, found } from './files.ts';

const FASTAPI = 'from fastapi import FastAPI\napp = FastAPI()\n';
const FACTORY =
  'from fastapi import FastAPI\n\n\ndef make(debug: bool = False) -> FastAPI:\n    app = FastAPI()\n    return app\n';
const DJANGO =
  'import os\ndef main():\n    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")\n    from django.core.management import execute_from_command_line\n';
const HP = '--port {port}';
const uvicorn = (target: string, more = '') => `python3 -m uvicorn ${target}${more} --reload ${HP}`;

const cases: [string, Files, string[]][] = [
  [
    'Django’s manage.py',
    { 'manage.py': DJANGO },
    ['backend backend django 8000: python3 manage.py runserver {port}'],
  ],
  [
    'a manage.py that says nothing, beside Django in the requirements',
    { 'manage.py': 'from shop.manage import main\nmain()\n', 'requirements.txt': 'Django==5.2\n' },
    ['backend backend django 8000: python3 manage.py runserver {port}'],
  ],
  [
    'django-filter alone is not Django',
    { 'manage.py': 'import click\n', 'requirements.txt': 'django-environ\n', 'main.py': FASTAPI },
    [`backend backend fastapi 8000: ${uvicorn('main:app')}`],
  ],
  [
    'Flask-Script',
    { 'manage.py': 'from flask_script import Manager\nmanager = Manager(app)\n' },
    ['backend backend flask 5000: python3 manage.py runserver -p {port}'],
  ],
  [
    'Flask’s own group',
    { 'manage.py': 'from flask.cli import FlaskGroup\ncli = FlaskGroup(create_app=create_app)\n' },
    ['backend backend flask 5000: python3 manage.py run -p {port}'],
  ],
  [
    'a manage.py of click: the server beside it',
    { 'manage.py': 'import click\n\n@click.group()\ndef cli(): ...\n', 'app/main.py': FASTAPI },
    [`backend backend fastapi 8000: ${uvicorn('app.main:app')}`],
  ],
  [
    'the address of the file’s own start',
    {
      'main.py': `${FASTAPI}if __name__ == "__main__":\n    uvicorn.run("main:app", port=int(os.getenv("PORT", "5050")), host="0.0.0.0")\n`,
    },
    [`backend backend fastapi 8000: python3 -m uvicorn main:app --reload --host 0.0.0.0 ${HP}`],
  ],
  [
    'the address of app.run',
    {
      'app.py':
        'from flask import Flask\napp = Flask(__name__)\napp.run(debug=True, host=os.environ.get("HOST", "0.0.0.0"))\n',
    },
    [`backend backend flask 5000: python3 -m flask --app app run --debug --host 0.0.0.0 ${HP}`],
  ],
  [
    'a main block that makes tables first: the file is the server',
    {
      'app.py':
        'from flask import Flask\napp = Flask(__name__)\nif __name__ == "__main__":\n    with app.app_context():\n        db.create_all()\n    app.run(debug=True)\n',
    },
    ['backend backend flask 5000: python3 app.py'],
  ],
  [
    'main() that loads variables and starts a thread',
    {
      'server/main.py': `${FASTAPI}\ndef main():\n    load_dotenv()\n    uvicorn.run(\n        "server.main:app",\n        port=8000,\n    )\n\nif __name__ == "__main__":\n    main()\n`,
      'requirements.txt': 'fastapi',
    },
    ['server backend fastapi 8000: python3 -m server.main'],
  ],
  [
    'a starter that loads variables before it serves another file’s object',
    {
      'app/main.py': FASTAPI,
      'run.py':
        'import uvicorn\nfrom dotenv import load_dotenv\nif __name__ == "__main__":\n    load_dotenv("dev.env")\n    uvicorn.run("app.main:app", reload=True)\n',
    },
    ['backend backend fastapi 8000: python3 run.py'],
  ],
  [
    'the folder in which its own name for itself holds',
    {
      'server/main.py': `${FASTAPI}if __name__ == "__main__":\n    uvicorn.run("server.main:app", port=8000)\n`,
    },
    [`server backend fastapi 8000: ${uvicorn('server.main:app')}`],
  ],
  [
    'Flask-SocketIO’s own run',
    {
      'app.py':
        'from flask import Flask\nfrom flask_socketio import SocketIO\napp = Flask(__name__)\nsocketio = SocketIO(app)\nif __name__ == "__main__":\n    socketio.run(app, port=5000)\n',
    },
    ['backend backend flask 5000: python3 app.py'],
  ],
  [
    'a main block that prints, parses and serves: the object is the server',
    {
      'main.py': `${FASTAPI}if __name__ == "__main__":\n    port = int(os.environ.get("PORT", 8000))\n    print(f"http://localhost:{port}")\n    logger.info("start")\n    uvicorn.run(\n        app,\n        port=max(port, 1),\n    )\n`,
    },
    [`backend backend fastapi 8000: ${uvicorn('main:app')}`],
  ],
  [
    'FastAPI two folders down',
    { 'requirements.txt': 'fastapi', 'shop/orders/main.py': FASTAPI },
    [`backend backend fastapi 8000: ${uvicorn('shop.orders.main:app')}`],
  ],
  [
    'src layout two folders down',
    {
      'pyproject.toml': '',
      'src/shop/__init__.py': '',
      'src/shop/main.py': `from shop.db import db\n${FASTAPI}`,
    },
    [`backend backend fastapi 8000: ${uvicorn('shop.main:app')} @src`],
  ],
  [
    'imports of the modules beside it',
    { 'requirements.txt': '', 'app/main.py': `import models\n${FASTAPI}`, 'app/models.py': '' },
    [`backend backend fastapi 8000: ${uvicorn('main:app')} @app`],
  ],
  [
    'app = make() of another module',
    { 'main.py': 'from factory import make\n\napp = make()\n', 'factory.py': FACTORY },
    [`backend backend fastapi 8000: ${uvicorn('main:app')}`],
  ],
  [
    'app = make() of a package',
    {
      'shop/main.py': 'from shop.core.factory import make\n\napp = make()\n',
      'shop/core/factory.py': FACTORY,
      'requirements.txt': '',
    },
    [`backend backend fastapi 8000: ${uvicorn('shop.main:app')}`],
  ],
  [
    'a factory by any name',
    { 'main.py': FACTORY },
    [`backend backend fastapi 8000: ${uvicorn('main:make', ' --factory')}`],
  ],
  [
    'a Flask factory by any name',
    { 'web.py': 'from flask import Flask\ndef shop():\n    return Flask(__name__)\n' },
    [`backend backend flask 5000: python3 -m flask --app web:shop run --debug ${HP}`],
  ],
  [
    'run.py with the object of a Flask factory',
    {
      'run.py':
        'from shop import create_app\napp = create_app()\nif __name__ == "__main__":\n    app.run(debug=True)\n',
      'shop/__init__.py': 'from flask import Flask\ndef create_app(config):\n    return Flask(__name__)\n',
    },
    [`backend backend flask 5000: python3 -m flask --app run run --debug ${HP}`],
  ],
  [
    'run.py that names what uvicorn runs',
    {
      'run.py': 'import uvicorn\nuvicorn.run("shop.api:api", reload=True)\n',
      'shop/api.py': 'from fastapi import FastAPI\napi = FastAPI()\n',
    },
    [`backend backend fastapi 8000: ${uvicorn('shop.api:api')}`],
  ],
  [
    '[project.scripts] points to the module of the app',
    {
      'pyproject.toml': '[project.scripts]\nserve = "shop.web.entry:run"\n',
      'src/shop/web/entry.py': `${FASTAPI}def run():\n    uvicorn.run(app)\n`,
    },
    [`backend backend fastapi 8000: ${uvicorn('shop.web.entry:app')} @src`],
  ],
  [
    '[project.scripts] calls what starts it, with uv',
    {
      'pyproject.toml': '[project]\nname = "shop"\n[project.scripts]\nshop-dev = "shop.core.boot:dev"\n',
      'uv.lock': '',
      'shop/core/boot.py': 'import uvicorn\ndef dev():\n    uvicorn.run("elsewhere:app", port=8123)\n',
    },
    ['backend backend python -: uv run shop-dev'],
  ],
  [
    '[tool.poetry.scripts] without an environment: what it would call',
    {
      'pyproject.toml': '[tool.poetry.scripts]\nstart = "shop.core.boot:dev"\n',
      'shop/core/boot.py': 'import uvicorn\ndef dev():\n    uvicorn.run("elsewhere:app")\n',
    },
    ['backend backend python -: python3 -c from shop.core.boot import dev; dev()'],
  ],
  [
    'Litestar’s command line under the project’s name, its package where pyproject.toml says',
    {
      'pyproject.toml':
        '[project.scripts]\napp = "app.__main__:run_cli"\n[tool.hatch.build.targets.wheel]\npackages = ["lib/py/app"]\n',
      'uv.lock': '',
      'lib/py/app/__main__.py':
        'def run_cli():\n    from litestar.cli.main import litestar_group\n    litestar_group()\n',
    },
    ['backend backend litestar 8000: uv run app run --port {port}'],
  ],
  [
    'a console script that puts the app together before it serves it, with the flag of the module that reads flags',
    {
      'pyproject.toml':
        '[project.scripts]\nshop = "shop.main:run"\n[tool.hatch.build.targets.wheel]\npackages = ["src/shop"]\n',
      'uv.lock': '',
      'src/shop/main.py': `from shop.utils.cli import cli\nfrom fastapi import FastAPI\nif DEBUG:\n    app = FastAPI(debug=True)\nelse:\n    app = FastAPI()\n\ndef run(start=True):\n    args = cli()\n    configure_routes(app)\n    serve(app, args.port)\n\ndef serve(app, port):\n    uvicorn.run(app, port=port)\n`,
      'src/shop/utils/cli.py':
        'parser.add_argument("--port", "-p", type=int, default=42110, help="Port (default: 42110)")\n',
    },
    ['backend backend fastapi 42110: uv run shop --port {port}'],
  ],
  [
    'a console script of argparse that serves by itself',
    {
      'pyproject.toml': '[project.scripts]\nshop = "shop.core.boot:main"\n',
      'uv.lock': '',
      'shop/core/boot.py':
        'def main():\n    p = argparse.ArgumentParser()\n    p.add_argument("--port", default=7070)\n    uvicorn.run("elsewhere:app")\n',
    },
    ['backend backend python 7070: uv run shop --port {port}'],
  ],
  [
    'a file that serves when it is imported is run itself',
    {
      'example.py': 'from shop.server import Shop\n\nserver = Shop()\nserver.run("localhost", 8000)\n',
      'shop/__init__.py': '',
      'shop/server.py':
        'from fastapi import FastAPI\nclass Shop:\n    def __init__(self):\n        self.app = FastAPI()\n',
    },
    ['backend backend fastapi 8000: python3 example.py'],
  ],
  [
    'a folder whose files are opened from above',
    {
      'model/api.py': `${FASTAPI}weights = load("model/best.pkl")\n`,
      'model/best.pkl': '',
      'model/requirements.txt': '',
    },
    [`model backend fastapi 8000: ${uvicorn('model.api:app')}`],
  ],
  [
    'a file of that name within the folder itself',
    {
      'model/api.py': `${FASTAPI}weights = load("model/best.pkl")\n`,
      'model/model/best.pkl': '',
      'model/best.pkl': '',
      'model/requirements.txt': '',
    },
    [`model backend fastapi 8000: ${uvicorn('api:app')} @model`],
  ],
  [
    'a folder whose files import it by its name',
    { 'backend/server/app.py': `from backend.core import x\n${FASTAPI}`, 'backend/requirements.txt': '' },
    [`backend backend fastapi 8000: ${uvicorn('backend.server.app:app')}`],
  ],
  [
    'a console script that is a command line is no server',
    {
      'pyproject.toml': '[project.scripts]\nshop = "shop.deep.cli:main"\n',
      'shop/deep/cli.py':
        'import typer, uvicorn\ncli = typer.Typer()\n@cli.command()\ndef serve():\n    uvicorn.run("x:app")\ndef main():\n    cli()\n',
    },
    ['NOTHING_FOUND'],
  ],
];
for (const [name, files, expected] of cases) {
  test(`Python: ${name}`, async () => assert.deepEqual(await found(files), expected));
}

const entries: [string, string, ReturnType<typeof entryOf>][] = [
  ['fastapi', 'app: FastAPI = FastAPI(\n  title="x")', { name: 'app', factory: false }],
  ['fastapi', 'api = fastapi.FastAPI()', { name: 'api', factory: false }],
  ['fastapi', 'app = make()', { name: 'app', factory: false }],
  ['fastapi', 'def main():\n    app = FastAPI()\n    uvicorn.run(app)\n', undefined],
  [
    'fastapi',
    'if DEBUG:\n    app = FastAPI(debug=True)\nelse:\n    app = FastAPI()\n',
    { name: 'app', factory: false },
  ],
  ['fastapi', 'if __name__ == "__main__":\n    app = FastAPI()\n    uvicorn.run(app)\n', undefined],
  ['fastapi', 'def build(settings):\n    return FastAPI()\n', undefined],
  [
    'fastapi',
    'def build(settings: Settings | None = None) -> FastAPI:\n    return FastAPI()\n',
    { name: 'build', factory: true },
  ],
  ['flask', 'def create_app():\n    return Flask(__name__)\n', { name: 'create_app', factory: true }],
];
for (const [id, text, expected] of entries) {
  test(`the entry of ${JSON.stringify(text)}`, () =>
    assert.deepEqual(entryOf(text, { id, label: id }), expected));
}

test('functions end where the next line at the margin begins', () => {
  const found = functionsOf('def a(x):\n    one\n\n    two\n)\nasync def b():\n    three\nfour\n');
  assert.deepEqual(
    found.map(({ name, callable, body }) => [name, callable, body.trim()]),
    [
      ['a', false, 'one\n\n    two\n)'],
      ['b', true, 'three'],
    ],
  );
});

test('imports, in brackets and renamed', () => {
  assert.deepEqual(
    importsOf('from .a.b import c as d, e\nfrom x import (\n  y,  # why\n  z as q,\n)\nimport os\n'),
    [
      { module: '.a.b', name: 'c', as: 'd' },
      { module: '.a.b', name: 'e', as: 'e' },
      { module: 'x', name: 'y', as: 'y' },
      { module: 'x', name: 'z', as: 'q' },
    ],
  );
});

test('what uvicorn.run is given', () => {
  assert.deepEqual(uvicornTarget('uvicorn.run(\n    "a.b:app", host="0.0.0.0", reload=True)'), {
    module: 'a.b',
    name: 'app',
    factory: false,
  });
  assert.deepEqual(uvicornTarget('uvicorn.run("a:make", factory=True)'), {
    module: 'a',
    name: 'make',
    factory: true,
  });
  assert.equal(uvicornTarget('uvicorn.run(app)'), undefined);
});

test('whose manage.py it is', () => {
  assert.equal(manageKind(DJANGO), 'django');
  assert.equal(manageKind('from flask.ext.script import Manager'), 'flask-script');
  assert.equal(manageKind('from flask.cli import FlaskGroup'), 'flask-cli');
  assert.equal(manageKind('import typer'), undefined);
});

test('console scripts, those that serve first', () => {
  const toml =
    '[project]\nname = "x"\n[project.scripts]\nmigrate = "x.db:main"\n"serve" = \'x.web:run\'\n[tool.ruff]\nserve = "no:no"\n';
  assert.deepEqual(consoleScripts(toml), [
    { name: 'serve', module: 'x.web', call: 'run' },
    { name: 'migrate', module: 'x.db', call: 'main' },
  ]);
});

test('a function starts a server, or parses a command line', () => {
  assert.equal(startsServer('def run():\n    uvicorn.run(app)\n', 'run'), true);
  assert.equal(startsServer('def run(port):\n    uvicorn.run(app)\n', 'run'), false);
  assert.equal(startsServer('def run():\n    print(1)\n', 'run'), false);
  assert.equal(
    startsServer('def run():\n    p = argparse.ArgumentParser()\n    uvicorn.run(app)\n', 'run'),
    false,
  );
});
