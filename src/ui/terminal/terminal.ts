import { spawn } from 'node:child_process';
import { readJob } from '../../system/jobs.ts';

/** Milliseconds. */
const PATIENCE = 1000;

/**
 * Is this process in the terminal's foreground group? Only then is the terminal its to set, and to read from: in
 * the background the system stops whoever tries.
 */
export async function inForeground(): Promise<boolean> {
  const job = readJob();
  if (job) return job.group === job.foreground;
  const told = await output('ps', ['-o', 'pgid=,tpgid=', '-p', String(process.pid)], 'ignore');
  const [group, foreground] = told?.trim().split(/\s+/) ?? [];
  return group !== undefined && group === foreground;
}

/**
 * Has the terminal on fd 0 hand over each key at once and unseen; Ctrl-C and Ctrl-Z stay signals, which Node's own
 * raw mode would make keys too. @returns the settings to put back; undefined where there is no stty
 */
export async function oneKeyMode(): Promise<string | undefined> {
  const told = await output('sh', ['-c', 'stty -g && stty -icanon -echo min 1 time 0'], 'inherit');
  return told?.trim() || undefined;
}

/** Puts the terminal on fd 0 back as it was. */
export async function setTerminal(settings: string): Promise<void> {
  await output('stty', [settings], 'inherit');
}

/** What the program printed; undefined when it failed. Never rejects. */
function output(file: string, args: string[], stdin: 'inherit' | 'ignore'): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn(file, args, {
      stdio: [stdin, 'pipe', 'ignore'],
      // In a session of its own: no Ctrl-Z reaches it, nor is it stopped for setting a terminal in the background.
      detached: true,
      timeout: PATIENCE,
      killSignal: 'SIGKILL',
    });
    let text = '';
    child.stdout?.setEncoding('utf8').on('data', (data: string) => {
      text += data;
    });
    child.on('error', () => resolve(undefined));
    child.on('close', (code) => resolve(code === 0 ? text : undefined));
  });
}
