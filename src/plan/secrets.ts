/** What stands in a secret's place. */
export const MASK = '***';

/** Words of a variable's name that say that its value is for nobody's eyes. */
const NAMES =
  /(?:^|[_-])(?:pass|passwd|password|passphrase|pwd|pw|secret|secrets|token|tokens|apikey|credential|credentials|auth|cookie|salt|dsn|signature|bearer|pat|otp|pin)(?:$|[_-])|(?:api|access|private|secret|signing|encryption|master|service|account|deploy|ssh|session|webhook)[_-]?key(?:$|[_-])|(?:password|secret|token|apikey|passwd)$/i;

/** Whole values, or parts of them, that are secrets whatever they are called. */
const SHAPES: readonly RegExp[] = [
  /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g, // JSON Web Token
  /\b(?:AKIA|ASIA)[A-Z\d]{16}\b/g, // AWS
  /\b(?:gh[opsur]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|npm_\w{20,}|xox[abeoprs]-[\w-]{10,}|hf_\w{20,})/g,
  /\b(?:sk|pk|rk)[-_](?:live|test|proj|ant|or)?[-_]?[\w-]{16,}/g, // Stripe, OpenAI, Anthropic
  /\bAIza[\w-]{30,}/g, // Google
  /\bSG\.[\w-]{16,}\.[\w-]{16,}/g, // SendGrid
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
];

/** `user:password@` of a URL; and what a query calls a secret. */
const IN_URL = /([a-z][\w+.-]*:\/\/[^\s/:@?#]*):[^\s/@?#]+@/gi;
const IN_QUERY = /([?&](?:[\w-]*[_-])?(?:key|token|secret|password|sig|signature|auth)=)[^&\s#]+/gi;

/** A value without what is secret in it, known by its shape. Pure. */
export function maskText(value: string): string {
  let masked = value.replace(IN_URL, `$1:${MASK}@`).replace(IN_QUERY, `$1${MASK}`);
  for (const shape of SHAPES) masked = masked.replace(shape, MASK);
  return masked;
}

/** A variable's value for others' eyes: nothing of it where its name says so, else without what looks secret. Pure. */
export function maskValue(name: string, value: string): string {
  if (value === '' || !NAMES.test(spaced(name))) return maskText(value);
  // Of an address its user's password alone, a number or a switch is no secret: TOKEN_LIMIT=20, AUTH_ENABLED=true.
  const bare = maskText(value);
  if (bare !== value || /^(?:\d{1,5}|true|false|yes|no|on|off)$/i.test(value)) return bare;
  return /^https?:\/\/\S+$|^\.{0,2}\//.test(value) ? value : MASK;
}

export const maskEnv = (env: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(env).map(([name, value]) => [name, maskValue(name, value)]));

/** The words of a command: what follows `--token`, and what looks secret. Pure. */
export function maskWords(words: readonly string[]): string[] {
  return words.map((word, index) => {
    const [, flag = '', value] = /^(--?[\w-]+)=([\s\S]*)$/.exec(word) ?? [];
    if (value !== undefined) return `${flag}=${maskValue(flag.replace(/^-+/, ''), value)}`;
    const before = words[index - 1] ?? '';
    return /^--?[a-z][\w-]*$/i.test(before) && !word.startsWith('-')
      ? maskValue(before.replace(/^-+/, ''), word)
      : maskText(word);
  });
}

/** `apiToken` as `api_Token`. */
const spaced = (name: string): string => name.replace(/([a-z\d])([A-Z])/g, '$1_$2');
