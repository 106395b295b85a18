import { compose } from './compose.ts';
import { devcontainer, vscode } from './editors.ts';
import { kubernetes } from './kubernetes.ts';
import { pm2 } from './pm2.ts';
import { procfile } from './procfile.ts';
import { systemd } from './systemd.ts';
import type { Deployment, Output, Target } from './types.ts';

export { makeDeployment } from './deployment.ts';
export { unifiedDiff } from './diff.ts';
export { leaveToCompose } from './existing.ts';
export { shellWord } from './text.ts';
export { changesIn, type FileChange, withHeader, writeChanges } from './write.ts';

/** By name: what makes an engine's files. */
export const FORMATS: Readonly<Record<string, (deployment: Deployment, target: Target) => Output>> = {
  compose,
  systemd,
  kubernetes,
  procfile,
  vscode,
  devcontainer,
  pm2,
};
