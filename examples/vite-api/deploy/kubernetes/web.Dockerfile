# Made by: devstart export kubernetes --backend-port 16101 --backend-url https://api.shop.example --frontend-port 16100 --frontend-url https://shop.example
# devstart-hash: ccc305c316ed26d4
# Edited, it is not written over: --force does that.

ARG NODE_IMAGE=docker.io/library/node:22-slim
ARG NGINX_IMAGE=docker.io/nginxinc/nginx-unprivileged:1.29

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
# Baked into what browsers get: another value wants another build.
ARG BACKEND_URL
RUN npx --no-install vite build
RUN printf '%s\n' \
  'worker_processes auto;' \
  'error_log stderr warn;' \
  'pid /tmp/nginx.pid;' \
  'events { worker_connections 1024; }' \
  'http {' \
  '  include /etc/nginx/mime.types;' \
  '  default_type application/octet-stream;' \
  '  map "$remote_addr $http_user_agent" $logged { "~^127.0.0.1 curl/|kube-probe/" 0; default 1; }' \
  '  access_log /dev/stdout combined if=$logged;' \
  '  server_tokens off;' \
  '  sendfile on;' \
  '  gzip on;' \
  '  gzip_types text/css application/javascript application/json image/svg+xml;' \
  '  client_body_temp_path /tmp/nginx-client_body;' \
  '  proxy_temp_path /tmp/nginx-proxy;' \
  '  fastcgi_temp_path /tmp/nginx-fastcgi;' \
  '  uwsgi_temp_path /tmp/nginx-uwsgi;' \
  '  scgi_temp_path /tmp/nginx-scgi;' \
  '  server {' \
  '    listen 8080;' \
  '    root /srv;' \
  '    location /assets/ {' \
  '      add_header Cache-Control "public, max-age=31536000, immutable";' \
  '      try_files $uri =404;' \
  '    }' \
  '    location / {' \
  '      add_header Cache-Control no-cache;' \
  '      try_files $uri $uri/ /index.html;' \
  '    }' \
  '  }' \
  '}' \
  > /nginx.conf

FROM ${NGINX_IMAGE}
COPY --from=build /nginx.conf /etc/nginx/nginx.conf
COPY --from=build /app/dist /srv
USER 1000:1000
EXPOSE 8080
STOPSIGNAL SIGQUIT
CMD ["nginx", "-g", "daemon off;"]
