import path from 'node:path';
import type { Recipe } from '../types.ts';
import type { Looked } from './looked.ts';
import { NGINX_IMAGE, USER } from './node.ts';

/** A small system with what a check inside needs: a shell. */
const RUN_IMAGE = 'ARG RUN_IMAGE=docker.io/library/debian:13-slim';

/** Built in one image, run in another; its folder goes along for what it reads there. */
function native(
  looked: Looked,
  build: {
    image: string;
    lines: string[];
    program: string;
    step: string;
    local: string;
    args: string[];
    /** It has nothing but its sources: the program is all that runs. */
    bare: boolean;
  },
): Recipe {
  const [name = ''] = build.image.split('=');
  const stage = `\${${name}}`;
  return {
    runtime: 'native',
    context: looked.project.relative(looked.dir),
    image: (args) => [
      `ARG ${build.image}`,
      RUN_IMAGE,
      '',
      `FROM ${stage} AS build`,
      'WORKDIR /src',
      ...args.map((arg) => `ARG ${arg}`),
      ...build.lines,
      '',
      'FROM ${RUN_IMAGE}',
      'COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt',
      `COPY --from=build ${build.program} /usr/local/bin/server`,
      'WORKDIR /app',
      ...(build.bare ? [] : ['COPY . .']),
      USER,
    ],
    steps: [build.step],
    argv: ['server', ...build.args],
    local: ([, ...rest]) => [build.local, ...rest],
    env: {},
    notes: [],
  };
}

/** What a compiler, an editor or a reader wants, and no program. */
const ASIDE = String.raw`\..*|README.*|LICEN[CS]E.*|CHANGELOG.*|.*\.md|Makefile|justfile|.*_test\..*`;
const GO_ONLY = new RegExp(String.raw`^(?:${ASIDE}|.*\.go|go\.(?:mod|sum|work))$`, 'i');
const RUST_ONLY = new RegExp(String.raw`^(?:${ASIDE}|.*\.rs|Cargo\.(?:toml|lock)|rust-toolchain.*)$`, 'i');
/** Folders deep; what lies further is somebody's data. */
const DEPTH = 6;

/** No file in it that its program could read. */
async function isBare(project: Looked['project'], dir: string, sources: RegExp, depth = 0): Promise<boolean> {
  const { files, dirs } = await project.list(dir);
  if ([...files].some((name) => !sources.test(name))) return false;
  const inner = [...dirs].filter((name) => !/^(?:\..*|vendor|target|bin|node_modules)$/.test(name));
  if (depth === DEPTH) return inner.length === 0;
  const all = inner.map((name) => isBare(project, path.join(dir, name), sources, depth + 1));
  return (await Promise.all(all)).every(Boolean);
}

/** `go run ./cmd/server`; a watcher in a folder with a main.go. */
export async function goRecipe(looked: Looked): Promise<Recipe | undefined> {
  const { project, dir, words } = looked;
  const manifest = await project.text(path.join(dir, 'go.mod'));
  if (manifest === undefined) return undefined;
  const runs = words[0] === 'go' && words[1] === 'run';
  const at = words.findIndex((word, place) => place > 1 && !word.startsWith('-'));
  const target = runs
    ? words[at]
    : (await project.text(path.join(dir, 'main.go'))) === undefined
      ? undefined
      : '.';
  if (!target || (runs && words.slice(2, at).length > 0)) return undefined;
  const version = /^go (\d+\.\d+)/m.exec(manifest)?.[1] ?? '1';
  const sums = (await project.has(dir, 'go.sum')) ? ' go.sum' : '';
  return native(looked, {
    image: `GO_IMAGE=docker.io/library/golang:${version}`,
    lines: [
      `COPY go.mod${sums} ./`,
      'RUN go mod download',
      'COPY . .',
      `RUN CGO_ENABLED=0 go build -trimpath -o /out/server ${target}`,
    ],
    program: '/out/server',
    step: `CGO_ENABLED=0 go build -trimpath -o bin/server ${target}`,
    local: 'bin/server',
    args: runs ? words.slice(at + 1) : [],
    bare: await isBare(project, dir, GO_ONLY),
  });
}

/** A crate of one program. */
export async function rustRecipe(looked: Looked): Promise<Recipe | undefined> {
  const { project, dir, words } = looked;
  const manifest = await project.text(path.join(dir, 'Cargo.toml'));
  const name = /\[package\][^[]*?^name\s*=\s*"([\w-]+)"/ms.exec(manifest ?? '')?.[1];
  const binary = /\[\[bin\]\][^[]*?^name\s*=\s*"([\w-]+)"/ms.exec(manifest ?? '')?.[1] ?? name;
  if (!binary || /^\[workspace\]/m.test(manifest ?? '') || !/^(?:run|watch)$/.test(words[1] ?? ''))
    return undefined;
  const locked = (await project.has(dir, 'Cargo.lock')) ? ' --locked' : '';
  const dashes = words.indexOf('--');
  const build = `cargo build --release${locked}`;
  return native(looked, {
    image: 'RUST_IMAGE=docker.io/library/rust:1-trixie',
    lines: ['COPY . .', `RUN ${build}`],
    program: `/src/target/release/${binary}`,
    step: build,
    local: `target/release/${binary}`,
    args: dashes < 0 ? [] : words.slice(dashes + 1),
    bare: await isBare(project, dir, RUST_ONLY),
  });
}

/** A folder of files that no build makes. */
export function folderRecipe({ project, dir }: Looked): Recipe {
  return {
    runtime: 'nginx',
    context: project.relative(dir),
    image: () => [
      NGINX_IMAGE,
      '',
      'FROM ${NGINX_IMAGE} AS build',
      'USER 0',
      '{nginx.conf}',
      '',
      'FROM ${NGINX_IMAGE}',
      'COPY --from=build /nginx.conf /etc/nginx/nginx.conf',
      'COPY . /srv',
      USER,
      'EXPOSE 8080',
      'STOPSIGNAL SIGQUIT',
      'CMD ["nginx", "-g", "daemon off;"]',
    ],
    steps: [],
    argv: undefined,
    env: {},
    site: { folder: '.', immutable: undefined, spa: false },
    port: 8080,
    notes: [],
  };
}
