/** Options of `start` in PM2 and its like, whose `start` takes a command. */
const THEIRS = ['name', 'instances', 'port'] as const;

/**
 * What `start "node server.js" --name web --port 3000` of another process manager is here; undefined: it is not meant
 * so. Pure.
 * @param given what was typed, by long name
 */
export function asConfig(
  words: readonly string[],
  given: Readonly<Record<string, unknown>> = {},
): string | undefined {
  const told = THEIRS.filter((name) => given[name] !== undefined);
  const command = words.find((word) => /\s|\.\w+$/.test(word));
  if (told.length === 0 && command === undefined) return undefined;
  const line = command ?? words[0] ?? 'node server.js';
  const { name = 'app', instances, port } = given;
  const app = {
    name: String(name),
    // A script alone is run by the program that its name tells.
    command: /^\S+\.[cm]?[jt]s$/.test(line)
      ? `node ${line}`
      : /^\S+\.py$/.test(line)
        ? `python ${line}`
        : line,
    ...(instances !== undefined && { instances: Number(instances) }),
    ...(port !== undefined && { port: String(port) }),
  };
  return [
    'An app stands in devstart.config.json, and has its name there:',
    `  ${JSON.stringify({ apps: [app] })}`,
    'devstart up starts all of them, devstart start NAME one that was stopped or left out.',
  ].join('\n');
}
