#!/bin/sh
# The night on YARN. In cluster mode the driver runs in the cluster too and survives this machine; its configuration comes
# with --files. A driver that dies is started again and resumes.
set -eu
# What is not set is as nightly.conf has it. A webhook is a secret that --conf would show to whoever lists processes: write it into the nightly.conf that --files sends.
exec "$SPARK_HOME/bin/spark-submit" \
  --master yarn --deploy-mode cluster --queue "${YARN_QUEUE:-default}" \
  --properties-file conf/spark/managed.conf \
  --name microtome-nightly --num-executors 8 --executor-cores 4 \
  --files conf/nightly.conf \
  --conf spark.yarn.maxAppAttempts=3 \
  --conf spark.yarn.am.attemptFailuresValidityInterval=1h \
  --conf "spark.yarn.appMasterEnv.MICROTOME_TEXT=${MICROTOME_TEXT:?a Hadoop path}" \
  --conf "spark.yarn.appMasterEnv.MICROTOME_MODEL=${MICROTOME_MODEL:?a Hadoop path}" \
  ${MICROTOME_HOOK:+--conf "spark.yarn.appMasterEnv.MICROTOME_HOOK=$MICROTOME_HOOK"} \
  ${MICROTOME_CONTEXT_LENGTH:+--conf "spark.yarn.appMasterEnv.MICROTOME_CONTEXT_LENGTH=$MICROTOME_CONTEXT_LENGTH"} \
  ${MICROTOME_SAE_BATCH:+--conf "spark.yarn.appMasterEnv.MICROTOME_SAE_BATCH=$MICROTOME_SAE_BATCH"} \
  --conf "spark.yarn.appMasterEnv.MICROTOME_KEEP=${MICROTOME_KEEP:-7}" \
  microtome.jar run-all --config nightly.conf --output "${MICROTOME_OUTPUT:?a Hadoop path}"
