import path from 'node:path';
import { importsOf, openImport, openScript, TELLING } from './modules.ts';
import type { SourceFile } from './sources.ts';
import { closing, expressionEnd } from './text.ts';
import { portOf, type Said, type Trail } from './values.ts';

/** How a server's code says where it listens. */
interface Listening extends Said {
  /** What says it, for people: `app.listen`. */
  label: string;
  /** What is handed over for a port and leads to neither a number nor a variable, for people: `cfg.port in main.py`. */
  unclear?: string;
}

/** Calls that start a server: their first argument is the port, or an object with it. */
const SCRIPT_CALLS =
  /(?<![\w$])((?:[\w$]+(?:\([^()\n]*\))?\s*\??\.\s*)*(?:listen|listenAsync|startStandaloneServer|serve|server|Server|start|WebSocketServer)|require\(['"]socket\.io['"]\)(?=\(\s*(?:\d|process\.env\b)))\s*(?:<[^<>()]*>)?\(/g;
/** Of these only a `port` key counts: their first argument is something else, or anything. */
const KEYED_ONLY = /(?:^|\.)(?:serve|server|Server|start|startStandaloneServer|WebSocketServer)$/;
/** Socket.IO's `new Server(8000, …)`. */
const OF_NUMBER = /^Server\(\s*\d{4,5}\s*[,)]/;
const NEVER =
  /^(?:history|router|events?|emitter|socket|window|document|store|i18n|player|nodemailer|db|redis|client)\./;

/** Where a JavaScript or TypeScript file listens. */
export async function scriptListens(trail: Trail, source: SourceFile): Promise<Listening[]> {
  const { code, syntax } = source;
  const found: Listening[] = [];
  for (const match of code.matchAll(SCRIPT_CALLS)) {
    const callee = (match[1] as string).replace(/\s/g, '').replace(/\([^()]*\)/g, '()');
    if (NEVER.test(callee) || /\bfunction\s*$/.test(code.slice(Math.max(0, match.index - 12), match.index)))
      continue;
    const open = match.index + match[0].length - 1;
    const isKeyed = KEYED_ONLY.test(callee) && !OF_NUMBER.test(callee + code.slice(open, open + 24));
    const said = await argumentPort(trail, source, open, isKeyed);
    if (said.digits || said.name)
      found.push({ ...said, label: callee.replace(/^require\(\)$/, 'socket.io') });
  }
  const exported = /\bexport\s+default\s*\{/.exec(code);
  if (exported) {
    const open = exported.index + exported[0].length - 1;
    const end = closing(code, open, syntax) ?? open;
    if (/(?<![\w$.])fetch\b/.test(code.slice(open, end))) {
      const said = await portOf(trail, source, open, end + 1);
      if (said.digits || said.name) found.push({ ...said, label: 'export default' });
    }
  }
  return found;
}

async function argumentPort(trail: Trail, source: SourceFile, open: number, keyed: boolean): Promise<Said> {
  const { code, syntax } = source;
  const close = closing(code, open, syntax) ?? code.length;
  let from = open + 1;
  for (let count = 0; count < 3 && from < close; count++) {
    const end = expressionEnd(code, from, syntax);
    const argument = code.slice(from, end);
    if (/^\s*\{/.test(argument)) {
      const said = await optionsPort(trail, source, from, end);
      if (said.digits || said.name) return said;
    } else if (!keyed && count === 0 && !/=>|\bfunction\b/.test(argument))
      return portOf(trail, source, from, end);
    from = end + 1;
  }
  return {};
}

/** `{ port }`, and Apollo's `{ listen: { port } }`. */
async function optionsPort(trail: Trail, source: SourceFile, from: number, end: number): Promise<Said> {
  const options = source.code.slice(from, end);
  const inner = /(?<![\w$.])listen\s*:\s*(?=\{)/.exec(options);
  if (!inner) return portOf(trail, source, from, end);
  const start = from + inner.index + inner[0].length;
  return portOf(trail, source, start, expressionEnd(source.code, start, source.syntax));
}

const PYTHON_CALLS =
  /(?<!\w)((?:[\w]+\s*\.\s*)*(?:run|run_app|run_server|launch|serve|listen|bind|make_server|Config|HTTPServer|ThreadingHTTPServer|TCPServer|ThreadingTCPServer|WSGIServer|run_simple|run_wsgi|run_asgi|Granian))\s*\(/g;
const PYTHON_NEVER = /^(?:subprocess|asyncio|anyio|trio|loop|mcp_client|nox|session|conn|cursor)\./;
/** Of these an argument without a name may be the port. */
const POSITIONAL =
  /(?:^|\.)(?:listen|bind|make_server|run_simple|HTTPServer|ThreadingHTTPServer|TCPServer|ThreadingTCPServer|WSGIServer)$/;

/** Where a Python file listens. */
export async function pythonListens(trail: Trail, source: SourceFile): Promise<Listening[]> {
  const { code, syntax } = source;
  const found: Listening[] = [];
  for (const match of code.matchAll(PYTHON_CALLS)) {
    const label = (match[1] as string).replace(/\s/g, '');
    if (
      PYTHON_NEVER.test(label) ||
      /\b(?:def|class)\s*$/.test(code.slice(Math.max(0, match.index - 8), match.index))
    )
      continue;
    const open = match.index + match[0].length - 1;
    const close = closing(code, open, syntax) ?? code.length;
    const key = /(?<!\w)(?:server_)?port\s*=\s*(?!=)/.exec(code.slice(open, close));
    let said: Said = {};
    if (key) {
      const from = open + key.index + key[0].length;
      said = await portOf(trail, source, from, expressionEnd(code, from, syntax));
    } else if (POSITIONAL.test(label)) said = await portOf(trail, source, open + 1, close);
    else if (/(?:^|\.)run$/.test(label)) {
      // Flask's `run("0.0.0.0", 5001)`.
      const [, before] =
        /^\(\s*(?:host\s*=\s*)?["'][\d.:a-z]*["']\s*,\s*()(?=[\w"'(])/.exec(code.slice(open, close)) ?? [];
      if (before !== undefined) said = await secondArgument(trail, source, open);
    }
    if (said.digits || said.name) found.push({ ...said, label });
    else if (key) {
      const from = open + key.index + key[0].length;
      const text = code.slice(from, expressionEnd(code, from, syntax)).trim();
      if (/^(?:\d{2,3}|[A-Za-z_]\w*(?:[.[(][^\n]{0,60})?)$/.test(text))
        found.push({ label, unclear: `${text} in ${source.file}` });
    }
  }
  return found;
}

async function secondArgument(trail: Trail, source: SourceFile, open: number): Promise<Said> {
  const from = expressionEnd(source.code, open + 1, source.syntax) + 1;
  const end = expressionEnd(source.code, from, source.syntax);
  return /^\s*\w+\s*=/.test(source.code.slice(from, end)) ? {} : portOf(trail, source, from, end);
}

/** Where servers of other languages listen: the expression begins after the match. */
const NATIVE: Partial<Record<SourceFile['syntax'], RegExp>> = {
  go: /\b(\w+\.(?:ListenAndServe(?:TLS)?|Listen|Start|Run|RunListener))\(|\b(Addr)\s*:\s*/g,
  rust: /\b((?:\w+::)*(?:TcpListener::bind|Server::bind|Server::http|SocketAddr::from|bind))\(|(?<!\w)(\w*\.run)\((?=\s*\()/g,
  jvm: /\b(embeddedServer|UseUrls|\w+\.Run|\w*\.listen|\w*\.start|HttpServer\.create|InetSocketAddress)\(/g,
  ruby: /^\s*(port|set\s+:port,|bind)[\s(]\s*/gm,
  php: /(?<![\w$])(new\s+(?:[\w\\]*\\)?(?:Server|HttpServer))\(/g,
  elixir: /\b(http|port)\s*:\s*/g,
};

/** Where a file of another language listens. */
export async function nativeListens(trail: Trail, source: SourceFile): Promise<Listening[]> {
  const pattern = NATIVE[source.syntax];
  if (!pattern) return [];
  const { code, syntax } = source;
  const found: Listening[] = [];
  const aside: Listening[] = [];
  for (const match of code.matchAll(pattern)) {
    const label = (match[1] ?? match[2] ?? 'listen').replace(/:?,?\s+:?|:?,$/g, ' ').trim();
    const from = match.index + match[0].length;
    // A tuple or a call's further arguments may hold it: Ktor's `embeddedServer(Netty, port = 8080)`.
    const whole = match[0].endsWith('(')
      ? (closing(code, from - 1, syntax) ?? from)
      : expressionEnd(code, from, syntax);
    const said = await portOf(trail, source, from, Math.min(whole, from + 400));
    // Go's pprof has its usual place: who profiles is no client.
    if (syntax === 'go' && said.digits && code.slice(said.digits.start, said.digits.end) === '6060') continue;
    // `go http.ListenAndServe(":2112", nil)`: the metrics', beside the server.
    const isAside = /\bgo\s+$/.test(code.slice(Math.max(0, match.index - 9), match.index));
    if (said.digits || said.name)
      (isAside && /,\s*nil\s*$/.test(code.slice(from, whole)) ? aside : found).push({ ...said, label });
  }
  return found.length > 0 ? found : aside;
}

export function listens(trail: Trail, source: SourceFile): Promise<Listening[]> {
  if (source.syntax === 'js') return scriptListens(trail, source);
  return source.syntax === 'python' ? pythonListens(trail, source) : nativeListens(trail, source);
}

/** What is worth opening where an entry does not listen itself. */
const FURTHER =
  /(?:^|[/.-])(?:\w*[sS]erver|app|index|main|http|listen\w*|start\w*|init|bootstrap|apis?|routes?|loaders?|lib)(?:\.[cm]?[jt]s)?$/i;

const isTelling = ({ syntax }: SourceFile, from: string): boolean =>
  syntax === 'js' ? FURTHER.test(from) : syntax !== 'rust' || TELLING.test(from);

/**
 * Where the server of an entry listens: the entry itself, then what it imports, two files deep at most. A name
 * without a number comes last.
 */
export async function entryListens(trail: Trail, entry: SourceFile, depth = 0): Promise<Listening[]> {
  const here = await listens(trail, entry);
  if (here.some(({ digits }) => digits) || depth >= 2) return here;
  // Go's own packages have short names: those that sound like servers first.
  const sounds = ({ from }: { from: string }) => Number(TELLING.test(path.basename(from)));
  const further = importsOf(entry)
    .filter(({ from }) => isTelling(entry, from))
    .sort((one, other) => (entry.syntax === 'go' ? sounds(other) - sounds(one) : 0))
    .slice(0, 4);
  for (const taken of further) {
    for (const file of await openImport(trail.sources, entry, taken, trail.top)) {
      if (file === entry) continue;
      const found = await entryListens(trail, file, depth + 1);
      if (found.some(({ digits }) => digits)) return [...found, ...here];
      here.push(...found);
    }
  }
  return here;
}

/** So many files of the project's own, wherever they are imported from. */
const MOST_BELOW = 12;

/** Where nothing that sounds like a server listens: any file that the entry imports, directly or through others. */
export async function listensBelow(trail: Trail, entry: SourceFile): Promise<Listening[]> {
  const waiting = [entry];
  const seen = new Set([entry.file]);
  for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
    const here = file === entry ? [] : await scriptListens(trail, file);
    if (here.some(({ digits }) => digits)) return here;
    for (const taken of importsOf(file)) {
      if (seen.size > MOST_BELOW) break;
      for (const further of await openImport(trail.sources, file, taken, trail.top)) {
        if (!seen.has(further.file) && further.syntax === 'js') waiting.push(further);
        seen.add(further.file);
      }
    }
  }
  return [];
}

/** The file that a word of a command names: `server.js`, `./server`, `dist/main` for src/main.ts. */
export async function openEntry(trail: Trail, dir: string, word: string): Promise<SourceFile | undefined> {
  const built = /^(?:\.\/)?(?:dist|build|out|lib|\.build)\/(?:src\/)?(.*?)(?:\.[cm]?js)?$/.exec(word)?.[1];
  // `dist/packages/api/src/main.js` of a project that is compiled together.
  const inner = built === undefined ? undefined : /(?:^|\/)(src\/.*)$/.exec(built)?.[1];
  // `out/api/main.js` of a folder `api` that is compiled together with one beside it.
  const home = `${path.basename(dir)}/`;
  const names =
    built === undefined
      ? [word]
      : [
          ...['src/', '', 'source/', 'sources/'].map((folder) => folder + built),
          ...(inner ? [inner] : []),
          ...(built.startsWith(home) ? [built.slice(home.length)] : []),
          word,
        ];
  for (const name of names) {
    const here = path.resolve(dir, path.dirname(name));
    const found = await openScript(trail.sources, here, `./${path.basename(name)}`, dir);
    if (found) return found;
  }
  return undefined;
}
