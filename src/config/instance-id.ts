/** The key of an instance in every map, event and file: `api:0`, the app's name and the number of its copy. */
export type InstanceId = `${string}:${number}`;

export const instanceId = (app: string, instance: number): InstanceId => `${app}:${instance}`;

/** An app's name may hold a colon (`dev:api`), the number does not. */
export const appOf = (id: InstanceId): string => id.slice(0, id.lastIndexOf(':'));

/** From 0. */
export const numberOf = (id: InstanceId): number => Number(id.slice(id.lastIndexOf(':') + 1));

/** Of one app; as in schema.json. */
export const MOST_INSTANCES = 1000;
