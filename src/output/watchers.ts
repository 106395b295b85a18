import { stripVTControlCharacters } from 'node:util';
import type { InstanceId } from '../config/instance-id.ts';
import type { Sink, StreamName } from './types.ts';

/** A line that is longer is handed on in pieces of this size. Bytes. */
const MAX_LINE = 64 * 1024;

/** Called with one or more whole lines, decoded and without colours. */
export type OnText = (text: string) => void;

interface Watcher {
  id: InstanceId;
  onText: OnText;
  /** The unfinished line of each stream, as latin1. */
  held: Record<StreamName, string>;
}

/** Those who read along what an instance prints (the ready form `log`), line by line. */
export class Watchers implements Sink {
  readonly #all = new Set<Watcher>();

  /** @returns ends the watch */
  add(id: InstanceId, onText: OnText): () => void {
    const watcher: Watcher = { id, onText, held: { stdout: '', stderr: '' } };
    this.#all.add(watcher);
    return () => void this.#all.delete(watcher);
  }

  write(id: InstanceId, stream: StreamName, chunk: Buffer): void {
    for (const watcher of this.#of(id)) {
      const text = watcher.held[stream] + chunk.toString('latin1');
      const whole = text.length > MAX_LINE ? text.length : text.lastIndexOf('\n') + 1;
      watcher.held[stream] = text.slice(whole);
      tell(watcher, text.slice(0, whole));
    }
  }

  end(id: InstanceId, stream: StreamName): void {
    for (const watcher of this.#of(id)) {
      const rest = watcher.held[stream];
      watcher.held[stream] = '';
      tell(watcher, rest);
    }
  }

  /** A copy: a watcher may end its watch in the call. */
  #of(id: InstanceId): Watcher[] {
    return this.#all.size === 0 ? [] : [...this.#all].filter((watcher) => watcher.id === id);
  }
}

function tell({ onText }: Watcher, text: string): void {
  if (text !== '') onText(stripVTControlCharacters(Buffer.from(text, 'latin1').toString('utf8')));
}
