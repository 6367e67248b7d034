"""The night of conf/nightly.conf on an S3 server. See README.md beside this file."""
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import time

import boto3
import botocore.exceptions
import pyarrow.fs
from night import JAR, MODEL, ROOT, SPARK, STEPS, compare, inputs, tables

WORK = pathlib.Path(sys.argv[1])
BUCKET = "microtome"
NIGHTS = f"s3a://{BUCKET}/nights"
# A step and how many objects it has when the driver is killed: with a first part, and further on.
KILLS = [("activations/", 4), ("saes/", 5)]
KEYS = {"AWS_ACCESS_KEY_ID": "somebody", "AWS_SECRET_ACCESS_KEY": "s3cr3t-of-somebody"}


class Server:
    """An S3 server of this machine with one bucket, and what lies there."""

    def __init__(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{port}"
        server = pathlib.Path(sys.executable).with_name("moto_server")
        log = (WORK / "moto.log").open("w")
        self.process = subprocess.Popen([server, "-H", "127.0.0.1", "-p", str(port)], stdout=log, stderr=log)
        self.client = boto3.client("s3", endpoint_url=self.address, region_name="us-east-1")
        while True:
            assert self.process.poll() is None, (WORK / "moto.log").read_text()
            try:
                self.client.create_bucket(Bucket=BUCKET)
                break
            except botocore.exceptions.EndpointConnectionError:
                time.sleep(0.1)
        self.files = pyarrow.fs.S3FileSystem(
            access_key=KEYS["AWS_ACCESS_KEY_ID"], secret_key=KEYS["AWS_SECRET_ACCESS_KEY"], endpoint_override=self.address)

    def upload(self, folder: pathlib.Path):
        for file in folder.rglob("*.*"):
            if file.is_file():
                self.client.upload_file(str(file), BUCKET, str(file.relative_to(folder)))

    def keys(self, prefix: str) -> list[str]:
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=prefix)
        return [found["Key"] for page in pages for found in page.get("Contents", [])]


def submission(server: Server, *words: str, s3: bool = True) -> tuple[list[str], dict[str, str]]:
    """spark-submit with the settings of managed.conf and those for S3 that stand there as comments."""
    settings = (ROOT / "conf/spark/managed.conf").read_text()
    settings = re.sub(r"(?m)^# (spark\.hadoop\.fs\.s3a\.path\S+ .*)", r"\1", settings)
    settings = re.sub(r"(?m)^# (spark\.hadoop\.fs\.s3a\.endpoint +).*", rf"\g<1>{server.address}", settings)
    (WORK / "s3.conf").write_text(settings)
    # The version is the one that the comment names.
    package = re.search(r"org\.apache\.hadoop:hadoop-aws:[\d.]+", settings).group()
    command = [str(SPARK / "bin/spark-submit"), "--master", "local[2]", "--properties-file", str(WORK / "s3.conf")]
    command += ["--conf", "spark.ui.enabled=false", "--driver-java-options", f"-Dlog4j2.configurationFile={ROOT}/conf/spark/log4j2.properties"]
    command += ["--packages", package] if s3 else []
    place = f"s3a://{BUCKET}" if s3 else str(WORK / "local")
    environment = dict(os.environ, **KEYS, SPARK_HOME=str(SPARK), MICROTOME_TEXT=f"{place}/text", MICROTOME_MODEL=f"{place}/models/{MODEL}")
    return command + [str(JAR), *words], environment


def start(server: Server, *words: str, s3: bool = True) -> subprocess.Popen:
    command, environment = submission(server, *words, s3=s3)
    said = WORK / f"submit-{len(list(WORK.glob('submit-*')))}.log"
    with said.open("w") as log:
        process = subprocess.Popen(command, env=environment, cwd=WORK, stdout=log, stderr=log)
    process.said = said
    return process


def run(server: Server, *words: str, s3: bool = True, code: int = 0) -> str:
    process = start(server, *words, s3=s3)
    assert process.wait() == code, f"{words}: exit code {process.returncode}\n{process.said.read_text()}"
    return process.said.read_text()


def night(output: str) -> list[str]:
    return ["run-all", "--config", str(ROOT / "conf/nightly.conf"), "--output", output]


def reaches(process: subprocess.Popen, server: Server, prefix: str, objects: int):
    while len(server.keys(f"nights/{prefix}")) < objects:
        assert process.poll() is None, f"ended before {prefix}: {process.said.read_text()}"
        time.sleep(0.05)


def kill_in_the_middle(server: Server, prefix: str, objects: int):
    process = start(server, *night(NIGHTS))
    reaches(process, server, prefix, objects)
    process.kill()
    process.wait()
    print(f"killed with {len(server.keys(f'nights/{prefix}'))} objects of nights/{prefix}", flush=True)


def race(server: Server):
    """Several threads create the same objects at once; of each, one succeeds."""
    settings = {"fs.s3a.endpoint": server.address, "fs.s3a.path.style.access": "true"}
    aws = ":".join(str(jar) for jar in (pathlib.Path.home() / ".ivy2.5.2/jars").glob("*.jar"))
    command = ["java", *(f"-Dspark.hadoop.{key}={value}" for key, value in settings.items())]
    command += ["-cp", f"{ROOT}/jobs/target/test-classes:{JAR}:{SPARK}/jars/*:{aws}", "dev.microtome.jobs.spark.CreationRace", f"s3a://{BUCKET}/race"]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.returncode == 0, done.stdout
    print(done.stdout.splitlines()[-1], flush=True)


def main():
    shutil.rmtree(WORK, ignore_errors=True)
    inputs(WORK / "local")
    os.environ.update(KEYS)
    server = Server()
    try:
        server.upload(WORK / "local")
        check(server)
    finally:
        server.process.kill()


def check(server: Server):
    run(server, *night(str(WORK / "local/nights")), s3=False)
    for prefix, objects in KILLS:
        kill_in_the_middle(server, prefix, objects)
    first = start(server, *night(NIGHTS))
    reaches(first, server, "_lease", 1)
    refused = run(server, *night(NIGHTS), code=2)
    assert "Output is in use by process" in refused, refused
    assert first.wait() == 0, first.said.read_text()

    race(server)
    compare(server.files, f"{BUCKET}/nights", str(WORK / "local/nights"))
    said = run(server, *night(NIGHTS))
    assert len(re.findall("up to date", said, re.IGNORECASE)) >= len(STEPS), said
    run(server, *night(NIGHTS), "--force")
    run(server, "clean", "--output", NIGHTS, "--keep", "1")
    for step in STEPS:
        runs = {key.split("/")[2] for key in server.keys(f"nights/{step}/")} - {"latest"}
        assert len(runs) == 1, runs
        tables(server.files, f"{BUCKET}/nights/{step}")
    strays = [key for key in server.keys("nights/") if re.search(r"/_(?!SUCCESS$)", key)]
    assert not strays, strays


main()
