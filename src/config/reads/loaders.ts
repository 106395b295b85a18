import path from 'node:path';
import { kindAt } from '../../system/observed.ts';
import type { SourceFile } from './sources.ts';

/** What is known of an app's way to its settings. */
export interface LoaderEvidence {
  /** Absolute: the project, the folder that the app is started in, and the one that its program runs in. */
  root: string;
  cwd: string;
  dir: string;
  framework: string | undefined;
  /** Its command, and what that leads to. */
  lines: readonly string[];
  /** package.json, requirements.txt and their like. */
  manifests: readonly string[];
  sources: readonly SourceFile[];
  prod: boolean;
}

/** Frameworks that read the env files in their own folder, whatever the code says. */
const BY_THEMSELVES = new Set(
  'vite sveltekit qwik react-router astro vitepress next nuxt cra gatsby vue-cli rsbuild parcel expo strapi medusa adonis laravel vinxi waku storybook quasar nitro sanity vercel netlify bun chainlit vite-plus vinext electron-vite farm rspress umi ice marko one ladle histoire redwood wasp directus quarkus'.split(
    ' ',
  ),
);
const LOADER =
  /dot-?net-?env|dotenv|loadEnvFile|@next\/env|env-cmd|@nestjs\/config|env-schema|@fastify\/env|decouple|django-environ|\benviron\.Env\b|\benvirons\b|dynaconf|starlette\.config/i;
/** pydantic's: it loads what it names, and nothing by itself. */
const NAMED = /\benv_file\b/;
/** They look in every folder above, too. */
const UPWARDS =
  /load_dotenv\(\s*\)|find_dotenv|decouple|\benvirons\b|dotenvy|dotenv::dotenv|\bread_env\(\s*\)/;
const BY_COMMAND = [
  /--env-file(?:-if-exists)?[= ]["']?([^\s"']+)/g,
  /\s-[ef][= ]["']?([^\s"']*\.env[^\s"']*)/g,
];
/** A path that is put together: where it leads is not known. */
const COMPOSED = /__dirname|dirname|parent|BASE|ROOT|join|resolve|cwd|Path\(|\/\s*["']/;

/** The env files that an app's own loader reads; where that cannot be told for sure, those that it may read. */
export function loadedEnvFiles(evidence: LoaderEvidence): string[] {
  const { root, cwd, dir, lines, manifests, sources, prod } = evidence;
  const texts = sources.map(({ text }) => text);
  const said = lines.flatMap((line) =>
    BY_COMMAND.flatMap((pattern) => [...line.matchAll(pattern)].map(([, name = '']) => name)),
  );
  const files = said.flatMap((name) => [path.resolve(dir, name), path.resolve(cwd, name)]);
  const folders = new Set<string>();
  const itself = BY_THEMSELVES.has(evidence.framework ?? '') || lines.some((line) => /\bbunx?\b/.test(line));
  if (itself) for (const folder of [dir, ...viteFolders(evidence)]) folders.add(folder);
  const loads = [...lines, ...manifests, ...texts].some((text) => LOADER.test(text));
  if (loads) folders.add(dir).add(cwd);
  const written = sources
    .filter(({ text }) => loads || NAMED.test(text))
    .flatMap((source) => writtenPaths(source, dir));
  files.push(...written.flatMap(({ candidates }) => candidates));
  const above =
    written.some(({ composed }) => composed) ||
    (loads && (evidence.framework === 'flask' || texts.some((text) => UPWARDS.test(text))));
  if (above) for (const folder of upwards(dir, root)) folders.add(folder);
  for (const folder of folders) files.push(...usualNames(prod).map((name) => path.join(folder, name)));
  return [...new Set(files)].filter((file) => kindAt(file) !== undefined);
}

const usualNames = (prod: boolean): string[] => {
  const modes = prod ? ['prod', 'production'] : ['dev', 'development'];
  const endings = ['local', ...modes, ...modes.map((mode) => `${mode}.local`)];
  return ['.env', '.flaskenv', ...endings.map((ending) => `.env.${ending}`)];
};

/** Paths to env files in the code: relative to the file itself, or to the folder that it runs in. */
function writtenPaths(
  { file, text }: SourceFile,
  dir: string,
): { candidates: string[]; composed: boolean }[] {
  return [...text.matchAll(/^.*?(["'`])((?:[^"'`\n]*\/)?\.env[\w.-]*)\1.*$/gm)].map(
    ([line, , name = '']) => ({
      candidates: [path.resolve(path.dirname(file), name), path.resolve(dir, name)],
      composed: COMPOSED.test(line),
    }),
  );
}

/** `vite client`, and `root`, `envDir` of its config. */
function viteFolders({ dir, lines, sources }: LoaderEvidence): string[] {
  const words = lines.flatMap((line) => line.split(/\s+/)).filter((word) => /^[\w./-]+$/.test(word));
  const configs = sources.filter(({ file }) => /^vite\.config\./.test(path.basename(file)));
  const said = configs.flatMap(({ text }) =>
    [...text.matchAll(/\b(?:root|envDir)\s*:\s*(["'`])(.*?)\1/g)].map(([, , name = '']) => name),
  );
  return [...words, ...said].map((name) => path.resolve(dir, name)).filter(isFolder);
}

const isFolder = (folder: string): boolean => kindAt(folder)?.isDirectory() ?? false;

/** The folder itself and those above it, to the project's root. */
function upwards(dir: string, root: string): string[] {
  const folders = [dir];
  for (let folder = dir; folder !== root && folder.startsWith(root); folder = path.dirname(folder)) {
    folders.push(path.dirname(folder));
  }
  return folders;
}
