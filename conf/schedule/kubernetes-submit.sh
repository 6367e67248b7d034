#!/bin/sh
# The night on Kubernetes by spark-submit alone. The image is the one of kubernetes.yaml; the service account microtome may
# make pods, services and config maps in its namespace. Waits for the end and ends with the driver's exit code, which
# spark-submit only says.
set -eu
log=$(mktemp)
trap 'rm -f "$log"' EXIT
night() {
  "$SPARK_HOME/bin/spark-submit" \
    --master "k8s://https://${KUBERNETES_HOST:?host:port of the API server}" --deploy-mode cluster \
    --properties-file conf/spark/managed.conf \
    --name microtome-nightly --class dev.microtome.jobs.Main \
    --conf spark.executor.instances=4 \
    --conf spark.kubernetes.namespace=microtome \
    --conf spark.kubernetes.container.image=registry.example.org/microtome:0.1.0 \
    --conf spark.kubernetes.authenticate.driver.serviceAccountName=microtome \
    --conf spark.kubernetes.driverEnv.MICROTOME_TEXT=s3a://microtome/text \
    --conf spark.kubernetes.driverEnv.MICROTOME_MODEL=s3a://microtome/models/pythia-70m \
    --conf spark.kubernetes.driverEnv.MICROTOME_KEEP=7 \
    --conf spark.kubernetes.driver.secretKeyRef.MICROTOME_WEBHOOK=microtome:webhook \
    --conf spark.kubernetes.submission.waitAppCompletion=true \
    local:///opt/microtome/microtome.jar run-all --config /opt/microtome/conf/nightly.conf --output s3a://microtome/nights
}
night 2>&1 | tee "$log"
code=$(sed -n 's/.*exit code: \([0-9][0-9]*\).*/\1/p' "$log" | tail -n 1)
exit "${code:-3}"
