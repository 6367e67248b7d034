#!/usr/bin/env bash
# The night on an S3 server and on YARN, and what conf/schedule sends to Kubernetes. See README.md beside this file.
#   .interop/clusters.sh [s3|yarn|kubernetes]
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

yarn() {
  # Hadoop's servers, of the version of Spark's own Hadoop, and what they need that Spark has not.
  for artifact in org.apache.hadoop:hadoop-client-minicluster:3.4.2 junit:junit:4.13.2 javax.xml.bind:jaxb-api:2.3.1 \
    org.bouncycastle:bcprov-jdk18on:1.78.1 org.bouncycastle:bcpkix-jdk18on:1.78.1 org.bouncycastle:bcutil-jdk18on:1.78.1; do
    mvn -q dependency:copy -Dartifact="$artifact" -DoutputDirectory="$out/hadoop"
  done
  "$python" .interop/yarn.py "$out/yarn" "$out/hadoop"
}

kubernetes() {
  "$python" .interop/kubernetes.py "$out/kubernetes"
}

for which in ${1:-s3 yarn kubernetes}; do
  "$which"
done
