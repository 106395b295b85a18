import { DevstartError } from '../errors.ts';
import { locate } from './source.ts';
import type { PortSpec, Source } from './types.ts';

/** @throws DevstartError PORT_INVALID */
export function readRange(text: string): Asked {
  const noPort = `"${text}" is not a port or a range of them, such as 3000-3010`;
  if (!/^\d+(-\d+)?$/.test(text)) throw new DevstartError('PORT_INVALID', noPort);
  const spec = parsePortSpec(text, { kind: 'flag', name: 'the command line' });
  if (spec.kind === 'single') return { start: spec.port, end: spec.port };
  if (spec.kind === 'range') return { start: spec.start, end: spec.end };
  throw new DevstartError('PORT_INVALID', noPort);
}

export const MAX_PORT = 65_535;

const FORMS = 'A port is 8080, 8000-8003, auto or auto:5000-5100; numbers go from 1 to 65535.';

/**
 * Reads a port spec strictly: decimal digits only, no sign, space, leading zero or exponent.
 * @throws DevstartError PORT_INVALID, one sentence that names the value and where it came from.
 */
export function parsePortSpec(text: string | number, source: Source): PortSpec {
  const invalid = (reason = ''): DevstartError =>
    new DevstartError(
      'PORT_INVALID',
      `${show(text)} is not a port (from ${locate(source, 'in')})${reason && `: ${reason}`}`,
      {
        hint: FORMS,
      },
    );
  if (typeof text !== 'string' && typeof text !== 'number') throw invalid();

  const words = String(text);
  if (words === 'auto') return { kind: 'auto' };
  const [, auto, first, last] = /^(auto:)?(\d+)(?:-(\d+))?$/.exec(words) ?? [];
  if (first === undefined) throw invalid(words === '' ? 'it is empty' : '');
  if (auto !== undefined && last === undefined) throw invalid('auto: wants a range such as auto:5000-5100');

  const start = readNumber(first, invalid);
  if (last === undefined) return { kind: 'single', port: start };
  const end = readNumber(last, invalid);
  if (start > end) {
    throw new DevstartError(
      'PORT_INVALID',
      `port range ${first}-${last} ends before it starts (from ${locate(source, 'in')})`,
      { hint: `Did you mean ${auto ?? ''}${end}-${start}?` },
    );
  }
  return auto === undefined ? { kind: 'range', start, end } : { kind: 'auto', start, end };
}

function readNumber(digits: string, invalid: (reason: string) => DevstartError): number {
  const port = Number(digits);
  if (port === 0) throw invalid("0 leaves the choice to the kernel, 'auto' takes the first free one");
  if (digits.startsWith('0')) throw invalid('leading zeros are not allowed');
  if (port > MAX_PORT) throw invalid('ports go from 1 to 65535');
  return port;
}

function show(value: unknown): string {
  if (typeof value === 'number') return String(value);
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 76)}…"` : text;
}

/** The spec as a person writes it: `8080`, `8000-8003`, `auto`, `auto:5000-5100`. */
export function formatPortSpec(spec: PortSpec): string {
  if (spec.kind === 'single') return String(spec.port);
  if (spec.kind === 'range') return `${spec.start}-${spec.end}`;
  return spec.start === undefined ? 'auto' : `auto:${spec.start}-${spec.end ?? MAX_PORT}`;
}

/** How many ports the spec can give without moving: Infinity for a plain `auto`. */
export function specPortCount(spec: PortSpec): number {
  if (spec.kind === 'single') return 1;
  if (spec.kind === 'auto' && spec.start === undefined) return Number.POSITIVE_INFINITY;
  return (spec.end ?? MAX_PORT) - (spec.start ?? 1) + 1;
}

/** What was asked for: one port, or a range of which the free ones are counted, not listed. */
export interface Asked {
  start: number;
  end: number;
}
