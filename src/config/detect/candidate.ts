import path from 'node:path';
import type { App, Command, Role } from '../types.ts';
import type { DetectContext, Project } from './project.ts';

/** What every step of detection is given. */
export interface Scope {
  project: Project;
  context: DetectContext;
  /** What people should hear of, one line each. */
  notes: string[];
}

/** An app that could be it, before it is decided which ones are. */
export interface Candidate {
  app: App;
  /** The folder whose app it is: where its command ends up, not always where it starts. */
  home: string;
  /** A watcher or compiler: runs beside the servers, listens nowhere. */
  task?: boolean;
}

/** An app of which only the command is known. */
export function draftApp(name: string, command: Command, cwd: string, evidence: string): App {
  return {
    name,
    roles: [],
    command,
    cwd,
    env: {},
    frameworkEnv: {},
    defaultPorts: {},
    ports: {},
    instances: 1,
    ready: [],
    stopSignal: 'SIGTERM',
    caches: [],
    evidence,
  };
}

/** Names that say a role, the clearest first. */
export const roleNames: Record<Role, string[]> = {
  backend: ['backend', 'server', 'api', 'back'],
  frontend: ['frontend', 'client', 'web', 'front', 'ui', 'webapp', 'app'],
};
const backgroundNames = new Set(
  'worker workers queue jobs job cron scheduler db database types css styles tailwind sass scss watch build tsc typecheck codegen emulators electron desktop mobile ios android docs storybook test tests lint redis mail mailhog stripe tunnel logs'.split(
    ' ',
  ),
);

const tokens = (name: string) => name.toLowerCase().split(/[^a-z0-9]+/);

/** `my-backend`, `dev:api`, `web`: the role that a folder's or a script's name says. */
export function roleOfName(name: string): Role | undefined {
  const words = tokens(name);
  if (words.some((word) => backgroundNames.has(word))) return undefined;
  // In `app-server` the server decides: `app` says least, so the clearest name wins.
  for (let rank = 0; rank < roleNames.frontend.length; rank++) {
    for (const role of ['backend', 'frontend'] as const) {
      const wanted = roleNames[role][rank];
      if (wanted && words.includes(wanted)) return role;
    }
  }
  return undefined;
}

export const isBackground = (name: string) => tokens(name).some((word) => backgroundNames.has(word));

/**
 * Gives each role to one of the apps that are to run anyway: the name says it, else the framework; where
 * two want one role, the one of which both say so. The others run without a role.
 */
export function assignRoles(candidates: Candidate[]): Candidate[] {
  const wanted = candidates.map(({ app, task }) => {
    const byFramework = task ? undefined : app.roles[0];
    const byName = task ? undefined : roleOfName(app.name);
    const role = isBackground(app.name) ? undefined : (byName ?? byFramework);
    return { role, weight: (byName ? 2 : 0) + (byName === byFramework ? 1 : 0) };
  });
  return candidates.map((candidate, i) => {
    const mine = wanted[i];
    const best = wanted.findIndex(
      (w) =>
        w.role === mine?.role &&
        w.weight === Math.max(...wanted.filter((x) => x.role === mine?.role).map((x) => x.weight)),
    );
    const roles: Role[] = mine?.role && best === i ? [mine.role] : [];
    // What runs in the background may well listen nowhere.
    const ready = isBackground(candidate.app.name) && !candidate.app.framework ? [] : candidate.app.ready;
    return { ...candidate, app: { ...candidate.app, roles, ready } };
  });
}

export function withRole(candidate: Candidate, role: Role): Candidate {
  return { ...candidate, app: { ...candidate.app, roles: [role] } };
}

/** Names that differ, so that each app has a prefix and flags of its own. */
export function uniqueNames(apps: App[]): App[] {
  const taken = new Set<string>();
  return apps.map((app) => {
    const base = app.name || app.roles[0] || 'app';
    let name = base;
    for (let n = 2; taken.has(name); n++) name = `${base}-${n}`;
    taken.add(name);
    return { ...app, name };
  });
}

/** `backend/manage.py`: a file as evidence. */
export const evidenceOf = (project: Project, dir: string, file: string) =>
  project.relative(path.join(dir, file));
