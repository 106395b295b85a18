export const ENV_FORMATS = ['shell', 'dotenv', 'json', 'github'] as const;
export type EnvFormat = (typeof ENV_FORMATS)[number];

/** Variables for a shell's `eval`, a .env file, a program, or GITHUB_ENV. Pure. */
export function formatEnv(env: Readonly<Record<string, string>>, format: EnvFormat): string {
  if (format === 'json') return `${JSON.stringify(env)}\n`;
  const write = { shell, dotenv, github }[format];
  return Object.entries(env)
    .map(([name, value]) => `${write(name, value)}\n`)
    .join('');
}

/** One quoted word: nothing in it is the shell's. */
const shell = (name: string, value: string): string => `export ${name}='${value.replaceAll("'", "'\\''")}'`;

/** Bare where every reader takes it so; else in quotes in which nothing is expanded, where the value allows them. */
function dotenv(name: string, value: string): string {
  if (/^[\w@%+:,./=-]*$/.test(value)) return `${name}=${value}`;
  if (!/['\n\r]/.test(value)) return `${name}='${value}'`;
  const escaped = value
    .replace(/[\\"$`]/g, '\\$&')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r');
  return `${name}="${escaped}"`;
}

/** Several lines between two marks that the value does not hold. */
function github(name: string, value: string): string {
  if (!/[\n\r]/.test(value)) return `${name}=${value}`;
  let mark = 'EOF';
  while (value.includes(mark)) mark += '_';
  return `${name}<<${mark}\n${value}\n${mark}`;
}
