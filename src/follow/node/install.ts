import path from 'node:path';
import { filesIn } from '../options.ts';
import type { FollowSettings } from '../settings.ts';
import { followChildren, followSyncChildren } from './children.ts';
import { followConnections } from './connections.ts';
import { followListens, listensOn } from './listens.ts';
import { followServers } from './servers.ts';

/** @param folder where the preload file lies, with Python's part beside it */
export function install(settings: FollowSettings, folder: string): void {
  // Who listens on the old number itself means that server.
  followConnections((written) => (listensOn(written) ? undefined : settings.ports.get(written)));
  followServers(settings);
  if (settings.own.size > 0) followListens(settings.own);
  const files = filesIn(folder, path.sep);
  followChildren(files);
  followSyncChildren(files);
}
