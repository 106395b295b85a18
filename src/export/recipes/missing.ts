import { configNames, firstText, type Looked } from './looked.ts';

/** What an app lacks whose build is not known for sure, in a sentence; undefined: that is not known either. */
export async function whatIsMissing({ project, dir, app, words }: Looked): Promise<string | undefined> {
  if (app.framework === 'sveltekit') {
    const config = (await firstText(project, dir, configNames('svelte'))) ?? '';
    return /@sveltejs\/adapter-(?:auto|vercel|netlify|cloudflare)/.test(config) || !/adapter/.test(config)
      ? 'svelte.config.js has no adapter for a server of your own: with @sveltejs/adapter-node (or adapter-static, for files alone) its build is known.'
      : undefined;
  }
  if (app.framework === 'astro')
    return "astro.config has another adapter: with @astrojs/node and mode: 'standalone' its build is known.";
  if (app.framework === 'laravel')
    return 'Laravel wants PHP-FPM or FrankenPHP with its extensions: buildpacks and railpack know it by its composer.json.';
  if (words[0] === 'deno')
    return 'railpack knows Deno; a Dockerfile begins with docker.io/denoland/deno:2, caches by deno cache, and runs the command without --watch.';
  const line = words.join(' ');
  if (/\bts-node(?:-dev)?\b|\bnodemon\b.*\.tsx?\b|\besr\b|\bswc-node\b/.test(line))
    return 'TypeScript is compiled while it runs: with a "build" script (tsc) and a "start" script (node dist/...), or "rootDir" and "outDir" in its tsconfig.json, its build is known.';
  return undefined;
}
