import type { Reading } from '../types.ts';
import { type PydanticField, pydanticFields } from './pydantic.ts';
import type { SourceFile } from './sources.ts';
import { statementsWith } from './statements.ts';

/** How one statement takes a list apart; `commas` as devstart writes it. */
type Form = Reading | 'commas';

const JSON_READ =
  /JSON\.parse|json\.loads|literal_eval|\benv\.json\(|:\s*json\(|\bJson\b|json_decode|serde_json|json\.Unmarshal/;
/** Libraries whose lists are apart at commas. */
const COMMA_READ = /\bCsv\(|\.list\(|getlist\(|commaList|StringSplit|parseList|parse_cors/;
const ONE_URL = /\.string\(\)(?:\.\w+\([^()]*\))*\.(?:url|uri)\(|\bz\.url\(|\burl\(\s*[{)]/;
/** The value itself is the origin that is allowed. */
const ONE_ORIGIN =
  /origins?["']?\s*(?:[:=(]|=>)\s*(?:\[\]string\{|[[(])?\s*(?:(?:process|Bun|import\.meta)\.env|os\.|env\b|ENV\b|getenv|config\b|\w+\.get)/i;

/**
 * In which form an app's code reads the comma list `name`; undefined: as devstart writes it, or nobody can tell. Pure.
 * A settings class decides, as it reads the value before any code does.
 */
export function listReading(name: string, sources: readonly SourceFile[]): Reading | undefined {
  const forms: Form[] = [];
  for (const { file, text } of sources) {
    if (file.endsWith('.py')) {
      for (const field of pydanticFields(text)) {
        const form = fieldForm(field, name, sources);
        if (form !== undefined) return form === 'commas' ? undefined : form;
      }
    }
    if (isProperty(name, file, text)) return 'own';
    for (const statement of statementsWith(text, name)) {
      const form = formOf(statement) ?? formOfVariable(statement, name, text);
      if (form) forms.push(form);
    }
  }
  // Code that takes both takes commas.
  if (forms.includes('commas')) return undefined;
  return forms[0] as Reading | undefined;
}

/** A field of pydantic's that is read from `name`, in whatever case. */
function fieldForm(field: PydanticField, name: string, sources: readonly SourceFile[]): Form | undefined {
  if (!field.names.some((known) => known.toLowerCase() === name.toLowerCase())) return undefined;
  const { annotation, decoded } = field;
  const list = /\b(?:list|set|frozenset|tuple|sequence|iterable|collection)\b/i.test(annotation);
  if (/\bJson\b/.test(annotation) || (list && decoded)) return 'json';
  if (list || /\b(?:str|Any|SecretStr)\b/.test(annotation)) {
    const uses = sources.flatMap(({ text }) => statementsWith(text, field.name).map(formOf));
    const told = uses.filter((use) => use !== undefined);
    return told.includes('commas') ? 'commas' : (told[0] ?? 'commas');
  }
  return 'own';
}

/** What one statement does with the value. */
export function formOf(statement: string): Form | undefined {
  const separator = separatorOf(statement);
  if (separator !== undefined) {
    if (separator.includes(',')) return 'commas';
    if (separator.includes(';')) return 'semicolons';
    return /^\s*$|\\s/.test(separator) ? 'spaces' : 'own';
  }
  if (COMMA_READ.test(statement)) return 'commas';
  if (JSON_READ.test(statement)) return 'json';
  if (ONE_URL.test(statement) || ONE_ORIGIN.test(statement)) return 'own';
  return undefined;
}

/** At what it is taken apart: a text or a pattern; `' '` for Python's `split()` and Go's `Fields`. */
function separatorOf(statement: string): string | undefined {
  const found =
    /\.split\(\s*(?:\/((?:[^/\\\n]|\\.)+)\/\w*|r?(['"`])(.*?)\2|\))/.exec(statement) ??
    /\bre\.split\(\s*()r?(['"])(.*?)\2/.exec(statement) ??
    /\bexplode\(\s*()(['"])(.*?)\2/.exec(statement) ??
    /\bSplit\((?:[^()]|\([^()]*\))*,\s*()(["`])(.*?)\2\s*\)/.exec(statement);
  if (found) return found[1] || found[3] || ' ';
  return /\bstrings\.Fields\(/.test(statement) ? ' ' : undefined;
}

/** `origins = os.getenv("CORS_ORIGINS")`, taken apart further down. */
function formOfVariable(statement: string, name: string, text: string): Form | undefined {
  const variable = /^\s*(?:export\s+)?(?:const|let|var|final|val)?\s*(\w+)\s*(?::=|(?::[^=\n]+)?=(?!=))/.exec(
    statement,
  )?.[1];
  if (!variable || variable === name) return undefined;
  for (const use of statementsWith(text, variable)) {
    if (use === statement) continue;
    const alone = new RegExp(`origins?["']?\\s*(?:[:=(]|=>)\\s*\\[?\\s*${variable}\\s*[\\],)}\\n]`, 'i');
    const form = formOf(use) ?? (alone.test(use) ? 'own' : undefined);
    if (form) return form;
  }
  return undefined;
}

/** Spring reads CORS_ALLOWED_ORIGINS as its property cors.allowed-origins, which a text may hold as one origin. */
function isProperty(name: string, file: string, text: string): boolean {
  if (!/\.(?:properties|ya?ml)$/.test(file)) return false;
  return new RegExp(`^\\s*${name.toLowerCase().replaceAll('_', '[._-]?')}\\s*[:=]`, 'm').test(text);
}
