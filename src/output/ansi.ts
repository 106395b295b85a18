// Text is latin1 here: one character a byte.
const ESC = '\u001b';
const CR = '\r';

/**
 * Sequences that are neither colour (SGR) nor anything else that stays within the line:
 * CSI ones by their last byte, and the bare ESC ones that move or reset.
 */
const moving = new RegExp(`${ESC}(?:\\[(?![0-9;:]*m)([0-9;:<=>?!]*)[ -/]*([@-~])|[c78DEM])`, 'g');

/**
 * Takes out what would clear the screen, leave the line or hide the cursor: between the lines of several
 * servers it would destroy the others'. What redraws the line becomes CR, which gets the prefix again.
 */
export function keepInLine(text: string): string {
  if (!text.includes(ESC)) return text;
  return text.replace(moving, (sequence, params: string | undefined, final: string | undefined) => {
    switch (final) {
      case 'K':
        return params === '' || params === '0' ? sequence : `${CR}${ESC}[K`;
      case 'G':
        return params === '' || params === '0' || params === '1' ? CR : sequence;
      case 'm':
      case 'C':
      case 'D':
      case 'P':
      case 'X':
      case '@':
        return sequence;
      default:
        return '';
    }
  });
}

const unfinished = new RegExp(`^${ESC}(?:\\[[0-9;:<=>?! -/]*|\\][^\\u0007${ESC}]*)?$`);
const LONGEST_SEQUENCE = 256;

/** How much of an unfinished line may be shown: no character, sequence or CR LF is cut in two. */
export function safeCut(text: string): number {
  let end = text.length;
  // A UTF-8 character that is not complete: a lead byte within the last three.
  for (let back = 1; back <= 3 && back <= end; back++) {
    const byte = text.charCodeAt(end - back);
    if (byte < 0x80) break;
    if (byte >= 0xc0) {
      const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      if (back < length) end -= back;
      break;
    }
  }
  const begin = text.lastIndexOf(ESC, end - 1);
  if (begin !== -1 && end - begin <= LONGEST_SEQUENCE && unfinished.test(text.slice(begin, end))) {
    end = begin;
  }
  while (end > 0 && text.charCodeAt(end - 1) === 13) end--;
  return end;
}
