#!/bin/sh
# The examples' exported files, made anew by the built program. With --dry-run: what would change.
set -eu
cd "$(dirname "$0")/../examples"

for example in vite-api fastapi-vite; do
  if [ "$example" = vite-api ]; then page=16100 api=16101; else page=16200 api=16201-16202; fi
  for format in compose systemd kubernetes procfile vscode devcontainer pm2; do
    # A cluster has real names; the other engines are tried on this machine.
    if [ "$format" = kubernetes ]; then
      set -- --frontend-url https://shop.example --backend-url https://api.shop.example "$@"
    else
      set -- --cors-origin "http://localhost:$page" "$@"
    fi
    (cd "$example" && node ../../bin/devstart.cjs export "$format" -b "$api" -f "$page" "$@")
    if [ "$format" = kubernetes ]; then shift 4; else shift 2; fi
  done
done
