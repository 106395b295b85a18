import path from 'node:path';
import { scriptCall, splitLine, unwrap } from './commandline.ts';
import type { Project } from './project.ts';

/** What people are told to type. */
export interface Typed {
  /** From 1. */
  line: number;
  text: string;
  /** Absolute: where its `cd`s lead. */
  dir: string;
  /** What the same line builds before it. */
  built?: string;
}

const SHELLS =
  /^(?:|(?:ba|z|fi)?sh|shell|console|terminal|shell-?session|cmd|bat|powershell|ps1?|text|txt|plaintext)$/i;
/** Another way to run it, or something else: not how it is developed. */
const ASIDE =
  /docker|container|compose|deploy|production|\bprod\b|hosting|heroku|vercel|kubernetes|systemd|pm2|test|build|release|publish|storybook|benchmark|example|sample/i;
/** A command in a sentence: a word alone is one of few programs. */
const SPAN = /(?<!`)`([\w./-]+ (?:-m |--)?\w[^`]*|gulp|grunt)`(?!`)/g;
/** Around a command in a sentence. */
const TELLS = /\b(?:run|start|launch|execute|type|use|with|by)\b/i;

/** A command without a block around it: a line, or one that is indented. */
const PLAIN = /^(?:\s{4,}|\t)?(?:\$ )?cd [\w./-]+ (?:&&|;) \S|^(?:\s{4,}|\t)\$ \S/;
/** A command that is a line of its own without a fence: indented, or an item of a list. */
const BARE =
  /^(?: {4,}|\t|\s*(?:[-*+]|\d+[.)])\s+)\s*(?:\$\s+)?((?:cd|npm|npx|pnpm|yarn|bun|node|nodemon|deno|ng|python3?|flask)\s[\w@./:= -]+)$/;
const PROSE = /\s(?:an?|and|for|from|in|is|or|the|then|to|will|with)\s/i;

/** A heading below such a one that speaks of developing all the same. */
const MEANT = /\blocal|develop|without|manual/i;
const NOT_ASIDE = 8;

/** The lines, from 1, below headings that speak of another way to run it or of something else, with all that these hold. */
export function asideLines(text: string): Set<number> {
  const lines = new Set<number>();
  let level = NOT_ASIDE;
  let fenced = false;
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    if (/^\s*(?:`{3,}|~{3,})/.test(raw)) fenced = !fenced;
    const [, marks = '', title, bold] =
      (!fenced && /^(#{1,6})\s+(.*)|^\*\*([^*]+)\*\*:?\s*$/.exec(raw)) || [];
    const said = title ?? bold;
    // The title of it all holds everything, and says what it is.
    const own = marks.length > 1 ? marks.length : NOT_ASIDE - 1;
    if (said !== undefined && (own <= level || MEANT.test(said))) level = ASIDE.test(said) ? own : NOT_ASIDE;
    if (level < NOT_ASIDE) lines.add(index + 1);
  }
  return lines;
}

/** A text of AsciiDoc or reStructuredText with Markdown's marks for headings, code and blocks, line by line the same. */
export function asMarkdown(name: string, text: string): string {
  if (/\.(?:adoc|asciidoc)$/i.test(name))
    return text
      .replace(/^\[(?:source|console)?,?\s*(\w*)[^\]\n]*\]\r?\n-{4,}$/gm, '\n```$1')
      .replace(/^(?:-{4,}|\.{4,})$/gm, '```')
      .replace(/^=+(?= )/gm, (marks) => '#'.repeat(marks.length));
  if (!/\.rst$/i.test(name)) return text;
  const lines = text.split(/\r?\n/);
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? '';
    const [, language] = /^\.\. (?:code-block|code|sourcecode)::\s*(\w*)/.exec(line) ?? [];
    if ((language === undefined && !line.endsWith('::')) || lines[i + 1]?.trim() !== '') {
      const isHeading = line.trim() !== '' && /^[=\-~^"*]{3,}$/.test(lines[i + 1] ?? '');
      lines[i] = isHeading ? `## ${line}` : line.replace(/``([^`]+)``/g, '`$1`');
      continue;
    }
    // Its block is what is indented.
    let end = i + 2;
    while (/^(?:\s|$)/.test(lines[end] ?? '.')) end++;
    lines[i + 1] = `\`\`\`${language ?? ''}`;
    if (lines[end - 1]?.trim() === '') lines[end - 1] = '```';
    i = end - 1;
  }
  return lines.join('\n');
}

/** The commands of a Markdown text: lines of fenced blocks, each with the folder that its `cd`s lead to, and spans in sentences. */
export async function typedIn(project: Project, text: string, home = project.root): Promise<Typed[]> {
  const found: Typed[] = [];
  let fence: { mark: string; shell: boolean } | undefined;
  const aside = asideLines(text);
  let dir = home;
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const [, mark = '', language = ''] = /^\s*(`{3,}|~{3,})\s*([\w-]*)/.exec(raw) ?? [];
    if (mark && (!fence || mark.startsWith(fence.mark))) {
      fence = fence ? undefined : { mark, shell: SHELLS.test(language) };
      continue;
    }
    if (aside.has(index + 1) || (fence && !fence.shell)) continue;
    const [, bare] = (!fence && !PROSE.test(raw) && BARE.exec(raw)) || [];
    const isPlain = !fence && (bare !== undefined || PLAIN.test(raw));
    // Each line for itself, but below one another: nobody has said where the last one has led.
    if (!fence && bare === undefined) dir = home;
    if (!fence && !isPlain) {
      // In any language: what begins with it tells it.
      const tells = TELLS.test(raw) || /^\s*(?:[-*+]|\d+[.)]|#+)\s+`|^`[^`]+`$/.test(raw);
      for (const [, span = ''] of tells ? raw.matchAll(SPAN) : [])
        found.push({ line: index + 1, ...(await afterFolders(project, span, home, home)) });
      continue;
    }
    const line = (bare ?? raw).replace(/^\s*(?:[$%>]|PS>|C:\\>)\s+/, '').trim();
    if (line === '' || line.startsWith('#') || line.startsWith('//')) continue;
    const said = await afterFolders(project, line.replace(/\s+#.*$/, ''), dir, home);
    dir = said.dir;
    // `nx run-many -t <target>` is a form to fill in, `vitepress v1.0.0` what a program prints.
    if (said.text && !/<[a-z][\w-]*>|^\w+ v\d+\.\d/i.test(said.text))
      found.push({ line: index + 1, ...said, dir: await placeOf(project, said.text, dir) });
  }
  return found;
}

/** The last command of a line, and where its `cd`s lead from a folder. */
async function afterFolders(
  project: Project,
  line: string,
  from: string,
  home: string,
): Promise<Omit<Typed, 'line'>> {
  const said: Omit<Typed, 'line'> = { text: '', dir: from };
  for (const { words, text, next } of splitLine(line)) {
    if (words[0] === 'cd') said.dir = await led(project, said.dir, words[1] ?? '', home);
    else said.text = text;
    if (next === '&&' && scriptCall(words)?.script === 'build') said.built = text;
  }
  return said;
}

const STARTING =
  /\b(?:dev|start|serve|server|runserver|up)\b|^(?:uvicorn|flask|fastapi|streamlit|gunicorn)\b|\b(?:python3?|node|bun)\s+[\w./-]+\.\w+|\b(?:cargo|go|dotnet|gradlew?|mvnw?)\b.*\b(?:run|bootRun|watch)\b/;

/** Characters; a longer text is no manual. */
export const MAX_SIZE = 200_000;

/** Once for a folder of a project: detection asks from many sides. */
function onceFor<T>(
  ask: (project: Project, dir: string) => Promise<T>,
): (project: Project, dir?: string) => Promise<T> {
  const known = new WeakMap<Project, Map<string, Promise<T>>>();
  return (project, dir = project.root) => {
    const all = known.get(project) ?? new Map<string, Promise<T>>();
    known.set(project, all);
    const found = all.get(dir) ?? ask(project, dir);
    all.set(dir, found);
    return found;
  };
}

/** The README at the top or of a folder, where it is a manual. */
export const readmeOf = onceFor(async (project, dir): Promise<{ file: string; text: string } | undefined> => {
  const { files } = await project.list(dir);
  const file = [...files].find((name) => /^readme\.(?:md|rst|markdown|adoc|asciidoc)$/i.test(name));
  const text = file && (await project.text(path.join(dir, file)));
  return file && text && text.length <= MAX_SIZE
    ? { file: project.relative(path.join(dir, file)), text: asMarkdown(file, text) }
    : undefined;
});

/** What that README has people type. */
export const typedInReadme = onceFor(async (project, dir): Promise<readonly Typed[]> => {
  const readme = await readmeOf(project, dir);
  return readme ? typedIn(project, readme.text, dir) : [];
});

/** The folders below the top in which the README starts something. */
export async function typedHomes(project: Project): Promise<Set<string>> {
  const typed = (await typedInReadme(project)).filter((one) => STARTING.test(one.text));
  return new Set(typed.map(({ dir }) => dir).filter((dir) => dir !== project.root));
}

/** A block may go on where the last one has led, or begin at the top. */
async function placeOf(project: Project, text: string, dir: string): Promise<string> {
  const { words } = unwrap(splitLine(text)[0]?.words ?? []);
  const call = scriptCall(words);
  if (call) return call.script in ((await project.packageJson(dir))?.scripts ?? {}) ? dir : project.root;
  const runs = /^(?:make|just|task)$/.test(words[0] ?? '');
  const { files, dirs } = await project.list(dir);
  // `python -m shop.worker` below the package's own folder: the text goes on at the top.
  const [, module = ''] = /\bpython3? -m (\w+)/.exec(text) ?? [];
  if (module && !dirs.has(module) && (await project.list(project.root)).dirs.has(module)) return project.root;
  return runs && ![...files].some((name) => /^(?:gnu)?makefile$|^\.?justfile$|^taskfile\./i.test(name))
    ? project.root
    : dir;
}

/** From where one is, or from the top; a folder that is not there is the clone's own. */
async function led(project: Project, from: string, to: string, home: string): Promise<string> {
  // The clone's own name may stand before: `cd shop/backend`.
  for (const dir of [
    path.resolve(from, to),
    path.resolve(project.root, to),
    path.resolve(project.root, to.replace(/^[^/]+\//, '')),
  ]) {
    const inside = `${dir}/`.startsWith(`${project.root}/`);
    const { files, dirs } = inside ? await project.list(dir) : { files: new Set(), dirs: new Set() };
    if (files.size + dirs.size > 0) return dir;
  }
  return home;
}
