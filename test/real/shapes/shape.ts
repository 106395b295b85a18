/** What a shape of project is, and the pieces of which most are made. */

/** A small project of a kind that many have, with its owner's own command. */
export interface Shape {
  /** The tools that matter. */
  name: string;
  /** Whose node_modules it has: a row of `installs.ts`. */
  packages?: string;
  /** The folders that have these, where it is not the project's own. */
  installedIn?: string[];
  /** The folder in which its virtual environment lies. */
  venv?: string;
  /** What must be on PATH beside node and python3. */
  needs?: string;
  files: Record<string, string>;
  /** What the owner types, each line in a terminal of its own, all in the project's folder. */
  owner: string[];
  /** The page under the owner's command. */
  url: string;
  /** A source of the page with `first words` in it, which the browser shows anew by itself when they are edited. */
  edit?: string;
  /** What the page says on its WebSocket when it begins to hear of edits, where one before that is lost on it. */
  subscribes?: RegExp;
  /** Its owner's command ends without an address beside the loopback's. */
  cable?: boolean;
  /** The places of written ports that nothing can let follow: `file:line`, by port. */
  strays?: Record<number, string[]>;
}

/** What any server of a shape answers: whose it is, and what it was asked. */
export interface Answer {
  /** Its working folder: tells the copies of a project apart. */
  from: string;
  method?: string;
  host?: string;
  origin?: string | null;
}

/**
 * Browser code that makes the page's calls, one after the other, and keeps what they reached in `window.reached`.
 * @param calls expressions of promises of answers, by name; `heard(URL)` gives a WebSocket's first message
 */
export const reach = (calls: Record<string, string>): string => `
const heard = (url) => new Promise((resolve, reject) => {
  const socket = new WebSocket(url)
  socket.onmessage = ({ data }) => { resolve(JSON.parse(data)); socket.close() }
  socket.onerror = () => reject(new Error('no WebSocket at ' + url))
})
const json = (answer) => answer.ok ? answer.json() : answer.text().then((text) => { throw new Error(answer.status + ' ' + text.slice(0, 200)) })
window.reached = (async () => {
  const reached = {}
  for (const [name, call] of Object.entries({ ${Object.entries(calls)
    .map(([name, call]) => `${name}: () => ${call}`)
    .join(', ')} })) reached[name] = await call().catch((error) => 'failed: ' + error.message)
  return reached
})()
`;

/** A request that a browser asks about before, with the user's cookies. */
export const PUT = `{ method: 'PUT', credentials: 'include', headers: { 'content-type': 'application/json' }, body: '{}' }`;

/** An Express handler, or any that has Node's request. */
export const answer = (): string =>
  '({ from: process.cwd(), method: request.method, host: request.headers.host, origin: request.headers.origin ?? null })';

/** The same of FastAPI's and Starlette's requests. */
export const pythonAnswer = (method = 'request.method'): string =>
  `{"from": os.getcwd(), "method": ${method}, "host": request.headers.get("host"), "origin": request.headers.get("origin")}`;

export const page = (script: string, body = '<div id="app"></div>'): string =>
  `<!doctype html><html lang="en"><head><title>page</title></head><body>${body}<script type="module" src="${script}"></script></body></html>\n`;

/** A page's words, which an edit changes. */
export const WORDS = "document.querySelector('#app').textContent = 'first words'\n";

export const manifest = (content: object): string =>
  `${JSON.stringify({ private: true, type: 'module', ...content }, null, 2)}\n`;

/** The versions do not matter here: what is installed is what `installs.ts` says. */
export const any = (...names: string[]): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, '*']));

/** An Express of CommonJS, as most such projects have it. */
export const express = (listen: string, before = '', middleware = '', route = '/api/hello'): string =>
  `const express = require('express')
${before}
const app = express()
${middleware}
app.all('${route}', (request, response) => response.json(${answer()}))
${listen}
`;

export const relative = {
  get: "fetch('/api/hello').then(json)",
  put: `fetch('/api/hello', ${PUT}).then(json)`,
};

export const html = (body: string): string =>
  `<!doctype html><html lang="en"><head><title>page</title></head><body>${body}</body></html>\n`;
