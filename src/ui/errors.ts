import pc from 'picocolors';
import { DevstartError } from '../errors.ts';
import { indent } from './format.ts';
import { printSync } from './print.ts';

/**
 * Prints what ended a command: one sentence and a hint for what a user caused, the stack for a bug of ours.
 * With --json one object on stdout. Synchronous: the process ends right after.
 * @returns the exit code
 */
export function renderError(error: unknown, options: { json: boolean; color: boolean }): number {
  const known = error instanceof DevstartError ? error : undefined;
  const message = known?.message ?? (error instanceof Error ? error.message : String(error));
  if (options.json) {
    const event = {
      type: 'error',
      time: new Date().toISOString(),
      code: known?.code ?? 'INTERNAL',
      message,
      hint: known?.hint ?? null,
    };
    printSync(1, `${JSON.stringify(event)}\n`);
  } else if (known) {
    const colors = pc.createColors(options.color);
    printSync(
      2,
      `${colors.red(colors.bold('error'))} ${known.message}\n${known.hint ? `${indent(known.hint)}\n` : ''}`,
    );
  }
  if (!known) {
    const stack = error instanceof Error ? error.stack : message;
    printSync(2, `This is a bug of devstart, please report it:\n${stack}\n`);
  }
  return known?.exitCode ?? 1;
}
