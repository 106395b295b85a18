import type { Done } from '../control/answers.ts';
import { duration } from './format.ts';

const PAST: Readonly<Record<Done['did'], string>> = {
  stop: 'stopped',
  start: 'started',
  restart: 'restarted',
  reload: 'reloaded',
  scale: 'scaled',
  delete: 'deleted',
};

/** What has been done, a line or more. @param whole the run's name, where it was asked of all of it */
export function describeDone(done: Done, whole: string | undefined): string[] {
  const { did, instead, ended, started, moved, told, ms, instances } = done;
  const names = [...new Set([...started, ...ended])].map((id) => id.replace(/:0$/, ''));
  const [first] = instances;
  const what = whole ?? (names.length > 0 ? names.join(', ') : (first?.project ?? done.run));
  const times = [
    ms.ended === null || did === 'reload' ? '' : `ended in ${duration(ms.ended)}`,
    ms.ready === null ? '' : `ready in ${duration(ms.ready)}`,
    ms.ended === null || did !== 'reload' ? '' : `the old ended in ${duration(ms.ended)}`,
    instead !== null && ms.silent !== null ? `nothing answered for ${duration(ms.silent)}` : '',
  ].filter(Boolean);
  const did2 = instead === null ? PAST[did] : 'restarted';
  const nothing = names.length === 0 && (did === 'start' || did === 'scale');
  const head = nothing
    ? `${instances[0]?.app ?? what} is as it was`
    : `${did2} ${what}${times.length > 0 ? `: ${times.join(', ')}` : ''}`;
  return [
    head,
    ...(instead === null ? [] : [`  not reloaded: ${instead}`]),
    ...moved.map(({ app, instance, from, to }) => {
      const name = instance === 0 ? app : `${app}:${instance}`;
      return `  ${name} is on port ${to}${from === null ? '' : `, was on ${from}`}`;
    }),
    ...told.map((one) => `  ${one.what}: ${one.how}`),
  ];
}
