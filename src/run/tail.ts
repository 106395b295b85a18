import { stripVTControlCharacters } from 'node:util';
import type { InstancePlan } from '../plan/types.ts';
import { keepInLine } from './ansi.ts';
import type { StreamName } from './types.ts';

/** What is kept of each instance, in bytes: twenty long lines. */
const KEPT = 8 * 1024;
/** A line that is longer is handed to watchers in pieces of this size. */
const MAX_LINE = 64 * 1024;

/** The last output of each instance, for the messages about its end. */
export interface Tail {
  write(instance: InstancePlan, chunk: Buffer): void;
  /** At most `count` lines, oldest first, without their ends; of both streams, in the order they were read. */
  lines(instance: InstancePlan, count: number): string[];
}

/** Bytes `0..used` are the last ones; `cut`: there were more before. */
interface Kept {
  bytes: Buffer;
  used: number;
  cut: boolean;
}

/** Costs one small copy a chunk; lines are made when they are asked for. Instances are told apart by their labels. */
export function createTail(): Tail {
  const all = new Map<string, Kept>();
  return {
    write({ label }, chunk) {
      let kept = all.get(label);
      if (!kept) {
        kept = { bytes: Buffer.allocUnsafeSlow(2 * KEPT), used: 0, cut: false };
        all.set(label, kept);
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
    },
    lines({ label }, count) {
      const kept = all.get(label);
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
    },
  };
}

/** Called with one or more whole lines, decoded and without colours. */
export type OnText = (text: string) => void;

export interface Watchers {
  /** Nobody watches: skip the rest. */
  readonly none: boolean;
  add(instance: InstancePlan, onText: OnText): () => void;
  write(instance: InstancePlan, stream: StreamName, chunk: Buffer): void;
  end(instance: InstancePlan, stream: StreamName): void;
}

interface Watcher {
  label: string;
  onText: OnText;
  /** The unfinished line of each stream, as latin1. */
  held: Record<StreamName, string>;
}

/** Those who read along what an instance prints (the ready form `log`), line by line. */
export function createWatchers(): Watchers {
  const watchers = new Set<Watcher>();

  const tell = ({ onText }: Watcher, text: string): void => {
    if (text !== '') onText(stripVTControlCharacters(Buffer.from(text, 'latin1').toString('utf8')));
  };

  return {
    get none() {
      return watchers.size === 0;
    },
    add({ label }, onText) {
      const watcher: Watcher = { label, onText, held: { stdout: '', stderr: '' } };
      watchers.add(watcher);
      return () => void watchers.delete(watcher);
    },
    write({ label }, stream, chunk) {
      // A copy: a watcher may end its watch in the call.
      for (const watcher of [...watchers]) {
        if (watcher.label !== label) continue;
        const text = watcher.held[stream] + chunk.toString('latin1');
        const whole = text.length > MAX_LINE ? text.length : text.lastIndexOf('\n') + 1;
        watcher.held[stream] = text.slice(whole);
        tell(watcher, text.slice(0, whole));
      }
    },
    end({ label }, stream) {
      for (const watcher of [...watchers]) {
        if (watcher.label !== label) continue;
        const rest = watcher.held[stream];
        watcher.held[stream] = '';
        tell(watcher, rest);
      }
    },
  };
}
