"""People of a cluster who type the program's commands: what the checks of separate processes share."""

import json
import os
import random
import socket
import subprocess
import time

from cluster import Failed

COMMAND_SECONDS = 150


class Answer:
    """What a command answered: its exit status, the object that it printed, and whatever it said besides."""

    def __init__(self, arguments, status, output, said):
        self.arguments, self.status, self.said = arguments, status, said
        try:
            self.report = json.loads(output) if output.strip() else {}
        except ValueError:
            self.report = {}
            self.said += output
        self.failure = self.report.get("failure")

    def __str__(self):
        reason = self.failure or self.said.strip() or json.dumps(self.report)
        return f"parasol {' '.join(self.arguments)}\n  exit status {self.status}: {reason}"


class Person:
    """Somebody with a folder of profiles of their own.

    network: the file of the network that they believe in; the cluster's where nothing else is said.
    """

    def __init__(self, cluster, name, network=None):
        self.cluster, self.name = cluster, name
        self.home = cluster.path("people", name)
        self.network = network or cluster.path("network.json")
        os.makedirs(self.home, mode=0o700, exist_ok=True)

    def path(self, *parts):
        return os.path.join(self.home, *parts)

    def command(self, *arguments, json_output=True):
        return [
            self.cluster.program, *arguments, "--home", self.home, "--passphrase-file", self.cluster.path("passphrase"),
            *(["--json"] if json_output else [])]

    def ask(self, *arguments):
        """Runs a command, whatever comes of it."""
        try:
            done = subprocess.run(
                self.command(*arguments), capture_output=True, text=True, stdin=subprocess.DEVNULL,
                timeout=COMMAND_SECONDS)
        except subprocess.TimeoutExpired as late:
            raise Failed(f"parasol {' '.join(arguments)}: no end within {COMMAND_SECONDS} s") from late
        return Answer(arguments, done.returncode, done.stdout, done.stderr)

    def do(self, *arguments):
        """Runs a command that must succeed, and returns what it reports."""
        answer = self.ask(*arguments)
        if answer.status != 0:
            raise Failed(str(answer))
        return answer.report

    def refused(self, *arguments, saying=None, status=1):
        """Runs a command that must fail with this status, and with a reason that has one of these words in it."""
        answer = self.ask(*arguments)
        words = [saying] if isinstance(saying, str) else saying or []
        reason = (answer.failure or answer.said).lower()
        if answer.status != status or not reason or (words and not any(word.lower() in reason for word in words)):
            raise Failed(f"expected a refusal with exit status {status}, saying one of {words}:\n{answer}")
        return answer


def member(cluster, number):
    """The organisation of this number, 1 and up."""
    person = Person(cluster, f"member-{number}")
    person.home = cluster.path("members", str(number))
    return person


def enrolled(cluster, kind, name, member_number=1, network=None):
    """A doctor or depositor that an organisation has enrolled; with their identifier."""
    person = Person(cluster, name, network)
    with open(cluster.path("members", str(member_number), "member.member")) as file:
        identifier = file.read().split()[1]
    made = person.do(
        "deposit" if kind == "depositor" else kind, "init", "--name", name, "--member", identifier, "--network",
        person.network)
    member(cluster, member_number).do("org", "enroll", made["request"], "--yes")
    person.identity = made["identity"]
    return person


def patient(cluster, name, folder_name, network=None):
    """A patient with an open folder."""
    person = Person(cluster, name, network)
    person.do("patient", "init", "--name", name, "--network", person.network)
    person.folder = person.do("patient", "open-folder", folder_name)["folder"]
    return person


def second_device(person, kind):
    """The same person on another device, beside the first: two files carried, and a code typed."""
    device = Person(person.cluster, f"{person.name}-second", person.network)
    request, answer, shown = device.path("request"), device.path("answer"), device.path("shown")
    with open(shown, "w") as errors:
        waiting = subprocess.Popen(
            device.command("device", "join", request, answer, "--kind", kind, "--network", person.network),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors, text=True)
    try:
        code = None
        deadline = time.monotonic() + COMMAND_SECONDS
        while code is None and time.monotonic() < deadline and waiting.poll() is None:
            time.sleep(0.05)
            with open(shown) as errors:
                code = next((line[6:].strip() for line in errors if line.startswith("Code: ") and line.endswith("\n")), None)
        if code is None:
            raise Failed("the new device shows no code")
        person.refused("device", "add", request, "-o", device.path("wrong"), "--kind", kind, "--code",
                       "020-C20-A1G-710-4GM-2RC-1M7-0Y4-0HV", saying="code")
        person.do("device", "add", request, "-o", answer, "--kind", kind, "--code", code)
        output = waiting.communicate(timeout=COMMAND_SECONDS)[0]
    finally:
        waiting.kill()
    if waiting.returncode != 0:
        raise Failed(f"the new device did not open the answer: {output}")
    # The code counted once.
    if os.path.exists(request):
        raise Failed("the request is still there")
    device.folder, device.identity = getattr(person, "folder", None), getattr(person, "identity", None)
    return device


def recording(cluster, name, seconds, seed=1):
    """The path of a new recording's header; its other files lie beside it."""
    folder = cluster.path("recordings", name)
    os.makedirs(os.path.dirname(folder), exist_ok=True)
    cluster.run(
        "ecg", "synthesize", "--output", folder, "--name", name, "--format", "212", "--seconds", str(seconds), "--seed",
        str(seed))
    return os.path.join(folder, f"{name}.hea")


def differing_files(one, other):
    """The names of files that two folders do not both have, byte for byte."""
    names = sorted(set(os.listdir(one)) | (set(os.listdir(other)) if os.path.isdir(other) else set()))
    different = []
    for name in names:
        try:
            with open(os.path.join(one, name), "rb") as a, open(os.path.join(other, name), "rb") as b:
                if a.read() != b.read():
                    different.append(name)
        except OSError:
            different.append(name)
    return different


def free_ports(count):
    """The first of so many ports in a row on which nobody listens, below those that the system hands out by itself."""
    for _ in range(200):
        first = random.randrange(20_000, 32_000 - count)
        try:
            for port in range(first, first + count):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", port))
            return first
        except OSError:
            continue
    raise Failed(f"no {count} free ports in a row")
