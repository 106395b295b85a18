#!/bin/sh
# Made by: devstart export systemd --backend-port 16101 --cors-origin http://localhost:16100 --frontend-port 16100
# devstart-hash: ae8143c2123ac96a
# Edited, it is not written over: --force does that.

# Installs and builds everything in its place, for production.
set -eu
cd "$(dirname "$0")/../.."

# api
(
  npm ci
)

# web
(
  export BACKEND_URL=http://localhost:16101
  npm ci
  npx --no-install vite build
)
