type Import = (url: string) => Promise<unknown>;

let native: Import = (url) => import(url);

/** Imports a module by its URL. */
export const importModule: Import = (url) => native(url);

/** Code from V8's cache has no import of its own (Node 20): bin/devstart.cjs lends it one. */
export function lendImport(lent: Import): void {
  native = lent;
}
