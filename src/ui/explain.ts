import { explain, explainLines } from '../config/settings/explain.ts';
import type { Settings } from '../config/types.ts';
import { printSync } from './print.ts';

/** `--explain`: every setting, its source and what it overrode. */
export function printExplain(settings: Settings, json: boolean): void {
  printSync(1, json ? `${JSON.stringify(explain(settings))}\n` : `${explainLines(settings).join('\n')}\n`);
}
