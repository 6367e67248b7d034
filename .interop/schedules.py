"""Checks what conf/schedule has for Airflow and for Kubernetes with their own libraries. See README.md beside this file."""
import pathlib
import sys

SCHEDULE = pathlib.Path(__file__).resolve().parent.parent / "conf" / "schedule"


def dag():
    from airflow.dag_processing.dagbag import DagBag

    bag = DagBag(dag_folder=str(SCHEDULE / "microtome_dag.py"))
    assert not bag.import_errors, bag.import_errors
    assert list(bag.dags) == ["microtome_nightly"], list(bag.dags)
    night = bag.dags["microtome_nightly"]
    tasks = {task.task_id: task for task in night.tasks}
    assert tasks["run_all"].downstream_task_ids == {"clean"}, tasks["run_all"].downstream_task_ids
    assert {type(task).__name__ for task in night.tasks} == {"SparkSubmitOperator"}
    for name, task in tasks.items():
        print(name, "→", task.application, *task.application_args)


def unknown(given, read, path=""):
    """Fields of a manifest that the operator's models have not taken up."""
    if isinstance(given, dict) and isinstance(read, dict):
        for key, value in given.items():
            if key not in read:
                yield f"{path}.{key}"
            else:
                yield from unknown(value, read[key], f"{path}.{key}")
    elif isinstance(given, list) and isinstance(read, list):
        for i, (one, other) in enumerate(zip(given, read, strict=True)):
            yield from unknown(one, other, f"{path}[{i}]")


def kubernetes():
    import yaml
    from kubeflow_spark_api.models import SparkV1beta2ScheduledSparkApplication

    given = yaml.safe_load((SCHEDULE / "kubernetes.yaml").read_text())
    model = SparkV1beta2ScheduledSparkApplication.from_dict(given)
    read = model.to_dict()
    lost = list(unknown(given, read))
    assert not lost, f"fields that the operator does not know: {lost}"
    print("kubernetes.yaml:", model.kind, model.spec.template.main_class)


{"dag": dag, "kubernetes": kubernetes}[sys.argv[1]]()
