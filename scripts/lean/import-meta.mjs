// The bundle is CommonJS; yargs asks for its own address.
import { pathToFileURL } from 'node:url';
export const importMetaUrl = pathToFileURL(__filename).href;
