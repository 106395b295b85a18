import { Document } from 'yaml';

/** A word as a POSIX shell takes it. Pure. */
export const shellWord = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

/** Long sentences as lines of comment, at most 100 columns. Pure. */
export function commentLines(text: string, mark: string): string[] {
  const lines: string[] = [];
  for (const paragraph of text.split('\n')) {
    let line = '';
    for (const word of paragraph.split(' ')) {
      if (line && `${mark} ${line} ${word}`.length > 100) {
        lines.push(`${mark} ${line}`);
        line = word;
      } else line = line ? `${line} ${word}` : word;
    }
    lines.push(line ? `${mark} ${line}` : mark);
  }
  return lines;
}

/** YAML whose strings are strings to readers of YAML 1.1 too (`on`, `no`, `1:30`): Kubernetes and Compose are some. */
export const yamlDocument = (value: object): Document =>
  new Document(value, { aliasDuplicateObjects: false, compat: 'yaml-1.1' });
