/**
 * Loaded into the Node processes of a run in which a port has moved (`--require`, by NODE_OPTIONS): lets the copies of
 * the old number that the project has written down mean the new one. See docs/follow.md.
 */
import path from 'node:path';
import { filesIn } from '../options.ts';
import { parseSettings } from '../settings.ts';
import { followChildren } from './children.ts';
import { followConnections } from './connections.ts';
import { followListens, listensOn } from './listens.ts';
import { followServers } from './servers.ts';

const settings = parseSettings(process.env.DEVSTART_FOLLOW);
if (settings && settings.run === process.env.DEVSTART_RUN) {
  // Who listens on the old number itself means that server.
  followConnections((written) => (listensOn(written) ? undefined : settings.ports.get(written)));
  followServers(settings);
  followChildren(filesIn(__dirname, path.sep));
  if (settings.own.size > 0) followListens(settings.own);
}
