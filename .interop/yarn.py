"""conf/schedule/yarn-submit.sh on YARN and HDFS of this machine. See README.md beside this file."""
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request

from night import JAR, MODEL, ROOT, SPARK, compare, inputs, small

WORK, HADOOP = map(pathlib.Path, sys.argv[1:3])
CONF = WORK / "hadoop/conf"
# As /opt/microtome: conf/ and microtome.jar.
HOME = WORK / "home"
OPENS = [f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in ("java.lang", "java.io", "java.net", "java.nio", "java.util", "sun.nio.ch")]
SUBMIT = {"SPARK_HOME": str(SPARK), "HADOOP_CONF_DIR": str(CONF), "MICROTOME_TEXT": "hdfs:///text",
          "MICROTOME_MODEL": f"hdfs:///models/{MODEL}", "MICROTOME_OUTPUT": "hdfs:///nights"}


class Cluster:
    """HDFS and YARN."""

    def __enter__(self):
        self.log = (WORK / "hadoop.log").open("w")
        jars = ":".join([*map(str, HADOOP.glob("*.jar")), f"{SPARK}/jars/*"])
        home = subprocess.run(["java", "-XshowSettings:properties", "-version"], capture_output=True, text=True, check=True).stderr
        environment = dict(os.environ, JAVA_HOME=re.search(r"java\.home = (.*)", home).group(1))
        self.process = subprocess.Popen(
            ["java", "-Xmx1g", *OPENS, "-cp", jars, str(ROOT / ".interop/MiniHadoop.java"), str(WORK / "hadoop")],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log, text=True, cwd=WORK, env=environment)
        while (line := self.process.stdout.readline()) != "ready\n":
            assert line, (WORK / "hadoop.log").read_text()[-5000:]
        settings = (CONF / "core-site.xml").read_text()
        self.address = re.search(r"<name>dfs.namenode.http-address</name><value>([^<]*)", settings).group(1)
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()

    def shell(self, *words: str):
        subprocess.run(["java", "-cp", f"{CONF}:{SPARK}/jars/*", "org.apache.hadoop.fs.FsShell", *words], check=True, stderr=self.log)

    def exists(self, path: str) -> bool:
        try:
            with urllib.request.urlopen(f"http://{self.address}/webhdfs/v1{path}?op=GETFILESTATUS") as answer:
                return bool(json.load(answer))
        except urllib.error.HTTPError:
            return False

    def drivers(self) -> list[int]:
        """Processes of Spark's application master, in which the driver runs."""
        found = []
        for folder in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                words = (folder / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if words[0].endswith(b"java") and b"org.apache.spark.deploy.yarn.ApplicationMaster" in words and str(WORK).encode() in b" ".join(words):
                found.append(int(folder.name))
        return found


def submit() -> subprocess.Popen:
    log = (WORK / f"submit-{len(list(WORK.glob('submit-*')))}.log").open("w")
    process = subprocess.Popen(["sh", "conf/schedule/yarn-submit.sh"], cwd=HOME, env={**os.environ, **SUBMIT}, stdout=log, stderr=log)
    process.said = pathlib.Path(log.name)
    return process


def main():
    shutil.rmtree(WORK, ignore_errors=True)
    inputs(WORK / "local")
    HOME.mkdir()
    shutil.copytree(ROOT / "conf", HOME / "conf")
    small(HOME / "conf/nightly.conf")
    shutil.copy(JAR, HOME)
    local = dict(os.environ, MICROTOME_TEXT=str(WORK / "local/text"), MICROTOME_MODEL=str(WORK / "local/models" / MODEL), SPARK_HOME=str(SPARK))
    subprocess.run(
        [SPARK / "bin/spark-submit", "--properties-file", "conf/spark/local.conf", "microtome.jar", "run-all", "--config", "conf/nightly.conf",
         "--output", WORK / "local/nights"], cwd=HOME, env=local, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with Cluster() as cluster:
        cluster.shell("-put", str(WORK / "local/text"), "/text")
        cluster.shell("-put", str(WORK / "local/models"), "/models")
        night = submit()
        while not (cluster.exists("/nights/activations/latest") and cluster.drivers()):
            assert night.poll() is None, night.said.read_text()
            time.sleep(0.1)
        for driver in cluster.drivers():
            os.kill(driver, signal.SIGKILL)
            print("killed the driver, process", driver, flush=True)
        assert night.wait() == 0, night.said.read_text()
        cluster.shell("-get", "/nights", str(WORK / "nights"))
        compare(WORK / "nights", WORK / "local/nights")
        again = submit()
        assert again.wait() == 0, again.said.read_text()
        print("the night after ended with exit code 0", flush=True)


main()
