/** Who claims: one process, told apart from every other that has or had its pid. */
export interface Claimant {
  pid: number;
  /** When it started, in the system's own words (src/processes.ts). */
  start: string;
  /** The boot it lives in; empty where the system does not tell. */
  boot: string;
  /** Its network namespace: ports of another one are other ports. */
  net: string;
  /** Its pid namespace: a pid of another one means nothing here. */
  pidns: string;
}

/** A port that a run has taken, machine-wide for this user. It lives as long as its process. */
export interface Claim extends Claimant {
  port: number;
  app: string;
  instance: number;
  run: string;
  /** The project's folder, absolute. */
  root: string;
}

/** One claim a line, so that a torn file still gives the lines that are whole. */
export function formatClaims(claims: readonly Claim[]): string {
  return `[${claims.map((claim) => `\n${JSON.stringify(claim)}`).join(',')}\n]\n`;
}

/** The claims of a file; of a broken one those that can still be read. */
export function parseClaims(text: string): { claims: Claim[]; broken: boolean } {
  try {
    const list: unknown = JSON.parse(text);
    if (Array.isArray(list)) {
      const claims = list.filter(isClaim);
      return { claims, broken: claims.length < list.length };
    }
  } catch {
    // By the line, then.
  }
  const claims = text.split('\n').flatMap((line) => {
    try {
      const claim: unknown = JSON.parse(line.replace(/,$/, ''));
      return isClaim(claim) ? [claim] : [];
    } catch {
      return [];
    }
  });
  return { claims, broken: true };
}

function isClaim(value: unknown): value is Claim {
  if (typeof value !== 'object' || value === null) return false;
  const claim = value as Record<string, unknown>;
  return (
    ['port', 'instance', 'pid'].every((key) => Number.isInteger(claim[key])) &&
    ['app', 'run', 'root', 'start', 'boot', 'net', 'pidns'].every((key) => typeof claim[key] === 'string')
  );
}
