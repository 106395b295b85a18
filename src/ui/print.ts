import { writeSync } from 'node:fs';

/**
 * Writes all of the text before it returns: for commands that print and end. A reader that is gone needs no
 * message; a full pipe is tried again.
 */
export function printSync(fd: 1 | 2, text: string): void {
  let rest = Buffer.from(text);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(fd, rest));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return;
    }
  }
}
