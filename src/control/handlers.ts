import type { IncomingMessage, ServerResponse } from 'node:http';
import { appOf, instanceId, numberOf } from '../config/instance-id.ts';
import { DevstartError } from '../errors.ts';
import type { OnLine } from '../output/output.ts';
import { addedEnv } from '../plan/env.ts';
import { describeReadiness } from '../ready/checks.ts';
import { innerJson, type RunEvent, toJson } from '../run/events.ts';
import { VERSION } from '../version.ts';
import type { Done, Instance, RunInfo } from './answers.ts';
import { EventRing } from './event-ring.ts';
import { HttpFault, refusalOf } from './http.ts';
import { resolveName, type Target } from './names.ts';
import { type OrderBody, orderOf } from './order-of.ts';
import type { Plane } from './plane.ts';
import { type AnswerOf, API_VERSION, type RouteName } from './protocol.ts';
import { planAnswer, type RunFacts, rowsOf } from './rows.ts';
import { EventStream } from './stream.ts';

export interface ControlOptions {
  /** Where it is opened: see `address.ts`. */
  address: string;
  plane: Plane;
  facts(): Omit<RunFacts, 'now'>;
  about: Pick<RunInfo, 'logs' | 'startedAt'>;
  /** What a command that works with the servers is told. */
  commandEnv(): Record<string, string>;
  /** Tells the servers' lines from now on. */
  follow(onLine: OnLine): () => void;
}

/** A request that has been checked against its route. */
export interface Call {
  request: IncomingMessage;
  response: ServerResponse;
  /** The `{name}` of the path. */
  name: string;
  query: Readonly<Record<string, unknown>>;
  // biome-ignore lint/suspicious/noExplicitAny: checked against the route's schema
  body: any;
}

type Handler = (call: Call) => unknown | Promise<unknown>;

const asText = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** Lines of the logs, where nobody says how many. */
const DEFAULT_LINES = 200;

/** What each route of one run's control API does. */
export class Handlers {
  readonly #options: ControlOptions;
  readonly #ring = new EventRing();
  readonly #streams = new Set<EventStream>();
  readonly #undo: (() => void)[] = [];
  #followsOutput = false;

  /** The answer of each; `events` writes its own. @throws DevstartError, HttpFault */
  readonly of: Record<RouteName, Handler> = {
    version: () => ({ devstart: VERSION, api: API_VERSION, run: this.#about() }),
    instances: ({ query }) => (query.check ? this.#checkedRows() : this.#rows()),
    instance: ({ name }) => this.#rowsOf(this.#resolve(name))[0],
    sockets: () => this.#options.plane.sockets(),
    plan: () => planAnswer(this.#options.plane.view.plan),
    logs: ({ query }) => this.#logs(query),
    env: ({ query }) => ({ env: this.#env(query.name) }),
    events: (call) => this.#stream(call),
    input: ({ body }) => this.#input(body),
    restart: ({ body }) => this.#order('restart', body),
    reload: ({ body }) => this.#order('reload', body),
    stop: ({ body }) => this.#order('stop', body),
    start: ({ body }) => this.#order('start', body),
    scale: ({ body }) => this.#order('scale', body),
    delete: ({ body }) => this.#order('delete', body),
  };

  constructor(options: ControlOptions) {
    this.#options = options;
    this.#undo.push(options.plane.subscribe((event) => this.#note(event)));
  }

  /** Nothing more will happen: every stream ends. */
  close(): void {
    for (const undo of this.#undo.splice(0)) undo();
    for (const stream of this.#streams) stream.end();
  }

  #note(event: RunEvent): void {
    const now = new Date();
    const json = toJson(event, now);
    this.#add(json ? 'event' : 'inner', json ?? innerJson(event, now) ?? {});
  }

  #add(kind: 'event' | 'output' | 'inner', value: object): void {
    this.#ring.add(kind, JSON.stringify(value));
    for (const stream of this.#streams) stream.pump();
  }

  #about(): RunInfo {
    const { plane, about, address, facts } = this.#options;
    const { plan, status } = plane.view;
    return {
      run: plan.runId,
      name: plan.name,
      root: plan.root,
      branch: facts().branch,
      pid: process.pid,
      status,
      ports: plan.ports,
      urls: plan.urls,
      corsOrigins: plan.corsOrigins,
      portsFile: plan.portsFile,
      socket: address,
      ...about,
    };
  }

  #rows(): Instance[] {
    const { plane, facts } = this.#options;
    return rowsOf(plane.view, { ...facts(), now: performance.now() });
  }

  /** Was ready is not enough: whoever listens on its port now must be its own process. What starts says what it waits for. */
  async #checkedRows(): Promise<Instance[]> {
    const { plane } = this.#options;
    const strangers = new Set(await plane.lost());
    const { plan, instances } = plane.view;
    return this.#rows().map((row) => {
      const id = instanceId(row.app, row.instance);
      if (row.status === 'ready' && strangers.has(id)) return { ...row, status: 'unready' };
      const one = row.status === 'starting' && plan.instances.find((planned) => planned.id === id);
      return one ? { ...row, waiting: describeReadiness(one, instances.get(id)?.tried) } : row;
    });
  }

  async #logs({ app, lines = DEFAULT_LINES, since, grep }: Call['query']): Promise<AnswerOf<'logs'>> {
    const { logs } = this.#options.about;
    if (logs === null) return [];
    const { app: name, instance } = typeof app === 'string' ? this.#resolve(app) : { app: undefined };
    const names = name === undefined ? undefined : [instance === undefined ? name : `${name}:${instance}`];
    const asked = { lines: Number(lines), names, since: asText(since), grep: asText(grep) };
    const { logLines } = await import('./logs.ts');
    return logLines(logs, asked).catch((error) => {
      throw refusalOf(error);
    });
  }

  #env(name: unknown): Record<string, string> {
    const { plane, commandEnv } = this.#options;
    const { app, instance = 0 } = typeof name === 'string' ? this.#resolve(name) : { app: undefined };
    const plan = plane.view.plan.instances.find(({ id }) => id === instanceId(app ?? '', instance));
    return plan ? addedEnv(plan.env) : commandEnv();
  }

  #rowsOf({ app, instance }: Target): Instance[] {
    return this.#rows().filter(
      (row) =>
        (app === undefined || row.app === app) && (instance === undefined || row.instance === instance),
    );
  }

  /** What a name means in this run. @throws DevstartError NOT_FOUND */
  #resolve(name: string): Target {
    const { runId: run, name: project, root } = this.#options.plane.view.plan;
    const here = [{ run, project, root, instances: this.#rows() }];
    return resolveName(name, here, here);
  }

  /** @throws DevstartError, HttpFault */
  async #order(did: Done['did'], { name, port, instances }: OrderBody): Promise<Done> {
    const { plane } = this.#options;
    const target = did === 'start' ? this.#resolveOrApp(name) : this.#resolve(name);
    const order = orderOf(did, target, { port, instances });
    const outcome = await plane.order(order).catch((error) => {
      throw refusalOf(error);
    });
    const { runId: run } = plane.view.plan;
    const moved = outcome.moved.map(({ id, ...ports }) => ({
      app: appOf(id),
      instance: numberOf(id),
      ...ports,
    }));
    return { did, run, ...outcome, moved, instances: this.#rowsOf(target) };
  }

  /** What is not there may be an app that was left out: whoever is to start it knows. */
  #resolveOrApp(name: string): Target {
    try {
      return this.#resolve(name);
    } catch (error) {
      const { runId: run, name: project, root } = this.#options.plane.view.plan;
      if (!(error instanceof DevstartError) || error.code !== 'NOT_FOUND') throw error;
      return { run: { run, project, root, instances: [] }, app: name };
    }
  }

  #input({ name, data }: { name: string; data: string }): { taken: boolean } {
    const { app } = this.#resolve(name);
    if (app === undefined)
      throw new HttpFault(422, 'USAGE', `input is for one app, and ${name} is the whole run`);
    if (!this.#options.plane.input(app, Buffer.from(data))) {
      throw new HttpFault(
        409,
        'BUSY',
        `${app} takes no input now: it does not run, or has not read what came before`,
      );
    }
    return { taken: true };
  }

  #stream({ request, response, query }: Call): void {
    const wanted = { output: query.output === true, all: query.all === true };
    if (wanted.output && !this.#followsOutput) {
      this.#followsOutput = true;
      this.#undo.push(
        this.#options.follow((id, stream, line, more) => {
          const event: RunEvent = { type: 'output', id, stream, line, ...(more ? { more } : {}) };
          this.#add('output', toJson(event, new Date()) ?? {});
        }),
      );
    }
    const { plane } = this.#options;
    const stream = new EventStream(request, response, {
      run: plane.view.plan.runId,
      ring: this.#ring,
      wanted,
      follow: query.follow !== false,
      holding: () => this.#holding(wanted.all),
      onEnd: (one) => this.#streams.delete(one),
    });
    this.#streams.add(stream);
  }

  /** What has led to the present state, and still holds. */
  #holding(all: boolean): string[] {
    const found: string[] = [];
    const now = new Date();
    const listen = (event: RunEvent) => {
      const json = toJson(event, now) ?? (all ? innerJson(event, now) : undefined);
      if (json) found.push(JSON.stringify(json));
    };
    this.#options.plane.subscribe(listen, { replay: true })();
    return found;
  }
}
