"""What conf/schedule sends to Kubernetes, held to its published schemas. See README.md beside this file."""
import base64
import http.server
import importlib
import json
import os
import pathlib
import shutil
import ssl
import subprocess
import sys
import threading

import kubernetes_validate
import yaml

ROOT = pathlib.Path(__file__).resolve().parent.parent
WORK = pathlib.Path(sys.argv[1])
SPARK = pathlib.Path(os.environ.get("SPARK_HOME") or importlib.import_module("pyspark").__path__[0])
VERSIONS = ["1.31", "1.36"]


def validate(resource: dict):
    for version in VERSIONS:
        kubernetes_validate.validate(resource, version, strict=True)


class Api(http.server.BaseHTTPRequestHandler):
    """As much of an API server as spark-submit talks to: keeps what it is sent, and says that the driver has ended."""

    sent: list[dict] = []
    code = 0
    protocol_version = "HTTP/1.1"

    def keep(self, status: int):
        resource = yaml.safe_load(self.rfile.read(int(self.headers["Content-Length"])))
        self.sent.append(json.loads(json.dumps(resource)))
        resource["metadata"].update(uid=f"uid-{len(self.sent)}", resourceVersion="1", creationTimestamp="2026-01-01T00:00:00Z")
        self.answer(status, resource)

    def answer(self, status: int, *resources: dict):
        body = "\n".join(json.dumps(resource) for resource in resources).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        self.keep(201)

    def do_PATCH(self):
        self.keep(200)

    def do_GET(self):
        pod = next(resource for resource in self.sent if resource["kind"] == "Pod")
        ended = {"exitCode": self.code, "startedAt": "2026-01-01T00:00:00Z", "finishedAt": "2026-01-01T01:00:00Z"}
        container = pod["spec"]["containers"][0]
        pod = dict(pod, status={"phase": "Failed" if self.code else "Succeeded", "containerStatuses": [
            {"name": container["name"], "image": container["image"], "imageID": "", "ready": False, "restartCount": 0, "state": {"terminated": ended}}]})
        pod["metadata"] = dict(pod["metadata"], uid="uid-1", resourceVersion="2", creationTimestamp="2026-01-01T00:00:00Z")
        self.answer(200, {"type": "MODIFIED", "object": pod} if "watch=true" in self.path else pod)

    def log_message(self, format: str, *args):
        with (WORK / "requests.log").open("a") as log:
            log.write(format % args + "\n")


def serve() -> int:
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
         "-keyout", WORK / "key.pem", "-out", WORK / "certificate.pem"], check=True, stderr=subprocess.DEVNULL)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Api)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(WORK / "certificate.pem", WORK / "key.pem")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


def submit(port: int, code: int) -> int:
    """Runs kubernetes-submit.sh; returns what it ended with when the driver ended with the code."""
    Api.sent.clear()
    Api.code = code
    address = f"127.0.0.1:{port}"
    certificate = base64.b64encode((WORK / "certificate.pem").read_bytes()).decode()
    (WORK / "kubeconfig").write_text(yaml.safe_dump({
        "apiVersion": "v1", "kind": "Config", "current-context": "here",
        "contexts": [{"name": "here", "context": {"cluster": "here", "user": "me"}}],
        "clusters": [{"name": "here", "cluster": {"server": f"https://{address}", "certificate-authority-data": certificate}}],
        "users": [{"name": "me", "user": {"token": "a-token"}}]}))
    environment = dict(os.environ, SPARK_HOME=str(SPARK), KUBERNETES_HOST=address, KUBECONFIG=str(WORK / "kubeconfig"))
    with (WORK / "submit.log").open("w") as log:
        return subprocess.run(["sh", "conf/schedule/kubernetes-submit.sh"], cwd=ROOT, env=environment, stdout=log, stderr=log, timeout=300).returncode


def submission():
    port = serve()
    for code in (0, 2):
        assert submit(port, code) == code, (WORK / "submit.log").read_text()
    for resource in Api.sent:
        resource.setdefault("metadata", {}).pop("managedFields", None)
        validate(resource)
        print("spark-submit:", resource["kind"], resource["metadata"]["name"], "is one of Kubernetes", *VERSIONS)
    pod = next(resource for resource in Api.sent if resource["kind"] == "Pod")
    container = pod["spec"]["containers"][0]
    given = {variable["name"]: variable for variable in container["env"]}
    assert given["MICROTOME_TEXT"]["value"].startswith("s3a://"), given
    assert given["MICROTOME_WEBHOOK"]["valueFrom"]["secretKeyRef"] == {"name": "microtome", "key": "webhook"}, given
    assert pod["spec"]["serviceAccountName"] == "microtome", pod["spec"]
    print("spark-submit: the driver has", container["resources"]["limits"]["memory"], "and", *container["args"][-5:])


def manifest():
    """The parts of the operator's manifest that become parts of pods and of a schedule."""
    given = yaml.safe_load((ROOT / "conf/schedule/kubernetes.yaml").read_text())
    template = given["spec"]["template"]
    for role in ("driver", "executor"):
        one = template[role]
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": role, "labels": one["labels"]}, "spec": {"containers": [
            {"name": role, "image": template["image"], "imagePullPolicy": template["imagePullPolicy"], "env": one.get("env", []),
             "securityContext": one["securityContext"], "args": template["arguments"]}]}}
        validate(pod)
        print("kubernetes.yaml: the", role, "is a pod of Kubernetes", *VERSIONS)
    validate({"apiVersion": "batch/v1", "kind": "CronJob", "metadata": given["metadata"], "spec": {
        "schedule": given["spec"]["schedule"], "concurrencyPolicy": given["spec"]["concurrencyPolicy"],
        "jobTemplate": {"spec": {"template": {"spec": pod["spec"]}}}}})


shutil.rmtree(WORK, ignore_errors=True)
WORK.mkdir(parents=True)
manifest()
submission()
