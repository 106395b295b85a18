#!/bin/sh
# A machine with systemd as its first process, for tests: Debian in a container of its own, gone when the command ends.
#
#   sh test/engines/machine.sh run PROJECT NAME COMMAND...
#
# PROJECT (a folder) is /srv/NAME there, built by its deploy/systemd/build.sh; then the machine boots, and COMMAND runs here, in the machine's network, with `in-machine` on its PATH to run something in it. Wants root, on Debian.
set -eu

cache=${DEVSTART_ENGINES:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/devstart-engines}
root=$cache/machine
node=$(command -v node)
npm=$(dirname "$(dirname "$(readlink -f "$(command -v npm)")")")
packages=systemd,systemd-sysv,dbus,libnss-systemd,nginx-light,python3-venv,curl,iproute2,ca-certificates,procps

fail() {
  printf 'machine.sh: %s\n' "$*" >&2
  exit 1
}

install_missing() {
  for program in debootstrap systemd-nspawn; do command -v "$program" >/dev/null || missing=1; done
  [ -n "${missing:-}" ] || return 0
  apt-get update -qq >&2
  DEBIAN_FRONTEND=noninteractive apt-get install -qq --yes --no-install-recommends \
    -o Acquire::Retries=3 -o DPkg::Lock::Timeout=600 debootstrap systemd-container >&2
}

fetch() {
  mkdir -p "$cache"
  exec 9>"$cache/machine.lock"
  flock 9
  install_missing
  if [ ! -e "$root" ]; then
    rm -rf "$root.new"
    debootstrap --variant=minbase --include="$packages" bookworm "$root.new" >"$cache/machine.log" 2>&1 || fail "$(tail -5 "$cache/machine.log")"
    # Nothing of its own runs: what is tested starts here alone.
    rm -f "$root.new/etc/systemd/system/multi-user.target.wants/nginx.service" "$root.new/etc/resolv.conf"
    mkdir -p "$root.new/usr/local/lib/node_modules"
    cp -r "$npm" "$root.new/usr/local/lib/node_modules/npm"
    ln -s ../lib/node_modules/npm/bin/npm-cli.js "$root.new/usr/local/bin/npm"
    ln -s ../lib/node_modules/npm/bin/npx-cli.js "$root.new/usr/local/bin/npx"
    mv "$root.new" "$root"
  fi
  # This Node, and the authority by which this machine reaches the registries.
  cp -L "$node" "$root/usr/local/bin/node"
  cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
  exec 9>&-
}

# In a shell of its own, which becomes it: its process is ours to know.
nspawn() {
  exec systemd-nspawn --quiet --register=no --keep-unit --console=pipe --machine="devstart-$$" --directory="$root" --volatile=overlay --bind="$project:/srv/$name" "$@"
}

run() {
  [ $# -gt 2 ] || fail 'run PROJECT NAME COMMAND...'
  project=$(realpath "$1") name=$2
  shift 2
  fetch
  certs=/etc/ssl/certs/ca-certificates.crt
  (nspawn --setenv="NODE_EXTRA_CA_CERTS=$certs" --setenv="PIP_CERT=$certs" --setenv="SSL_CERT_FILE=$certs" --bind-ro=/etc/resolv.conf \
    sh "/srv/$name/deploy/systemd/build.sh") >&2
  work=$(mktemp -d)
  (nspawn --private-network --boot) >"$work/console" 2>&1 &
  outer=$!
  until first=$(awk '{ print $1 }' "/proc/$outer/task/$outer/children" 2>/dev/null) && [ -n "$first" ] &&
    nsenter -t "$first" -m -p -n -u -i systemctl is-system-running 2>/dev/null | grep -qE 'running|degraded'; do
    kill -0 "$outer" 2>/dev/null || fail "the machine has not come up: $(tail -20 "$work/console")"
    sleep 0.2
  done
  mkdir "$work/bin"
  printf '#!/bin/sh\nexec nsenter -t %s -m -p -n -u -i "$@"\n' "$first" >"$work/bin/in-machine"
  chmod 755 "$work/bin/in-machine"
  code=0
  PATH="$work/bin:$PATH" nsenter -t "$first" -n "$@" || code=$?
  "$work/bin/in-machine" systemctl poweroff || true
  wait "$outer" || true
  rm -rf "$work"
  exit "$code"
}

case ${1:-} in
  run | fetch)
    verb=$1
    shift
    "$verb" "$@"
    ;;
  *) sed -n '2,7s/^# \{0,1\}//p' "$0" ;;
esac
