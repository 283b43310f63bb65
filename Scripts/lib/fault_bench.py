"""A log under faults: the driver's processes under strace, what strace saw of them, and what a case comes to."""

import collections
import os
import re
import resource
import shutil
import signal
import subprocess
import time
from pathlib import Path

# Seconds after which a run counts as hung: many times what the slowest takes.
TIMEOUT = 120

ERRORS = {"EIO": "error=EIO", "ENOSPC": "error=ENOSPC", "SIGKILL": "signal=KILL", "short": "retval=0"}
CALLS = {
    "openat": ("EIO", "ENOSPC", "SIGKILL"),
    "pwrite64": ("EIO", "ENOSPC", "short", "SIGKILL"),
    "fsync": ("EIO", "ENOSPC", "SIGKILL"),
    "fdatasync": ("EIO", "ENOSPC", "SIGKILL"),
    "rename": ("EIO", "ENOSPC", "SIGKILL"),
    "unlink": ("EIO", "ENOSPC", "SIGKILL"),
    "ftruncate": ("EIO", "ENOSPC", "SIGKILL"),
    "mkdir": ("EIO", "ENOSPC", "SIGKILL"),
    "rmdir": ("EIO", "ENOSPC", "SIGKILL"),
    "pread64": ("EIO", "short"),
}
# The databases' calls come from several threads; those of the other files all from one.
DATABASES = [name + part for name in ("ledger", "witness-0", "witness-1", "witness-2") for part in ("", "-state")]
DATABASE_FILES = [name + suffix for name in DATABASES for suffix in (".sqlite", ".sqlite-wal", ".sqlite-shm")]
# What both phases open the log with: its founding and 253 enrolments; the append crosses the end of a bundle of 256.
LEAVES, COUNT = 254, 4

Fault = collections.namedtuple("Fault", "phase call error file when")


def named(fault):
    return ":".join([fault.phase, fault.call, fault.error, fault.file or "*", str(fault.when)])


def parsed(name):
    phase, call, error, file, when = name.split(":")
    return Fault(phase, call, error, None if file == "*" else file, int(when))


class Folder:
    """A copy of a log and of the receipts that were acknowledged."""

    def __init__(self, path):
        self.path, self.trace = path / "log", path / "trace"
        # Of the preparation, and of what is submitted afterwards: a file of its own, so that no limit on sizes is met by it.
        self.acknowledged = [path / "acknowledged-before", path / "acknowledged"]

    def copied(self, to):
        to.mkdir(parents=True)
        copy = Folder(to)
        subprocess.run(["cp", "-a", "--reflink=auto", self.path, copy.path], check=True)
        for file, target in zip(self.acknowledged, copy.acknowledged):
            shutil.copy(file, target)
        return copy


class Run:
    """How a process of the driver ended."""

    def __init__(self, status, output):
        self.status, self.output = status, output

    @property
    def last(self):
        lines = self.output.strip().splitlines()
        return lines[-1] if lines else ""

    @property
    def kind(self):
        if self.status == "hung":
            return "hung"
        # Where strace is there from the start, the calls before `main` count as well: of the loader, and of whoever reads the command
        # line. A program that did not begin does no harm.
        if (self.status == 127 and "error while loading shared libraries" in self.output) or self.status == 64:
            return "not begun"
        return {0: "went on", 3: "refused", -signal.SIGKILL: "killed"}.get(self.status, "wrong")


class Driver:
    def __init__(self, program):
        self.program = program
        self.environment = dict(os.environ, SWIFT_BACKTRACE="enable=no")

    def command(self, verb, folder, *arguments):
        acknowledged = [word for file in folder.acknowledged for word in ("--acknowledged", str(file))]
        return [self.program, verb, str(folder.path), *acknowledged, *arguments]

    def run(self, command):
        # In a group of its own: where strace is killed, so is what it traces.
        process = self.start(command)
        return self.finish(process)

    def start(self, command, **options):
        # Signals as they are: SIGXFSZ, which Python ignores, stays ignored.
        return subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            env=self.environment, start_new_session=True, restore_signals=False, **options)

    def finish(self, process, say=""):
        try:
            output, _ = process.communicate(say, timeout=TIMEOUT)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            output, _ = process.communicate()
            return Run("hung", output)
        return Run(process.returncode, output)

    def held_append(self, folder):
        process = self.start(self.command("append", folder, "--hold"))
        lines = []
        for line in process.stdout:
            lines.append(line)
            if line.strip() == "ready":
                return process
        raise RuntimeError("the append did not open: " + "".join(lines))

    def check(self, folder):
        return self.run(self.command("check", folder))


def strace(folder, fault, calls=None):
    command = ["strace", "-f", "-ff", "-y", "-q", "-s", "0", "-o", str(folder.trace), "-e", "signal=none"]
    if fault is None:
        return command + ["-e", "trace=" + ",".join(calls)]
    if fault.file:
        command += ["-P", str(folder.path / fault.file)]
    return command + [
        "-e", "trace=" + fault.call, "-e", f"inject={fault.call}:{ERRORS[fault.error]}:when={fault.when}"]


def threads_traced(process):
    """Whether a tracer holds every thread."""
    for task in Path(f"/proc/{process.pid}/task").iterdir():
        if re.search(r"^TracerPid:\t0$", (task / "status").read_text(), re.M):
            return False
    return True


def traced_append(driver, folder, fault, calls=None):
    process = driver.held_append(folder)
    tracer = subprocess.Popen(
        strace(folder, fault, calls) + ["-p", str(process.pid)], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + TIMEOUT
    while not threads_traced(process):
        if tracer.poll() is not None or time.monotonic() > deadline:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            raise RuntimeError("strace does not attach: " + tracer.stderr.read())
        time.sleep(0.005)
    run = driver.finish(process, "go\n")
    tracer.communicate()
    return run


def traced_recovery(driver, folder, fault, calls=None):
    return driver.run(strace(folder, fault, calls) + driver.command("recover", folder))


def normalized(path):
    """Without what is drawn by lot."""
    return re.sub(r"\.new-[0-9a-f]+", ".new", path)


class Trace:
    """What strace saw of one run, by thread, in the order of each thread's calls."""

    CALL = re.compile(r"^([a-z0-9]+)\((.*)")

    def __init__(self, folder):
        self.threads = []
        root = str(folder.path)
        for file in sorted(folder.trace.parent.glob(folder.trace.name + ".*")):
            calls = []
            for line in file.read_text(errors="replace").splitlines():
                match = self.CALL.match(line)
                if not match:
                    continue
                paths = re.findall(r'[<"](' + re.escape(root) + r'(?:/[^>"]*)?)[>"]', match.group(2))
                path = normalized(paths[-1][len(root):].lstrip("/")) if paths else None
                calls.append((match.group(1), path, "INJECTED" in line or re.search(r"= \?|<unfinished", line)))
            self.threads.append(calls)
            file.unlink()

    def sites(self, only_hit=False):
        """Each call in the folder: its name, its file, and the how many of its thread's it is there."""
        found = set()
        for calls in self.threads:
            counts = collections.Counter()
            for call, path, hit in calls:
                if path is None:
                    continue
                counts[call, path] += 1
                if hit or not only_hit:
                    found.add((call, path, counts[call, path]))
        return found

    def faults(self, phase):
        """Every fault that hits a call of this run, if threads share the work as they did here."""
        chosen = set()
        for calls in self.threads:
            counts = collections.Counter()
            for call, path, _ in calls:
                counts[call, None] += 1
                counts[call, path] += 1
                if path is None:
                    continue
                # A database's calls come from several threads: of one file alone, fewer are hit at once.
                file = path if path in DATABASE_FILES else None
                chosen.add((call, file, counts[call, file]))
        return [
            Fault(phase, call, error, file, when)
            for call, file, when in sorted(chosen, key=lambda c: (c[0], c[1] or "", c[2]))
            for error in CALLS[call]
        ]


class Result:
    def __init__(self, name, rows, hits, runs, outcome, reason):
        self.name, self.rows, self.hits, self.runs = name, rows, hits, runs
        self.outcome, self.reason = outcome, reason

    def json(self):
        return {
            "case": self.name, "faulted_runs": [run.kind for run in self.runs],
            "reasons": [run.last for run in self.runs if run.status == 3], "hits": len(self.hits),
            "outcome": self.outcome, "reason": self.reason}


def judged(name, rows, hits, runs, check):
    """What a case comes to: the faulted runs must end by themselves, and the check must hold or refuse with a reason."""
    for run in runs:
        if run.kind in ("wrong", "hung"):
            return Result(name, rows, hits, runs, "WRONG", f"the faulted run {run.kind} ({run.status}): {run.output[-2000:]}")
    if check.status == 0:
        return Result(name, rows, hits, runs, "survived", "")
    if check.status == 3:
        return Result(name, rows, hits, runs, "refused", check.last)
    return Result(name, rows, hits, runs, "WRONG", f"check ({check.status}): {check.output[-2000:]}")


class Bench:
    """A prepared log, and one whose append was killed."""

    def __init__(self, driver, work):
        self.driver, self.work = driver, work
        self.prepared = Folder(work / "prepared")
        self.prepared.path.mkdir(parents=True)
        before = Folder(work / "prepared")
        before.acknowledged = before.acknowledged[:1]
        run = driver.run(driver.command("prepare", before, "--leaves", str(LEAVES), "--count", str(COUNT)))
        self.prepared.acknowledged[1].touch()
        if run.status != 0:
            raise RuntimeError("the log cannot be prepared: " + run.output)
        self.crashed = self.prepared.copied(work / "crashed")
        # Behind the commit, before all of its tiles are there.
        run = traced_append(driver, self.crashed, Fault("append", "rename", "SIGKILL", None, 4))
        if run.kind != "killed":
            raise RuntimeError("the append could not be killed: " + run.output)
        Trace(self.crashed)

    def clean(self, phase):
        folder = (self.prepared if phase == "append" else self.crashed).copied(self.work / ("clean-" + phase))
        traced = traced_append if phase == "append" else traced_recovery
        run = traced(self.driver, folder, None, list(CALLS))
        if run.status != 0:
            raise RuntimeError(f"the {phase} does not run under strace: " + run.output)
        trace = Trace(folder)
        shutil.rmtree(folder.path.parent)
        return trace

    def place(self, name):
        return self.work / re.sub(r"[^A-Za-z0-9.+-]", "_", name)

    def run(self, faults):
        """One case: each fault in a process of its own, one after the other, and then the check."""
        name = "+".join(named(fault) for fault in faults)
        start = self.prepared if faults[0].phase == "append" else self.crashed
        folder = start.copied(self.place(name))
        runs, hits, rows = [], set(), []
        for fault in faults:
            traced = traced_append if fault.phase == "append" else traced_recovery
            runs.append(traced(self.driver, folder, fault))
            found = Trace(folder).sites(only_hit=True)
            hits |= {(fault.phase, *site) for site in found}
            rows.append((fault.phase, fault.call, fault.error, bool(found) or runs[-1].kind == "killed"))
        result = judged(name, rows, hits, runs, self.driver.check(folder))
        shutil.rmtree(folder.path.parent)
        return result

    def run_short(self, limit):
        """Writes beyond `limit` bytes of any file end early, and the next one there fails."""
        name = f"short:{limit}"
        folder = self.prepared.copied(self.place(name))
        process = self.driver.held_append(folder)
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
        run = self.driver.finish(process, "go\n")
        result = judged(
            name, [("append", "any write", "short, then EFBIG", run.status != 0)], set(), [run], self.driver.check(folder))
        shutil.rmtree(folder.path.parent)
        return result

    def run_full(self, spare):
        """A file system of its own with `spare` bytes left when the append begins. None where none can be mounted."""
        name = f"full:{spare}"
        place = self.place(name)
        place.mkdir()
        mount = place / "disk"
        mount.mkdir()
        options = ["mount", "-t", "tmpfs", "-o", "size=64m", "parasol-faults", str(mount)]
        if subprocess.run(options, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode != 0:
            return None
        try:
            folder = self.prepared.copied(mount / "case")
            # Outside: what a submitter has in hand is on another machine.
            folder.acknowledged = [shutil.move(file, place / file.name) for file in folder.acknowledged]
            process = self.driver.held_append(folder)
            usage = os.statvfs(mount)
            used = (usage.f_blocks - usage.f_bfree) * usage.f_frsize
            self.resize(mount, used + spare)
            run = self.driver.finish(process, "go\n")
            self.resize(mount, 64 << 20)
            return judged(name, [("append", "a full disk", "ENOSPC", run.status != 0)], set(), [run], self.driver.check(folder))
        finally:
            subprocess.run(["umount", "-l", str(mount)], check=True)
            shutil.rmtree(place)

    @staticmethod
    def resize(mount, size):
        subprocess.run(["mount", "-o", f"remount,size={size}", str(mount)], check=True)

    def demand_controls(self):
        """The check of the check: a log restored to an older state everywhere must be WRONG, a damaged tile a refusal."""
        lost = self.prepared.copied(self.place("control-lost"))
        run = self.driver.run(self.driver.command("append", lost))
        shutil.rmtree(lost.path)
        subprocess.run(["cp", "-a", self.prepared.path, lost.path], check=True)
        check = self.driver.check(lost)
        if run.status != 0 or check.status != 1:
            raise RuntimeError(f"an acknowledged leaf was lost, and the check said ({check.status}): {check.output}")
        damaged = self.prepared.copied(self.place("control-damaged"))
        tile = damaged.path / "ledger-tiles" / "tile" / "entries" / "000.p" / str(LEAVES)
        tile.write_bytes(tile.read_bytes()[:-1] + b"?")
        check = self.driver.check(damaged)
        if check.status != 3:
            raise RuntimeError(f"a tile was damaged, and the check said ({check.status}): {check.output}")

    def run_second_sequencer(self):
        """While one process has the log, another one is refused, and the first goes on."""
        folder = self.prepared.copied(self.place("second-sequencer"))
        process = self.driver.held_append(folder)
        second = self.driver.run(self.driver.command("recover", folder))
        first = self.driver.finish(process, "go\n")
        check = self.driver.check(folder)
        result = judged("second-sequencer", [("append", "a second sequencer", "refused", True)], set(), [second], check)
        if second.status != 3 or first.status != 0:
            result.outcome, result.reason = "WRONG", f"second: {second.output}, first: {first.output}"
        return result

    def run_clock_back(self):
        """An hour back: nothing is sequenced, and nothing is lost."""
        folder = self.prepared.copied(self.place("clock-back"))
        run = self.driver.run(self.driver.command("append", folder, "--clock-back", "3600"))
        result = judged("clock-back", [("append", "a clock set back", "1 hour", True)], set(), [run], self.driver.check(folder))
        if run.status != 3 or "clock" not in run.last:
            result.outcome, result.reason = "WRONG", f"the clock went back, and the append said: {run.output}"
        return result
