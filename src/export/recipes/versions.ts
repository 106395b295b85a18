/** The versions that a project says its language has, as tags of base images. */

const PYTHON = 13;
const NODE = 22;

/** @param file .python-version @param required `requires-python` of pyproject.toml. Pure. */
export function pythonVersion(file: string | undefined, required: string | undefined): string {
  const said = /^\s*(?:cpython[-@])?3\.(\d+)/m.exec(file ?? '')?.[1];
  if (said) return `3.${said}`;
  const below = /<\s*3\.(\d+)/.exec(required ?? '')?.[1];
  const exact = /(?:==|~=)\s*3\.(\d+)(?:\.|$|\s|,)/.exec(required ?? '')?.[1];
  const atLeast = /(?:>=|>)\s*3\.(\d+)/.exec(required ?? '')?.[1];
  const most = below === undefined ? PYTHON : Math.min(PYTHON, Number(below) - 1);
  return `3.${exact ?? Math.max(most, Number(atLeast ?? 0))}`;
}

/** @param file .nvmrc or .node-version @param engine `engines.node` of package.json. Pure. */
export function nodeVersion(file: string | undefined, engine: string | undefined): number {
  const said = /^\s*v?(\d+)/.exec(file ?? '')?.[1];
  if (said) return Number(said);
  const [, sign = '', major] = /^\s*(>=?|\^|~|=)?\s*v?(\d+)/.exec(engine ?? '') ?? [];
  if (major === undefined) return NODE;
  const open = sign.startsWith('>') && !/<|\s-\s/.test(engine ?? '');
  // Other ways that the range has beside the first are as good.
  return open || /\|\|/.test(engine ?? '') ? Math.max(NODE, Number(major)) : Number(major);
}
