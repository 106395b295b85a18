import path from 'node:path';
import type { Project } from './project.ts';

/**
 * The port that a project's own files name: the other half of the project often has it written
 * down too (a proxy, a fetch), so the search starts there.
 */

/** `PORT=5000` in the folder's own .env. */
async function envPort(project: Project, dir: string): Promise<number | undefined> {
  const { files } = await project.list(dir);
  for (const name of ['.env.local', '.env.development', '.env']) {
    if (!files.has(name)) continue;
    const found = /^\s*(?:export\s+)?PORT\s*=\s*['"]?(\d{2,5})\b/m.exec(
      (await project.text(path.join(dir, name))) ?? '',
    );
    if (found) return Number(found[1]);
  }
  return undefined;
}

const NODE_PATTERNS = [
  /\bPORT\b['"\])]*\s*(?:\|\||\?\?|,)\s*['"`]?(\d{4,5})\b/,
  /\.listen\(\s*['"]?(\d{4,5})\b/,
  /\.listen\(\s*\{[^}]*\bport:\s*(\d{4,5})\b/,
  /\b(?:port|PORT)\s*[:=]\s*['"]?(\d{4,5})\b/,
];
const NODE_ENTRIES = [
  'src/main.ts',
  'src/index.ts',
  'src/server.ts',
  'src/app.ts',
  'server.js',
  'index.js',
  'app.js',
  'src/index.js',
  'src/server.js',
];

export async function nodePortHint(
  project: Project,
  dir: string,
  words: string[],
): Promise<number | undefined> {
  const fromEnv = await envPort(project, dir);
  if (fromEnv) return fromEnv;
  const named = words.slice(1).find((word) => /^\.{0,2}\/|\.[cm]?[jt]sx?$/.test(word));
  const entries = named
    ? [
        named,
        `${named}.js`,
        `${named}/index.js`,
        named.replace(/^(\.\/)?(?:dist|build|out|lib)\/(.*)\.js$/, 'src/$2.ts'),
      ]
    : [(await project.packageJson(dir))?.main ?? '', ...NODE_ENTRIES];
  for (const entry of entries.filter(Boolean)) {
    const text = await project.text(path.resolve(dir, entry));
    if (text === undefined) continue;
    for (const pattern of NODE_PATTERNS) {
      const found = pattern.exec(text);
      if (found) return Number(found[1]);
    }
    return undefined;
  }
  return undefined;
}

export async function pythonPortHint(
  project: Project,
  dir: string,
  words: string[],
): Promise<number | undefined> {
  const file = words.find((word) => word.endsWith('.py'));
  const text = file && (await project.text(path.resolve(dir, file)));
  const found = text && /\bport\s*=\s*(?:int\()?[^\n)]*?(\d{4,5})\b/i.exec(text);
  return found ? Number(found[1]) : undefined;
}

/** `server: { port: 3000 }` of a vite.config. */
export async function viteConfigPort(project: Project, dir: string): Promise<number | undefined> {
  const { files } = await project.list(dir);
  const name = [...files].find((file) => /^vite\.config\.[cm]?[jt]s$/.test(file));
  const text = name && (await project.text(path.join(dir, name)));
  const found = text && /\bserver\s*:\s*\{[^{}]*?\bport\s*:\s*(\d{2,5})\b/.exec(text);
  return found ? Number(found[1]) : undefined;
}
