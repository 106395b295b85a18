#!/bin/sh
# Programs that check files, from PyPI, in an environment of their own. Prints the folder of its programs.
set -eu

cache=${DEVSTART_ENGINES:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/devstart-engines}
home=$cache/validators
mkdir -p "$cache"
exec 9>"$cache/validators.lock"
flock 9
if [ ! -e "$home" ]; then
  rm -rf "$home.new"
  python3 -m venv "$home.new"
  "$home.new/bin/pip" install --quiet check-jsonschema==0.39.0 kubernetes-validate==1.37.0 honcho==2.0.0 >&2
  # Its programs name their interpreter by its old place.
  sed -i "1s|$home.new|$home|" "$home.new"/bin/*[!0-9] 2>/dev/null || true
  mv "$home.new" "$home"
fi
printf '%s\n' "$home/bin"
