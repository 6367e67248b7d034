"""The night as an Airflow DAG: one Spark application for all steps, then the cleaning up.

Airflow 3 with apache-airflow-providers-apache-spark; copy this file into the DAGs folder. The connection spark_default
names the master. On the workers MICROTOME_HOME holds conf/ and microtome.jar, and spark-submit is on the path.
"""

import os
from datetime import datetime, timedelta

from airflow.providers.apache.spark.operators.spark_submit import SparkSubmitOperator
from airflow.sdk import DAG

HOME = os.environ.get("MICROTOME_HOME", "/opt/microtome")
OUTPUT = os.environ.get("MICROTOME_OUTPUT", "hdfs:///microtome/nights")


def microtome(task_id: str, *words: str, **options) -> SparkSubmitOperator:
    """A task that submits the jar with these words."""
    return SparkSubmitOperator(
        task_id=task_id,
        conn_id="spark_default",
        name=f"microtome {task_id}",
        application=f"{HOME}/microtome.jar",
        application_args=list(words),
        properties_file=f"{HOME}/conf/spark/cluster.conf",
        # The driver keeps Airflow's own environment: conf/nightly.conf reads MICROTOME_TEXT, MICROTOME_MODEL … there.
        deploy_mode="client",
        **options,
    )


with DAG(
    dag_id="microtome_nightly",
    description="Tokens, activations, losses, heads, SAEs: what is new since last night",
    schedule="30 1 * * *",
    start_date=datetime(2026, 1, 1),
    # One night looks at all that is new, so that nights which were missed need no run of their own.
    catchup=False,
    # The lease would refuse a second one; here it waits.
    max_active_runs=1,
    tags=["microtome"],
) as dag:
    night = microtome(
        "run_all", "run-all", "--config", f"{HOME}/conf/nightly.conf", "--output", OUTPUT,
        # Each attempt resumes the one before: finished parts are kept.
        retries=2,
        retry_delay=timedelta(minutes=10),
        execution_timeout=timedelta(hours=20),
    )
    clean = microtome("clean", "clean", "--output", OUTPUT, "--keep", "7")
    night >> clean
