import path from 'node:path';
import { type Looked, within } from './looked.ts';
import { pythonVersion } from './versions.ts';

/** How a Python project's dependencies come. */
export interface PythonInstall {
  /** Absolute: where its list is. */
  top: string;
  sub: string;
  /** The line of its image's base. */
  base: string;
  /** Dockerfile lines behind `python3 -m venv /venv`, the project's files included. @param extra further packages */
  image(extra: readonly string[]): string[];
  /** Shell lines in `top` that make `.venv`. */
  steps(extra: readonly string[]): string[];
  /** Texts that name its dependencies. */
  lists: string;
}

const LISTS = ['uv.lock', 'poetry.lock', 'requirements.txt', 'pyproject.toml'];

/** Undefined: nothing says what it needs, or it is said in a way that is not known well enough. */
export async function pythonInstall({ project, dir }: Looked): Promise<PythonInstall | undefined> {
  for (const top of project.upwards(dir)) {
    const { files } = await project.list(top);
    const list = LISTS.find((name) => files.has(name));
    if (!list) continue;
    const texts = await Promise.all(LISTS.map((name) => project.text(path.join(top, name))));
    const [, , requirements = '', pyproject = ''] = texts;
    const way = wayOf(list, requirements, pyproject);
    const version = pythonVersion(
      await project.text(path.join(top, '.python-version')),
      /^\s*requires-python\s*=\s*["'](.*)["']/m.exec(pyproject)?.[1],
    );
    const base = `ARG PYTHON_IMAGE=docker.io/library/python:${version}-slim`;
    return way && { top, sub: within(top, dir), base, lists: texts.join('\n'), ...way };
  }
  return undefined;
}

function wayOf(
  list: string,
  requirements: string,
  pyproject: string,
): Pick<PythonInstall, 'image' | 'steps'> | undefined {
  const more = (extra: readonly string[]) => extra.map((name) => ` ${name}`).join('');
  const packaged = /^\[build-system\]/m.test(pyproject);
  if (list === 'requirements.txt') {
    // It names other files, or the folder itself.
    const needsFiles = /^\s*(?:-[rce]\s|--(?:requirement|constraint|editable)|\.|file:)/m.test(requirements);
    return {
      image: (extra) => [
        needsFiles ? 'COPY . .' : 'COPY requirements.txt ./',
        `RUN pip install --no-cache-dir -r requirements.txt${more(extra)}`,
      ],
      steps: (extra) => ['python3 -m venv .venv', `.venv/bin/pip install -r requirements.txt${more(extra)}`],
    };
  }
  if (list === 'uv.lock') {
    const add = (extra: readonly string[]) => (extra.length > 0 ? [`uv pip install${more(extra)}`] : []);
    return {
      image: (extra) => [
        'RUN pip install --no-cache-dir uv',
        'ENV UV_PROJECT_ENVIRONMENT=/venv VIRTUAL_ENV=/venv',
        packaged || /^\[tool\.uv\.sources\]/m.test(pyproject) ? 'COPY . .' : 'COPY pyproject.toml uv.lock ./',
        ...['uv sync --frozen --no-dev --no-editable --inexact', ...add(extra)].map((line) => `RUN ${line}`),
      ],
      steps: (extra) => ['uv sync --frozen --no-dev', ...add(extra)],
    };
  }
  if (list === 'poetry.lock') {
    return {
      image: (extra) => [
        'RUN pip install --no-cache-dir poetry',
        'ENV VIRTUAL_ENV=/venv',
        'COPY . .',
        'RUN poetry install --only main --no-root --no-interaction',
        ...(extra.length > 0 ? [`RUN pip install --no-cache-dir${more(extra)}`] : []),
      ],
      steps: (extra) => [
        'python3 -m venv .venv',
        'VIRTUAL_ENV="$PWD/.venv" poetry install --only main --no-root --no-interaction',
        ...(extra.length > 0 ? [`.venv/bin/pip install${more(extra)}`] : []),
      ],
    };
  }
  if (!/^\s*dependencies\s*=/m.test(pyproject)) return undefined;
  // No package to build: its dependencies alone, whatever folders lie beside them.
  if (!packaged) {
    const line = (uv: string, extra: readonly string[]) =>
      `${uv} pip install -r pyproject.toml${more(extra)}`;
    return {
      image: (extra) => [
        'RUN pip install --no-cache-dir uv',
        'ENV VIRTUAL_ENV=/venv',
        'COPY pyproject.toml ./',
        `RUN ${line('uv', extra)}`,
      ],
      steps: (extra) => ['python3 -m venv .venv', '.venv/bin/pip install uv', line('.venv/bin/uv', extra)],
    };
  }
  return {
    image: (extra) => ['COPY . .', `RUN pip install --no-cache-dir .${more(extra)}`],
    steps: (extra) => ['python3 -m venv .venv', `.venv/bin/pip install .${more(extra)}`],
  };
}
