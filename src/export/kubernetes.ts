import { type Check, checkOf } from './checks.ts';
import { dependencies } from './compose.ts';
import { dockerfiles, envExample } from './dockerfile.ts';
import { buildEnvironment, checkHost, environment } from './env.ts';
import { gatewayDocuments, ingressDocuments } from './kubernetes-routes.ts';
import { saysUnhanded } from './sockets.ts';
import { shellWord, yamlDocument } from './text.ts';
import type { Deployment, Output, Service, Target } from './types.ts';
import { containerUser } from './users.ts';

const ENGINE = 'Kubernetes';
/** Seconds that a pod goes on answering after it was told to end: until no proxy sends it connections any more. */
const DRAIN = 5;

/** One file to apply, one with HTTPRoutes in place of the Ingress, and a Dockerfile for each service. Pure. */
export function kubernetes(deployment: Deployment, target: Target): Output {
  const lost: string[] = [];
  const files = new Map<string, string>();
  const documents = [
    ...deployment.services.flatMap((service) => objectsOf(deployment, service, lost)),
    ...ingressDocuments(deployment, lost),
  ];
  files.set('kubernetes.yaml', documents.map(document).join('---\n'));
  const gateway = gatewayDocuments(deployment);
  if (gateway.length > 0) {
    const note =
      '# Instead of the Ingress in kubernetes.yaml, where the cluster has the Gateway API.\n# TODO parentRefs: the name of your Gateway.\n';
    files.set('gateway.yaml', note + gateway.map(document).join('---\n'));
  }
  if (!target.alone) {
    for (const [name, text] of dockerfiles(deployment)) files.set(name, text);
    const example = envExample(deployment, '.env');
    if (example) files.set('.env.example', example);
  }
  const at = shellWord(target.fromRoot);
  const builds = deployment.services.flatMap((service) => buildCommand(deployment, service, at));
  const secrets = deployment.services.some((one) => one.secrets.length > 0)
    ? [`kubectl create secret generic ${secretOf(deployment)} --from-env-file=${at}/.env`]
    : [];
  return {
    files,
    main: ['kubernetes.yaml'],
    lost,
    next: [...builds, ...secrets, `kubectl apply -f ${at}/kubernetes.yaml`],
  };
}

const imageOf = ({ name }: Deployment, service: Service): string => `${name}-${service.name}:1`;
const secretOf = ({ name }: Deployment): string => `${name}-env`;

function buildCommand(deployment: Deployment, service: Service, at: string): string[] {
  const { recipe, name, unsure } = service;
  if (unsure)
    return [
      `# TODO ${imageOf(deployment, service)}: make it with buildpacks (pack build) or railpack (railpack build)`,
    ];
  const file = recipe.dockerfile ?? `${at}/${name}.Dockerfile`;
  const args = Object.entries(buildEnvironment(deployment, service)).map(
    ([arg, value]) => ` --build-arg ${value === undefined ? arg : shellWord(`${arg}=${value}`)}`,
  );
  return [`docker build -t ${imageOf(deployment, service)} -f ${file}${args.join('')} ${recipe.context}`];
}

function objectsOf(deployment: Deployment, service: Service, lost: string[]): object[] {
  const { name, port, instances } = service;
  const labels = { 'app.kubernetes.io/name': name, 'app.kubernetes.io/part-of': deployment.name };
  const metadata = { name, labels };
  const scaled = instances > 1;
  const found: object[] = [
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata,
      spec: {
        // Where the autoscaler counts, a number here would reset it on each apply.
        ...(scaled ? {} : { replicas: 1 }),
        selector: { matchLabels: labels },
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
        template: { metadata: { labels }, spec: podOf(deployment, service, lost) },
      },
    },
  ];
  if (port)
    found.push({
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: { selector: labels, ports: [{ name: 'http', port: port.inside, targetPort: 'http' }] },
    });
  if (scaled)
    found.push({
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata,
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
        minReplicas: instances,
        maxReplicas: instances * 2,
        metrics: [
          {
            type: 'Resource',
            resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } },
          },
        ],
      },
    });
  if (port)
    found.push({
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata,
      spec: { maxUnavailable: 1, selector: { matchLabels: labels } },
    });
  return found;
}

function podOf(deployment: Deployment, service: Service, lost: string[]): object {
  const { app, restart, recipe, grace } = service;
  if (restart.when === 'never') lost.push(`${app}: restart "never": a Deployment starts what ended again`);
  saysUnhanded(service, ENGINE, lost);
  const waits = dependencies(deployment, service);
  if (waits.length > 0)
    lost.push(
      `${app}: it starts after ${waits.join(', ')}: ${ENGINE} starts all at once, readiness and restarts make up for it`,
    );
  const { uid, gid } = podUser(service, lost);
  const folders = ['/tmp', ...(recipe.writes ?? [])];
  return {
    automountServiceAccountToken: false,
    // A Service named api would put API_PORT=tcp://... into every environment.
    enableServiceLinks: false,
    terminationGracePeriodSeconds: Math.ceil(grace) + (service.port ? DRAIN : 0),
    securityContext: {
      runAsNonRoot: true,
      runAsUser: uid,
      runAsGroup: gid,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    containers: [containerOf(deployment, service, folders, lost)],
    volumes: folders.map((_, at) => ({ name: `writes-${at}`, emptyDir: {} })),
  };
}

/** Restricted pods are nobody's root. */
function podUser(service: Service, lost: string[]): { uid: number; gid: number } {
  const ids = containerUser(service, lost);
  if (ids && ids.uid !== 0) return ids;
  if (ids) lost.push(`${service.app}: the user root, whom restricted Pod Security refuses: it is 1000`);
  return { uid: 1000, gid: 1000 };
}

function containerOf(
  deployment: Deployment,
  service: Service,
  folders: readonly string[],
  lost: string[],
): object {
  const { name, port, recipe, secrets } = service;
  const env = Object.entries(environment(deployment, service, 'containers')).map(([key, value]) => ({
    name: key,
    value,
  }));
  return {
    name,
    image: imageOf(deployment, service),
    imagePullPolicy: 'IfNotPresent',
    ...(port ? { ports: [{ name: 'http', containerPort: port.inside }] } : {}),
    ...(env.length > 0 ? { env } : {}),
    ...(recipe.site || secrets.length === 0
      ? {}
      : { envFrom: [{ secretRef: { name: secretOf(deployment), optional: true } }] }),
    ...probesOf(deployment, service, lost),
    ...(port ? { lifecycle: { preStop: { sleep: { seconds: DRAIN } } } } : {}),
    resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '512Mi' } },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: !recipe.writesCode,
      capabilities: { drop: ['ALL'] },
    },
    volumeMounts: folders.map((mountPath, at) => ({ name: `writes-${at}`, mountPath })),
  };
}

/** A start may take its time, an unready pod gets no connections, and only one that takes none any more is ended. */
function probesOf(deployment: Deployment, service: Service, lost: string[]): object {
  const check = checkOf(service, ENGINE, lost);
  if (!check) return {};
  if (check.status)
    lost.push(`${service.app}: the codes ${check.status.join(', ')}: ${ENGINE} counts 200 to 399`);
  const probe = probeOf(check, checkHost(deployment, service));
  return {
    startupProbe: {
      ...probe,
      periodSeconds: 1,
      timeoutSeconds: 3,
      failureThreshold: Math.ceil(service.readyTimeout),
    },
    ...(service.port
      ? {
          readinessProbe: { ...probe, periodSeconds: 5, timeoutSeconds: 3, failureThreshold: 2 },
          livenessProbe: {
            tcpSocket: { port: 'http' },
            periodSeconds: 20,
            timeoutSeconds: 5,
            failureThreshold: 3,
          },
        }
      : {}),
  };
}

const probeOf = ({ kind, path, command }: Check, host: string | undefined): object => {
  const httpHeaders = host === undefined ? {} : { httpHeaders: [{ name: 'Host', value: host }] };
  if (kind === 'http') return { httpGet: { path, port: 'http', ...httpHeaders } };
  return kind === 'tcp' ? { tcpSocket: { port: 'http' } } : { exec: { command: ['sh', '-c', command] } };
};

const document = (value: object): string => yamlDocument(value).toString({ lineWidth: 0 });
