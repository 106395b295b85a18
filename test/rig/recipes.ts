import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const recipes = readFileSync(fileURLToPath(new URL('../../docs/recipes.md', import.meta.url)), 'utf8');

/**
 * A file that docs/recipes.md shows, by the language of its block.
 * @param file what its comment says that it is; otherwise the first one of the language
 */
export function recipe(language: 'dockerfile' | 'yaml' | 'ini' | 'make' | 'sh', file = ''): string {
  for (const [, text = ''] of recipes.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)\`\`\`$`, 'gms')))
    if (file === '' || text.includes(`# ${file}`)) return text;
  assert.fail(`no ${language} ${file} in the recipes`);
}
