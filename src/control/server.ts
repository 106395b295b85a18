import { chmodSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { socketsAreFiles } from '../system/platform.ts';
import { type ControlOptions, Handlers } from './handlers.ts';
import { answerFault, answerJson, HttpFault, hearOut, readBody } from './http.ts';
import { match, refuse } from './match.ts';
import { ROUTES, type Route } from './protocol.ts';
import { faultOf } from './schema.ts';

export interface Control {
  /** Waits a moment for answers that are on their way. The socket is gone then. */
  close(): Promise<void>;
}

/** Milliseconds. */
const SLOW_HEAD = 10_000;
const SLOW_REQUEST = 20_000;
const IDLE = 5000;
const LAST_ANSWERS = 1000;
/** One who opens more is refused by the kernel's own way. */
const MOST_CONNECTIONS = 512;

/** Opens the run's control API. @throws what `listen` says: no room, no right, a path that is too long */
export async function openControl(options: ControlOptions): Promise<Control> {
  const control = new ControlServer(options);
  await control.listen();
  return control;
}

class ControlServer implements Control {
  readonly #options: ControlOptions;
  readonly #server: Server;
  readonly #handlers: Handlers;
  /** Answers that are on their way, by their response. */
  readonly #open = new Set<ServerResponse>();

  constructor(options: ControlOptions) {
    this.#options = options;
    this.#handlers = new Handlers(options);
    this.#server = createServer(
      {
        headersTimeout: SLOW_HEAD,
        requestTimeout: SLOW_REQUEST,
        keepAliveTimeout: IDLE,
        connectionsCheckingInterval: 1000,
        requireHostHeader: false,
      },
      (request, response) => void this.#take(request, response),
    );
    this.#server.maxConnections = MOST_CONNECTIONS;
    this.#server.on('clientError', refuse);
  }

  async listen(): Promise<void> {
    const { address } = this.#options;
    // A run's id is its own: what lies there is no living socket.
    if (socketsAreFiles) rmSync(address, { force: true });
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(address, () => {
        this.#server.off('error', reject);
        this.#server.on('error', () => {});
        resolve();
      });
    });
    if (socketsAreFiles) chmodSync(address, 0o600);
  }

  async close(): Promise<void> {
    this.#handlers.close();
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeIdleConnections();
    const late = setTimeout(() => this.#server.closeAllConnections(), LAST_ANSWERS);
    await Promise.all(
      [...this.#open].map((response) => new Promise((resolve) => response.once('close', resolve))),
    );
    this.#server.closeIdleConnections();
    await closed;
    clearTimeout(late);
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#open.add(response);
    response.once('close', () => this.#open.delete(response));
    response.on('error', () => {});
    request.on('error', () => {});
    try {
      const { name, params, query } = match(request);
      const route: Route = ROUTES[name];
      const body = await (route.body ? readBody(request) : hearOut(request));
      const fault = route.body && faultOf(route.body, body, 'the body');
      if (fault) throw new HttpFault(400, 'USAGE', fault);
      const answer = await this.#handlers.of[name]({ request, response, name: params, query, body });
      if (route.answer !== 'events') answerJson(response, 200, answer);
    } catch (error) {
      await hearOut(request);
      answerFault(response, error);
    }
  }
}
