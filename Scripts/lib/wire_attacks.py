"""What an outsider, and a service that lies, can try over the wire against a cluster that runs."""

import hashlib
import http.client
import http.server
import json
import os
import re
import shutil
import socket
import ssl
import threading

from cluster import Failed
from people import Person


class Wire:
    """Bare connections to a cluster's processes, by Python's own TLS."""

    def __init__(self, cluster):
        self.cluster = cluster
        self.connections = {}

    def context(self, version=ssl.TLSVersion.TLSv1_3):
        context = ssl.create_default_context(cafile=self.cluster.path("tls", "ca.pem"))
        context.minimum_version = context.maximum_version = version
        return context

    def connect(self, name, context=None):
        plain = socket.create_connection((self.cluster.host(name), self.cluster.port(name)), timeout=10)
        try:
            return (context or self.context()).wrap_socket(plain, server_hostname=self.cluster.host(name))
        except OSError:
            plain.close()
            raise

    def say(self, name, octets):
        """Sends bytes, and returns the first answer's status and all that comes until the server has nothing more to say."""
        answer = b""
        with self.connect(name) as connection:
            connection.settimeout(3)
            try:
                connection.sendall(octets)
                while chunk := connection.recv(65_536):
                    answer += chunk
            except OSError:
                pass
        found = re.match(rb"HTTP/1\.1 (\d{3}) ", answer)
        return (int(found[1]) if found else None), answer

    def get(self, name, target):
        """A request without a signature, its target not tidied up by anybody; the connection is used again where it may be."""
        for attempt in (1, 2):
            connection = self.connections.get(name) or http.client.HTTPSConnection(
                self.cluster.host(name), self.cluster.port(name), timeout=10, context=self.context())
            self.connections[name] = connection
            try:
                connection.request("GET", target)
                answer = connection.getresponse()
                return answer.status, answer.read()
            except (OSError, http.client.HTTPException):
                connection.close()
                del self.connections[name]
                if attempt == 2:
                    raise
        return None


def log_hash(cluster):
    with open(cluster.path("network.json")) as file:
        policy = json.load(file)["witnessPolicy"]
    origin = policy.split("\n", 1)[0].split()[1].split("+", 1)[0]
    return hashlib.sha256(origin.encode()).hexdigest()


def unsigned_reads(cluster, address):
    """Nobody reads anything without a signature."""
    wire, log = Wire(cluster), log_hash(cluster)
    targets = [
        ("ledger", f"/ledger/v1/logs/{log}/checkpoint"), ("ledger", f"/ledger/v1/logs/{log}/entries?from=0&to=1"),
        ("ledger", f"/ledger/logs/{log}/checkpoint"), ("ledger", f"/ledger/logs/{log}/tile/entries/000"),
        ("vault", f"/vault/v1/objects/{address}"), ("vault", f"/vault/v1/records/{'0' * 32}"),
    ] + [
        ("mirror-1", f"/mirror{path}/{log}{rest}") for path, rest in (
            ("/v1/logs", "/entries?from=0&to=1"), ("/v1/logs", "/snapshot"), ("/v1/logs", "/snapshots/20"),
            ("/v1/logs", f"/trails/{'0' * 32}"), ("/logs", "/checkpoint"), ("/logs", "/tile/entries/000"))
        if "mirror-1" in cluster.names
    ]
    for name, target in targets:
        status, answer = wire.get(name, target)
        if status != 401 or b"request.unsigned" not in answer:
            raise Failed(f"{name} answers {status} to an unsigned GET {target}:\n{answer[:500]!r}")
    return f"{len(targets)} targets"


def traversal(cluster, address):
    """No path leads to a file that is not meant to be read."""
    wire, log = Wire(cluster), log_hash(cluster)
    secrets = []
    for name in cluster.names:
        folder = cluster.path(name, cluster.role(name))
        for key in ("log.key", "identity.key", "master.key", "IDENTITY"):
            if os.path.exists(os.path.join(folder, key)):
                with open(os.path.join(folder, key), "rb") as file:
                    secrets.append(file.read().strip())
    secrets.append(b"root:x:0:0")
    ways = ["../" * depth + file for depth in (1, 2, 3) for file in ("log.key", "identity.key", "master.key")]
    ways += ["../" * 12 + "etc/passwd", "/etc/passwd"]
    ways += [way.replace("/", "%2f") for way in ways] + [way.replace("../", "%2e%2e/") for way in ways[:9]]
    ways += ["..%5c..%5clog.key", "....//....//log.key", "checkpoint%00/../../log.key"]
    prefixes = [
        ("ledger", f"/ledger/logs/{log}/tile/"), ("ledger", f"/ledger/logs/{log}/"), ("ledger", "/"),
        ("vault", "/vault/v1/objects/"), ("vault", f"/vault/v1/objects/{address}/"), ("vault", "/vault/v1/uploads/"),
        ("key-service", "/key-service/"), ("proxy-1", "/proxy/"), ("witness-1", "/witness/"),
    ] + [
        ("mirror-1", prefix) for prefix in (
            "/mirror/", f"/mirror/logs/{log}/tile/", f"/mirror/v1/logs/{log}/snapshots/") if "mirror-1" in cluster.names
    ]
    count = 0
    for name, prefix in prefixes:
        for way in ways:
            status, answer = wire.get(name, prefix + way)
            count += 1
            if status not in (400, 401, 404) or any(secret in answer for secret in secrets):
                raise Failed(f"{name} answers {status} to GET {prefix + way}:\n{answer[:500]!r}")
    return f"{count} paths"


def other_protocols(cluster, _):
    """TLS 1.3 or nothing."""
    wire = Wire(cluster)
    running = [name for name in cluster.names if cluster.process(name)]
    for name in running:
        try:
            with wire.connect(name, wire.context(ssl.TLSVersion.TLSv1_2)):
                raise Failed(f"{name} speaks TLS 1.2")
        except ssl.SSLError:
            pass
        with socket.create_connection((cluster.host(name), cluster.port(name)), timeout=10) as plain:
            plain.settimeout(3)
            try:
                plain.sendall(b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n")
                if b"HTTP/1.1 2" in plain.recv(4096):
                    raise Failed(f"{name} answers in the clear")
            except OSError:
                pass
        with wire.connect(name) as connection:
            if connection.version() != "TLSv1.3":
                raise Failed(f"{name} speaks {connection.version()}")
    return f"{len(running)} processes"


def ambiguous_requests(cluster, _):
    """A request whose end two readers could see at different places is not answered twice, nor with success."""
    wire = Wire(cluster)
    log = log_hash(cluster)
    host = f"Host: {cluster.host('ledger')}:{cluster.port('ledger')}\r\n"
    hidden = f"GET /livez HTTP/1.1\r\n{host}\r\n"
    start = f"POST /ledger/v1/logs/{log}/transactions HTTP/1.1\r\n{host}"
    shapes = {
        "length and chunks": f"{start}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{hidden}",
        "two lengths": f"{start}Content-Length: 0\r\nContent-Length: {len(hidden)}\r\n\r\n{hidden}",
        "a length with a sign": f"{start}Content-Length: +{len(hidden)}\r\n\r\n{hidden}",
        "chunked not last": f"{start}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n{hidden}",
        "a space before the colon": f"{start}Content-Length : {len(hidden)}\r\n\r\n{hidden}",
        "two hosts": f"GET /ledger/v1/logs/{log}/checkpoint HTTP/1.1\r\n{host}Host: elsewhere\r\n\r\n",
        "no such version": f"GET /livez HTTP/9.9\r\n{host}\r\n",
        "fields without an end": f"GET /livez HTTP/1.1\r\n{host}" + "X-Filler: " + "a" * 200_000,
        "very many fields": f"GET /livez HTTP/1.1\r\n{host}" + "X: y\r\n" * 5_000 + "\r\n",
    }
    for shape, text in shapes.items():
        status, answer = wire.say("ledger", text.encode())
        if re.findall(rb"HTTP/1\.1 2\d\d", answer):
            raise Failed(f"the ledger takes a request with {shape} ({status}):\n{answer[:500]!r}")
    if not cluster.is_ready("ledger"):
        raise Failed("the ledger does not answer any more")
    return f"{len(shapes)} shapes"


class LyingVault(http.server.ThreadingHTTPServer):
    """Serves the vault's own files under a certificate that clients trust, with one byte changed."""

    daemon_threads = True

    def __init__(self, cluster):
        super().__init__((cluster.host("vault"), 0), LyingVault.Handler)
        self.records = cluster.path("vault", "vault", "records")
        self.addresses = {}
        self.served = 0
        cluster.run(
            "ca", "--folder", cluster.path("tls"), "--name", "liar", "--host", cluster.host("vault"), "--host", "localhost")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cluster.path("tls", "liar.pem"), cluster.path("tls", "liar.key"))
        self.socket = context.wrap_socket(self.socket, server_side=True)

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_):
            pass

        def do_GET(self):
            name = self.path.rsplit("/", 1)[1]
            if "/records/" in self.path:
                # address (32), size (8): which record is asked for is told by whoever made this server
                address = self.server.addresses[name]
                size = os.path.getsize(self.server.file(address))
                return self.answer(200, bytes.fromhex(address) + size.to_bytes(8, "big"), "application/vnd.parasol.stored-record")
            with open(self.server.file(name), "rb") as file:
                content = bytearray(file.read())
            content[len(content) // 2] ^= 1
            first, last = (int(text) for text in self.headers["Range"].removeprefix("bytes=").split("-"))
            self.server.served += 1
            part = bytes(content[first:last + 1])
            self.answer(
                206, part, "application/vnd.parasol.sealed-record",
                ("Content-Range", f"bytes {first}-{first + len(part) - 1}/*"))

        def answer(self, status, content, kind, *fields):
            self.send_response(status)
            for field, value in (("Content-Type", kind), ("Content-Length", str(len(content))), *fields):
                self.send_header(field, value)
            self.end_headers()
            self.wfile.write(content)

    def file(self, address):
        return os.path.join(self.records, address[:2], address[2:4], address)


def changed_network(cluster, name, change):
    """A network file that somebody has tampered with."""
    with open(cluster.path("network.json")) as file:
        network = json.load(file)
    change(network)
    path = cluster.path(f"{name}.network.json")
    with open(path, "w") as file:
        json.dump(network, file)
    return path


def vault_with_other_bytes(cluster, doctor, record, address):
    """A vault that serves other bytes makes nobody see another recording: nothing is written, and the reason is told."""
    server = LyingVault(cluster)
    server.addresses[record] = address
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        url = f"https://{cluster.host('vault')}:{server.server_address[1]}"
        network = changed_network(cluster, "liar", lambda network: network.update(vault=url))
        deceived = Person(cluster, f"{doctor.name}-deceived")
        shutil.copytree(doctor.home, deceived.home, dirs_exist_ok=True)
        shutil.copyfile(network, deceived.path("network.json"))
        output = deceived.path("from-liar")
        answer = deceived.refused("doctor", "fetch", record, "-o", output, saying=("digest", "bytes", "authentic", "changed"))
        if not server.served:
            raise Failed(f"the lying vault was not asked: {answer}")
        if os.path.isdir(output) and os.listdir(output):
            raise Failed(f"written from a lying vault: {os.listdir(output)}")
        return answer.failure
    finally:
        server.shutdown()
        server.server_close()


def another_key_service(cluster, _):
    """Who answers in the key service's place opens nobody's folder: an identity without the role, nor one of nobody."""
    refusals = []
    others = {"a proxy's identity": cluster.cards["proxy-1"]["identity"], "nobody's identity": "5" * 32}
    for number, (what, identity) in enumerate(others.items()):
        network = changed_network(
            cluster, f"other-key-service-{number}",
            lambda network, identity=identity: network["keyServices"][0].update(identity=identity))
        person = Person(cluster, f"patient-deceived-{number}", network)
        person.do("patient", "init", "--name", "deceived", "--network", network)
        answer = person.refused("patient", "open-folder", "heart")
        if any(folder.get("folder") for folder in person.do("patient", "folders")["folders"]):
            raise Failed(f"a folder was opened with {what}: {answer}")
        refusals.append(answer.failure)
    return "; ".join(refusals)


def another_authority(cluster, doctor):
    """A server whose certificate comes from anywhere else is not talked to."""
    cluster.run("ca", "--folder", cluster.path("other-tls"), "--name", "any", "--host", "localhost")
    with open(cluster.path("other-tls", "ca.pem")) as file:
        authorities = file.read()
    network = changed_network(
        cluster, "other-authority", lambda network: network.update(certificateAuthorities=authorities))
    deceived = Person(cluster, f"{doctor.name}-elsewhere")
    shutil.copytree(doctor.home, deceived.home, dirs_exist_ok=True)
    shutil.copyfile(network, deceived.path("network.json"))
    return deceived.refused("doctor", "records", saying=("certificate", "handshake", "tls")).failure
