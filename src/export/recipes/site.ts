import type { Route, Site } from '../types.ts';

/** nginx.conf of a page: unprivileged, temporary files in /tmp. */
export interface SiteConfig {
  site: Site;
  /** Absolute: where the files are. */
  root: string;
  listen: string;
  /** In a container nginx's output is the container's. */
  accessLog: string;
  /** Each with the address of its service: `http://api:8000`. */
  routes: readonly (Route & { address: string })[];
}

/** Lines of nginx.conf. Pure. */
export function nginxLines({ site, root, listen, accessLog, routes }: SiteConfig): string[] {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return [
    'worker_processes auto;',
    'error_log stderr warn;',
    'pid /tmp/nginx.pid;',
    'events { worker_connections 1024; }',
    'http {',
    '  include /etc/nginx/mime.types;',
    '  default_type application/octet-stream;',
    ...(accessLog === 'off' ? ['  access_log off;'] : loggedLines(accessLog)),
    '  server_tokens off;',
    '  sendfile on;',
    '  gzip on;',
    '  gzip_types text/css application/javascript application/json image/svg+xml;',
    ...temporary.map((name) => `  ${name}_temp_path /tmp/nginx-${name};`),
    ...(routes.length > 0 ? ['  map $http_upgrade $connection_upgrade { default upgrade; "" close; }'] : []),
    '  server {',
    `    listen ${listen};`,
    `    root ${root};`,
    ...routes.flatMap(routeLines),
    ...(site.immutable
      ? [
          `    location ${site.immutable} {`,
          '      add_header Cache-Control "public, max-age=31536000, immutable";',
          '      try_files $uri =404;',
          '    }',
        ]
      : []),
    '    location / {',
    '      add_header Cache-Control no-cache;',
    `      try_files $uri ${site.html ? '$uri.html ' : ''}$uri/ ${site.spa ? (site.fallback ?? '/index.html') : '$uri.html =404'};`,
    '    }',
    ...(site.spa ? [] : ['    error_page 404 /404.html;']),
    '  }',
    '}',
  ];
}

/** Checks of the container itself and of Kubernetes would be most of the log. */
const loggedLines = (accessLog: string): string[] => [
  '  map "$remote_addr $http_user_agent" $logged { "~^127.0.0.1 curl/|kube-probe/" 0; default 1; }',
  `  access_log ${accessLog} combined if=$logged;`,
];

/** A prefix that is taken off: nginx replaces it by the address's own path. */
function routeLines({ path: prefix, strip, address }: Route & { address: string }): string[] {
  const block = (where: string, target: string) => [
    `    location ${where} {`,
    `      proxy_pass ${target};`,
    '      proxy_http_version 1.1;',
    '      proxy_set_header Host $host;',
    '      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;',
    '      proxy_set_header X-Forwarded-Proto $scheme;',
    '      proxy_set_header Upgrade $http_upgrade;',
    '      proxy_set_header Connection $connection_upgrade;',
    // Uploads, streams and idle sockets are its server's business, as under the dev server's proxy.
    '      client_max_body_size 0;',
    '      proxy_buffering off;',
    '      proxy_read_timeout 1h;',
    '    }',
  ];
  if (!strip) return block(prefix, address);
  const bare = prefix.replace(/\/$/, '');
  return [...block(`= ${bare}`, `${address}/`), ...block(`${bare}/`, `${address}/`)];
}
