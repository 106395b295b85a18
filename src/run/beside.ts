import type { InstanceId } from '../config/instance-id.ts';
import { Tail } from '../output/tail.ts';
import type { OutputSink, Prefix, StreamName } from '../output/types.ts';
import { Watchers } from '../output/watchers.ts';

/** Bytes of an unfinished line that are held back. */
const MOST_HELD = 64 * 1024;

/**
 * The output of a life beside another one of the same instance: whole lines only, so that the two do not mix, and to
 * be watched by itself. Once it is alone its bytes go straight on.
 */
export class BesideOutput implements OutputSink {
  readonly #to: OutputSink;
  readonly #tail = new Tail();
  readonly #watchers = new Watchers();
  readonly #held: Record<StreamName, Buffer> = { stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) };
  #alone = false;

  constructor(to: OutputSink) {
    this.#to = to;
  }

  get full(): boolean {
    return this.#to.full;
  }

  write(id: InstanceId, stream: StreamName, chunk: Buffer): boolean {
    this.#tail.write(id, stream, chunk);
    this.#watchers.write(id, stream, chunk);
    if (this.#alone) return this.#to.write(id, stream, chunk);
    const all = Buffer.concat([this.#held[stream], chunk]);
    const whole = all.length > MOST_HELD ? all.length : all.lastIndexOf(10) + 1;
    this.#held[stream] = all.subarray(whole);
    return whole === 0 ? !this.full : this.#to.write(id, stream, all.subarray(0, whole));
  }

  end(id: InstanceId, stream: StreamName): void {
    this.#watchers.end(id, stream);
    this.#flush(id, stream, '\n');
    if (this.#alone) this.#to.end(id, stream);
  }

  /** The other one has ended. */
  alone(id: InstanceId): void {
    for (const stream of ['stdout', 'stderr'] as const) this.#flush(id, stream, '');
    this.#alone = true;
  }

  onDrain(listener: () => void): () => void {
    return this.#to.onDrain(listener);
  }

  setPrefix(id: InstanceId, prefix: Prefix): void {
    this.#to.setPrefix(id, prefix);
  }

  lastLines(id: InstanceId, count: number): string[] {
    return this.#tail.lines(id, count);
  }

  watch(id: InstanceId, onText: (text: string) => void): () => void {
    return this.#watchers.add(id, onText);
  }

  #flush(id: InstanceId, stream: StreamName, end: string): void {
    const held = this.#held[stream];
    this.#held[stream] = Buffer.alloc(0);
    if (held.length > 0) this.#to.write(id, stream, Buffer.concat([held, Buffer.from(end)]));
  }
}
