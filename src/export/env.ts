import { filledByShell } from './secret-words.ts';
import { isLocalUrl } from './secrets.ts';
import type { Deployment, Place, Service } from './types.ts';

/** Names whose value a bundler bakes into what browsers get. */
export const PUBLIC_NAME =
  /^(?:VITE|NEXT_PUBLIC|PUBLIC|NUXT_PUBLIC|REACT_APP|VUE_APP|GATSBY|EXPO_PUBLIC|NG_APP|RSBUILD_PUBLIC|PARCEL_PUBLIC)_/;
/** Names whose value is what a browser has in its address line. */
const ORIGIN_NAME = /^(?:FRONTEND_URL|PUBLIC_URL|SITE_URL|ORIGIN)$|_PUBLIC_URL$/;

const LOCAL = /(https?:\/\/)?(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1?\]):(\d{2,5})(?!\d)/g;

/**
 * A value of this machine as it reads elsewhere: a URL of one of the services is the public one where a browser will
 * use it, else the way from server to server. Pure.
 */
export function placed(deployment: Deployment, name: string, value: string, place: Place): string {
  // A list of origins is the user's to the letter.
  if (/^CORS_|ORIGINS$/.test(name)) return value;
  const browser = PUBLIC_NAME.test(name) || ORIGIN_NAME.test(name);
  return value.replace(LOCAL, (whole, scheme: string | undefined, digits: string) => {
    const to = deployment.services.find((one) => one.name === deployment.ports.get(Number(digits)));
    if (!to?.port) return whole;
    const open = publicUrl(deployment, to);
    if (open !== undefined && (browser || to.name === pageOf(deployment)?.name)) {
      return scheme ? open : new URL(open).host;
    }
    const address =
      place === 'containers' ? `${to.name}:${to.port.inside}` : `127.0.0.1:${to.port.outside[0]}`;
    return `${scheme ? 'http://' : ''}${address}`;
  });
}

/** The service that browsers open. Pure. */
export const pageOf = ({ services }: Deployment): Service | undefined =>
  services.find(({ roles, port }) => port && roles.includes('frontend'));

/** Its URL as a browser writes it; undefined: none is meant for browsers. Pure. */
export function publicUrl(deployment: Deployment, service: Service): string | undefined {
  if (service.name === pageOf(deployment)?.name) return deployment.frontendUrl;
  if (service.roles.includes('backend')) return deployment.backendUrl;
  return undefined;
}

/** Where it listens; a platform's router is elsewhere than its process. Pure. */
const hostOf = (place: Place): string => (place === 'containers' ? '0.0.0.0' : '127.0.0.1');

/** The Host of checks, where a server refuses those that it was not told: the public one. Pure. */
export function checkHost(deployment: Deployment, service: Service): string | undefined {
  const url = service.recipe.strictHost ? publicUrl(deployment, service) : undefined;
  return url === undefined || isLocalUrl(url) ? undefined : new URL(url).host;
}

/** What a service's process is told. @param port the one it listens on; undefined: it has a socket, or none. Pure. */
export function environment(
  deployment: Deployment,
  service: Service,
  place: Place,
  port = place === 'containers' ? service.port?.inside : service.port?.outside[0],
  host = hostOf(place),
): Record<string, string> {
  const entries = Object.entries({ ...service.recipe.env, ...service.env }).map(([name, value]) => {
    const given = value.replaceAll('{frontendUrl}', deployment.frontendUrl ?? '');
    return [name, filled(placed(deployment, name, given, place), { port, host })] as const;
  });
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** What its build is told: browsers' URLs. Undefined values come from whoever builds. Pure. */
export function buildEnvironment(
  deployment: Deployment,
  service: Service,
): Record<string, string | undefined> {
  const entries = Object.entries(service.buildArgs).map(([name, value]) => {
    // A page without a server has nobody who could go from server to server.
    const as = service.recipe.site ? `PUBLIC_${name}` : name;
    const given = value?.replaceAll('{frontendUrl}', deployment.frontendUrl ?? '');
    return [name, given === undefined ? undefined : placed(deployment, as, given, 'containers')] as const;
  });
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The command's words for a place. Pure. */
export function wordsFor(
  deployment: Deployment,
  words: readonly string[],
  { place, port, host = hostOf(place) }: { place: Place; port?: number | undefined; host?: string },
): string[] {
  return filledByShell(words.map((word) => filled(placed(deployment, '', word, place), { port, host })));
}

export const filled = (text: string, { port, host }: { port: number | undefined; host: string }): string =>
  text.replaceAll('{port}', port === undefined ? '' : String(port)).replaceAll('{host}', host);
