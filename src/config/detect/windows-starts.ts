import path from 'node:path';
import type { Project } from './project.ts';
import type { Typed } from './typed.ts';

/** What start files for Windows type: `start.bat`, `run-local.ps1`. Nobody else can run them; what they start counts. */

const FILES =
  /^(?:start|run|dev|launch|go)(?:[-_.]?(?:all|dev|app|local|project|servers?|services?|everything))*\.(?:bat|cmd|ps1)$/i;
const COMMAND =
  /\b(?:python3?|py|uvicorn|flask|celery|streamlit|node|npm|npx|pnpm|yarn|bun|go|cargo|dotnet|php|mvn|gradle|rails|ng|\.?[\\/]?(?:mvnw|gradlew)(?:\.cmd|\.bat)?)\s[^"'`;&|<>)]*/gi;
const ASIDE = /^\s*(?:@?echo|rem\b|::|#|write-host|title|timeout|taskkill|pause)/i;
const GOES = /\b(?:cd|pushd|set-location)\s+(?:\/d\s+)?["']?(?:%~dp0|\$\w+[\\/]?|\.[\\/])?([\w.\\/-]*)/i;

/** @returns with the file that has them */
export async function typedForWindows(
  project: Project,
): Promise<{ file: string; typed: Typed[] } | undefined> {
  const { files } = await project.list(project.root);
  const file = [...files].sort().find((name) => FILES.test(name));
  const text = file && (await project.text(path.join(project.root, file)));
  if (!file || !text || text.length > 20_000) return undefined;
  const typed: Typed[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (ASIDE.test(line)) continue;
    const folder = GOES.exec(line)?.[1]?.replaceAll('\\', '/') ?? '';
    const place = path.join(project.root, folder);
    const { files: there, dirs } = await project.list(place);
    const dir = there.size + dirs.size > 0 ? place : project.root;
    for (const [found] of line.matchAll(COMMAND))
      typed.push({ line: index + 1, text: found.trim().replaceAll('\\', '/'), dir });
  }
  return { file, typed };
}
