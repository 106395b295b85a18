import { setTimeout as sleep } from 'node:timers/promises';
import type { Warning } from '../config/types.ts';
import type { Context } from '../context.ts';
import type { LaunchPlan } from '../plan/types.ts';
import { urlText } from '../plan/url.ts';
import { cleanCaches } from '../system/caches.ts';
import { describeLeftOut } from '../ui/left-out.ts';
import type { SessionOptions } from './attached.ts';
import type { PlannedProject } from './project.ts';
import type { Streams } from './streams.ts';
import { inTheWay, notAnswering } from './surroundings.ts';

/** What is known before anything starts. */
export async function tellBeginning(
  project: PlannedProject,
  { bus, reporter, warn }: Streams,
  format: SessionOptions['format'],
  home: string | undefined,
): Promise<void> {
  const { settings, loaded, planner } = project;
  project.warn(warn);
  for (const { code, message } of loaded.warnings) warn(code, message);
  for (const { code, message } of await inTheWay(settings)) warn(code, message);
  for (const note of loaded.notes) reporter.note(note);
  for (const one of loaded.leftOut) {
    // A program that reads our lines hears of it as a warning.
    if (format === 'json') warn('LEFT_OUT', describeLeftOut(one));
    else reporter.note(describeLeftOut(one));
  }
  for (const { key: _, ...assigned } of planner.ports.all) bus.emit({ type: 'port', ...assigned });
  if (planner.plan.copies.length > 0)
    await (await import('./copies.ts')).tellCopies(project, bus, 'starting', home);
  reporter.header(planner.plan, settings.apps);
  for (const { label, inspector } of planner.plan.instances)
    if (inspector) reporter.note(`${label} can be debugged on port ${inspector} (NODE_OPTIONS)`);
  if (settings.clean.value) {
    const [{ cleanItems }, { describeCleaned }] = await Promise.all([
      import('../plan/caches.ts'),
      import('../ui/cleaned.ts'),
    ]);
    const result = await cleanCaches(settings.root, cleanItems(settings));
    for (const line of describeCleaned(result, settings.root)) reporter.note(line);
  }
}

/** Milliseconds. The reading takes what the servers need to start: it waits for most of them, and none fails sooner. */
const SERVICES_AFTER = 100;
/** Milliseconds that the end waits for what is being looked for. */
const MOST_FOR_SERVICES = 500;

/** Looks for services once what starts at once is on its way. */
export class ServicesLook {
  readonly #find: () => Promise<readonly Warning[]>;
  readonly #warn: Streams['warn'];
  #waiting: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #silent = false;

  constructor({ settings, loaded, planner }: PlannedProject, { env }: Context, { bus, warn }: Streams) {
    this.#find = () => notAnswering(settings, env, planner.ports.numbers, loaded.kept);
    this.#warn = warn;
    bus.subscribe(({ type }) => {
      if (type === 'started') this.#waiting ??= setTimeout(() => this.#begin(), SERVICES_AFTER);
      // All is well, or somebody lacks something.
      else if (type === 'up' || type === 'exited') this.#begin();
    });
  }

  /** What was found is said, as far as that takes no longer than the end may wait. */
  told(): Promise<unknown> {
    return Promise.race([this.#looking, sleep(MOST_FOR_SERVICES, undefined, { ref: false })]);
  }

  silence(): void {
    this.#silent = true;
    clearTimeout(this.#waiting);
  }

  #begin(): void {
    clearTimeout(this.#waiting);
    if (!this.#silent) this.#looking ??= this.#look();
  }

  async #look(): Promise<void> {
    for (const { code, message } of await this.#find()) if (!this.#silent) this.#warn(code, message);
  }
}

/** A number that moves while the run goes on has its places, and its list that may refuse the page. */
export function followLater(project: PlannedProject, { bus }: Streams, home: string | undefined): void {
  bus.subscribe(({ type }) => {
    if (type !== 'planned' && type !== 'up') return;
    if (bus.view.plan.copies.length > 0)
      void import('./copies.ts').then(({ tellCopies }) => tellCopies(project, bus, type, home));
  });
}

/** In the browser: the frontend, or what there is. */
export async function openFrontend(
  plan: LaunchPlan,
  warn: Streams['warn'],
  browser: string | undefined,
): Promise<void> {
  const [first] = plan.instances;
  const url = plan.urls.frontend ?? plan.urls.backend ?? (first?.url && urlText(first.url));
  if (!url) return;
  const { openUrl } = await import('../ui/open.ts');
  await openUrl(url, browser).catch((error: Error) => {
    warn('OPEN_FAILED', `could not open ${url}: ${error.message}`);
  });
}
