import { escaped, type Syntax } from './text.ts';

/** How a language reads a variable, and gives a name its value. Every pattern is global. */
export interface Language {
  /** A read of an environment variable: its name is the first group that is there. */
  env: RegExp;
  /** What gives a plain name its value: the expression begins where the match ends. */
  defined(name: string): RegExp;
  /** What gives a key of an object, a field of a class or a column of a schema its value. */
  keyed(name: string): RegExp;
}

const VALUE = '\\s*(?![=>])';
const plain = (name: string): RegExp =>
  new RegExp(`(?<![\\w.$])\\$?${escaped(name)}\\s*(?::\\s*[\\w<>|\\[\\], '&.]+?)?=${VALUE}`, 'g');
const keyed = (name: string): RegExp =>
  new RegExp(`(?<![\\w$])['"]?${escaped(name)}['"]?\\s*\\??\\s*(?:[:=]|=>)${VALUE}`, 'g');

const js: Language = {
  env: /(?<![\w$.])(?:[a-z]\w*E|e)nv\s*\??\.\s*([A-Z][A-Z0-9_]*)\b|\b(?:process\.env|import\.meta\.env|Bun\.env)(?:\s*\?)?(?:\.\[|\s*\.\s*|\[)\s*['"`]?(\w+)|\b(?:get|getOrThrow|getNumber|getString|env|int|num|number)\s*(?:<[^>()]*>)?\(\s*['"]([A-Z][A-Z0-9_]*)['"]/g,
  defined: plain,
  keyed,
};
const python: Language = {
  env: /\b(?:os\.)?(?:getenv|environ\.get|environ)\s*[([]\s*['"](\w+)['"]|\b(?:config|env(?:\.\w+)?)\(\s*['"]([A-Z]\w*)['"]|\b(?:env|alias|validation_alias|envvar)\s*=\s*\[?['"](\w+)['"]/g,
  defined: plain,
  keyed,
};
/** A flag's name, before its default: `flag.IntVar(&port, "port", 4000, …)`. */
const FLAG = '(?:\\s*"[^"\\n]*"\\s*,)?';
const go: Language = {
  env: /\b(?:os\.(?:Getenv|LookupEnv)|\w*[eE]nv\w*(?:\.\w+)?|viper\.Get\w+)\(\s*"([A-Za-z_]\w*)"|\b(?:env|envconfig|mapstructure)\s*:\s*"(\w+)/g,
  defined: (name) =>
    new RegExp(
      `(?<![\\w.])${escaped(name)}\\s*(?:,\\s*\\w+\\s*)?(?:[\\w.*]+\\s*)?[:+]?=${VALUE}|\\b\\w+Var\\(\\s*&${escaped(name)}\\s*,${FLAG}`,
      'g',
    ),
  // `Port: x`, `cfg.Port = x`, `flag.IntVar(&cfg.port, …`, a field `Port int` with its tags.
  keyed: (name) =>
    new RegExp(
      `(?<!\\w)${escaped(name)}\\s*(?::|=)${VALUE}|\\b\\w+Var\\(\\s*&[\\w.]*\\b${escaped(name)}\\s*,${FLAG}|\\b${escaped(name)}(?<=\\n\\s*${escaped(name)})\\s+(?:string|u?int\\d*)\\s+(?=\`)`,
      'g',
    ),
};
const rust: Language = {
  env: /\benv::var(?:_os)?\(\s*"(\w+)"|\benv\s*=\s*"(\w+)"/g,
  defined: plain,
  keyed: (name) =>
    // A field's attributes stand before it: `#[arg(long, env = "PORT", default_value = "8080")] port: u16`.
    new RegExp(
      `#\\[\\w+(?=\\([^\\]]*\\)\\]\\s*(?:pub\\s+)?${escaped(name)}\\s*:)|(?<!\\w)${escaped(name)}\\s*:${VALUE}`,
      'g',
    ),
};
const others: Language = {
  env: /\bENV(?:\.fetch\(|\[)\s*['"](\w+)['"]|\bSystem\.(?:get_env|fetch_env!|getenv)\(\s*"(\w+)"|\$\{(\w+)|\b(?:env|getenv)\(\s*['"](\w+)['"]|\$_(?:ENV|SERVER)\[\s*['"](\w+)['"]|\bGetEnvironmentVariable\(\s*"(\w+)"/g,
  defined: plain,
  keyed,
};

const LANGUAGES: Partial<Record<Syntax, Language>> = { js, json: js, python, go, rust };

export const languageOf = (syntax: Syntax): Language => LANGUAGES[syntax] ?? others;

/** What no value of the project's is called. */
export const WORDS: ReadonlySet<string> = new Set(
  'await new as async const let var function return typeof number string boolean any unknown true false null undefined None True False if else or and not in is int str float len nil process import meta Number String parseInt parseFloat Math os fmt strconv format String unwrap_or parse u16 use'.split(
    ' ',
  ),
);
