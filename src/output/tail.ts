import type { InstanceId } from '../config/instance-id.ts';
import { keepInLine } from './ansi.ts';
import type { Sink, StreamName } from './types.ts';

/** What is kept of each instance, in bytes: twenty long lines. */
const KEPT = 8 * 1024;

/** Bytes `0..used` are the last ones; `cut`: there were more before. */
interface Kept {
  bytes: Buffer;
  used: number;
  cut: boolean;
}

/** The last output of each instance, for the messages about its end. Costs one small copy a chunk. */
export class Tail implements Sink {
  readonly #all = new Map<InstanceId, Kept>();

  write(id: InstanceId, _: StreamName, chunk: Buffer): void {
    let kept = this.#all.get(id);
    if (!kept) {
      kept = { bytes: Buffer.allocUnsafeSlow(2 * KEPT), used: 0, cut: false };
      this.#all.set(id, kept);
    }
    const part = chunk.length > KEPT ? chunk.subarray(-KEPT) : chunk;
    if (kept.used + part.length > kept.bytes.length) {
      const from = Math.max(0, kept.used - KEPT);
      kept.bytes.copyWithin(0, from, kept.used);
      kept.used -= from;
      kept.cut = true;
    }
    if (part !== chunk) kept.cut = true;
    kept.used += part.copy(kept.bytes, kept.used);
  }

  /** At most `count` lines, oldest first, without their ends; of both streams, in the order they were read. */
  lines(id: InstanceId, count: number): string[] {
    const kept = this.#all.get(id);
    if (!kept || kept.used === 0) return [];
    const text = keepInLine(kept.bytes.toString('latin1', 0, kept.used)).replace(/\n$/, '');
    const lines = text.split('\n');
    // The first one has lost its beginning.
    if (kept.cut && lines.length > 1) lines.shift();
    return lines.slice(-count).map((line) => {
      // Of progress drawn over itself the last frame is what was seen.
      const frames = line.replace(/\r+$/, '').split('\r');
      return Buffer.from(frames.at(-1) ?? '', 'latin1').toString('utf8');
    });
  }
}
