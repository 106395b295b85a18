/** Frameworks of which one dev server runs in a folder, whatever the port: each writes down where it does. Vite from 8.4 on. */
const names = ['next', 'vinext', 'nuxt', 'astro', 'vite'] as const;

export type OneAFolder = (typeof names)[number];

export const isOneAFolder = (framework: string | undefined): framework is OneAFolder =>
  (names as readonly (string | undefined)[]).includes(framework);
