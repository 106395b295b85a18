import { stripVTControlCharacters } from 'node:util';
import type { InstancePlan } from '../plan/types.ts';
import type { StreamName } from './types.ts';

/** A line that is longer is handed to watchers in pieces of this size. */
const MAX_LINE = 64 * 1024;

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
