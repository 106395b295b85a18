import type { Project } from '../config/detect/project.ts';
import { sourcesOf } from '../config/reads/sources.ts';
import type { EnvFile } from '../config/settings/dotenv.ts';
import type { App, Settings } from '../config/types.ts';
import { addedEnv } from '../plan/env.ts';
import type { LaunchPlan } from '../plan/types.ts';
import { PUBLIC_NAME } from './env.ts';
import { looksSecret, namesOf } from './secrets.ts';

interface PublicInput {
  project: Project;
  app: App;
  settings: Settings;
  plan: LaunchPlan;
  envFiles: readonly EnvFile[];
  /** All of it runs in browsers. */
  browser: boolean;
}

/** A name that means where the API is. */
const API_NAME =
  /(?:API|BACKEND|SERVER)(?:_?(?:BASE|ROOT|SERVER|SERVICE|HTTP))*(?:_?(?:URL|URI|ORIGIN|ENDPOINT|HOST))?$/;
const READ =
  /\b(?:import\.meta\.env|process\.env)(?:\.|\[['"])([A-Z]\w*)|\bpublic\.([A-Z]\w+)|import\s*\{([^}]*)\}\s*from\s*['"]\$env\/static\/public['"]/g;

/**
 * What a page's build is told: `args` with values of this machine (env.ts turns them), `names` that only the user
 * knows the values of.
 */
export async function publicNames(
  input: PublicInput,
): Promise<{ args: Record<string, string>; names: string[] }> {
  const { project, app, settings, plan, browser } = input;
  if (!browser && !app.roles.includes('frontend')) return { args: {}, names: [] };
  const args: Record<string, string> = {};
  const names = new Set<string>();
  const first = plan.instances.find((one) => one.app === app.name);
  const read = await readNames(input);
  for (const [name, value] of Object.entries(first ? addedEnv(first.env) : {})) {
    const isOwn = first && Object.hasOwn(first.env.own, name);
    const counts = PUBLIC_NAME.test(name) || (browser && (isOwn || (/_URL$/.test(name) && read.has(name))));
    if (!counts || name === 'NODE_ENV') continue;
    if (looksSecret(name, value) && !/^https?:\/\/(?:localhost|127\.)/.test(value)) names.add(name);
    else args[name] = value;
  }
  for (const { by, of, name, value } of settings.copies) {
    if (
      by === app.name &&
      of !== app.name &&
      name &&
      value &&
      (browser || PUBLIC_NAME.test(name)) &&
      !(name in args)
    )
      args[name] = value;
  }
  const api = settings.apps.find((one) => one.roles.includes('backend') && one.name !== app.name);
  const url = api && plan.urls.backend;
  const proxied = settings.copies.some(({ by, kind }) => by === app.name && kind === 'proxy');
  const known = await namesOf(project, app, input.envFiles);
  for (const name of new Set([...read, ...known])) {
    if (name in args || !PUBLIC_NAME.test(name)) continue;
    if (url && API_NAME.test(name) && !proxied) args[name] = url;
    else names.add(name);
  }
  return { args, names: [...names].sort() };
}

/** The names that its code and its config ask for. */
async function readNames({ app, settings }: PublicInput): Promise<Set<string>> {
  const dir = app.runs?.dir ?? app.cwd;
  const others = settings.apps.filter((one) => one.name !== app.name).map((one) => one.cwd);
  const found = new Set<string>();
  for (const { text } of sourcesOf(
    dir,
    others.filter((one) => one !== dir),
    false,
  )) {
    for (const [, dotted, shared, list = ''] of text.matchAll(READ)) {
      for (const name of [dotted, shared, ...list.split(',').map((one) => one.trim().split(' ')[0])])
        if (name) found.add(name);
    }
  }
  return found;
}
