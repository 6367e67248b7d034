#!/usr/bin/env bash
# Loads conf/schedule/microtome_dag.py with a real Airflow, and the Kubernetes manifest with the operator's own models. See README.md beside this file.
set -euo pipefail
cd "$(dirname "$0")/.."
out=$PWD/target/interop
mkdir -p "$out"
if [ ! -e "$out/airflow/ready" ]; then
  python3 -m venv "$out/airflow"
  "$out/airflow/bin/pip" install -q -r .interop/airflow-requirements.txt -c .interop/airflow-constraints.txt
  touch "$out/airflow/ready"
fi
export AIRFLOW_HOME=$out/airflow-home AIRFLOW__CORE__LOAD_EXAMPLES=False AIRFLOW__CORE__UNIT_TEST_MODE=False
"$out/airflow/bin/python" .interop/schedules.py dag
"$out/airflow/bin/python" .interop/schedules.py kubernetes
