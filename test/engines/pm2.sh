#!/bin/sh
# PM2, from npm, in a cache. Prints the path of its program.
set -eu

cache=${DEVSTART_ENGINES:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/devstart-engines}
home=$cache/pm2
mkdir -p "$cache"
exec 9>"$cache/pm2.lock"
flock 9
program=$home/node_modules/.bin/pm2
if [ ! -e "$program" ]; then
  rm -rf "$home.new"
  npm install --silent --no-audit --no-fund --prefix "$home.new" pm2@7.0.4 >&2
  rm -rf "$home"
  mv "$home.new" "$home"
fi
printf '%s\n' "$program"
