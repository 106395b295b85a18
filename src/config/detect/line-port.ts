import type { Framework } from './frameworks/types.ts';

/** What a command line says of its server's port. Pure. */

/** Options whose value is a file that is loaded before the program, or left out of those that are watched. */
export const OTHER_FILE = /^(?:-r|--require|--import|--loader|--experimental-loader|--ignore|--exclude)$/;

export interface LinePort {
  /** A port that the line names. */
  pinned: number | undefined;
  /** The line sets its port where neither a flag nor our PORT can override it. */
  inPlace: RegExp | undefined;
}

const PORT_FLAG = /(?:^|\s)(?:--port|-p|--http-port)[ =]?(\d{2,5})\b/;
const PORT_VARIABLE = /(\bPORT=["']?)(\d{2,5})\b/;

/** The port that a line names, and how it does where neither a flag nor our PORT can say another. */
export function portIn(
  text: string,
  words: string[],
  framework: Framework | undefined,
  set: string | undefined,
): LinePort {
  const reads = framework?.role !== 'task' && !framework?.flags;
  const inPlace = framework?.inPlace?.test(text)
    ? framework.inPlace
    : reads && set && /^\d+$/.test(set)
      ? PORT_VARIABLE
      : undefined;
  const flag = (framework?.portFlag ?? PORT_FLAG).exec(words.join(' '))?.[1];
  const written = (inPlace ?? framework?.inPlace)?.exec(text)?.[2] ?? flag ?? ownDefault(set);
  const pinned = written && /^\d+$/.test(written) ? Number(written) : undefined;
  return { inPlace, pinned: pinned && pinned < 65536 ? pinned : undefined };
}

/** `PORT=${PORT:-3001}`, `PORT=${WEB_PORT:-3001}`: the number that counts where nobody says another. */
const ownDefault = (value: string | undefined): string | undefined =>
  /^\$\{\w+:?-(\d{2,5})\}$/.exec(value ?? '')?.[1] ?? value;

/** What `PORT=3001 npm run server` says to a server that takes its port by it. */
export function portSet(env: Record<string, string>, framework: Framework | undefined): number | undefined {
  const PORT = ownDefault(env.PORT) ?? '';
  const takes = framework?.role !== 'task' && (!framework?.flags || framework.readsPort);
  return takes && /^\d{2,5}$/.test(PORT) && Number(PORT) < 65_536 ? Number(PORT) : undefined;
}
