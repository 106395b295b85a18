import pc from 'picocolors';
import { type InstanceId, instanceId } from '../config/instance-id.ts';
import type { Context } from '../context.ts';
import type { Instance, RunInfo } from '../control/answers.ts';
import type { RunClient } from '../control/client.ts';
import { untilGone } from '../control/gone.ts';
import type { KeyPlane } from '../control/plane.ts';
import { reachTarget } from '../control/reach.ts';
import { ReaderWatch } from '../output/stall.ts';
import { StreamWriter } from '../output/writer.ts';
import { type Wording, wordsOf } from '../ui/event-words.ts';
import { LogPrinter } from '../ui/log-printer.ts';
import { openUrl } from '../ui/open.ts';
import { TerminalSession } from '../ui/terminal/session.ts';
import { steeringFrom } from './steer.ts';

/** `devstart attach [NAME]`: shows what a run prints from now on, and takes its keys; Ctrl-C leaves it running. */
export async function attach(context: Context): Promise<number> {
  const from = await steeringFrom(context);
  const { target, client } = await reachTarget(from, context.args[0]);
  const [{ run }, rows] = await Promise.all([client.call('version'), client.call('instances')]);
  const left = new AbortController();
  const attachment = new Attachment(context, { client, run, rows, app: target.app });
  context.onSignal(() => {
    attachment.leave(left.signal.aborted);
    left.abort();
  });
  attachment.begin(() => left.abort());
  for await (const { event } of client.events({ output: true, all: true, signal: left.signal })) {
    await attachment.take(event);
  }
  // The stream's end comes first: what is said to have ended is gone.
  await untilGone(target.run, from, left.signal).finally(() => attachment.close(left.signal.aborted));
  return 0;
}

type RunEvent = Parameters<typeof wordsOf>[0];

interface Attached {
  client: RunClient;
  run: RunInfo;
  rows: Instance[];
  /** Shown alone at first. */
  app: string | undefined;
}

class Attachment {
  readonly #context: Context;
  readonly #client: RunClient;
  readonly #run: RunInfo;
  readonly #writer = new StreamWriter(process.stdout);
  readonly #reader = new ReaderWatch([this.#writer], 0, () => {});
  readonly #printer: LogPrinter;
  readonly #wording: Wording;
  readonly #terminal: TerminalSession;
  #rows: readonly Instance[];
  #focused: string | undefined;

  constructor(context: Context, { client, run, rows, app }: Attached) {
    this.#context = context;
    this.#client = client;
    this.#run = run;
    this.#rows = rows;
    this.#focused = app;
    const color = context.format === 'pretty';
    this.#printer = new LogPrinter(this.#writer, {
      format: context.format,
      timestamps: context.timestamps,
      ids: rows.length === 1 ? [rows[0]?.app ?? ''] : undefined,
    });
    this.#wording = {
      color: pc.createColors(color),
      home: context.env.HOME,
      several: rows.length > 1,
      labelOf: (id) => this.#rows.find((row) => idOf(row) === id)?.name ?? id,
    };
    this.#terminal = new TerminalSession({
      plane: this.#plane(),
      keys: context.format !== 'json' && Boolean(process.stdin.isTTY && process.stdout.isTTY),
      stdinTo: undefined,
      color,
      logs: run.logs ?? undefined,
      attached: true,
      output: { writeLine: (text) => this.#say(text), focus: (app) => this.#focus(app) },
      open: () => void this.#open(),
      onSuspend: context.onSuspend,
    });
  }

  /** @param onGone nobody reads any more */
  begin(onGone: () => void): void {
    this.#printer.gone.addEventListener('abort', onGone);
    const { name, pid, urls } = this.#run;
    const where = Object.values(urls).join('  ');
    this.#say(`attached to ${name} (pid ${pid})  ${where}`);
    this.#say('Ctrl-C leaves it running');
    this.#terminal.event({ type: 'started' } as RunEvent);
  }

  /** What nobody reads is not waited for: for a moment, or not at all at the second signal. */
  leave(again: boolean): void {
    if (again) this.#writer.abandon();
    else this.#reader.begin();
  }

  async take(event: { type: string; [key: string]: unknown }): Promise<void> {
    if (this.#context.format === 'json') {
      this.#writer.write(`${JSON.stringify(event)}\n`);
      return;
    }
    if (event.type === 'output') {
      const { app, instance, stream, line, time } = event as unknown as Record<string, string> & {
        instance: number;
      };
      if (this.#focused !== undefined && app !== this.#focused) return;
      await this.#printer.print([
        { time: time ?? '', app: app ?? '', instance, stream: stream ?? '', text: line ?? '' },
      ]);
      return;
    }
    this.#rows = await this.#client.call('instances').catch(() => this.#rows);
    const { app, instance } = event;
    const id =
      typeof app === 'string' && typeof instance === 'number' ? { id: instanceId(app, instance) } : {};
    const known = { ...event, ...id } as unknown as RunEvent;
    // What had happened before stands in the first lines.
    const words =
      event.type === 'port' || event.type === 'started' ? undefined : wordsOf(known, this.#wording);
    if (words) this.#say(words.text);
    this.#terminal.event(known);
  }

  /** @param left by us, and not by the run's end */
  async close(left: boolean): Promise<void> {
    await this.#terminal.close();
    if (this.#context.format !== 'json') {
      this.#say(
        left
          ? `${this.#run.name} goes on: devstart attach comes back, devstart stop ends it`
          : `${this.#run.name} has ended`,
      );
    }
    await this.#writer.flush();
    this.#reader.close();
  }

  #say(text: string): void {
    if (this.#context.format !== 'json') this.#writer.write(`${text}\n`);
  }

  #focus(app: string | undefined): void {
    this.#focused = app;
  }

  async #open(): Promise<void> {
    const url = this.#run.urls.frontend ?? this.#run.urls.backend ?? this.#rows.find((row) => row.url)?.url;
    if (url)
      await openUrl(url, this.#context.env.BROWSER).catch((error: Error) =>
        this.#say(`could not open ${url}: ${error.message}`),
      );
  }

  /** What keys do, done by the run's own API. */
  #plane(): KeyPlane {
    const view = () => viewOf(this.#rows);
    const client = this.#client;
    const { run } = this.#run;
    return {
      get view() {
        return view() as unknown as KeyPlane['view'];
      },
      subscribe: () => () => {},
      async order(order) {
        if (order.do === 'stop') await client.call('stop', { body: { name: run } });
        else if (order.do === 'restart')
          await client.call('restart', { body: { name: order.who.app ?? run } });
      },
      input: () => false,
      pause() {},
      resume() {},
    };
  }
}

const idOf = ({ app, instance }: Instance): InstanceId => instanceId(app, instance);

/** As much of a run's view as the terminal's keys show. */
function viewOf(rows: readonly Instance[]) {
  const instances = rows.map((row) => {
    const url = row.url === null ? undefined : new URL(row.url);
    return {
      id: idOf(row),
      app: row.app,
      label: row.name,
      url: url && { scheme: url.protocol.slice(0, -1), host: url.hostname, port: Number(url.port) },
      ports: Object.fromEntries(row.ports.map((port) => [String(port), port])),
    };
  });
  return {
    plan: { instances },
    instances: new Map(rows.map((row) => [idOf(row), { status: row.status, pid: row.pid ?? undefined }])),
  };
}
