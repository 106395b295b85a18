import { DevstartError } from '../errors.ts';
import type { OpenError } from '../launch/sockets.ts';
import { addressOf } from '../plan/listen.ts';
import { findOwners } from '../ports/holders/owner.ts';
import { describeHolding } from '../ports/holders/words.ts';

/** Why an app could not be handed its sockets, as an error for its user. @throws what is none of theirs */
export async function explainOpening(error: unknown, app: string, home?: string): Promise<DevstartError> {
  if (error instanceof DevstartError) return error;
  if ((error as OpenError).socket === undefined) throw error;
  const { code, socket } = error as OpenError;
  const where = addressOf(socket);
  if (code === 'EADDRINUSE') {
    const holder = (await findOwners([socket.port])).get(socket.port)?.[0];
    return new DevstartError(
      'PORT_IN_USE',
      `Port ${socket.port} is already ${describeHolding(holder, home)}`,
      {
        hint: `devstart opens ${where} for '${app}': end what holds it, or ask for another port.`,
      },
    );
  }
  if (code === 'EACCES')
    return new DevstartError('PORT_INVALID', `port ${socket.port} needs root`, {
      hint: 'Start devstart as root, with "user" in the config for whom the server runs as; or ask for 1024 or above.',
    });
  return new DevstartError('CONFIG_INVALID', `${where} cannot be listened on here (${code})`, {
    hint: `For '${app}': give an address of this machine: 127.0.0.1, ::1, 0.0.0.0, ::.`,
  });
}
