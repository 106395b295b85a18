import { languageOf, WORDS } from './languages.ts';
import type { Syntax } from './text.ts';

const NUMBER = /(?<![\w.$#%-])(\d{4,5})(?=(?:[ui]\d\d)?(?![\w.%-]|\s*\*))/g;
/** `.default(4040)`, `default: 4040`, `default_value = "4040"`, `envDefault:"4040"`. */
const GIVEN = /\b\w*default\w*['"]?\s*[:=(]+\s*['"`]?:?(\d{4,5})(?!\w)/i;
const FLAG =
  /\bflag\.\w+\(\s*(?:&[\w.]+,\s*)?"[\w-]*",\s*"?[^",\d]*?(\d{4,5})(?!\w)|^\s*"[\w-]*",\s*"?[^",\d]*?(\d{4,5})(?!\w)/;
/** What bounds a number, and a number's base; databases' URLs. */
const ASIDE =
  /(?:\.(?:min|max|lte?|gte?)\(|\b(?:ge|le|gt|lt|min|max|minimum|maximum)\s*[=:])\s*\d+|,\s*10\s*\)|\b(?!https?:|wss?:|tcp:)[a-z][a-z+]*:\/\/[^\s'"`]+/g;

/** Where the port stands in an expression: a default, what development has, else its last number. Pure. */
export function digitsIn(expression: string): [number, number] | undefined {
  const text = expression.replace(ASIDE, (aside) => ' '.repeat(aside.length));
  const [from, to] = ofDevelopment(text);
  const part = text.slice(from, to);
  const given = GIVEN.exec(part) ?? FLAG.exec(part);
  const number = given?.[1] ?? given?.[2];
  if (given && number) {
    const start = from + given.index + given[0].lastIndexOf(number);
    return isPort(number) ? [start, start + number.length] : undefined;
  }
  const last = [...part.matchAll(NUMBER)].filter(([digits]) => isPort(digits)).at(-1);
  return last && [from + last.index, from + last.index + last[0].length];
}

/** Ports of databases, caches and queues: no server of pages or of an API is ever there. */
const STORES: ReadonlySet<number> = new Set([1433, 1521, 3306, 5432, 5672, 6379, 9042, 11211, 26257, 27017]);

/** Whether a server may listen there that people start by hand. */
export const isPort = (digits: string): boolean =>
  Number(digits) >= 1024 && Number(digits) < 65_536 && !STORES.has(Number(digits));

/** Of `production ? A : B` and `dev ? A : B` the half that counts here. */
function ofDevelopment(text: string): [number, number] {
  const ternary = /^([^?]*?)(?<!\?)\?(?![?.])([^:]*):/.exec(text);
  const [whole = '', condition = '', yes = ''] = ternary ?? [];
  // `VITE_DEV_PORT ? … : 8080` asks whether it is given.
  if (!/dev|prod/i.test(condition.replace(/\w*port\w*/gi, ''))) return [0, text.length];
  const negated = /!==?|!\w/.test(condition);
  const isYes = /dev/i.test(condition) !== negated;
  return isYes ? [condition.length + 1, condition.length + 1 + yes.length] : [whole.length, text.length];
}

/** A variable that says which half of the code runs, not where it listens. */
export const isSwitch = (name: string): boolean =>
  /^(?:NODE_ENV|ENV|APP_ENV|DEBUG|DEV|PROD|MODE|CI)$|(?:^|_)HOST(?:NAME)?$/.test(name);

/** A socket that is handed over, or lies in a folder: where it is given there is no port. */
const isSocket = (name: string): boolean =>
  /^LISTEN_(?:FDS|PID|FDNAMES)$|(?:^|_)(?:FDS?|SOCK|SOCKET(?:_(?:PATH|FILE))?|UDS)$/.test(name);

/** The variable that an expression reads first. Pure. */
export const variableIn = (expression: string, syntax: Syntax): string | undefined =>
  variablesIn(expression, syntax)[0];

/** The variable that says the port: of several the first that is called so. Pure. */
export function portVariableIn(expression: string, syntax: Syntax): string | undefined {
  const names = variablesIn(expression, syntax);
  return names.find((name) => /port/i.test(name)) ?? names[0];
}

function variablesIn(expression: string, syntax: Syntax): string[] {
  const names = [...expression.matchAll(languageOf(syntax).env)].map((match) =>
    match.slice(1).find((group) => group !== undefined),
  );
  return names.filter((name) => name !== undefined && !isSwitch(name) && !isSocket(name)) as string[];
}

const BRACES = /["'][^"'\n]*?\{(\w+)\}[^"'\n]*["']/;
const INTERPOLATED: Partial<Record<Syntax, RegExp>> = {
  rust: BRACES,
  python: BRACES,
  jvm: /"[^"\n]*:(?:\$\{?|\{)(\w+)\}?[^"\n]*"/,
};

/** The names that an expression is made of, `config.port` as `[config, port]`. Pure. */
export function namesIn(expression: string, syntax: Syntax): string[][] {
  // Rust's and Python's `{port}`, C#'s `$"…{port}"`, Kotlin's `"…$port"`.
  const inner = INTERPOLATED[syntax]?.exec(expression)?.[1];
  const names: string[][] = inner ? [[inner]] : [];
  const bare = expression.replace(/"[^"\n]*"|'[^'\n]*'/g, (text) => `'${' '.repeat(text.length - 2)}'`);
  for (const match of bare.matchAll(/(?<![\w$.])[A-Za-z_$][\w$]*(?:\s*\??\.\s*[A-Za-z_$][\w$]*)*/g)) {
    const path = match[0].split(/\s*\??\.\s*/);
    const called = /^\s*(?:<[^<>()]*>)?\(\s*(['"])/.exec(bare.slice(match.index + match[0].length));
    if (called && /^(?:get|getOrThrow|int|number)$/.test(path.at(-1) as string)) {
      // `app.get('port')`, `config.get('server.port')`: the key is in the text.
      const at = match.index + match[0].length + called[0].length;
      const [key = ''] = /^[\w.]+/.exec(expression.slice(at)) ?? [];
      if (key) names.push([...path.slice(0, -1), '()', ...key.split('.')]);
    } else if (!/^\s*\(/.test(bare.slice(match.index + match[0].length)) && !WORDS.has(path[0] as string))
      names.push(path);
    else if (path.length > 1 && !WORDS.has(path[0] as string)) names.push(path.slice(0, -1));
  }
  return names.slice(0, 4);
}
