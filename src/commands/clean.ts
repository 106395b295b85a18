import { loadSettings } from '../config/settings/load.ts';
import type { Context } from '../context.ts';
import { cleanItems } from '../plan/caches.ts';
import { cleanCaches } from '../system/caches.ts';
import { describeCleaned } from '../ui/cleaned.ts';
import { printSync } from '../ui/print.ts';

/** `devstart clean`: removes the build caches of what is found here, and ends. */
export async function clean(context: Context): Promise<number> {
  const { settings } = await loadSettings({ flags: context.flags, env: context.env, cwd: context.cwd });
  const result = await cleanCaches(settings.root, cleanItems(settings));
  const text =
    context.format === 'json'
      ? JSON.stringify({ type: 'cleaned', time: new Date().toISOString(), ...result })
      : describeCleaned(result, settings.root).join('\n');
  printSync(1, `${text}\n`);
  return 0;
}
