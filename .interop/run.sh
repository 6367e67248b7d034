#!/usr/bin/env bash
# Exchanges SAE folders with SAELens and sparsify. See README.md beside this file.
set -euo pipefail
cd "$(dirname "$0")/.."
out=$PWD/target/interop
mkdir -p "$out"
export HF_HUB_OFFLINE=1

if [ -z "${INTEROP_PYTHON:-}" ]; then
  if [ ! -e "$out/python/ready" ]; then
    python3 -m venv "$out/python"
    "$out/python/bin/pip" install -q -r .interop/requirements.txt
    touch "$out/python/ready"
  fi
  INTEROP_PYTHON=$out/python/bin/python
fi

mvn -q -pl common -DskipTests -Dspotless.check.skip test-compile dependency:build-classpath \
  -Dmdep.outputFile=target/interop.cp -Dmdep.includeScope=test
rm -rf "$out/saes"
"$INTEROP_PYTHON" .interop/exchange.py write "$out/saes"
java -Xmx1g -Dai.djl.offline=true -cp "common/target/classes:common/target/test-classes:$(cat common/target/interop.cp)" \
  dev.microtome.sae.InteropFolders "$out/saes"
"$INTEROP_PYTHON" .interop/exchange.py check "$out/saes"
