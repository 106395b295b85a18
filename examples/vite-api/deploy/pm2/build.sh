#!/bin/sh
# Made by: devstart export pm2 --backend-port 16101 --cors-origin http://localhost:16100 --frontend-port 16100
# devstart-hash: 7d4f86949302b467
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
