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
from night import JAR, MODEL, ROOT, SPARK, STEPS, compare, inputs, small

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

    def upload(self, folder: pathlib.Path):
        for file in folder.rglob("*.*"):
            if file.is_file():
                self.client.upload_file(str(file), BUCKET, str(file.relative_to(folder)))

    def download(self, prefix: str, folder: pathlib.Path):
        shutil.rmtree(folder, ignore_errors=True)
        for key in self.keys(prefix):
            target = folder / key.removeprefix(prefix)
            target.parent.mkdir(parents=True, exist_ok=True)
            self.client.download_file(BUCKET, key, str(target))

    def keys(self, prefix: str) -> list[str]:
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=prefix)
        return [found["Key"] for page in pages for found in page.get("Contents", []) if not found["Key"].endswith("/")]


def settings(server: Server) -> pathlib.Path:
    """Those of managed.conf, with those for S3 that are comments there, and a secret as a standalone cluster needs it."""
    text = (ROOT / "conf/spark/managed.conf").read_text()
    text = re.sub(r"(?m)^# (spark\.(hadoop\.fs\.s3a\.path|jars\.)\S+ .*)", r"\1", text)
    text = re.sub(r"(?m)^# (spark\.hadoop\.fs\.s3a\.endpoint +).*", rf"\g<1>{server.address}", text)
    text += "spark.authenticate.secret secret-of-the-night\nspark.executor.memory 1g\nspark.driver.memory 1g\nspark.ui.enabled false\n"
    file = WORK / "s3.conf"
    file.touch(mode=0o600)
    file.write_text(text)
    return file


def start(server: Server, *words: str, s3: bool = True) -> subprocess.Popen:
    """spark-submit with two executors that are processes, or on this machine's disk alone."""
    place = f"s3a://{BUCKET}" if s3 else str(WORK / "local")
    where = ["--master", "local-cluster[2,1,1024]", "--properties-file", settings(server)] if s3 else ["--master", "local[2]"]
    environment = dict(os.environ, **KEYS, SPARK_HOME=str(SPARK), SPARK_LOCAL_IP="127.0.0.1", MICROTOME_TEXT=f"{place}/text",
                       MICROTOME_MODEL=f"{place}/models/{MODEL}")
    said = WORK / f"submit-{len(list(WORK.glob('submit-*')))}.log"
    with said.open("w") as log:
        process = subprocess.Popen(
            [SPARK / "bin/spark-submit", *where, "--driver-java-options", f"-Dlog4j2.configurationFile={ROOT}/conf/spark/log4j2.properties", JAR, *words],
            env=environment, cwd=WORK, stdout=log, stderr=log)
    process.said = said
    return process


def submit(server: Server, *words: str, s3: bool = True) -> str:
    began = time.time()
    process = start(server, *words, s3=s3)
    assert process.wait() == 0, f"{words}: exit code {process.returncode}\n{process.said.read_text()}"
    print(f"{words[0]}: exit code 0 after {time.time() - began:.0f} s", flush=True)
    return process.said.read_text()


def night(output: str) -> list[str]:
    return ["run-all", "--config", str(WORK / "nightly.conf"), "--output", output]


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


def check(server: Server):
    submit(server, *night(str(WORK / "local/nights")), s3=False)
    for prefix, objects in KILLS:
        kill_in_the_middle(server, prefix, objects)
    at_once = [start(server, *night(NIGHTS)) for _ in range(2)]
    ended = {process.wait(): process.said.read_text() for process in at_once}
    assert sorted(ended) == [0, 2], ended
    assert "Output is in use by process" in ended[2], ended[2]
    print("of two nights at once one was refused and one ran to its end", flush=True)

    server.download("nights/", WORK / "nights")
    compare(WORK / "nights", WORK / "local/nights")
    said = submit(server, *night(NIGHTS))
    assert len(re.findall("up to date", said, re.IGNORECASE)) >= len(STEPS), said


def main():
    shutil.rmtree(WORK, ignore_errors=True)
    inputs(WORK / "local")
    small(WORK / "nightly.conf")
    os.environ.update(KEYS)
    server = Server()
    try:
        server.upload(WORK / "local")
        check(server)
    finally:
        server.process.kill()


main()
