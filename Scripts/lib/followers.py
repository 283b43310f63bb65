"""followers.py CLUSTER-FOLDER FIRST-PORT PROXIES PROGRAM COUNT: what so many followers cost a ledger, and how late the last one hears.

Opens COUNT streams of server-sent events (TLS 1.3, unsigned: the ledger's readers must be `public`) from several processes, from as many
addresses of the loopback as the ledger's bound for one of them wants. Lets them idle, then has a patient open a folder, which makes a
new checkpoint, and waits until every follower has its event. Prints as JSON: the ledger's resident memory (VmRSS) before and with them,
how long all took to open, and for each of a few new checkpoints the time from the first follower's event to the median's and the last one's.
"""

import hashlib
import json
import multiprocessing
import os
import re
import resource
import selectors
import socket
import ssl
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from cluster import Cluster, Failed  # noqa: E402
from idle_connections import resident_kib  # noqa: E402
from people import patient  # noqa: E402

PROCESSES = 4
# Below the ledger's bound of 256 for one address.
FOLLOWERS_OF_ADDRESS = 250
CHECKPOINTS = 5
OPENING_SECONDS = 300
EVENT_SECONDS = 60
# More than one comment and the next.
IDLE_SECONDS = 20
EVENT = re.compile(rb"^id: (\d+)$", re.MULTILINE)


class Stream:
    """One follower's connection, and the size of the newest checkpoint that it was sent."""

    def __init__(self, number, host, port, path, context):
        address = f"127.0.{1 + number // FOLLOWERS_OF_ADDRESS // 250}.{1 + number // FOLLOWERS_OF_ADDRESS % 250}"
        plain = socket.create_connection((host, port), timeout=60, source_address=(address, 0))
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket = context.wrap_socket(plain, server_hostname=host)
        self.socket.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())
        self.size, self.rest = 0, b""
        head = self.socket.recv(16384)
        if not head.startswith(b"HTTP/1.1 200 "):
            raise Failed(f"a follower is answered {head[:200]!r}")
        self.take(head)
        self.socket.setblocking(False)

    def take(self, data):
        text = self.rest + data
        for found in EVENT.findall(text):
            self.size = int(found)
        # A line that is cut in two.
        self.rest = text[text.rfind(b"\n") + 1 :]

    def read(self):
        """Takes what has come; false where the server has ended it."""
        try:
            while True:
                data = self.socket.recv(16384)
                if not data:
                    return False
                self.take(data)
        except (ssl.SSLWantReadError, BlockingIOError):
            return True
        except OSError:
            return False


def follow(numbers, host, port, path, authorities, pipe):
    """A process's share: opens them, then for each size that it is told, says when which share of them had it."""
    context = ssl.create_default_context(cafile=authorities)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    selector, streams = selectors.DefaultSelector(), []
    try:
        for number in numbers:
            streams.append(Stream(number, host, port, path, context))
            selector.register(streams[-1].socket, selectors.EVENT_READ, streams[-1])
    except (OSError, Failed) as failure:
        pipe.send(("failed", str(failure)))
        return
    pipe.send(("open", len(streams)))
    selector.register(pipe, selectors.EVENT_READ, None)
    wanted, times, ended = None, [], 0
    while True:
        for key, _ in selector.select(1):
            if key.data is None:
                wanted, times = pipe.recv(), []
                if wanted is None:
                    return
                continue
            before = key.data.size
            if not key.data.read():
                ended += 1
                selector.unregister(key.data.socket)
            if wanted is not None and before < wanted <= key.data.size:
                times.append(time.monotonic())
        if wanted is not None and len(times) + ended >= len(streams):
            pipe.send(("heard", times))
            wanted = None


class Followers:
    def __init__(self, cluster, count):
        with open(cluster.path("network.json")) as file:
            policy = json.load(file)["witnessPolicy"]
        origin = next(line.split()[1].split("+")[0] for line in policy.splitlines() if line.startswith("log "))
        self.cluster, self.pid = cluster, cluster.process("ledger")
        place = (cluster.host("ledger"), cluster.port("ledger"))
        path = f"/ledger/v1/logs/{hashlib.sha256(origin.encode()).hexdigest()}/events"
        self.pipes, self.workers = [], []
        for number in range(PROCESSES):
            ours, theirs = multiprocessing.Pipe()
            self.pipes.append(ours)
            self.workers.append(
                multiprocessing.Process(
                    target=follow, daemon=True,
                    args=(range(number, count, PROCESSES), *place, path, cluster.path("tls", "ca.pem"), theirs)))

    def answers(self, kind, seconds):
        found, deadline = [], time.monotonic() + seconds
        for pipe in self.pipes:
            if not pipe.poll(max(0, deadline - time.monotonic())):
                raise Failed(f"not all followers are {kind} within {seconds} s")
            answer = pipe.recv()
            if answer[0] != kind:
                raise Failed(answer[1])
            found.append(answer[1])
        return found

    def open(self):
        for worker in self.workers:
            worker.start()
        return sum(self.answers("open", OPENING_SECONDS))

    def tree_size(self):
        with open(os.path.join(self.cluster.tiles, "checkpoint")) as file:
            return int(file.read().splitlines()[1])

    def hear(self, number):
        """Seconds from the first follower's event of a new checkpoint to the median one's and the last one's, and how many had it."""
        wanted = self.tree_size() + 1
        for pipe in self.pipes:
            pipe.send(wanted)
        patient(self.cluster, f"follower-{number}", "Heart")
        times = sorted(time for share in self.answers("heard", EVENT_SECONDS) for time in share)
        return times[len(times) // 2] - times[0], times[-1] - times[0], len(times)

    def close(self):
        for worker, pipe in zip(self.workers, self.pipes):
            if worker.is_alive():
                pipe.send(None)
                worker.terminate()
            worker.join()


def main():
    folder, port, proxies, program, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4], int(sys.argv[5])
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    followers = Followers(Cluster(folder, port, proxies, program), count)
    before, began = resident_kib(followers.pid), time.monotonic()
    try:
        opened = followers.open()
        opening = time.monotonic() - began
        time.sleep(IDLE_SECONDS)
        resident = resident_kib(followers.pid)
        heard = [followers.hear(number) for number in range(CHECKPOINTS)]
    finally:
        followers.close()
    print(
        json.dumps(
            {
                "followers": opened,
                "before_mib": round(before / 1024, 1),
                "with_them_mib": round(resident / 1024, 1),
                "kib_each": round((resident - before) / max(1, opened), 2),
                "opening_seconds": round(opening, 1),
                "event_to_median_ms": [round(1000 * median) for median, _, _ in heard],
                "event_to_last_ms": [round(1000 * last) for _, last, _ in heard],
                "heard_by": min(reached for _, _, reached in heard),
                "after_events_mib": round(resident_kib(followers.pid) / 1024, 1),
            }
        )
    )


if __name__ == "__main__":
    try:
        main()
    except Failed as failure:
        sys.exit(f"followers.py: {failure}")
