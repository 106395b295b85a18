#!/bin/sh
# The examples' exported objects on a real Kubernetes of one node: pods ready under the restricted standard, the page and
# its API answer by their Services, and two rollouts under load of which no request may fail.
#
#   sh test/engines/kubernetes-node.sh
#
# Builds Kubernetes from its source by the Go proxy (a quarter of an hour of processor time) where DEVSTART_KUBERNETES has
# no such programs; etcd, containerd and CNI are Debian's, unpacked; images are made by docker.sh. All of it runs in
# namespaces of its own and is gone at the end. Wants root, on Debian. By hand: no part of `npm run test:engines`.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
self=$here/kubernetes-node.sh
cache=${DEVSTART_ENGINES:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/devstart-engines}
bin=${DEVSTART_KUBERNETES:-$cache/kubernetes}
tools=$cache/kubernetes-node
examples='vite-api fastapi-vite'

fetch() {
  for name in kube-apiserver kubectl kubelet kube-controller-manager kube-scheduler kube-proxy; do
    [ -x "$bin/$name" ] || sh "$here/kubernetes.sh" .build "$name" >&2
  done
  [ ! -e "$tools" ] || return 0
  mkdir -p "$tools.new/bin"
  (cd "$tools.new" && apt-get download etcd-server containerd containernetworking-plugins runc iptables conntrack libnftnl11 libip4tc2 libip6tc2 libxtables12 libnetfilter-conntrack3 libnfnetlink0 >/dev/null 2>&1 &&
    for package in *.deb; do dpkg -x "$package" .; done && rm ./*.deb)
  for name in iptables iptables-save iptables-restore ip6tables ip6tables-save ip6tables-restore; do
    ln -s ../usr/sbin/xtables-nft-multi "$tools.new/bin/$name"
  done
  # What holds a pod's namespaces open.
  printf 'module pause\n\ngo 1.24\n' >"$tools.new/go.mod"
  printf 'package main\n\nimport (\n\t"os"\n\t"os/signal"\n\t"syscall"\n)\n\nfunc main() {\n\tend := make(chan os.Signal, 1)\n\tsignal.Notify(end, syscall.SIGINT, syscall.SIGTERM)\n\t<-end\n}\n' >"$tools.new/pause.go"
  (cd "$tools.new" && CGO_ENABLED=0 go build -o pause .)
  printf 'FROM scratch\nCOPY pause /pause\nENTRYPOINT ["/pause"]\n' >"$tools.new/Dockerfile"
  mv "$tools.new" "$tools"
}

# In docker.sh's engine: the images, by the commands that the export names.
images() {
  work=$1
  sh "$here/docker.sh" image node python nginx
  docker build --quiet --tag local/pause:1 "$tools" >/dev/null
  for example in $examples; do
    cp -r "$here/../../examples/$example" "$work/$example"
    rm -rf "$work/$example/node_modules" "$work/$example"/*/node_modules
    (
      cd "$work/$example"
      node "$here/../../bin/devstart.cjs" export kubernetes --force --json -b "$([ "$example" = vite-api ] && echo 16101 || echo 16201-16202)" \
        -f 16100 --frontend-url https://shop.example --backend-url https://api.shop.example |
        node -pe 'JSON.parse(require("node:fs").readFileSync(0)).next.filter((line) => line.startsWith("docker build")).join("\n")' |
        sed 's#^docker build#& --quiet --build-arg NODE_IMAGE=devstart-test/node --build-arg PYTHON_IMAGE=devstart-test/python --build-arg NGINX_IMAGE=devstart-test/nginx#' |
        sh -eu >/dev/null
    )
  done
  docker images --format '{{.Repository}}:{{.Tag}}' | grep -E -- '-(api|web):1$' | xargs docker save --output "$work/images.tar" local/pause:1
}

# until COMMAND...: a minute at most.
until_it() {
  tries=0
  until "$@" >/dev/null 2>&1; do
    tries=$((tries + 1))
    [ $tries -lt 300 ] || { echo "kubernetes-node.sh: no $*" >&2 && tail -n 5 "$work"/*.log >&2 && exit 1; }
    sleep 0.2
  done
}

# In namespaces of its own: the node, then each example on it.
node_() {
  work=$1 group=$2
  mount --make-rprivate /
  PATH="$tools/bin:$bin:$tools/usr/bin:$tools/usr/sbin:$PATH"
  libraries=$tools/usr/lib/x86_64-linux-gnu
  export KUBECONFIG="$work/kubeconfig"
  ip link set lo up
  ip link add node0 type bridge
  ip address add 10.200.0.1/24 dev node0
  ip link set node0 up
  ip route add default via 10.200.0.2 dev node0
  sysctl -qw net.ipv4.ip_forward=1
  etcd --data-dir "$work/etcd" --unsafe-no-fsync >"$work/etcd.log" 2>&1 &
  openssl genrsa -out "$work/key.pem" 2048 2>/dev/null
  echo 'token,admin,admin,system:masters' >"$work/tokens"
  kube-apiserver --etcd-servers http://127.0.0.1:2379 --secure-port 6443 --advertise-address 10.200.0.1 --cert-dir "$work/certs" --allow-privileged \
    --service-account-issuer https://localhost --service-account-key-file "$work/key.pem" --service-account-signing-key-file "$work/key.pem" \
    --token-auth-file "$work/tokens" --authorization-mode AlwaysAllow --service-cluster-ip-range 10.96.0.0/16 >"$work/apiserver.log" 2>&1 &
  cat >"$KUBECONFIG" <<-END
	apiVersion: v1
	kind: Config
	clusters: [{ name: one, cluster: { server: "https://127.0.0.1:6443", insecure-skip-tls-verify: true } }]
	users: [{ name: admin, user: { token: token } }]
	contexts: [{ name: one, context: { cluster: one, user: admin } }]
	current-context: one
	END
  until_it kubectl get --raw /readyz
  kube-controller-manager --kubeconfig "$KUBECONFIG" --service-account-private-key-file "$work/key.pem" --root-ca-file "$work/certs/apiserver.crt" \
    --leader-elect=false --cert-dir "$work/certs" --secure-port 0 >"$work/controllers.log" 2>&1 &
  kube-scheduler --kubeconfig "$KUBECONFIG" --leader-elect=false --secure-port 0 >"$work/scheduler.log" 2>&1 &
  mkdir "$work/cni"
  cat >"$work/cni/10-bridge.conflist" <<-END
	{ "cniVersion": "0.4.0", "name": "pods", "plugins": [{ "type": "bridge", "bridge": "cni0", "isGateway": true, "hairpinMode": true,
	  "ipam": { "type": "host-local", "dataDir": "$work/ipam", "ranges": [[{ "subnet": "10.244.0.0/24" }]], "routes": [{ "dst": "0.0.0.0/0" }] } }] }
	END
  cat >"$work/containerd.toml" <<-END
	version = 2
	root = "$work/containerd"
	state = "$work/containerd-state"
	[grpc]
	address = "$work/containerd.sock"
	[plugins."io.containerd.grpc.v1.cri"]
	sandbox_image = "docker.io/local/pause:1"
	restrict_oom_score_adj = true
	disable_apparmor = true
	[plugins."io.containerd.grpc.v1.cri".cni]
	bin_dir = "$tools/usr/lib/cni"
	conf_dir = "$work/cni"
	[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
	runtime_type = "io.containerd.runc.v2"
	[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
	BinaryName = "$tools/usr/sbin/runc"
	END
  with_libraries() { LD_LIBRARY_PATH=$libraries XTABLES_LIBDIR=$libraries/xtables exec "$@"; }
  (with_libraries containerd --config "$work/containerd.toml") >"$work/containerd.log" 2>&1 &
  until_it ctr --address "$work/containerd.sock" version
  ctr --address "$work/containerd.sock" --namespace k8s.io images import "$work/images.tar" >/dev/null
  cat >"$work/kubelet.yaml" <<-END
	apiVersion: kubelet.config.k8s.io/v1beta1
	kind: KubeletConfiguration
	containerRuntimeEndpoint: unix://$work/containerd.sock
	cgroupDriver: cgroupfs
	cgroupRoot: /$group
	failCgroupV1: false
	failSwapOn: false
	oomScoreAdj: 0
	enforceNodeAllocatable: []
	localStorageCapacityIsolation: false
	authentication: { anonymous: { enabled: true }, webhook: { enabled: false } }
	authorization: { mode: AlwaysAllow }
	evictionHard: { imagefs.available: 1%, nodefs.available: 1%, memory.available: 50Mi }
	END
  (with_libraries kubelet --config "$work/kubelet.yaml" --kubeconfig "$KUBECONFIG" --root-dir "$work/kubelet" --cert-dir "$work/certs" --hostname-override node --node-ip 10.200.0.1) >"$work/kubelet.log" 2>&1 &
  (with_libraries kube-proxy --kubeconfig "$KUBECONFIG" --proxy-mode iptables --hostname-override node --cluster-cidr 10.244.0.0/24 \
    --conntrack-max-per-core 0 --conntrack-tcp-timeout-established 0 --conntrack-tcp-timeout-close-wait 0) >"$work/proxy.log" 2>&1 &
  until_it kubectl wait --for=condition=Ready node/node --timeout=1s
  for example in $examples; do
    printf '== %s\n' "$example"
    kubectl create namespace "$example" >/dev/null
    kubectl label namespace "$example" pod-security.kubernetes.io/enforce=restricted pod-security.kubernetes.io/warn=restricted >/dev/null
    until_it kubectl -n "$example" get serviceaccount default
    kubectl -n "$example" apply -f "$work/$example/deploy/kubernetes/kubernetes.yaml" >/dev/null
    for app in api web; do kubectl -n "$example" rollout status "deployment/$app" --timeout=90s >/dev/null; done
    kubectl -n "$example" get pods --no-headers
    node "$here/rollout.mjs" "$example"
    kubectl delete namespace "$example" --wait=false >/dev/null
  done
}

case ${1:-} in
  '')
    fetch
    work=$(mktemp -d /tmp/devstart-kubernetes-XXXXXX)
    group=devstart-${work##*-}
    code=0
    sh "$here/docker.sh" run sh "$self" .images "$work" || code=$?
    for controller in /sys/fs/cgroup/*/; do
      case $controller in */unified/) ;; *) mkdir "$controller$group" ;; esac
    done
    for file in cpus mems; do
      [ ! -e "/sys/fs/cgroup/cpuset/cpuset.$file" ] || cat "/sys/fs/cgroup/cpuset/cpuset.$file" >"/sys/fs/cgroup/cpuset/$group/cpuset.$file"
    done
    [ $code != 0 ] || unshare --mount --pid --net --fork --kill-child --mount-proc sh "$self" .node "$work" "$group" || code=$?
    for folder in /sys/fs/cgroup/*/"$group"; do find "$folder" -depth -type d -exec rmdir {} + || true; done
    rm -rf "$work"
    exit $code
    ;;
  .images | .node)
    verb=${1#.}
    shift
    if [ "$verb" = images ]; then images "$@"; else node_ "$@"; fi
    ;;
  *) sed -n '2,10s/^# \{0,1\}//p' "$self" ;;
esac
