import pc from 'picocolors';
import { appOf } from '../config/instance-id.ts';
import type { Loaded } from '../config/settings/load.ts';
import type { Settings } from '../config/types.ts';
import { addedEnv } from '../plan/env.ts';
import { howItFollows } from '../plan/following.ts';
import { addressOf } from '../plan/listen.ts';
import { plannedApps } from '../plan/plan-object.ts';
import type { FollowedCopy, InstancePlan, LaunchPlan } from '../plan/types.ts';
import { urlText } from '../plan/url.ts';
import type { PortAssignment } from '../ports/types.ts';
import { wordsOf } from './event-words.ts';
import { describeLeftOut } from './left-out.ts';
import { printSync } from './print.ts';

/** What a run would say before its servers start. */
export type Said = Pick<Loaded, 'notes' | 'warnings' | 'leftOut'>;

/** A port that is not the one asked for, in the words of a run. */
export function movedPorts(ports: readonly PortAssignment[], home: string | undefined): string[] {
  const wording = { color: pc.createColors(false), home, several: false, labelOf: appOf };
  return ports.flatMap(({ key: _, ...port }) => wordsOf({ type: 'port', ...port }, wording)?.text ?? []);
}

/** `--dry-run`: the launch plan, for people or as the contract's one object. Nothing is claimed or written. */
export function printPlan(plan: LaunchPlan, settings: Settings, said: Said, json: boolean): void {
  printSync(
    1,
    json
      ? `${JSON.stringify({ ...planObject(plan, settings), ...saidObject(said) })}\n`
      : planText(plan, settings, said),
  );
}

export const saidObject = ({ notes, warnings, leftOut }: Said): Said => ({ leftOut, notes, warnings });

/** One line each, as a run has them. */
export const saidLines = ({ notes, warnings, leftOut }: Said): string[] => [
  ...warnings.map(({ message }) => `warning ${message}`),
  ...notes,
  ...leftOut.map(describeLeftOut),
];

function planObject(plan: LaunchPlan, settings: Settings): object {
  return {
    ports: plan.ports,
    corsOrigins: plan.corsOrigins,
    urls: plan.urls,
    apps: plannedApps(plan),
    copies: copiesOf(plan, settings),
  };
}

/** What has moved and where it is named; where nothing has, how the places that are known would follow. */
export function copiesOf({ copies }: Pick<LaunchPlan, 'copies'>, settings: Settings): CopyRow[] {
  const rows =
    copies.length > 0
      ? copies.map(({ file, line, from, of, kind, follows }) => ({
          file,
          line,
          port: from,
          of,
          kind,
          follows,
        }))
      : standingCopies(settings);
  const known = new Set<string>();
  return rows.filter((row) => known.size < known.add(JSON.stringify(row)).size);
}

interface CopyRow extends Pick<FollowedCopy, 'file' | 'line' | 'of' | 'kind' | 'follows'> {
  port: number;
}

/** How the places that name a port would follow it. */
export function standingCopies({ apps, copies, follow }: Settings): CopyRow[] {
  return copies.flatMap((copy) => {
    const { by, file, line, port, of, kind } = copy;
    const reader = apps.find(({ name }) => name === by);
    const follows = follow.value && reader ? howItFollows(copy, reader, {}) : 'no';
    return [{ file, line, port, of, kind, follows }];
  });
}

function planText(plan: LaunchPlan, settings: Settings, said: Said): string {
  const blocks = plan.instances.map((instance) => {
    const evidence = settings.apps.find((app) => app.name === instance.app)?.evidence;
    const env = Object.entries(addedEnv(instance.env)).map(([name, value]) => `    ${name}=${value}`);
    return [
      [instance.label, instance.url && urlText(instance.url), evidence].filter(Boolean).join('  '),
      `  in   ${instance.cwd}`,
      `  run  ${commandText(instance)}`,
      ...(instance.listen?.sockets ?? []).map((one) => `  fd ${one.fd}  ${addressOf(one)}`),
      ...(instance.runAs ? [`  as   ${instance.runAs.user}`] : []),
      '  env',
      ...env,
    ].join('\n');
  });
  const lines = [...saidLines(said), ...plan.copies.map(copyLine)];
  const end = lines.length > 0 ? `\n${lines.join('\n')}\n` : '';
  return `${blocks.join('\n\n')}\n\ncors  ${plan.corsOrigins.join(', ')}\n${end}`;
}

const copyLine = ({ file, line, from, to, follows, by }: FollowedCopy): string =>
  follows === 'no'
    ? `${file}:${line} :${from} does not follow to :${to} (${by})`
    : `${file}:${line} :${from} follows to :${to}`;

/** As it could be typed in a shell. */
export function commandText({ command }: Pick<InstancePlan, 'command'>): string {
  if (command.kind === 'shell') return command.line;
  return command.argv
    .map((arg) => (/^[\w@%+=:,./-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", "'\\''")}'`))
    .join(' ');
}
