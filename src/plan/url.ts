import type { Url } from './types.ts';

/** `http://localhost:3000`, without a slash: as every tool prints it. */
export const urlText = ({ scheme, host, port }: Url): string => `${scheme}://${host}:${port}`;
