#!/bin/sh
# All that the tests of this folder want beforehand, so that no test's limit falls to a download: packages, base images,
# a machine, validators, PM2. What is there already is kept. Wants root, on Debian.
set -eu

here=$(cd "$(dirname "$0")" && pwd)

install_missing() {
  missing=
  for one in "$@"; do command -v "${one%:*}" >/dev/null || missing="$missing ${one#*:}"; done
  python3 -c 'import ensurepip, pip' 2>/dev/null || missing="$missing python3-venv python3-pip"
  # What this machine trusts goes into the images.
  [ -e /etc/ssl/certs/ca-certificates.crt ] || missing="$missing ca-certificates"
  [ -n "$missing" ] || return 0
  apt-get update -qq
  # shellcheck disable=SC2086 # words
  DEBIAN_FRONTEND=noninteractive apt-get install -qq --yes --no-install-recommends \
    -o Acquire::Retries=3 -o DPkg::Lock::Timeout=600 $missing >/dev/null
}

say() { printf 'prepare: %s\n' "$*"; }

[ "$(id -u)" = 0 ] || { echo 'prepare.sh: wants root: the engine makes namespaces' >&2; exit 1; }
say 'what this machine lacks'
install_missing ip:iproute2 curl:curl ps:procps foreman:ruby-foreman screen tmux systemd-analyze:systemd debootstrap systemd-nspawn:systemd-container
say "the engine's packages, and its base images"
sh "$here/docker.sh" fetch node busybox python nginx
say 'a machine with systemd'
sh "$here/machine.sh" fetch
say 'validators and PM2'
sh "$here/validators.sh" >/dev/null
sh "$here/pm2.sh" >/dev/null
