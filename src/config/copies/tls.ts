import type { AppTrail } from './facts.ts';
import { blockEntry } from './pages.ts';
import type { SourceFile } from './sources.ts';
import { escaped } from './text.ts';
import type { Tls } from './types.ts';

/** By which words a server speaks TLS. */
const FLAG =
  /\s--(?:https|ssl|tls|experimental-https|ssl-keyfile|ssl-certfile|certfile)(?=[\s=])(?![\s=](?:false|no)\b)|\s--server-type[ =]https\b/;
/** Plugins that give Vite, and what is built on it, a certificate; Rsbuild has one likewise. */
const PLUGIN =
  /\bimport\s+(?:\*\s+as\s+)?(\w+)\s+from\s+['"](?:@vitejs\/plugin-basic-ssl|vite-plugin-mkcert|@rsbuild\/plugin-basic-ssl)['"]|\bimport\s*\{\s*(pluginBasicSsl)\s*\}/;
const OFF = /^\s*(?:false|undefined|null|['"]http['"]|0)\s*(?:as\b.*)?$/;
const ON = /^\s*(?:true|['"]https['"]|\{)/;

/** What the command's own words say. */
export const tlsByCommand = ({ program: { words } }: AppTrail): Tls =>
  FLAG.test(`${words.join(' ')} `) ? 'yes' : undefined;

/** What a page's config says; `maybe` where that is only known when it runs. */
export function tlsByConfig(source: SourceFile, block: string | undefined): Tls {
  const found = block === undefined ? undefined : httpsEntry(source, block);
  const plugin = PLUGIN.exec(source.code);
  const name = plugin?.[1] ?? plugin?.[2];
  const call = name && new RegExp(`([?&|:]\\s*)?(?<![\\w$.])${escaped(name)}\\(`).exec(source.code);
  return found ?? (call ? (call[1] ? 'maybe' : 'yes') : undefined);
}

function httpsEntry(source: SourceFile, block: string): Tls {
  for (const key of ['https', 'server']) {
    const entry = blockEntry(source, block, key);
    const value = entry && source.code.slice(entry.from, entry.to);
    if (value === undefined || OFF.test(value)) continue;
    if (key === 'https') return ON.test(value) ? 'yes' : 'maybe';
    // webpack's `server: 'https'`, `server: { type: 'https' }`.
    if (/^\s*['"]https['"]|\btype\s*:\s*['"]https['"]/.test(value)) return 'yes';
  }
  return undefined;
}

/** What a server's own code says: `https.createServer(…)`, Nest's and Fastify's options; beside a plain one only when it runs. */
export function tlsByCode({ code }: SourceFile): Tls {
  if (!/\bhttps\.createServer\(|\bcreateSecureServer\(|\bhttps(?:Options)?\s*:\s*\{/.test(code))
    return undefined;
  return /\bhttp\.createServer\(|\bapp\s*=\s*express\(\)(?=[\s\S]*\bapp\.listen\()/.test(code)
    ? 'maybe'
    : 'yes';
}

/** Create React App's `HTTPS=true`: in the command, an env file, or the shell. */
export function tlsByVariable({ app, program, env, shell }: AppTrail): Tls {
  if (app.framework !== 'cra') return undefined;
  const value = program.env.HTTPS ?? shell.HTTPS ?? env.values.get('HTTPS')?.value;
  return value === 'true' ? 'yes' : undefined;
}
