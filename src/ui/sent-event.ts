/** An event of `--json` as one line: its time of day, whose it is, what it says. Pure. */
export function describeEvent(event: { type: string; time: string; [key: string]: unknown }): string {
  const { type, time, app, instance, stream, line, ...rest } = event;
  const at = new Date(time);
  const clock = Number.isNaN(at.getTime()) ? time : at.toTimeString().slice(0, 8);
  const who = app === undefined ? '' : ` ${app}${instance ? `:${instance}` : ''}`;
  if (type === 'output') return `${clock}${who} ${stream === 'stderr' ? '! ' : '| '}${line}`;
  const said = Object.entries(rest)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  return [`${clock}${who} ${type}`, ...said].join(' ');
}
