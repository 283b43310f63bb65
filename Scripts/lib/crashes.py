"""Kills the processes of a cluster under load, and holds what is left to what was acknowledged."""

import collections
import hashlib
import json
import os
import random
import re
import shutil
import threading
import time

from cluster import Failed
from people import differing_files, enrolled, patient, recording

# After a process is ready again, those who were waiting for it still need a moment.
AFTERMATH_SECONDS = 3


class Outage:
    """From the kill of a process until it is ready again."""

    def __init__(self, name):
        self.name, self.killed, self.ready = name, time.monotonic(), None

    def meets(self, start, end):
        return start <= (self.ready or end) + AFTERMATH_SECONDS and self.killed <= end


class Journal:
    """What was acknowledged, what was refused and what must never happen; filled by all workers."""

    def __init__(self):
        self.lock = threading.Lock()
        self.outages, self.wrong = [], []
        self.commands = self.refused = self.unfinished = 0
        self.reasons = collections.Counter()
        self.meanwhile = collections.Counter()  # of a process: commands that were refused while it was down
        # (kind of leaf, its member, identifier): what the trail must have
        self.leaves = set()
        self.records = {}  # identifier: (ward, address)

    def acknowledge(self, kind, member, identifier):
        with self.lock:
            self.leaves.add((kind, member, identifier))

    def is_wrong(self, what):
        with self.lock:
            self.wrong.append(what)

    def note(self, answer, start, end):
        """Counts a command, and the reason where it was refused one."""
        with self.lock:
            self.commands += 1
            if answer.status == 2:
                self.unfinished += 1
            if answer.status in (0, 2):
                return
            if answer.status != 1 or not answer.failure:
                self.wrong.append(f"a command neither did it nor said why: {answer}")
                return
            self.refused += 1
            met = {outage.name for outage in self.outages if outage.meets(start, end)}
            if not met:
                self.wrong.append(f"refused although nothing was killed: {answer}")
            self.meanwhile.update(met)
            # Identifiers and ports do not make it another reason.
            self.reasons[re.sub(r"[0-9a-f]{32,}|:[0-9]{4,5}\b", "…", answer.failure)] += 1


class Worker(threading.Thread):
    """Types commands, one after the other, until it is told to stop."""

    def __init__(self, journal, stop, seed):
        super().__init__(daemon=True)
        self.journal, self.stop, self.draw = journal, stop, random.Random(seed)

    def run(self):
        while not self.stop.is_set():
            try:
                self.turn()
            except Failed as failure:
                self.journal.is_wrong(str(failure))
            except Exception as error:  # a worker that dies in silence would check nothing any more
                self.journal.is_wrong(f"{type(self).__name__}: {error!r}")

    def ask(self, person, *arguments):
        start = time.monotonic()
        answer = person.ask(*arguments)
        self.journal.note(answer, start, time.monotonic())
        return answer


class Ward(Worker):
    """Deposits the same recording again and again."""

    def __init__(self, journal, stop, seed, person, header, folder):
        super().__init__(journal, stop, seed)
        self.person, self.header, self.folder = person, header, folder
        self.waits = False

    def turn(self):
        arguments = ("resume",) if self.waits else ("file", self.header, "--folder", self.folder)
        answer = self.ask(self.person, "deposit", *arguments)
        self.waits = answer.status != 0
        self.took(answer)

    def took(self, answer):
        for deposit in answer.report.get("deposits", []):
            self.journal.acknowledge("RecordDeposited", "record", deposit["record"])
            with self.journal.lock:
                self.journal.records[deposit["record"]] = (self, deposit["address"])


class Owner(Worker):
    """Grants, and now and then revokes, for a doctor who never comes."""

    def __init__(self, journal, stop, seed, person, doctor):
        super().__init__(journal, stop, seed)
        self.person, self.doctor, self.consents = person, doctor, []
        self.waits = False

    def turn(self):
        if self.waits:
            self.waits = self.ask(self.person, "patient", "resume").status != 0
        elif len(self.consents) > 1 and self.draw.random() < 0.4:
            consent = self.consents.pop(self.draw.randrange(len(self.consents)))
            if self.ask(self.person, "patient", "revoke", consent, "--yes").report.get("ending"):
                self.journal.acknowledge("ConsentRevoked", "consent", consent)
        else:
            answer = self.ask(self.person, "patient", "grant", self.doctor, "--for", "1d")
            self.waits = answer.status != 0
            if consent := answer.report.get("consent"):
                self.journal.acknowledge("ConsentGranted", "consent", consent)
                self.consents.append(consent)


class Reader(Worker):
    """Fetches records that were acknowledged, and compares them."""

    def __init__(self, journal, stop, seed, person):
        super().__init__(journal, stop, seed)
        self.person, self.count, self.opened = person, 0, 0

    def turn(self):
        with self.journal.lock:
            records = sorted(self.journal.records)
        if not records:
            self.stop.wait(0.2)
            return
        record = self.draw.choice(records)
        self.count += 1
        output = self.person.path(f"opened-{self.count}")
        answer = self.ask(self.person, "doctor", "fetch", record, "-o", output)
        if answer.status == 0:
            self.opened += 1
            self.journal.acknowledge("RecordOpened", "request", answer.report["request"])
            compare(self.journal, record, output)


def compare(journal, record, folder):
    with journal.lock:
        ward, _ = journal.records[record]
    different = differing_files(os.path.dirname(ward.header), folder)
    if different:
        journal.is_wrong(f"record {record} opened as something else than what was deposited: {different}")
    shutil.rmtree(folder, ignore_errors=True)


class Killer:
    """Ends processes at times and in an order that a seed decides, and starts them again."""

    def __init__(self, cluster, journal, seed):
        self.cluster, self.journal, self.draw = cluster, journal, random.Random(seed)
        self.order = []

    def next(self):
        if not self.order:  # each once before any comes again
            self.order = list(self.cluster.names)
            self.draw.shuffle(self.order)
        return self.order.pop()

    def run(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            names = [self.next() for _ in range(2 if self.draw.random() < 0.2 else 1)]
            pause, down = self.draw.uniform(0.1, 1.5), self.draw.uniform(0, 1.5)
            time.sleep(pause)
            outages = []
            for name in dict.fromkeys(names):
                outages.append(Outage(name))
                with self.journal.lock:
                    self.journal.outages.append(outages[-1])
                self.cluster.kill(name)
            time.sleep(down)
            for outage in outages:
                self.restart(outage)

    def restart(self, outage):
        self.cluster.start(outage.name)
        try:
            self.cluster.wait([outage.name])
            outage.ready = time.monotonic()
        except Failed as failure:
            self.journal.is_wrong(f"after a kill it does not start again: {failure}")
            raise


class Crashes:
    """A cluster, its load, and what must hold at the end."""

    def __init__(self, cluster, seed, say):
        self.cluster, self.seed, self.say = cluster, seed, say
        self.journal, self.stop = Journal(), threading.Event()

    def prepare(self):
        cluster, journal, stop = self.cluster, self.journal, self.stop
        doctor, other = (enrolled(cluster, "doctor", name) for name in ("doctor", "doctor-who-never-comes"))
        self.owner = patient(cluster, "patient", "heart")
        self.owner.do("patient", "grant", doctor.identity, "--for", "30d", "--opens", "1000000")
        self.granting = patient(cluster, "granting-patient", "heart")
        self.wards = []
        for number, seconds in enumerate((10, 120), 1):
            person = enrolled(cluster, "depositor", f"ward-{number}")
            header = recording(cluster, f"recording{number}", seconds, seed=number)
            self.wards.append(Ward(journal, stop, f"{self.seed} ward {number}", person, header, self.owner.folder))
        self.grants = Owner(journal, stop, f"{self.seed} owner", self.granting, other.identity)
        self.reader = Reader(journal, stop, f"{self.seed} reader", doctor)
        self.workers = [*self.wards, self.grants, self.reader]

    def load(self, seconds):
        for worker in self.workers:
            worker.start()
        try:
            Killer(self.cluster, self.journal, f"{self.seed} killer").run(seconds)
        finally:
            self.stop.set()
            for worker in self.workers:
                worker.join()

    def settle(self):
        """With everything running, what waits must finish."""
        for ward in self.wards:
            answer = ward.person.ask("deposit", "resume")
            ward.took(answer)
            self.must(answer)
        self.must(self.granting.ask("patient", "resume"))
        for request in self.reader.person.do("doctor", "requests")["requests"]:
            output = self.reader.person.path(f"late-{request['request']}")
            answer = self.reader.person.ask(
                "doctor", "fetch", request["record"], "--consent", request["consent"], "-o", output)
            if self.must(answer):
                self.journal.acknowledge("RecordOpened", "request", answer.report["request"])

    def must(self, answer):
        if answer.status != 0:
            self.journal.is_wrong(f"with everything running, what waits does not finish: {answer}")
        return answer.status == 0

    def audit(self):
        """Everything acknowledged is on a copy of the ledger, which keeps every rule."""
        copy, policy = self.cluster.path("copy"), self.cluster.write_policy()
        shutil.copytree(self.cluster.tiles, copy)
        try:
            self.cluster.run("audit", "fsck", copy, "--policy", policy)
            trail = json.loads(self.cluster.run("audit", "trail", copy, "--policy", policy, "--format", "json"))
        except Failed as failure:
            self.journal.is_wrong(f"the ledger does not hold: {failure}")
            return 0
        entries = trail["entries"]
        if not trail.get("complete"):
            self.journal.is_wrong("the trail is not complete")
        for kind, member, identifier in sorted(self.journal.leaves):
            found = sum(entry["kind"] == kind and said(entry, member, identifier) for entry in entries)
            if found != 1:
                self.journal.is_wrong(f"acknowledged, and {found} times on the ledger: {kind} of {member} {identifier}")
        return len(entries)

    def records(self, count):
        """Every acknowledged upload is in the vault, byte for byte, and `count` of them (all where None) open for the patient."""
        records = sorted(self.journal.records)
        for record in records:
            address = self.journal.records[record][1]
            path = self.cluster.path("vault", "vault", "records", address[:2], address[2:4], address)
            try:
                with open(path, "rb") as file:
                    is_whole = hashlib.sha256(file.read()).hexdigest() == address
            except OSError:
                is_whole = False
            if not is_whole:
                self.journal.is_wrong(f"the vault does not have record {record} as it was acknowledged")
        chosen = records if count is None else random.Random(self.seed).sample(records, min(count, len(records)))
        for record in chosen:
            output = self.owner.path(f"export-{record}")
            answer = self.owner.ask("patient", "export", record, "-o", output)
            if answer.status != 0:
                self.journal.is_wrong(f"an acknowledged record does not open: {answer}")
            else:
                compare(self.journal, record, output)
        return len(chosen)

    def table(self):
        rows = ["| process | kills | survived | refused with a reason | WRONG |", "| --- | ---: | ---: | ---: | ---: |"]
        for name in self.cluster.names:
            outages = [outage for outage in self.journal.outages if outage.name == name]
            survived = sum(outage.ready is not None for outage in outages)
            rows.append(
                f"| {name} | {len(outages)} | {survived} | {self.journal.meanwhile[name]} | {len(outages) - survived} |")
        outages = self.journal.outages
        survived = sum(outage.ready is not None for outage in outages)
        rows.append(f"| all | {len(outages)} | {survived} | {self.journal.refused} | {len(self.journal.wrong)} |")
        return "\n".join(rows)


def said(entry, member, identifier):
    return entry.get(member) == identifier or (member not in entry and identifier in entry.get("detail", ""))
