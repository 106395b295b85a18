// Writes openapi.json from src/control/protocol.ts: what the server checks is what the page says. On one line: it is packed.
import { writeFileSync } from 'node:fs';
import { openApi } from '../src/control/openapi.ts';

writeFileSync(new URL('../openapi.json', import.meta.url), `${JSON.stringify(openApi())}\n`);
