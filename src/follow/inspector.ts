import { requireArgument } from './options.ts';

/** NODE_OPTIONS with an inspector in it. Pure. */

const INSPECT =
  /(?<=^|\s)(--inspect(?:-brk|-wait)?)(?:=(?:((?:\d{1,3}\.){3}\d{1,3}|\[[\da-f:]+\]|[a-z][\w.-]*):)?(\d+))?(?=\s|$)/i;
const DEFAULT = 9229;

/** The number that is asked for; undefined: none, or any free one (`--inspect=0`). */
export function inspectorPort(options: string | undefined): number | undefined {
  const found = INSPECT.exec(options ?? '');
  return found && Number(found[3] ?? DEFAULT) > 0 ? Number(found[3] ?? DEFAULT) : undefined;
}

/** The same with another number, and what makes starters let go of it. @param letGo that preload's file */
export const withInspector = (options: string, port: number, letGo: string): string =>
  `${options.replace(INSPECT, (_, flag, host = '127.0.0.1') => `${flag}=${host}:${port}`)} ${requireArgument(letGo)}`;
