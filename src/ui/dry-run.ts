import pc from 'picocolors';
import { appOf, numberOf } from '../config/instance-id.ts';
import type { Loaded } from '../config/settings/load.ts';
import type { Settings } from '../config/types.ts';
import { addedEnv } from '../plan/env.ts';
import { inReach } from '../plan/following.ts';
import type { InstancePlan, LaunchPlan } from '../plan/types.ts';
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
    apps: plan.instances.map((instance) => ({
      name: instance.app,
      instance: numberOf(instance.id),
      role: instance.roles[0],
      ...(instance.roles.length > 1 ? { roles: instance.roles } : {}),
      framework: instance.framework,
      ...(instance.command.kind === 'argv'
        ? { argv: instance.command.argv }
        : { command: instance.command.line }),
      cwd: instance.cwd,
      env: addedEnv(instance.env),
      ports: Object.values(instance.ports),
    })),
    copies: copiesOf(settings),
  };
}

/** Each place once, however many apps read it. */
function copiesOf({ apps, copies, follow }: Settings): object[] {
  const known = new Set<string>();
  return copies.flatMap(({ by, file, line, port, of, kind }) => {
    const reader = apps.find(({ name }) => name === by);
    const follows = follow.value && reader && inReach(reader) ? 'connect' : 'no';
    const row = { file, line, port, of, kind, follows };
    return known.size < known.add(JSON.stringify(row)).size ? [row] : [];
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
      '  env',
      ...env,
    ].join('\n');
  });
  const lines = saidLines(said);
  const end = lines.length > 0 ? `\n${lines.join('\n')}\n` : '';
  return `${blocks.join('\n\n')}\n\ncors  ${plan.corsOrigins.join(', ')}\n${end}`;
}

/** As it could be typed in a shell. */
export function commandText({ command }: Pick<InstancePlan, 'command'>): string {
  if (command.kind === 'shell') return command.line;
  return command.argv
    .map((arg) => (/^[\w@%+=:,./-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", "'\\''")}'`))
    .join(' ');
}
