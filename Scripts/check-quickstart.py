#!/usr/bin/env python3
"""Does what Docs/operate/quickstart.md says, as a new user would.

    Scripts/check-quickstart.py PARASOL

The blocks marked `sh test` run in one shell, in a new folder, with free ports in the place of those that are written, and stop at the
first command that fails. PARASOL is the program.
"""

import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile

DOCUMENT = pathlib.Path(__file__).resolve().parent.parent / "Docs/operate/quickstart.md"
PORTS = ("8440", "9464")
SECONDS = 120


def blocks():
    return re.findall(r"^```sh test\n(.*?)^```$", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for made in sockets:
        made.bind(("127.0.0.1", 0))
    ports = [str(made.getsockname()[1]) for made in sockets]
    for made in sockets:
        made.close()
    return ports


def main():
    found = blocks()
    if not found:
        sys.exit(f"{DOCUMENT.name} has nothing to run")
    # Also where a command fails, the node is told to stop.
    script = "set -eu -o pipefail\ntrap 'kill $(jobs -p) 2>/dev/null || true' EXIT\n" + "\n".join(
        f"echo '== block {number}'\n{block}" for number, block in enumerate(found, 1))
    for written, free in zip(PORTS, free_ports(len(PORTS))):
        script = re.sub(rf"\b{written}\b", free, script)
    with tempfile.TemporaryDirectory() as folder:
        path = str(pathlib.Path(sys.argv[1]).resolve().parent) + os.pathsep + os.environ["PATH"]
        environment = {k: v for k, v in os.environ.items() if not k.startswith("PARASOL_")} | {"PATH": path}
        process = subprocess.Popen(["bash", "-c", script], cwd=folder, env=environment, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, text=True, start_new_session=True)
        try:
            output, _ = process.communicate(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            output = None
        # Whatever is left of the shell's own session, the node above all.
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        if output is None:
            output, _ = process.communicate()
            sys.exit(f"{output}\nnot done within {SECONDS} s")
    if process.returncode != 0:
        sys.exit(f"{output}\nstatus {process.returncode}")
    print(f"{len(found)} blocks of {DOCUMENT.name} did what they say")


main()
