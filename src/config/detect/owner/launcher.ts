/** Programs of the owner's own that start other programs. Pure. */

const STARTS: Record<'node' | 'python', RegExp> = {
  node: /(?:from|require\(|import\()\s*['"](?:node:)?(?:child_process|execa|zx|cross-spawn|concurrently|tinyexec|foreman)['"]|\bBun\.spawn\(|\bDeno\.Command\(/,
  python:
    /\bsubprocess\.(?:Popen|run|call|check_call)\(|\bos\.system\(|\bmultiprocessing\b|\bcreate_subprocess_/,
};
const CALLS: Record<'node' | 'python', RegExp> = {
  node: /\bconcurrently['"]\)\s*\(|\b(?:spawn|spawnSync|exec|execFile|execSync|fork|execa|execaCommand|concurrently|x|command|Command)\s*\(|\b(?:execa|execaCommand)`|\$`|\$\(/,
  python: /\b(?:Popen|run|call|check_call|system|Process|create_subprocess_\w+)\(/,
};
/** It listens itself, or loads what does: a server, whatever else it starts. */
const LISTENS: Record<'node' | 'python', RegExp> = {
  node: /\.listen\(|\bcreateServer\(|\bserve\(|\bDeno\.serve|(?:from|require\(|import\()\s*['"](?:express|fastify|koa|hono|@hono\/node-server|@nestjs\/core|vite|next|ws|webpack-dev-server)['"]/,
  python:
    /(?<!subprocess)\.run\((?:[^)]*\b(?:host|port|debug)\b|\s*\))|\bserve_forever\(|\bHTTPServer\(|\brun_app\(|\bexecute_from_command_line\b|\.launch\(/,
};

/** Does the program's text start others, and serve nothing itself? */
export function launches(text: string, file: string): boolean {
  const kind = file.endsWith('.py') ? 'python' : 'node';
  return STARTS[kind].test(text) && CALLS[kind].test(text) && !LISTENS[kind].test(text);
}
