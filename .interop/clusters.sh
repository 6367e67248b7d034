#!/usr/bin/env bash
# What conf/schedule sends to Kubernetes, held to its schemas. See README.md beside this file.
set -euo pipefail
cd "$(dirname "$0")/.."
out=$PWD/target/interop
mkdir -p "$out"
if [ ! -e "$out/clusters/ready" ]; then
  python3 -m venv "$out/clusters"
  "$out/clusters/bin/pip" install -q -r .interop/clusters-requirements.txt -c .interop/clusters-constraints.txt
  touch "$out/clusters/ready"
fi
"$out/clusters/bin/python" .interop/kubernetes.py "$out/kubernetes"
