import { publicUrl } from './env.ts';
import { isLocalUrl } from './secrets.ts';
import type { Deployment, Service } from './types.ts';

interface Host {
  host: string;
  tls: boolean;
  service: Service;
}

/** The names under which browsers find services; one of this machine is none in a cluster. */
function hostsOf(deployment: Deployment): Host[] {
  const hosts = new Map<string, Host>();
  const ranked = [...deployment.services].sort(
    (a, b) => Number(b.roles.includes('frontend')) - Number(a.roles.includes('frontend')),
  );
  for (const service of ranked) {
    const url = service.port && publicUrl(deployment, service);
    if (!url || isLocalUrl(url)) continue;
    const { hostname, protocol } = new URL(url);
    // Under one name the page's own server hands the paths on.
    if (!hosts.has(hostname)) hosts.set(hostname, { host: hostname, tls: protocol === 'https:', service });
  }
  return [...hosts.values()];
}

export function ingressDocuments(deployment: Deployment, lost: string[]): object[] {
  const hosts = hostsOf(deployment);
  if (hosts.length === 0) {
    if (deployment.services.some(({ port }) => port))
      lost.push(
        'no Ingress: the origins are this machine’s; give the real ones (--frontend-url, --backend-url)',
      );
    return [];
  }
  const secure = hosts.filter(({ tls }) => tls).map(({ host }) => host);
  return [
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { name: deployment.name, labels: { 'app.kubernetes.io/part-of': deployment.name } },
      spec: {
        ...(secure.length > 0 ? { tls: [{ hosts: secure, secretName: `${deployment.name}-tls` }] } : {}),
        rules: hosts.map(({ host, service }) => ({
          host,
          http: {
            paths: [
              {
                path: '/',
                pathType: 'Prefix',
                backend: { service: { name: service.name, port: { name: 'http' } } },
              },
            ],
          },
        })),
      },
    },
  ];
}

export const gatewayDocuments = (deployment: Deployment): object[] =>
  hostsOf(deployment).map(({ host, service }) => ({
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name: service.name, labels: { 'app.kubernetes.io/part-of': deployment.name } },
    spec: {
      parentRefs: [{ name: 'gateway' }],
      hostnames: [host],
      rules: [{ backendRefs: [{ name: service.name, port: service.port?.inside }] }],
    },
  }));
