#!/bin/sh
# Made by: devstart export pm2 --backend-port 16201-16202 --cors-origin http://localhost:16200 --frontend-port 16200
# devstart-hash: 8decdec060d60285
# Edited, it is not written over: --force does that.

# Installs and builds everything in its place, for production.
set -eu
cd "$(dirname "$0")/../.."

# api
(
  cd backend
  python3 -m venv .venv
  .venv/bin/pip install -r requirements.txt
)

# web
(
  cd frontend
  export VITE_API_URL=http://localhost:16201
  npm ci
  npm run build
)
