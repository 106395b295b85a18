import path from 'node:path';
import type { Recipe } from '../types.ts';
import type { Looked } from './looked.ts';

type Own = Pick<Recipe, 'context' | 'port' | 'checksItself'> & {
  dockerfile: string;
  /** Undefined: as its program says. */
  runtime: Recipe['runtime'] | undefined;
};

/** The project's own, in the app's folder: it wins over anything that could be made. */
export async function ownDockerfile({ project, dir, app }: Looked): Promise<Own | undefined> {
  for (const folder of new Set([dir, app.cwd])) {
    for (const name of ['Dockerfile', 'Containerfile']) {
      const text = await project.text(path.join(folder, name));
      if (text === undefined) continue;
      const exposed = [...text.matchAll(/^\s*EXPOSE\s+(\d+)/gim)].at(-1)?.[1];
      const context = project.relative(folder);
      return {
        context,
        dockerfile: context === '.' ? name : `${context}/${name}`,
        port: exposed === undefined ? undefined : Number(exposed),
        runtime: runtimeOf(text),
        ...(/^\s*HEALTHCHECK\s/im.test(text) && { checksItself: true }),
      };
    }
  }
  return undefined;
}

/** By what an image is called. */
const IMAGES: [RegExp, Recipe['runtime']][] = [
  [/^scratch$|distroless|chainguard|wolfi/, 'unknown'],
  [/(?:^|\/)node(?:$|[:@-])/, 'node'],
  [/(?:^|\/)python(?:$|[:@-])/, 'python'],
  [/nginx/, 'nginx'],
  [/alpine|busybox/, 'busybox'],
  [/(?:^|\/)(?:debian|ubuntu|golang|rust|buildpack-deps|fedora|rockylinux)(?:$|[:@-])/, 'native'],
];

/** What its last stage has that a check could ask by; undefined: its base says nothing. Pure. */
export function runtimeOf(dockerfile: string): Recipe['runtime'] | undefined {
  const stages = [...dockerfile.matchAll(/^\s*FROM\s+(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?/gim)];
  const named = new Map(stages.map(([, image = '', name = '']) => [name.toLowerCase(), image]));
  let image = stages.at(-1)?.[1]?.toLowerCase() ?? '';
  for (let steps = 0; steps < stages.length && named.has(image); steps++)
    image = named.get(image)?.toLowerCase() ?? '';
  return IMAGES.find(([pattern]) => pattern.test(image))?.[1];
}
