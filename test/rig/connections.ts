/** A stream of new connections while something is done to who serves them. */
import { get } from 'node:http';

export interface Served {
  /** Of how many connections. */
  asked: number;
  /** `ECONNREFUSED`, `ECONNRESET`, … with how often. */
  failed: Record<string, number>;
  /** What answered, as the bodies say it. */
  bodies: Map<string, number>;
}

/** New connections, several at once, until `done` says so and at least `least` of them. */
export async function connections(
  { host, port }: { host: string; port: number },
  least: number,
  done: Promise<unknown>,
  abreast = 4,
): Promise<Served> {
  const served: Served = { asked: 0, failed: {}, bodies: new Map() };
  let over = false;
  const finish = done.finally(() => {
    over = true;
  });
  const one = (): Promise<void> =>
    new Promise((resolve) => {
      served.asked++;
      const fail = (what: string) => {
        served.failed[what] = (served.failed[what] ?? 0) + 1;
        resolve();
      };
      const call = get({ host, port, path: '/', agent: false, timeout: 20_000 }, (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (text: string) => {
          body += text;
        });
        response.on('error', (error: NodeJS.ErrnoException) => fail(error.code ?? error.message));
        response.on('end', () => {
          served.bodies.set(body, (served.bodies.get(body) ?? 0) + 1);
          if (response.statusCode === 200) resolve();
          else fail(`status ${response.statusCode}`);
        });
      });
      call.on('timeout', () => call.destroy(new Error('timeout')));
      call.on('error', (error: NodeJS.ErrnoException) => fail(error.code ?? error.message));
    });
  const lane = async () => {
    while (!over || served.asked < least) await one();
  };
  await Promise.all([finish, ...Array.from({ length: abreast }, lane)]);
  return served;
}
