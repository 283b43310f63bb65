"""A whole deployment on this machine, its roles as separate processes: what Scripts/cluster and the checks of it share."""

import concurrent.futures
import json
import os
import signal
import ssl
import subprocess
import time
import urllib.error
import urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
WITNESSES = 3
HOST = "127.0.0.1"
START_SECONDS = 60


class Failed(Exception):
    def whole(self):
        """What it says, behind whatever it came after."""
        earlier = self.__context__
        return f"{earlier.whole()}\nand then: {self}" if isinstance(earlier, Failed) else str(self)


class Cluster:
    def __init__(self, folder, port, proxies, program, mirrors=0, snapshot_leaves=None):
        """snapshot_leaves: after how many leaves the state is vouched for; as the program has it where nothing is said."""
        self.folder = os.path.abspath(folder)
        self.program = program
        self.first_port = port
        self.children = {}
        self.proxies = proxies
        names = ["ledger"] + [f"witness-{n}" for n in range(1, WITNESSES + 1)] + ["key-service", "vault"]
        self.names = names + [f"proxy-{n}" for n in range(1, proxies + 1)]
        self.names += [f"mirror-{n}" for n in range(1, mirrors + 1)]
        self.snapshot_leaves = snapshot_leaves

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def role(self, name):
        return name.rstrip("0123456789").rstrip("-")

    def host(self, name):
        """The address of the machine that a process runs on."""
        return HOST

    def inside(self, name):
        """What a process's command comes after, to be run on its machine."""
        return []

    def port(self, name):
        return self.first_port + self.names.index(name)

    def url(self, name):
        return f"https://{self.host(name)}:{self.port(name)}/{self.role(name)}"

    def run(self, *arguments):
        done = subprocess.run([self.program, *arguments], capture_output=True, text=True)
        if done.returncode != 0:
            raise Failed(f"parasol {' '.join(arguments)}\n{done.stdout}{done.stderr}")
        return done.stdout

    # What is made once.

    def card(self, name):
        """What a node's role shows of its keys; made if it is not there."""
        place = ["--role", self.role(name), "--folder", self.path(name)]
        if not os.path.isdir(self.path(name, self.role(name))):
            named = ["--name", f"{name}.parasol.localhost"] if self.role(name) in ("ledger", "witness") else []
            os.makedirs(self.path(name), mode=0o700, exist_ok=True)
            self.run("node", "init", *place, *named)
        lines = self.run("node", "show", *place).splitlines()
        return dict(line.split(" ", 1) for line in lines)

    def certificate(self, name):
        if not os.path.exists(self.path("tls", f"{name}.pem")):
            self.run("ca", "--folder", self.path("tls"), "--name", name, "--host", self.host(name), "--host", "localhost")

    def prepare(self):
        os.makedirs(self.folder, mode=0o700, exist_ok=True)
        self.certificate(self.names[0])  # with the authority, which is made once
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            self.cards = dict(zip(self.names, pool.map(self.card, self.names)))
            list(pool.map(self.certificate, self.names))
        witnesses = [f"witness-{n}" for n in range(1, WITNESSES + 1)]
        policy = f"log {self.cards['ledger']['log-key']}\n"
        policy += "".join(f"witness w{n} {self.cards[name]['witness-key']}\n" for n, name in enumerate(witnesses, 1))
        policy += "group witnesses 2 w1 w2 w3\nquorum witnesses\n"
        with open(self.path("tls", "ca.pem")) as file:
            authorities = file.read()

        def service(name):
            return {"identity": self.cards[name]["identity"], "url": self.url(name)}

        network = {
            "format": "parasol-network/1",
            "name": "a cluster on this machine",
            "witnessPolicy": policy,
            "ledger": self.url("ledger"),
            "keyServices": [service("key-service")],
            "proxies": [service(name) for name in self.names if self.role(name) == "proxy"],
            "vault": self.url("vault"),
            "certificateAuthorities": authorities,
        }
        self.write("network.json", json.dumps(network, indent=2) + "\n")
        for name in self.names:
            self.write(os.path.join(name, "node.yaml"), self.configuration(name, witnesses))
        if not os.path.exists(self.path("passphrase")):
            self.write("passphrase", os.urandom(24).hex() + "\n")

    def configuration(self, name, witnesses):
        lines = [
            f"roles: [{self.role(name)}]",
            f"folder: {self.path(name)}",
            f"network: {self.path('network.json')}",
            "listen:",
            f"  host: {self.host(name)}",
            f"  port: {self.port(name)}",
            "tls:",
            f"  certificate: {self.path('tls', name + '.pem')}",
            f"  key: {self.path('tls', name + '.key')}",
        ]
        if name == "ledger":
            lines += ["ledger:", "  witnesses:"]
            for witness in witnesses:
                card = self.cards[witness]
                lines.append(
                    f"    - {witness}.parasol.localhost {self.url(witness)} {card['identity']} {card['signing-key']}")
        if self.role(name) == "mirror":
            lines += ["housekeeping:", "  seconds: 5", "mirror:", "  witnesses:"]
            lines += [f"    - {witness}.parasol.localhost {self.url(witness)}" for witness in witnesses]
            # The first is a copy of the ledger, the others begin with what the first has.
            if name != "mirror-1":
                lines.append(f"  begin-with: {self.url('mirror-1')}")
        if self.snapshot_leaves:
            lines += ["snapshot:", f"  leaves: {self.snapshot_leaves}"]
        return "\n".join(lines) + "\n"

    def write(self, name, text):
        path = self.path(name)
        temporary = path + ".new"
        with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(text)
        os.replace(temporary, path)

    def member(self, number, *arguments):
        home = self.path("members", str(number))
        return self.run("org", *arguments, "--home", home, "--passphrase-file", self.path("passphrase"))

    def make_member(self, number):
        if not os.path.exists(self.path("members", str(number), "member.profile")):
            self.member(number, "init", "--name", f"Organisation {number}", "--network", self.path("network.json"))

    def found(self):
        """The founding, signed by every organisation, and what each of them vouches for."""
        if os.path.exists(self.path("founded")):
            return
        members = range(1, self.proxies + 1)
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            list(pool.map(self.make_member, members))
        lines = [self.path("members", str(number), "member.member") for number in members]
        founding = self.path("founding")
        if not os.path.exists(founding):
            self.member(1, "founding", *lines, "-o", founding)
        for number in members:
            self.member(number, "sign", founding, "--yes")
        self.member(1, "submit", founding)
        for name in self.names:
            if self.role(name) == "ledger":
                continue
            number = int(name.rsplit("-", 1)[1]) if self.role(name) == "proxy" else 1
            with open(lines[number - 1]) as file:
                identifier = file.read().split()[1]
            request = self.path(name, "request")
            self.run(
                "node", "request", "--role", self.role(name), "--folder", self.path(name), "--member", identifier,
                "--network", self.path("network.json"), "-o", request)
            self.member(number, "enroll", request, "--yes")
        self.write("founded", "yes\n")

    # Processes.

    def process(self, name):
        """The id of the process that serves a name; None where none does."""
        child = self.children.get(name)
        if child is not None:  # its command line is empty for a moment while it starts
            return child.pid if child.poll() is None else None
        try:
            with open(self.path(name, "pid")) as file:
                pid = int(file.read())
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                arguments = file.read().split(b"\0")
        except (OSError, ValueError):
            return None
        return pid if os.fsencode(self.path(name, "node.yaml")) in arguments else None

    def start(self, name):
        if self.process(name) is not None:
            return
        with open(self.path(name, "log"), "ab") as log:
            child = subprocess.Popen(
                [*self.inside(name), self.program, "serve", "--config", self.path(name, "node.yaml")],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        self.children[name] = child
        self.write(os.path.join(name, "pid"), f"{child.pid}\n")

    def kill(self, name):
        """Ends a process that this program started, at once and without a word to it."""
        child = self.children.pop(name)
        child.kill()
        child.wait()

    def is_ready(self, name):
        context = ssl.create_default_context(cafile=self.path("tls", "ca.pem"))
        try:
            with urllib.request.urlopen(
                    f"https://{self.host(name)}:{self.port(name)}/readyz", context=context, timeout=5) as answer:
                return answer.status == 200
        except (OSError, urllib.error.URLError):
            return False

    def wait(self, names):
        deadline = time.monotonic() + START_SECONDS
        for name in names:
            while not self.is_ready(name):
                if self.process(name) is None or time.monotonic() > deadline:
                    with open(self.path(name, "log"), errors="replace") as file:
                        state = "is not ready" if self.process(name) else "does not run"
                        raise Failed(f"{name} {state}:\n{''.join(file.readlines()[-10:])}")
                time.sleep(0.05)

    @property
    def tiles(self):
        """The ledger's own files, as C2SP lays them out."""
        return self.path("ledger", "ledger", "ledger-tiles")

    def write_policy(self):
        """Writes down whose checkpoints count, for an audit, and returns where."""
        with open(self.path("network.json")) as file:
            self.write("policy", json.load(file)["witnessPolicy"])
        return self.path("policy")

    def log(self, name):
        """All that a process has said."""
        with open(self.path(name, "log"), errors="replace") as file:
            return file.read()

    def last_words(self, lines=8):
        """The ends of all logs."""
        texts = []
        for name in self.names:
            try:
                with open(self.path(name, "log"), errors="replace") as file:
                    texts.append(f"--- {name}\n" + "".join(file.readlines()[-lines:]))
            except OSError:
                continue
        return "".join(texts)

    def up(self, later=()):
        """Starts every process but those that somebody starts later."""
        self.prepare()
        base = [name for name in self.names if self.role(name) in ("ledger", "witness")]
        rest = [name for name in self.names if name not in base and name not in later]
        for name in base:
            self.start(name)
        self.wait(base)
        self.found()
        for name in rest:
            self.start(name)
        self.wait(rest)
        print(f"{len(base + rest)} processes run; clients need {self.path('network.json')}")

    def status(self):
        well = True
        for name in self.names:
            pid = self.process(name)
            ready = pid is not None and self.is_ready(name)
            well = well and ready
            print(f"{name:14} {pid or '-':>8}  {'ready' if ready else 'not ready' if pid else 'does not run'}  {self.url(name)}")
        return well

    def down(self):
        running = [(name, pid) for name in self.names if (pid := self.process(name)) is not None]
        # The ledger last, so that nobody waits for it in vain.
        for name, pid in reversed(running):
            os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + 30
        for name, pid in running:
            while self.process(name) == pid:
                if time.monotonic() > deadline:
                    # A check leaves nothing behind, whatever else it finds.
                    for child in self.children.values():
                        child.kill()
                    raise Failed(f"{name} (process {pid}) does not stop")
                time.sleep(0.05)
        print(f"{len(running)} processes ended")


def program(named):
    if named:
        return os.path.abspath(named)
    built = [os.path.join(ROOT, ".build", flavour, "parasol") for flavour in ("release", "debug")]
    built = [path for path in built if os.access(path, os.X_OK)]
    if not built:
        raise Failed("parasol is not built: swift build -c release --product parasol")
    return max(built, key=os.path.getmtime)
