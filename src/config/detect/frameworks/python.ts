import type { Framework } from './types.ts';

const HOST_PORT = ['--host', '{host}', '--port', '{port}'];

const LOOPBACK = ['127.0.0.1'];
/** Both: from Werkzeug 3 on it takes the descriptor as its own reloader's child alone. That ends with 3 for a new start. */
const WERKZEUG: Framework['socket'] = {
  env: { WERKZEUG_SERVER_FD: '{fd}', WERKZEUG_RUN_MAIN: 'true' },
  hosts: LOOPBACK,
  hostName: 'FLASK_RUN_HOST',
  selects: true,
  respawn: 3,
};

/** Python servers by the command that starts them; `python -m x` is read as `x`. */
// biome-ignore format: a table, one line a framework
export const pythonFrameworks: Framework[] = [
  { id: 'uvicorn', label: 'uvicorn', role: 'backend', commands: ['uvicorn'], flags: HOST_PORT, port: 8000, socket: { flags: ['--fd', '{fd}'], hosts: LOOPBACK, hostName: 'UVICORN_HOST', noDelay: true } },
  { id: 'fastapi', label: 'FastAPI', role: 'backend', commands: ['fastapi dev', 'fastapi run'], flags: HOST_PORT, readsPort: true, port: 8000 },
  { id: 'flask', label: 'Flask', role: 'backend', commands: ['flask'], needs: /\brun\b/, flags: HOST_PORT, port: 5000, socket: WERKZEUG },
  { id: 'quart', label: 'Quart', role: 'backend', commands: ['quart'], needs: /\brun\b/, flags: HOST_PORT, port: 5000 },
  { id: 'django', label: 'Django', role: 'backend', commands: ['manage.py runserver', 'django-admin runserver', 'django runserver', 'manage.py runserver_plus'], flags: ['{host}:{port}'], hostless: ['{port}'], inPlace: /(\brunserver(?:_plus)?\b[^&|;]*?[\s:])(\d{2,5})(?=\s|$)/, port: 8000 },
  { id: 'gunicorn', label: 'gunicorn', role: 'backend', commands: ['gunicorn'], flags: ['-b', '{host}:{port}'], readsPort: true, inPlace: /((?:-b|--bind)[ =]?\S*:)(\d{2,5})\b/, port: 8000, socket: { flags: ['-b', 'fd://{fd}'], hosts: LOOPBACK, noPid: true, selects: true, proven: true } },
  { id: 'hypercorn', label: 'Hypercorn', role: 'backend', commands: ['hypercorn'], stopSignal: 'SIGINT', flags: ['--bind', '{host}:{port}'], inPlace: /((?:-b|--bind)[ =]?\S*:)(\d{2,5})\b/, port: 8000, socket: { flags: ['--bind', 'fd://{fd}'], hosts: LOOPBACK, proven: true } },
  { id: 'granian', label: 'Granian', role: 'backend', commands: ['granian'], flags: HOST_PORT, port: 8000 },
  { id: 'litestar', label: 'Litestar', role: 'backend', commands: ['litestar'], needs: /\brun\b/, flags: HOST_PORT, port: 8000 },
  { id: 'sanic', label: 'Sanic', role: 'backend', commands: ['sanic'], flags: HOST_PORT, port: 8000 },
  { id: 'streamlit', label: 'Streamlit', role: 'frontend', commands: ['streamlit run'], flags: ['--server.port', '{port}', '--server.address', '{host}', '--server.headless', 'true'], portFlag: /--server\.port[ =](\d+)/, hostFlag: /--server\.address\b/, port: 8501 },
  { id: 'gradio', label: 'Gradio', role: 'frontend', commands: ['gradio'], env: { GRADIO_SERVER_PORT: '{port}', GRADIO_SERVER_NAME: '{host}' }, port: 7860 },
  { id: 'chainlit', label: 'Chainlit', role: 'frontend', commands: ['chainlit run'], flags: [...HOST_PORT, '--headless'], port: 8000 },
  { id: 'panel', label: 'Panel', role: 'frontend', commands: ['panel serve'], flags: ['--port', '{port}', '--address', '{host}'], hostFlag: /--address\b/, port: 5006 },
  { id: 'mkdocs', label: 'MkDocs', role: 'frontend', commands: ['mkdocs serve'], flags: ['-a', '{host}:{port}'], inPlace: /((?:-a|--dev-addr)[ =]\S*:)(\d{2,5})\b/, port: 8000 },
  { id: 'http.server', label: 'http.server', role: 'frontend', commands: ['http.server'], flags: ['{port}', '--bind', '{host}'], inPlace: /(\bhttp\.server\b[^&|;]*?\s)(\d{2,5})(?=\s|$)/, port: 8000 },
  { id: 'daphne', label: 'Daphne', role: 'backend', commands: ['daphne'], flags: ['-p', '{port}', '-b', '{host}'], hostFlag: /(?:-b|--bind)\b/, port: 8000 },
  { id: 'waitress', label: 'Waitress', role: 'backend', commands: ['waitress-serve'], flags: ['--port={port}', '--host={host}'], port: 8080 },
  { id: 'aiohttp', label: 'aiohttp', role: 'backend', commands: ['adev runserver'], flags: ['--port', '{port}', '--host', '{host}'], port: 8000 },
  { id: 'emmett', label: 'Emmett', role: 'backend', commands: ['emmett develop'], flags: HOST_PORT, port: 8000 },
  { id: 'chalice', label: 'Chalice', role: 'backend', commands: ['chalice local'], flags: HOST_PORT, port: 8000 },
  { id: 'bentoml', label: 'BentoML', role: 'backend', commands: ['bentoml serve'], flags: HOST_PORT, port: 3000 },
  { id: 'langgraph', label: 'LangGraph', role: 'backend', commands: ['langgraph dev'], flags: HOST_PORT, port: 2024 },
  { id: 'adk', label: 'Agent Development Kit', role: 'backend', commands: ['adk api_server'], flags: HOST_PORT, port: 8000 },
  { id: 'adk', label: 'Agent Development Kit', role: 'frontend', commands: ['adk web'], flags: HOST_PORT, port: 8000 },
  { id: 'rasa', label: 'Rasa', role: 'backend', commands: ['rasa run'], flags: ['-p', '{port}', '-i', '{host}'], hostFlag: /(?:-i|--interface)\b/, port: 5005 },
  { id: 'rasa', label: 'Rasa actions', role: 'backend', commands: ['rasa run actions'], flags: ['-p', '{port}'], port: 5055 },
  { id: 'pyramid', label: 'Pyramid', role: 'backend', commands: ['pserve'], port: 6543 },
  { id: 'shiny', label: 'Shiny', role: 'frontend', commands: ['shiny run'], flags: HOST_PORT, port: 8000 },
  { id: 'solara', label: 'Solara', role: 'frontend', commands: ['solara run'], flags: HOST_PORT, port: 8765 },
  { id: 'marimo', label: 'marimo', role: 'frontend', commands: ['marimo edit', 'marimo run'], flags: HOST_PORT, port: 2718 },
  { id: 'voila', label: 'Voilà', role: 'frontend', commands: ['voila'], flags: ['--port={port}'], port: 8866 },
  { id: 'bokeh', label: 'Bokeh', role: 'frontend', commands: ['bokeh serve'], flags: ['--port', '{port}', '--address', '{host}'], hostFlag: /--address\b/, port: 5006 },
  { id: 'datasette', label: 'Datasette', role: 'frontend', commands: ['datasette', 'datasette serve'], not: ['install', 'package', 'publish', 'inspect', 'plugins'], flags: ['-p', '{port}', '-h', '{host}'], hostFlag: /(?:-h|--host)\b/, port: 8001 },
  { id: 'sphinx', label: 'Sphinx', role: 'frontend', commands: ['sphinx-autobuild'], flags: HOST_PORT, port: 8000 },
  { id: 'pelican', label: 'Pelican', role: 'frontend', commands: ['pelican'], needs: /(?:^|\s)(?:-\w*l\w*|--listen)\b/, flags: ['-p', '{port}', '-b', '{host}'], hostFlag: /(?:-b|--bind)\b/, port: 8000 },
  { id: 'zensical', label: 'Zensical', role: 'frontend', commands: ['zensical serve'], flags: ['-a', '{host}:{port}'], inPlace: /((?:-a|--dev-addr)[ =]\S*:)(\d{2,5})\b/, port: 8000 },
  { id: 'lektor', label: 'Lektor', role: 'frontend', commands: ['lektor server', 'lektor serve'], flags: ['-p', '{port}', '-h', '{host}'], hostFlag: /(?:-h|--host)\b/, port: 5000 },
];

/** Flask by a manage.py: Flask-Script's `runserver`, and `run` of Flask's own group. */
// biome-ignore format: as a line of the table
export const flaskScript: Framework = { id: 'flask', label: 'Flask', role: 'backend', flags: ['-h', '{host}', '-p', '{port}'], hostFlag: /(?:^|\s)(?:-h|--host)\b/, port: 5000 };

/** A server object or start that a Python file holds, most telling first. */
export interface PythonServer {
  id: string;
  label: string;
  /** In the file's text. */
  pattern: RegExp;
  /** Serves pages. */
  frontend?: boolean;
  /** How it is started: an ASGI or WSGI server, its own command, or the file itself. */
  start: 'uvicorn' | 'flask' | 'streamlit' | 'chainlit' | 'quart' | 'file';
  env?: Record<string, string>;
  port?: number;
}

// biome-ignore format: a table, one line a framework
export const pythonServers: PythonServer[] = [
  { id: 'streamlit', label: 'Streamlit', pattern: /^\s*(?:import|from) streamlit\b/m, frontend: true, start: 'streamlit', port: 8501 },
  { id: 'chainlit', label: 'Chainlit', pattern: /^\s*(?:import|from) chainlit\b/m, frontend: true, start: 'chainlit', port: 8000 },
  { id: 'gradio', label: 'Gradio', pattern: /^\s*(?:import|from) gradio\b|\.queue\([^()]*\)\.launch\(/m, frontend: true, start: 'file', env: { GRADIO_SERVER_PORT: '{port}', GRADIO_SERVER_NAME: '{host}' }, port: 7860 },
  { id: 'dash', label: 'Dash', pattern: /\bDash\(/, frontend: true, start: 'file', port: 8050 },
  { id: 'nicegui', label: 'NiceGUI', pattern: /^\s*(?:import|from) nicegui\b/m, frontend: true, start: 'file', port: 8080 },
  { id: 'fasthtml', label: 'FastHTML', pattern: /^\s*(?:import|from) fasthtml\b/m, frontend: true, start: 'file', port: 5001 },
  { id: 'fastapi', label: 'FastAPI', pattern: /\bFastAPI\(/, start: 'uvicorn', port: 8000 },
  { id: 'litestar', label: 'Litestar', pattern: /\bLitestar\(/, start: 'uvicorn', port: 8000 },
  { id: 'starlette', label: 'Starlette', pattern: /\bStarlette\(/, start: 'uvicorn', port: 8000 },
  { id: 'quart', label: 'Quart', pattern: /\bQuart\(/, start: 'quart', port: 5000 },
  { id: 'flask', label: 'Flask', pattern: /\b(?:Flask|APIFlask)\(/, start: 'flask', port: 5000 },
  { id: 'sanic', label: 'Sanic', pattern: /\bSanic\(/, start: 'file', port: 8000 },
  { id: 'aiohttp', label: 'aiohttp', pattern: /\bweb\.run_app\(/, start: 'file', port: 8080 },
  { id: 'tornado', label: 'Tornado', pattern: /\btornado\.web\b/, start: 'file' },
  { id: 'bottle', label: 'Bottle', pattern: /^\s*(?:import|from) bottle\b/m, start: 'file', port: 8080 },
  { id: 'python', label: 'Python', pattern: /\bHTTPServer\(|\bTCPServer\(|\bmake_server\(|\buvicorn\.run\(|\bwaitress\b|\bserve_forever\(/, start: 'file' },
];
