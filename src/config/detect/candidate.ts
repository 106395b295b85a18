import path from 'node:path';
import type { App, Command, LeftOut, Role } from '../types.ts';
import type { Look } from './look.ts';
import type { DetectContext, Project } from './project.ts';

/** What every step of detection is given. */
export interface Scope {
  project: Project;
  context: DetectContext;
  /** What people should hear of, one line each. */
  notes: string[];
  /** What the owner's command starts, and devstart does not; `unless` a server of that folder is started after all. */
  leftOut: (LeftOut & { unless?: string })[];
  /** Where the README starts something; looked for where nothing else tells equals apart. */
  typed?: ReadonlySet<string>;
  /** The project's own command says all that it starts: what lies beside that is its owner's choice. */
  whole?: true;
}

/** An app that could be it, before it is decided which ones are. */
export interface Candidate {
  app: App;
  /** The folder whose app it is: where its command ends up, not always where it starts. */
  home: string;
  /** A watcher or compiler: runs beside the servers, listens nowhere. */
  task?: boolean;
  /** The package.json script that it is. */
  script?: string;
  /** What its command was seen to run. */
  look?: Look;
  /** Its package is made for other packages: what its script shows is itself. */
  library?: true;
  /** The project's own script at the top starts it. */
  meant?: boolean;
  /** What people should hear of where it is started. */
  note?: string;
  /** What the same command starts beside it: comes along where it is chosen. */
  companions?: Candidate[];
  /** Stands for a step that ends before others start. */
  before?: object;
  /** The steps that end before it starts: what `before` of other candidates holds. */
  needs?: object[];
}

/** It stays, and listens: no watcher, no step, no worker. One that is run as it stands counts, too. */
export const isServer = ({ app, task, before }: Candidate): boolean => !task && !before && !app.noPort;

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
  frontend: ['frontend', 'client', 'web', 'front', 'ui', 'webapp', 'clientapp', 'app'],
};
const backgroundNames = new Set(
  'worker workers queue queues job jobs cron crons scheduler sidekiq celery celerybeat beat consumer consumers bot bots horizon pail mailer clock db database redis postgres mongo types css styles tailwind sass scss watch build tsc typecheck codegen generate gen migrate migration migrations seed setup install prepare emulators electron tauri window desktop mobile ios android docs storybook test tests lint mail mailhog mailpit stripe tunnel ngrok logs log extension extensions'.split(
    ' ',
  ),
);

const ROLE_WORDS = new Set(Object.values(roleNames).flat());

/** `ClientUI` and `shop.Client` are words as `client-ui` is. */
const tokens = (name: string) =>
  name
    .replace(/([a-z\d])(?=[A-Z])/g, '$1-')
    .toLowerCase()
    .split(/[^a-z0-9]+/);

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

/** Names that stand for anything, alone or with words that say no role: `app`, `nextjs-app`. They tell no equals apart. */
export function isWeak(name: string): boolean {
  const said = tokens(name).filter((word) => ROLE_WORDS.has(word));
  return said.length > 0 && said.every((word) => word === 'app' || word === 'api');
}

/** Both are folders: it is that one, or lies in it. */
export const isWithin = (dir: string, other: string): boolean => `${dir}/`.startsWith(`${other}/`);

export const isBackground = (name: string) => tokens(name).some((word) => backgroundNames.has(word));

/** Pages that people build beside the one that they mean. */
const BESIDE = new Set(
  'expo storybook react-email vitepress vuepress docusaurus slidev sanity mkdocs mintlify ladle histoire rspress docsify jekyll hugo hexo'.split(
    ' ',
  ),
);

/** What is built to show another one: it has a role only where nothing else has it. */
const isShownOff = (name: string): boolean =>
  tokens(name).some((word) => /^(?:demos?|examples?|samples?|playground|sandbox)$/.test(word));

/** A page beside the one that is meant, whatever its folder is called. */
export const isBeside = ({ app }: Candidate): boolean => BESIDE.has(app.framework ?? '');

/** Dev servers that make pages and nothing else. */
const BUNDLER = /^(?:webpack|rspack|rsbuild|cra|vue-cli|parcel|angular|snowpack|farm)$/;

/**
 * Gives each role to one of the apps that are to run anyway: the name says it, else the framework; where
 * two want one role, the one of which both say so, then the first. The others run without a role.
 */
export function assignRoles(candidates: Candidate[]): Candidate[] {
  const wanted = candidates.map((candidate) => {
    const { app, task, before } = candidate;
    if (task || before || app.noPort || app.opaque || isBackground(app.name))
      return { role: undefined, weight: 0 };
    // Vite within a server, beside Vite's own command: there it is the server of its API.
    const hasViteWithin =
      app.roles[0] === 'frontend' &&
      app.framework === 'node' &&
      candidates.some((other) => other.app.framework === 'vite' && other.home === candidate.home);
    if (hasViteWithin) return { role: 'backend' as const, weight: 1 };
    const byFramework = app.roles[0];
    // `webpack-dev-server` serves pages, whatever its script is called.
    const byName =
      byFramework === 'frontend' && BUNDLER.test(app.framework ?? '') ? byFramework : roleOfName(app.name);
    const beside = isBeside(candidate) || isShownOff(app.name) ? -4 : 0;
    return {
      role: byName ?? byFramework,
      weight: (byName ? 2 : 0) + (byName === byFramework ? 1 : 0) + beside,
    };
  });
  return candidates.map((candidate, i) => {
    const mine = wanted[i];
    const rivals = wanted.filter((x) => x.role === mine?.role).map((x) => x.weight);
    const best = wanted.findIndex((w) => w.role === mine?.role && w.weight === Math.max(...rivals));
    const both =
      candidate.app.roles.length > 1 && candidates.every((c) => c === candidate || c.app.roles.length < 2);
    const roles: Role[] = both ? candidate.app.roles : mine?.role && best === i ? [mine.role] : [];
    const name = candidate.app.name === 'frontend' && roles[0] === 'backend' ? 'backend' : candidate.app.name;
    return { ...candidate, app: { ...candidate.app, name, roles } };
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
