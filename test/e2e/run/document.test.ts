// The examples of PMDaemon's document on ports, word for word, as JSON, YAML and TOML: Node and Python mixed, on the
// ports that they name. Those are fixed, so each project has a network of its own.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { Rig } from '../../rig/rig.ts';

const NODE = `
const port = process.env.PORT || 3000;
const instanceId = process.env.PM2_INSTANCE_ID || 0;
require('node:http')
  .createServer((_, to) => to.end(\`\${process.argv[1]} \${instanceId} \${process.env.NODE_APP_INSTANCE}\`))
  .listen(port, () => console.log(\`Instance \${instanceId} listening on port \${port}\`));
`;

/** Stands for the real one, which few machines have: the port by UVICORN_PORT or --port, as there, never by PORT. */
const UVICORN = `
import argparse, http.server, os
parser = argparse.ArgumentParser()
parser.add_argument('app')
parser.add_argument('--host', default=os.environ.get('UVICORN_HOST', '127.0.0.1'))
parser.add_argument('--port', type=int, default=int(os.environ.get('UVICORN_PORT', 8000)))
given = parser.parse_args()
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(f"{given.app} {os.environ['PM2_INSTANCE_ID']} {os.environ['NODE_APP_INSTANCE']}".encode())
http.server.ThreadingHTTPServer((given.host, given.port), Handler).serve_forever()
`;

const JSON_FILE = `{
  "apps": [
    {
      "name": "api-gateway",
      "script": "node",
      "args": ["gateway.js"],
      "port": "8080"
    },
    {
      "name": "user-service",
      "script": "node",
      "args": ["user-service.js"],
      "instances": 2,
      "port": "8001-8002"
    },
    {
      "name": "order-service", 
      "script": "python",
      "args": ["-m", "uvicorn", "main:app"],
      "instances": 3,
      "port": "auto:8010-8020"
    }
  ]
}
`;

const YAML_FILE = `apps:
  - name: api-gateway
    script: node
    args: [gateway.js]
    port: "8080"
  - name: user-service
    script: node
    args: [user-service.js]
    instances: 2
    port: 8001-8002
  - name: order-service
    script: python
    args:
      - -m
      - uvicorn
      - main:app
    instances: 3
    port: auto:8010-8020
`;

const TOML_FILE = `[[apps]]
name = "api-gateway"
script = "node"
args = ["gateway.js"]
port = "8080"

[[apps]]
name = "user-service"
script = "node"
args = ["user-service.js"]
instances = 2
port = "8001-8002"

[[apps]]
name = "order-service"
script = "python"
args = ["-m", "uvicorn", "main:app"]
instances = 3
port = "auto:8010-8020"
`;

/** Up, what is listed, who answers on each port, stopped: each on a line of its own. The first argument: what asks. */
const SCRIPT = `
set -e
ask=$1; shift
ip link set lo up
"$@" up --json
"$@" list --json
node -e "$ask"
"$@" stop --json
`;

const ASK = `
Promise.all([8080, 8001, 8002, 8010, 8011, 8012].map(async (port) =>
  (await fetch('http://127.0.0.1:' + port)).text())).then((answers) => console.log(JSON.stringify(answers)))
`;

const NETWORK = ['unshare', '--user', '--map-root-user', '--net'];
const skip = spawnSync('unshare', [...NETWORK.slice(1), 'ip', 'link', 'set', 'lo', 'up']).status !== 0;

for (const [file, text] of [
  ['devstart.config.json', JSON_FILE],
  ['devstart.config.yaml', YAML_FILE],
  ['devstart.config.toml', TOML_FILE],
] as const) {
  test(`the document's microservices run as ${path.extname(file)}`, {
    skip: skip && 'no right to a network namespace',
  }, async (t) => {
    const rig = await Rig.create(t);
    const files = {
      [file]: text,
      'gateway.js': NODE,
      'user-service.js': NODE,
      'uvicorn.py': UVICORN,
      'main.py': '',
    };
    for (const [name, content] of Object.entries(files)) await writeFile(path.join(rig.dir, name), content);
    // Some systems have no `python`, only `python3`.
    const python = execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' });
    await mkdir(path.join(rig.dir, 'bin'));
    await symlink(python.trim(), path.join(rig.dir, 'bin/python'));
    const run = rig.spawnDevstart([], {
      env: { PATH: `${path.join(rig.dir, 'bin')}:${process.env.PATH}` },
      under: [...NETWORK, 'sh', '-c', SCRIPT, 'sh', ASK],
    });
    assert.equal(await rig.exitCode(run), 0, run.stdout() + run.stderr());
    const [up, rows, answers] = run
      .stdout()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.deepEqual([up.type, up.already], ['up', false]);
    assert.deepEqual(
      rows.map((row: Record<string, unknown>) => [row.app, row.instance, row.port, row.status]),
      [
        ['api-gateway', 0, 8080, 'ready'],
        ['user-service', 0, 8001, 'ready'],
        ['user-service', 1, 8002, 'ready'],
        ['order-service', 0, 8010, 'ready'],
        ['order-service', 1, 8011, 'ready'],
        ['order-service', 2, 8012, 'ready'],
      ],
    );
    const at = (name: string): string => path.join(rig.dir, name);
    assert.deepEqual(answers, [
      `${at('gateway.js')} 0 0`,
      `${at('user-service.js')} 0 0`,
      `${at('user-service.js')} 1 1`,
      'main:app 0 0',
      'main:app 1 1',
      'main:app 2 2',
    ]);
  });
}
