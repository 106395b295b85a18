import type { InstanceId } from '../config/instance-id.ts';
import type { PortKey, PortSpec, Role, Sourced } from '../config/types.ts';

/** Who holds a port, as far as the system tells; or the run of devstart that has claimed it. */
export interface PortOwner {
  pid?: number;
  /** The command's name: `node`. */
  name?: string;
  /** The project folder, or the working directory. */
  cwd?: string;
  /** Another one's name, where nothing else of the process is told. */
  user?: string;
  /** The app that it is claimed for. */
  app?: string;
  /** Nobody holds it: this ports file, which is to be avoided, names it. */
  file?: string;
}

/** One app's port to find: `instances` of them. */
export interface PortRequest {
  app: string;
  key: PortKey;
  role: Role | null;
  instances: number;
  /** So many instances have the one port together. */
  sharedBy?: number;
  spec: Sourced<PortSpec>;
}

/** One port of one instance, found free. */
export interface PortAssignment {
  id: InstanceId;
  key: PortKey;
  role: Role | null;
  port: number;
  /** What was asked for, as it was written: 3000 or `auto:5000-5100`. */
  requested: number | string;
  moved: boolean;
  /** Who held the first one asked for. */
  holder?: PortOwner;
}
