import { explain, explainLines } from '../config/settings/explain.ts';
import type { App, Settings } from '../config/types.ts';
import { copiesOf, type Said, saidLines, saidObject } from './dry-run.ts';
import { printSync } from './print.ts';

const HOW = {
  connect: 'follows where it moves',
  env: 'follows where it moves, by its variable',
  no: 'does not follow',
};

/** `web (frontend): package.json script "dev" runs Vite`: what is started, and what shows it. */
const appLine = ({ name, roles, evidence, noPort, once }: App): string => {
  const role = roles.filter((one) => one !== name).join(', ') || (once ? 'ends before the others start' : '');
  const said = [role, noPort && !once ? 'no port' : ''].filter(Boolean).join(', ');
  return `${name}${said && ` (${said})`}: ${evidence}`;
};

/** `--explain`: what is started and why, every setting, its source and what it overrode; then the places that name the apps' ports. */
export function printExplain(settings: Settings, said: Said, json: boolean): void {
  const copies = copiesOf({ copies: [] }, settings);
  const places = copies.map(
    ({ file, line, port, of, follows }) =>
      `${file}:${line} names ${port}, the port of ${of}: ${HOW[follows]}`,
  );
  const lines = [...places, ...saidLines(said)];
  const end = lines.length > 0 ? `\n${lines.join('\n')}\n` : '';
  const apps = settings.apps.map(appLine).join('\n');
  const text = `${apps}\n\n${explainLines(settings).join('\n')}\n${end}`;
  printSync(1, json ? `${JSON.stringify({ ...explain(settings), copies, ...saidObject(said) })}\n` : text);
}
