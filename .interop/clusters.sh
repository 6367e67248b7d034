#!/usr/bin/env bash
# The night on an S3 server, and what conf/schedule sends to Kubernetes. See README.md beside this file.
#   .interop/clusters.sh [s3|kubernetes]
set -euo pipefail
cd "$(dirname "$0")/.."
out=$PWD/target/interop
python=$out/clusters/bin/python
mkdir -p "$out"
if [ ! -e "$out/clusters/ready" ]; then
  python3 -m venv "$out/clusters"
  "$out/clusters/bin/pip" install -q -r .interop/clusters-requirements.txt -c .interop/clusters-constraints.txt
  touch "$out/clusters/ready"
fi
[ -e jobs/target/microtome.jar ] || mvn -q -DskipTests -Dspotless.check.skip package

s3() {
  "$python" .interop/s3.py "$out/s3"
}

kubernetes() {
  "$python" .interop/kubernetes.py "$out/kubernetes"
}

for which in ${1:-s3 kubernetes}; do
  "$which"
done
