import type { LeftOut } from '../config/types.ts';

/** `left out: worker (Procfile): a plain Procfile is often production’s` */
export function describeLeftOut({ what, file, why }: LeftOut): string {
  const place = file === '.' || file === what ? '' : ` (${file})`;
  return `left out: ${what}${place}: ${why}`;
}
