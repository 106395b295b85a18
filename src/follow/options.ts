/** How the preloads get into a process: NODE_OPTIONS and PYTHONPATH, and the scripts that set these themselves. Pure. */

/** Absolute: Node's preload file, the folder of Python's sitecustomize.py, and what lets go of an inspector. */
export interface FollowFiles {
  node: string;
  python: string;
  letGo?: string;
}

/** The two in the folder that the build makes, or a copy of it. */
export const filesIn = (folder: string, separator: string): FollowFiles => ({
  node: `${folder}${separator}preload.cjs`,
  python: `${folder}${separator}python`,
  letGo: `${folder}${separator}let-go.cjs`,
});

/**
 * Appended, so that what the user's own `--require` loads (yarn's PnP, an agent) comes first. Node splits at spaces;
 * quotes keep a part together, and within them alone a backslash takes the next character as it is.
 */
export function withRequire(options: string | undefined, file: string): string {
  const argument = requireArgument(file);
  if (!options?.trim()) return argument;
  return options.includes(argument) ? options : `${options} ${argument}`;
}

export const requireArgument = (file: string): string =>
  `--require ${/[ "]/.test(file) ? `"${file.replace(/[\\"]/g, '\\$&')}"` : file}`;

/** First, since Python runs one sitecustomize: ours runs the project's. An empty entry would be the current folder. */
export function withFolder(list: string | undefined, folder: string, delimiter: string): string {
  const others = (list ?? '').split(delimiter).filter((entry) => entry !== folder);
  return list ? [folder, ...others].join(delimiter) : folder;
}

/** `NODE_OPTIONS=--inspect next dev`, `cross-env NODE_OPTIONS="…"`, `PYTHONPATH=. uvicorn app:app`. */
const ASSIGNED =
  /(?<=^|[\s;&|(])(NODE_OPTIONS|PYTHONPATH)=((?:'[^']*'|"(?:\\.|[^"\\])*"|\\.|[^\s;&|()'"\\])*)/g;
/** What runs elsewhere, where our files are not. */
const ELSEWHERE = /\b(?:docker|podman|nerdctl|kubectl|ssh)\b/;

/** A command line for sh in which the two names keep our part although the script sets them. */
export function followAssignments(command: string, { node, python }: FollowFiles): string {
  if (ELSEWHERE.test(command)) return command;
  return command.replace(ASSIGNED, (all, name: string, word: string) => {
    const isEmpty = /^(?:''|"")?$/.test(word);
    const part =
      name === 'NODE_OPTIONS' ? quoted(` ${requireArgument(node)}`) : quoted(isEmpty ? python : `${python}:`);
    if (word.includes(part)) return all;
    return `${name}=${name === 'NODE_OPTIONS' ? word + part : part + word}`;
  });
}

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
