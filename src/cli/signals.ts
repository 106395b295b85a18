import type { SuspendHooks } from '../context.ts';

/** Milliseconds that a crash waits for the servers to be gone. */
const CRASH_PATIENCE = 2000;

export function onCrash(cleanUp: () => Promise<unknown>, style: { json: boolean; color: boolean }): void {
  process.once('uncaughtException', async (error) => {
    const { renderError } = await import('../ui/errors.ts');
    renderError(error, style);
    await Promise.race([cleanUp(), new Promise((resolve) => setTimeout(resolve, CRASH_PATIENCE))]);
    process.exit(1);
  });
}

/**
 * npm and npx forward the terminal's SIGINT to their child, which had it from the terminal already: under them
 * a second one within 250 ms is the same key press. Anywhere else each one counts.
 */
export function onSignal(handle: (signal: NodeJS.Signals) => void): void {
  const echo = process.env.npm_execpath || process.env.npm_lifecycle_event ? 250 : 0;
  let before = Number.NEGATIVE_INFINITY;
  // nohup's promise, which Node forgets: it gives every signal its default action back when it starts.
  const deaf = /(^|\/)nohup$/.test(process.env._ ?? '');
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (deaf && signal === 'SIGHUP') return;
      const now = performance.now();
      const repeated = now - before < echo;
      before = now;
      if (!repeated) handle(signal);
    });
  }
}

/**
 * The stop itself is the system's own for SIGTSTP: unlike SIGSTOP it stops nobody who has no shell that could wake
 * him (the only program of a terminal or container: an orphaned process group).
 */
export function onSuspend({ before, after }: SuspendHooks): void {
  let suspending = false;
  /** Its SIGCONT is yet to be told: we went on before. */
  let woken = false;
  const suspend = async (): Promise<void> => {
    if (suspending) return;
    suspending = true;
    await before().catch(() => {});
    process.off('SIGTSTP', suspend);
    process.kill(process.pid, 'SIGTSTP');
    process.on('SIGTSTP', suspend);
    suspending = false;
    woken = true;
    after();
  };
  process.on('SIGTSTP', suspend);
  // Another's SIGSTOP, and `fg` after `bg`.
  process.on('SIGCONT', () => {
    if (!suspending && !woken) after();
    woken = false;
  });
}
