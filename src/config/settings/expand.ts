type Values = Readonly<Record<string, string | undefined>>;

/** A `$` that no backslash keeps: `${NAME}`, `${NAME:-else}`, `${NAME:+then}`, `$NAME`. */
const REFERENCE = /(?<!\\)\$\{([^{}]+)\}|(?<!\\)\$([A-Za-z_]\w*)/;

/**
 * `$` in the values of an env file, as dotenv-expand 12 reads it: a real variable wins over the file's, of which those
 * above a line are known, and `\$` is a plain one. Pure.
 * @param weaker what files that this one overrides have, expanded
 */
export function expandValues(
  values: Readonly<Record<string, string>>,
  env: Values,
  weaker: Values = {},
): Record<string, string> {
  const known: Record<string, string | undefined> = { ...weaker };
  const expanded: Record<string, string> = {};
  for (const [name, value] of Object.entries(values)) {
    const result = value.includes('$') ? expandValue(value, (key) => env[key] || known[key]) : value;
    expanded[name] = result;
    known[name] = result;
  }
  return expanded;
}

function expandValue(value: string, look: (name: string) => string | undefined): string {
  let result = value;
  const seen = new Set<string>();
  for (let found = REFERENCE.exec(result); found; found = REFERENCE.exec(result)) {
    // A value that leads back to itself ends here.
    if (seen.has(result)) break;
    seen.add(result);
    const [whole, braced, bare] = found;
    const [, name = '', operator = '', word = ''] =
      /^(.*?)(?:(:\+|\+|:-|-)(.*))?$/s.exec(braced ?? bare ?? '') ?? [];
    const set = look(name);
    const other = operator.endsWith('+') ? (set ? word : '') : set && !seen.has(set) ? set : word;
    result = `${result.slice(0, found.index)}${other}${result.slice(found.index + whole.length)}`;
  }
  return result.replaceAll('\\$', '$');
}
