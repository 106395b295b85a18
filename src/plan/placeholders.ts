/** Fills `{name}` where the name is known; `{{name}}` is a literal `{name}`; `${name}` is the shell's and anything else in braces stays as it is. */
export function fillPlaceholders(text: string, values: Record<string, string | undefined>): string {
  if (!text.includes('{')) return text;
  return text.replace(/\{\{(\w+)\}\}|(?<!\$)\{(\w+)\}/g, (whole, double?: string, single?: string) => {
    const name = double ?? single ?? '';
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value === undefined) return whole;
    return double === undefined ? value : `{${name}}`;
  });
}
