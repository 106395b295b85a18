import path from 'node:path';
import { type Digits, foundAt, type SourceFile, type Sources } from './sources.ts';
import { closing, expressionEnd } from './text.ts';
import type { Found } from './types.ts';

/** Where the dev servers of pages keep their settings. */
export interface PageConfig {
  /** Its files, the one that counts first. */
  files: RegExp;
  /** The object that holds `port`. */
  block?: string;
  /** In which folder, relative to the app's. */
  folder?: string;
}

const SCRIPT = '\\.[cm]?[jt]s$';
const vite: PageConfig = { files: new RegExp(`^vite\\.config${SCRIPT}`), block: 'server' };
const webpack: PageConfig = {
  files: /^(?:webpack|rspack)(?:[.-](?:config|dev|development|dev\.config|config\.dev))+\.[cm]?[jt]s$/,
  block: 'devServer',
};

/** By the framework's id. */
export const PAGE_CONFIGS: Readonly<Record<string, readonly PageConfig[]>> = {
  vite: [vite],
  'vite-plus': [vite],
  vinext: [vite],
  'electron-vite': [{ files: new RegExp(`^electron\\.vite\\.config${SCRIPT}`), block: 'server' }],
  farm: [{ files: new RegExp(`^farm\\.config${SCRIPT}`), block: 'server' }],
  'react-router': [vite],
  remix: [vite],
  sveltekit: [vite, { files: /^hooks\.server\.[jt]s$/, folder: 'src' }],
  qwik: [vite],
  waku: [{ files: new RegExp(`^waku\\.config${SCRIPT}`), block: 'server' }, vite],
  vinxi: [{ files: new RegExp(`^app\\.config${SCRIPT}`), block: 'server' }, vite],
  vitepress: [{ files: new RegExp(`^config${SCRIPT}`), block: 'server', folder: '.vitepress' }],
  astro: [{ files: new RegExp(`^astro\\.config${SCRIPT}`), block: 'server' }],
  next: [{ files: new RegExp(`^next\\.config${SCRIPT}`) }],
  nuxt: [{ files: new RegExp(`^nuxt\\.config${SCRIPT}`), block: 'devServer' }],
  rsbuild: [{ files: new RegExp(`^rsbuild\\.config${SCRIPT}`), block: 'server' }],
  webpack: [webpack, { ...webpack, folder: 'config' }, { ...webpack, folder: 'webpack' }],
  rspack: [webpack],
  'vue-cli': [{ files: new RegExp(`^vue\\.config${SCRIPT}`), block: 'devServer' }],
  quasar: [{ files: new RegExp(`^quasar\\.(?:config|conf)${SCRIPT}`), block: 'devServer' }],
  snowpack: [{ files: new RegExp(`^snowpack\\.config${SCRIPT}`), block: 'devOptions' }],
  cra: [
    { files: /^craco\.config\.[cm]?[jt]s$/, block: 'devServer' },
    { files: /^setupProxy\.[cm]?[jt]s$/, folder: 'src' },
  ],
  gatsby: [{ files: new RegExp(`^gatsby-config${SCRIPT}`) }],
  eleventy: [{ files: /^(?:\.eleventy|eleventy\.config)\.[cm]?js$/, block: 'setServerOptions' }],
  'browser-sync': [{ files: /^bs-config\.js$/, block: 'exports' }],
  ember: [{ files: /^\.ember-cli$/ }],
  parcel: [{ files: /^\.proxyrc(?:\.[cm]?js|\.json)?$/ }],
};

/** The config files of an app that are there. */
export async function openConfigs(
  sources: Sources,
  dir: string,
  configs: readonly PageConfig[],
): Promise<{ config: PageConfig; source: SourceFile }[]> {
  const found: { config: PageConfig; source: SourceFile }[] = [];
  for (const config of configs) {
    const folder = path.join(dir, config.folder ?? '');
    const names = [...(await sources.project.list(folder)).files].filter((name) => config.files.test(name));
    for (const name of names.sort().slice(0, 2)) {
      const source = await sources.open(path.join(folder, name));
      if (source) found.push({ config, source });
    }
  }
  return found;
}

/** An entry of an object literal. */
export interface Entry {
  key: string;
  /** The value's offsets. */
  from: number;
  to: number;
}

/** The entries of the object that opens at `open`, not those of objects in it. Pure. */
export function entriesOf({ code, syntax }: SourceFile, open: number): Entry[] {
  const end = closing(code, open, syntax) ?? code.length;
  const entries: Entry[] = [];
  for (let at = open + 1; at < end; ) {
    const key = /^\s*(?:async\s+)?(?:(['"`])(.*?)\1|\[?([\w$]+)\]?)\s*/.exec(
      code.slice(at, Math.min(end, at + 300)),
    );
    if (!key) {
      at = expressionEnd(code, at, syntax) + 1;
      continue;
    }
    const name = key[2] ?? key[3] ?? '';
    let from = at + key[0].length;
    if (code[from] === ':') from++;
    // A method, or a name that is its own value.
    else if (code[from] !== '(') from = at;
    const to = code[from] === '(' ? methodEnd(code, from, end) : expressionEnd(code, from, syntax);
    entries.push({ key: name, from, to });
    at = code[to] === ',' ? to + 1 : Math.max(to + 1, at + 1);
  }
  return entries;
}

function methodEnd(code: string, from: number, end: number): number {
  const body = code.indexOf('{', closing(code, from, 'js') ?? from);
  return body < 0 ? end : Math.min(end, (closing(code, body, 'js') ?? end) + 1);
}

/** Where a key of a block stands: `server: { port: 3000 }`, `server: ({ command }) => ({ port: 3000 })`. Pure. */
export function blockEntry(source: SourceFile, block: string, key: string): Entry | undefined {
  const { code } = source;
  const pattern = new RegExp(
    `(?<![\\w$])['"]?${block}['"]?\\s*(?:[:=(]|=>)\\s*(?:\\([^()]*\\)\\s*=>\\s*\\(?\\s*)?(?=\\{)`,
    'g',
  );
  for (const match of code.matchAll(pattern)) {
    const entry = entriesOf(source, match.index + match[0].length).find((one) => one.key === key);
    if (entry) return entry;
  }
  // `server: serverConfig`
  const [, name] = new RegExp(`(?<![\\w$.])${block}\\s*:\\s*([A-Za-z_$]\\w*)\\s*[,}\\n]`).exec(code) ?? [];
  return name !== undefined && name !== block && /[A-Z]/.test(name)
    ? blockEntry(source, name, key)
    : undefined;
}

/** The serve target of angular.json: its port, the proxy file that it names, whether it speaks TLS. */
export function angularServe(
  source: SourceFile,
  project?: string,
): { port?: Found; proxy?: string; ssl?: boolean } {
  const { code } = source;
  const start = project ? Math.max(0, code.search(new RegExp(`"${project}"\\s*:\\s*\\{`))) : 0;
  const serve = /"serve"\s*:\s*(?=\{)/g;
  serve.lastIndex = start;
  const match = serve.exec(code);
  if (!match) return {};
  const open = match.index + match[0].length;
  const text = code.slice(open, closing(code, open, 'json') ?? open);
  const port = /"port"\s*:\s*(\d{2,5})/.exec(text);
  const proxy = /"proxyConfig"\s*:\s*"([^"]+)"/.exec(text)?.[1];
  return {
    ...(port && {
      port: foundAt(digitsAfter(source, open + port.index + port[0].length, port[1] as string), 'literal'),
    }),
    ...(proxy && { proxy }),
    ssl: /"ssl"\s*:\s*true/.test(text),
  };
}

const digitsAfter = (source: SourceFile, end: number, port: string): Digits => ({
  source,
  start: end - port.length,
  end,
});
