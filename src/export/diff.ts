const CONTEXT = 3;

interface Edit {
  mark: ' ' | '-' | '+';
  line: string;
}

/** A unified diff of two texts. Pure. @param before undefined: there is none yet */
export function unifiedDiff(name: string, before: string | undefined, after: string): string {
  const edits = editsOf(linesOf(before ?? ''), linesOf(after));
  const lines = [`--- ${before === undefined ? '/dev/null' : `a/${name}`}`, `+++ b/${name}`];
  for (const [start, end] of hunks(edits)) {
    const count = (mark: string, until: number, from = 0) =>
      edits.slice(from, until).filter((edit) => edit.mark !== mark).length;
    const part = (mark: string) => {
      const length = count(mark, end, start);
      return `${count(mark, start) + (length > 0 ? 1 : 0)},${length}`;
    };
    lines.push(
      `@@ -${part('+')} +${part('-')} @@`,
      ...edits.slice(start, end).map(({ mark, line }) => `${mark}${line}`),
    );
  }
  return `${lines.join('\n')}\n`;
}

const linesOf = (text: string): string[] => (text === '' ? [] : text.replace(/\n$/, '').split('\n'));

/** The longest common part stays: files of a few hundred lines. */
function editsOf(before: readonly string[], after: readonly string[]): Edit[] {
  const width = after.length + 1;
  const common = new Uint32Array((before.length + 1) * width);
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      common[i * width + j] =
        before[i] === after[j]
          ? (common[(i + 1) * width + j + 1] ?? 0) + 1
          : Math.max(common[(i + 1) * width + j] ?? 0, common[i * width + j + 1] ?? 0);
    }
  }
  const edits: Edit[] = [];
  let i = 0;
  let j = 0;
  while (i < before.length || j < after.length) {
    const old = before[i];
    const next = after[j];
    if (old !== undefined && old === next) {
      edits.push({ mark: ' ', line: old });
      i++;
      j++;
    } else if (
      old !== undefined &&
      (next === undefined || (common[(i + 1) * width + j] ?? 0) >= (common[i * width + j + 1] ?? 0))
    ) {
      edits.push({ mark: '-', line: old });
      i++;
    } else {
      edits.push({ mark: '+', line: next ?? '' });
      j++;
    }
  }
  return edits;
}

/** Where something changes, with the lines around it. */
function hunks(edits: readonly Edit[]): [number, number][] {
  const found: [number, number][] = [];
  edits.forEach(({ mark }, at) => {
    if (mark === ' ') return;
    const start = Math.max(0, at - CONTEXT);
    const end = Math.min(edits.length, at + CONTEXT + 1);
    const last = found.at(-1);
    if (last && start <= last[1]) last[1] = end;
    else found.push([start, end]);
  });
  return found;
}
