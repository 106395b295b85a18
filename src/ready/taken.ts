/** Not said of anything but an address. */
const SURE =
  /EADDRINUSE|address (?:is )?already in use|port is already in use|only one usage of each socket/i;
const TAKEN =
  /EADDRINUSE|address (?:is )?already in use|(?:already|currently) (?:being )?(?:in use|used|running)|(?:in use|is taken|(?<!address )not available)|only one usage of each socket/i;

/** A port in a complaint: `:::8000`, `localhost:8000`, `port 8000`, `('127.0.0.1', 8000)`. */
const NUMBER = /(?:port[:=]?\s+|:|',\s*)(\d{2,5})(?!\d|\.\d)/gi;

/** Times of day and their zones: `17:50:34`, `+02:00`. */
const TIME = /\b\d{1,2}:\d\d:\d\d\b|[+-]\d\d:\d\d\b/g;

/** The ports about which a text complains that somebody else has them: in each line the first, what follows is the way out. */
export function takenPorts(text: string): number[] {
  const found = text.split('\n').map((line) => {
    const complains = SURE.test(line) || (TAKEN.test(line) && /\bport\b/i.test(line));
    return complains ? Number([...line.replace(TIME, '').matchAll(NUMBER)][0]?.[1]) : 0;
  });
  return [...new Set(found)].filter((port) => port > 0 && port < 65_536);
}

/**
 * Do these last words of an instance say that its port was taken? Where a number stands beside the complaint it must
 * be this one; Python and Django name none.
 */
export function saysPortTaken(lines: readonly string[], port: number): boolean {
  const named = takenPorts(lines.join('\n'));
  return lines.some((line, index) => {
    if (!TAKEN.test(line)) return false;
    // Node prints the number in the error's properties, a few lines below.
    const around = lines.slice(Math.max(0, index - 2), index + 12).join('\n');
    if (new RegExp(`(?<!\\d)${port}(?!\\d)`).test(around)) return true;
    // The error's code alone, where another line has said which port it speaks of.
    return SURE.test(line) && named.length === 0;
  });
}

/** Do they say that what it was handed is none that it takes? An unknown flag, an address that it cannot read, a closed descriptor. */
export const saysNoSocket = (lines: readonly string[]): boolean =>
  lines.some((line) =>
    /--fd\b|\bfd:\/\/|\b(?:EBADF|ENOTSOCK)\b|bad file descriptor|on non-socket/i.test(line),
  );
