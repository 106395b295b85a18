/** One event as it goes over the wire. */
export interface Kept {
  /** From 1, without gaps over all kinds. */
  number: number;
  /** Its JSON, on one line. */
  json: string;
}

/** What is asked for of the events: those of the contract come always. */
export interface Wanted {
  /** The servers' lines. */
  output: boolean;
  /** Those that stay inside otherwise. */
  all: boolean;
}

export type EventKind = 'event' | 'output' | 'inner';

/** What is kept: so many events, and so many bytes of output. */
const MOST_EVENTS = 1000;
const MOST_OUTPUT = 1 << 20;

/** The last events of a run, numbered; each reader has a place of his own in it and is told what he has missed. */
export class EventRing {
  #last = 0;
  readonly #kept: Record<EventKind, Kept[]> = { event: [], output: [], inner: [] };
  /** The last number of each kind that is not kept any more. */
  readonly #lost: Record<EventKind, number> = { event: 0, output: 0, inner: 0 };
  #bytes = 0;

  /** The newest number. */
  get last(): number {
    return this.#last;
  }

  add(kind: EventKind, json: string): void {
    const kept = this.#kept[kind];
    kept.push({ number: ++this.#last, json });
    if (kind === 'output') {
      this.#bytes += json.length;
      while (this.#bytes > MOST_OUTPUT && kept.length > 1) this.#bytes -= this.#drop(kind)?.json.length ?? 0;
    } else if (kept.length > MOST_EVENTS) this.#drop(kind);
  }

  /** The first event after `number` of what is wanted; `missed`: some before it are not kept any more. */
  after(number: number, wanted: Wanted): { next: Kept | undefined; missed: boolean } {
    let next: Kept | undefined;
    let missed = false;
    for (const kind of kindsOf(wanted)) {
      missed ||= this.#lost[kind] > number;
      const found = firstAfter(this.#kept[kind], number);
      if (found && (!next || found.number < next.number)) next = found;
    }
    return { next, missed };
  }

  /** The number after which nothing of what is wanted is missing. */
  keptFrom(wanted: Wanted): number {
    return Math.max(...kindsOf(wanted).map((kind) => this.#lost[kind]));
  }

  #drop(kind: EventKind): Kept | undefined {
    const dropped = this.#kept[kind].shift();
    if (dropped) this.#lost[kind] = dropped.number;
    return dropped;
  }
}

const kindsOf = ({ output, all }: Wanted): EventKind[] => [
  'event',
  ...(output ? (['output'] as const) : []),
  ...(all ? (['inner'] as const) : []),
];

/** They stand in ascending order. */
function firstAfter(kept: readonly Kept[], number: number): Kept | undefined {
  let low = 0;
  let high = kept.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((kept[middle] as Kept).number <= number) low = middle + 1;
    else high = middle;
  }
  return kept[low];
}
