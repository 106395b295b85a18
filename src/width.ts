import stringWidth from 'string-width';

/** Texts of these alone have a column for each character; string-width, which knows them all, loads for others. */
const NARROW = /^[ -~\u00A1-\u00AC\u00AE-\u02FF\u2010-\u2027]*$/;

/** How many columns a text takes on a terminal: two for `東` and for `🚀`, none for an accent of its own. */
export const width = (text: string): number => (NARROW.test(text) ? text.length : stringWidth(text));

/** Spaces behind it, up to a number of columns. */
export const padEnd = (text: string, columns: number): string => text + missing(text, columns);

/** Spaces before it. */
export const padStart = (text: string, columns: number): string => missing(text, columns) + text;

const missing = (text: string, columns: number): string => ' '.repeat(Math.max(0, columns - width(text)));

/** What fits a number of columns, no character in half. */
export function cut(text: string, columns: number): string {
  if (NARROW.test(text)) return text.slice(0, columns);
  let left = columns;
  let end = 0;
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    left -= width(segment);
    if (left < 0) break;
    end += segment.length;
  }
  return text.slice(0, end);
}
