#!/bin/sh
# The examples' exported objects on a real Kubernetes API server: admission, and the restricted Pod Security standard.
#
#   sh test/engines/kubernetes.sh [FILE...]
#
# Builds kube-apiserver and kubectl from their source by the Go proxy (ten minutes and more of processor time) where
# DEVSTART_KUBERNETES has no such programs; etcd is Debian's, unpacked. By hand: no part of `npm run test:engines`.
set -eu

version=1.35.4
here=$(cd "$(dirname "$0")" && pwd)
cache=${DEVSTART_ENGINES:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/devstart-engines}
bin=${DEVSTART_KUBERNETES:-$cache/kubernetes}
etcd=$cache/etcd
[ $# -gt 0 ] || set -- "$here"/../../examples/*/deploy/kubernetes/kubernetes.yaml

# It has replace directives, so no plain `go install`: a module of our own with the same requirements.
# build NAME...: what is not there yet.
build() {
  module=$cache/kubernetes-build
  mkdir -p "$bin" "$module"
  source=$(go mod download -json "k8s.io/kubernetes@v$version" | sed -n 's/.*"Dir": "\(.*\)".*/\1/p')
  {
    echo 'module local/kubernetes'
    sed -n '/^go /p;/^godebug/p' "$source/go.mod"
    echo "require k8s.io/kubernetes v$version"
    sed -n '/^require (/,/^)/p' "$source/go.mod" | sed "s#\(k8s.io/[a-z-]*\) v0\.0\.0\( //.*\)*\$#\1 v0.${version#1.}\2#"
    sed -n "s#^[[:space:]]*\(k8s.io/[a-z-]*\) => ./staging.*#replace \1 => \1 v0.${version#1.}#p" "$source/go.mod"
  } >"$module/go.mod"
  for name in "$@"; do
    [ -x "$bin/$name" ] || (cd "$module" && CGO_ENABLED=0 GOFLAGS=-mod=mod nice -n 19 go build -trimpath -ldflags '-s -w' -o "$bin/$name" "k8s.io/kubernetes/cmd/$name")
  done
}

if [ "$1" = .build ]; then
  shift
  build "$@"
  exit
fi

work=$(mktemp -d)
servers=
end() {
  for pid in $servers; do kill "$pid" 2>/dev/null || true; done
  for pid in $servers; do wait "$pid" 2>/dev/null || true; done
  rm -rf "$work"
}
trap end EXIT
trap 'exit 130' INT TERM

if [ ! -x "$bin/kube-apiserver" ] || [ ! -x "$bin/kubectl" ]; then build kube-apiserver kubectl; fi
if [ ! -e "$etcd" ]; then
  mkdir -p "$etcd.new"
  (cd "$etcd.new" && apt-get download etcd-server >/dev/null && dpkg -x etcd-server*.deb . && rm etcd-server*.deb)
  mv "$etcd.new" "$etcd"
fi

port() { node "$here/../../bin/devstart.cjs" port; }
store=$(port) peers=$(port) api=$(port)
"$etcd/usr/bin/etcd" --data-dir "$work/etcd" --listen-client-urls "http://127.0.0.1:$store" --advertise-client-urls "http://127.0.0.1:$store" \
  --listen-peer-urls "http://127.0.0.1:$peers" --initial-advertise-peer-urls "http://127.0.0.1:$peers" --initial-cluster "default=http://127.0.0.1:$peers" >"$work/etcd.log" 2>&1 &
servers=$!
openssl genrsa -out "$work/key.pem" 2048 2>/dev/null
echo 'token,admin,admin,system:masters' >"$work/tokens"
"$bin/kube-apiserver" --etcd-servers "http://127.0.0.1:$store" --secure-port "$api" --bind-address 127.0.0.1 --cert-dir "$work/certs" \
  --service-account-issuer https://localhost --service-account-key-file "$work/key.pem" --service-account-signing-key-file "$work/key.pem" \
  --token-auth-file "$work/tokens" --authorization-mode RBAC --service-cluster-ip-range 10.96.0.0/16 >"$work/apiserver.log" 2>&1 &
servers="$! $servers"
kubectl() { "$bin/kubectl" --kubeconfig /dev/null --server "https://127.0.0.1:$api" --token token --insecure-skip-tls-verify "$@"; }
tries=0
until kubectl get --raw /readyz >/dev/null 2>&1; do
  tries=$((tries + 1))
  [ $tries -lt 600 ] || { tail -20 "$work/apiserver.log" >&2; exit 1; }
  sleep 0.2
done

kubectl create namespace shop >/dev/null
kubectl label namespace shop pod-security.kubernetes.io/enforce=restricted pod-security.kubernetes.io/warn=restricted >/dev/null
until kubectl -n shop get serviceaccount default >/dev/null 2>&1; do kubectl -n shop create serviceaccount default >/dev/null 2>&1 || true; done
for file in "$@"; do
  printf '== %s\n' "$file"
  # A warning of Pod Security is a failure too.
  kubectl -n shop apply --dry-run=server -f "$file" 2>"$work/said"
  [ ! -s "$work/said" ] || { cat "$work/said" >&2; exit 1; }
  # A Deployment is taken whatever its pods are: one of them by itself says whether it would be.
  kubectl -n shop apply -f "$file" >/dev/null
  for deployment in $(kubectl -n shop get deployments -o name); do
    kubectl -n shop get "$deployment" -o json |
      node -e 'let s="";process.stdin.on("data",(d)=>s+=d).on("end",()=>{const d=JSON.parse(s);console.log(JSON.stringify({apiVersion:"v1",kind:"Pod",metadata:{name:d.metadata.name},spec:d.spec.template.spec}))})' |
      kubectl -n shop create --dry-run=server -f -
  done
  kubectl -n shop delete -f "$file" >/dev/null
done
