"""idle_connections.py HOST:PORT CA-FILE PID COUNT: what so many connections that wait cost a server.

Opens COUNT connections with TLS 1.3 to a server, from several processes, lets each ask for /livez once and then wait, and prints as JSON
the server's resident memory (VmRSS of process PID) before and with the most connections that were open at once.
"""

import json
import multiprocessing
import os
import resource
import socket
import ssl
import sys
import time

PROCESSES = 4


def resident_kib(pid):
    with open(f"/proc/{pid}/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS:"))


def open_files(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def connect(address, authorities, count, release):
    host, port = address.rsplit(":", 1)
    context = ssl.create_default_context(cafile=authorities)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    held = []
    for _ in range(count):
        plain = socket.create_connection((host, int(port)), timeout=30)
        # Or the request waits 40 ms for the acknowledgement of the handshake's end.
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection = context.wrap_socket(plain, server_hostname=host)
        connection.sendall(f"GET /livez HTTP/1.1\r\nHost: {address}\r\n\r\n".encode())
        connection.recv(4096)
        held.append(connection)
    release.wait()


def main():
    address, authorities, pid, count = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    release = multiprocessing.Event()
    before, files = resident_kib(pid), open_files(pid)
    share = [count // PROCESSES + (number < count % PROCESSES) for number in range(PROCESSES)]
    began = time.monotonic()
    workers = [multiprocessing.Process(target=connect, args=(address, authorities, part, release)) for part in share]
    for worker in workers:
        worker.start()
    most, resident = 0, before
    while time.monotonic() - began < 300 and all(worker.is_alive() for worker in workers):
        connections = open_files(pid) - files
        if connections > most:
            most, resident = connections, resident_kib(pid)
        # The server ends a connection that idles; once fewer are open than were, there is no more to see.
        if most >= count or connections < most - count // 10:
            break
        time.sleep(0.2)
    release.set()
    for worker in workers:
        worker.terminate()
        worker.join()
    print(
        json.dumps(
            {
                "wanted": count,
                "connections": most,
                "before_mib": round(before / 1024, 1),
                "with_them_mib": round(resident / 1024, 1),
                "kib_each": round((resident - before) / max(1, most), 2),
                "seconds": round(time.monotonic() - began, 1),
            }
        )
    )


if __name__ == "__main__":
    main()
