import type { IncomingMessage, ServerResponse } from 'node:http';
import type { EventRing, Wanted } from './event-ring.ts';

export interface StreamOptions {
  run: string;
  ring: EventRing;
  wanted: Wanted;
  /** Until the run ends; else until all is told that is known. */
  follow: boolean;
  /** What still holds, as JSON: told first to one who comes for the first time. */
  holding(): string[];
  /** Called at its end. */
  onEnd(stream: EventStream): void;
}

/** Milliseconds between two signs of life. */
const HEARTBEAT = 15_000;

/**
 * One reader of the events. It takes from the ring at its own speed: who is slow, or was away, is told that he has
 * missed something, and nothing waits for him.
 */
export class EventStream {
  readonly #response: ServerResponse;
  readonly #options: StreamOptions;
  readonly #heartbeat: NodeJS.Timeout;
  /** The number of the last event that was sent. */
  #at: number;

  constructor(request: IncomingMessage, response: ServerResponse, options: StreamOptions) {
    this.#response = response;
    this.#options = options;
    const { ring } = options;
    response.writeHead(200, {
      'Content-Type': 'text/event-stream',
      'Cache-Control': 'no-store',
    });
    response.flushHeaders();
    const before = request.headers['last-event-id'];
    const number = placeOf(before, options.run, ring.last);
    this.#at = number ?? ring.last;
    if (before === undefined) {
      for (const json of options.holding()) this.#send(json);
      // Without data it is no event, and is remembered all the same.
      response.write(`id: ${this.#id(this.#at)}\n\n`);
    } else if (number === undefined) this.#sendGap();
    this.#heartbeat = setInterval(() => response.write(': \n\n'), HEARTBEAT).unref();
    response.on('drain', () => this.pump());
    response.on('close', () => {
      clearInterval(this.#heartbeat);
      options.onEnd(this);
    });
    this.pump();
  }

  /** Sends what has come since. */
  pump(): void {
    const { ring, wanted, follow } = this.#options;
    while (!this.#response.writableNeedDrain && this.#response.writable) {
      const { next, missed } = ring.after(this.#at, wanted);
      if (missed) this.#sendGap();
      if (!next) {
        this.#at = ring.last;
        if (!follow) this.end();
        return;
      }
      this.#at = next.number;
      this.#send(next.json, next.number);
    }
  }

  /** Nothing more will come. */
  end(): void {
    this.#response.end();
  }

  #id(number: number): string {
    return `${this.#options.run}/${number}`;
  }

  #send(json: string, number?: number): void {
    this.#response.write(`${number === undefined ? '' : `id: ${this.#id(number)}\n`}data: ${json}\n\n`);
  }

  #sendGap(): void {
    // What is kept goes on from here.
    const { ring, wanted } = this.#options;
    this.#at = Math.max(this.#at, ring.keptFrom(wanted));
    this.#send(JSON.stringify({ type: 'gap', time: new Date().toISOString() }), this.#at);
  }
}

/** Where one goes on who has had that event; undefined: of another run, or never sent. */
function placeOf(id: string | string[] | undefined, run: string, last: number): number | undefined {
  const text = String(id ?? '');
  if (!text.startsWith(`${run}/`)) return undefined;
  const number = text.slice(run.length + 1);
  return /^\d{1,15}$/.test(number) && Number(number) <= last ? Number(number) : undefined;
}
