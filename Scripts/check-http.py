#!/usr/bin/env python3
"""Starts an all-in-one node on loopback and tries it from outside, by programs that share no code with it.

    Scripts/check-http.py PARASOL [--seconds N] [--seed N]

Protocols/openapi.yaml is valid by openapi-spec-validator; schemathesis makes requests of every operation, unsigned and signed by an
enrolled member, and finds no fault of the server and no answer that is not documented; /metrics is read by prometheus_client.
PARASOL is the program. Needs what Scripts/requirements.txt lists. The requests are the same for the same seed.
"""

import argparse
import copy
import hashlib
import json
import os
import pathlib
import re
import signal
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.request

import yaml
from prometheus_client.parser import text_string_to_metric_families

ROOT = pathlib.Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "Protocols/openapi.yaml"
# The path of each tag's role in an all-in-one node.
ROLES = {"server": "", "ledger": "/ledger", "witness": "/witness-1", "key-service": "/key-service", "proxy": "/proxy-1",
         "vault": "/vault", "registrar": "/registrar"}
CHECKS = ("not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,"
          "response_schema_conformance")
START_SECONDS = 60
# Of each operation, in each phase.
EXAMPLES = 20


class Node:
    """An all-in-one node with a folder of its own, until the end of `with`."""

    def __init__(self, program, folder):
        self.program, self.folder = program, folder

    def __enter__(self):
        self.log = open(os.path.join(self.folder, "log"), "wb")
        self.process = subprocess.Popen(
            [self.program, "serve", "--all-in-one", "--folder", self.folder + "/node", "--port", "0", "--proxies", "1",
             "--set", "metrics.listen=127.0.0.1:0"], stdout=subprocess.PIPE, stderr=self.log)
        deadline = time.monotonic() + START_SECONDS
        text = ""
        while "all roles" not in text or "/metrics" not in text:
            line = self.process.stdout.readline().decode()
            if not line or time.monotonic() > deadline:
                raise SystemExit(f"the node does not start: {text}{pathlib.Path(self.log.name).read_text()}")
            text += line
        self.url = re.search(r"(https://\S+)/ledger", text)[1]
        self.metrics = re.search(r"http://\S+/metrics", text)[0]
        self.roots = self.folder + "/node/tls/ca.pem"
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(timeout=30)
        self.log.close()
        if status != 0:
            print(f"the node stopped with status {status}")

    def get(self, path):
        with urllib.request.urlopen(self.url + path, context=ssl.create_default_context(cafile=self.roots)) as answer:
            return answer.read()

    def log_id(self):
        """SHA-256 of the log's origin, as the node's paths have it."""
        policy = json.load(open(self.folder + "/node/network.json", encoding="utf-8"))["witnessPolicy"]
        origin = next(line.split()[1].split("+")[0] for line in policy.splitlines() if line.startswith("log "))
        return hashlib.sha256(origin.encode()).hexdigest()


def deployed(document, log):
    """The document as this node has it: each role below its path, and the log that is there."""
    document = copy.deepcopy(document)
    paths = {}
    for path, item in document["paths"].items():
        role = next(o["tags"][0] for o in item.values() if isinstance(o, dict) and "tags" in o)
        item.pop("servers", None)
        # It does not end, and is tried by the tests; an all-in-one node has no mirror, which is tried by them and by check-cluster.
        if item.get("get", {}).get("operationId") != "events" and role in ROLES:
            paths[ROLES[role] + path] = item
    document["paths"] = paths
    document["components"]["parameters"]["log"]["schema"] = {"enum": [log]}
    return document


def schemathesis(node, path, seconds, seed, signer):
    """Its exit status and what it says."""
    environment = dict(os.environ, SCHEMATHESIS_HOOKS="schemathesis_hooks", NO_COLOR="1",
                       PYTHONPATH=str(ROOT / "Scripts/lib") + os.pathsep + str(ROOT / "Scripts"))
    environment.pop("PARASOL_SIGNER", None)
    if signer:
        environment["PARASOL_SIGNER"] = signer
    command = [sys.executable, "-m", "schemathesis.cli", "run", path, "--url", node.url, "--checks", CHECKS,
               "--tls-verify", node.roots, "--seed", str(seed), "--max-examples", str(EXAMPLES), "--max-time", str(seconds),
               "--phases", "examples,coverage,fuzzing", "--suppress-health-check", "all", "--warnings", "off",
               "--request-timeout", "20", "--max-redirects", "0", "--no-shrink"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, cwd=node.folder, check=False)
    return done.returncode, done.stdout + done.stderr


def requests_by_route(node):
    """How often each route answered with each class of status, by what the node counted."""
    with urllib.request.urlopen(node.metrics, timeout=10) as answer:
        text = answer.read().decode()
    counts = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if sample.name == "parasol_http_requests_total":
                key = (sample.labels["role"], sample.labels["method"], sample.labels["route"])
                counts.setdefault(key, {})[sample.labels["status"]] = int(sample.value)
    return counts


def untried(node):
    """The routes of the roles that were to be tried, and that no request has reached."""
    tried = {path.strip("/") for path in ROLES.values()}
    return [" ".join(key) for key, statuses in requests_by_route(node).items()
            if key[0] in tried and not key[2].endswith("/events") and not sum(statuses.values())]


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("program")
    arguments.add_argument("--seconds", type=int, default=40)
    arguments.add_argument("--seed", type=int, default=1)
    chosen = arguments.parse_args()
    failed = subprocess.run([sys.executable, "-m", "openapi_spec_validator", str(DOCUMENT)], check=False).returncode != 0
    document = yaml.safe_load(DOCUMENT.read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as folder, Node(chosen.program, folder) as node:
        path = f"{folder}/openapi.json"
        pathlib.Path(path).write_text(json.dumps(deployed(document, node.log_id())), encoding="utf-8")
        for signer in ("", node.folder + "/node/member-1"):
            status, text = schemathesis(node, path, max(1, chosen.seconds // 2), chosen.seed, signer)
            counts = [sum(s.get(kind, 0) for s in requests_by_route(node).values()) for kind in ("2xx", "4xx", "5xx")]
            print(f"{'signed' if signer else 'unsigned'}: by now {counts[0]} requests were answered with 2xx, {counts[1]} "
                  f"with 4xx, {counts[2]} with 5xx", flush=True)
            if status != 0:
                print(text)
                failed = True
        for route in untried(node):
            print(f"no request reached {route}")
            failed = True
        failed |= subprocess.run([sys.executable, str(ROOT / "Scripts/check-metrics.py"), node.metrics],
                                 check=False).returncode != 0
        failed |= node.get("/readyz") != b"ok\n"
        failures = [line for line in pathlib.Path(node.log.name).read_text().splitlines() if "request failed" in line]
        for line in failures[:10]:
            print(line)
        failed |= bool(failures)
    sys.exit(1 if failed else 0)


main()
