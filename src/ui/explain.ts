import { explain, explainLines } from '../config/settings/explain.ts';
import type { Settings } from '../config/types.ts';
import { type Said, saidLines, saidObject } from './dry-run.ts';
import { printSync } from './print.ts';

/** `--explain`: every setting, its source and what it overrode. */
export function printExplain(settings: Settings, said: Said, json: boolean): void {
  const lines = saidLines(said);
  const end = lines.length > 0 ? `\n${lines.join('\n')}\n` : '';
  const text = `${explainLines(settings).join('\n')}\n${end}`;
  printSync(1, json ? `${JSON.stringify({ ...explain(settings), ...saidObject(said) })}\n` : text);
}
