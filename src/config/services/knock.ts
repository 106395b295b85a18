import net from 'node:net';

/** Milliseconds for a loopback to answer or refuse: what does neither is not spoken of. */
const PATIENCE = 100;

type Answer = 'open' | 'refused' | 'absent' | 'silent';

/**
 * Whether something listens at a loopback's port; `localhost` is both of its addresses.
 * @returns undefined where neither an answer nor a refusal came in time
 */
export async function listens(host: string, port: number): Promise<boolean | undefined> {
  const hosts = host === 'localhost' ? ['127.0.0.1', '::1'] : [host];
  const answers = await Promise.all(hosts.map((one) => knock(one, port)));
  if (answers.includes('open')) return true;
  return answers.includes('silent') || !answers.includes('refused') ? undefined : false;
}

function knock(host: string, port: number): Promise<Answer> {
  return new Promise((resolve) => {
    const socket = net.connect({ host, port });
    const end = (answer: Answer) => {
      socket.destroy();
      resolve(answer);
    };
    // After a busy moment here the timer comes first, and the answer that has long been there next.
    socket.setTimeout(PATIENCE, () => setImmediate(end, 'silent'));
    socket.on('connect', () => end('open'));
    socket.on('error', ({ code }: NodeJS.ErrnoException) =>
      end(code === 'ECONNREFUSED' ? 'refused' : 'absent'),
    );
  });
}
