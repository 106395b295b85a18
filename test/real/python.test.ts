/** Ordinary Python backends with a Vite frontend beside them, each in its own virtual environment. */
import path from 'node:path';
import { test } from 'node:test';
import { startsAndStops } from './checks.ts';
import { createVite, MINUTE, type Project, project, sh, venv } from './support.ts';

const timeout = 10 * MINUTE;

async function viteFrontend(at: Project, port: number): Promise<void> {
  await createVite(at.root, 'frontend', 'vanilla');
  at.write({
    'frontend/src/main.js': `const api = import.meta.env.VITE_API_URL ?? 'http://localhost:${port}'
const { message } = await (await fetch(\`\${api}/hello\`)).json()
document.querySelector('#app').textContent = message
`,
  });
  await sh(path.join(at.root, 'frontend'), 'npm', 'install');
}

test('Vite and FastAPI: the folders frontend and backend', { timeout }, async (t) => {
  const at = project(t, 'notes');
  at.write({
    'backend/requirements.txt': 'fastapi\nuvicorn[standard]\n',
    'backend/main.py': `import os

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

app = FastAPI()
app.add_middleware(
    CORSMiddleware,
    allow_origins=os.getenv("CORS_ORIGINS", "http://localhost:5173").split(","),
    allow_methods=["*"],
    allow_headers=["*"],
)


@app.get("/hello")
def hello():
    return {"message": "Hello"}
`,
  });
  await venv(path.join(at.root, 'backend'), '-r', path.join(at.root, 'backend/requirements.txt'));
  await viteFrontend(at, 8000);
  await startsAndStops(t, at, { api: '/hello', page: /id="app"/, module: '/src/main.js', apps: 2 });
});

test('Flask at the top and Vite in frontend', { timeout }, async (t) => {
  const at = project(t, 'polls');
  at.write({
    'requirements.txt': 'flask\nflask-cors\n',
    'app.py': `import os

from flask import Flask
from flask_cors import CORS

app = Flask(__name__)
CORS(app, origins=os.environ.get("CORS_ORIGINS", "http://localhost:5173").split(","))


@app.route("/hello")
def hello():
    return {"message": "Hello"}


if __name__ == "__main__":
    app.run(debug=True)
`,
  });
  await venv(at.root, '-r', path.join(at.root, 'requirements.txt'));
  await viteFrontend(at, 5000);
  await startsAndStops(t, at, { api: '/hello', page: /id="app"/, module: '/src/main.js', apps: 2 });
});
