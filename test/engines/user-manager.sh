#!/bin/sh
# A systemd that manages a user's units, without a session, a bus or a journal:
#
#   sh test/engines/user-manager.sh FOLDER COMMAND...
#
# runs the command beside it, with `systemctl --user` leading to it. FOLDER/home is the user's home, where the units lie.
# It lives in namespaces of its own, and nothing of it is left. Wants root.
set -eu

if [ "$1" != .inside ]; then
  exec unshare --mount --pid --fork --kill-child --mount-proc sh "$0" .inside "$@"
fi
folder=$2
shift 2

# systemctl and systemd believe in systemd where this folder exists.
mount -t tmpfs tmpfs /run
mkdir -p /run/systemd/system
group=user-manager-$(basename "$folder")
for hierarchy in /sys/fs/cgroup/systemd /sys/fs/cgroup/unified /sys/fs/cgroup; do
  [ -w "$hierarchy/cgroup.procs" ] || continue
  mkdir "$hierarchy/$group"
  echo $$ >"$hierarchy/$group/cgroup.procs"
done

export HOME="$folder/home" XDG_RUNTIME_DIR="$folder/run"
mkdir -p "$HOME" "$XDG_RUNTIME_DIR"
/lib/systemd/systemd --user --unit=basic.target >"$folder/systemd.log" 2>&1 &
manager=$!
until [ -S "$XDG_RUNTIME_DIR/systemd/private" ]; do
  kill -0 "$manager" || exit 1
  sleep 0.05
done
code=0
"$@" || code=$?
systemctl --user exit
wait "$manager" || true

for hierarchy in /sys/fs/cgroup/systemd /sys/fs/cgroup/unified /sys/fs/cgroup; do
  [ -d "$hierarchy/$group" ] || continue
  echo $$ >"$hierarchy/cgroup.procs"
  # Nothing of the units is left, or a folder cannot be removed.
  find "$hierarchy/$group" -depth -type d -exec rmdir {} +
done
exit "$code"
