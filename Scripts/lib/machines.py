"""A cluster in which every process has a machine of its own: a network namespace behind a bridge, whose ways can be cut."""

import os
import shutil
import subprocess
import sys

from cluster import Cluster, Failed

# Nobody has this hardware address: what is sent there is lost without a word, as in a network that is cut.
NOWHERE = "02:00:00:00:00:fe"


def enter():
    """Runs this program again in a network and a view of files of its own, which vanish with its last process.

    Returns why that cannot be; does not return where it can."""
    if os.environ.pop("IN_NETWORK_OF_ITS_OWN", None):
        run("mount", "-t", "tmpfs", "tmpfs", "/run")  # where `ip netns` keeps names
        os.mkdir("/run/netns")
        return None
    if os.geteuid() != 0:
        return "it takes root"
    for tool in ("ip", "unshare", "mount"):
        if shutil.which(tool) is None:
            return f"{tool} is not installed"
    tried = subprocess.run(
        ["unshare", "--net", "--mount", "sh", "-c", "ip link add name try0 type bridge && ip link add name try1 type veth peer name try2 && "
         "mount -t tmpfs tmpfs /run && ip netns add n && ip netns exec n true"], capture_output=True, text=True)
    if tried.returncode != 0:
        return f"network namespaces cannot be made here: {tried.stderr.strip()}"
    command = ["unshare", "--net", "--mount", sys.executable, *sys.argv]
    os.execvpe("unshare", command, os.environ | {"IN_NETWORK_OF_ITS_OWN": "1"})


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise Failed(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout


class SeparatedCluster(Cluster):
    """Its clients are at the bridge itself, 10.77.0.1."""

    def build(self):
        run("ip", "link", "set", "lo", "up")
        run("ip", "link", "add", "br0", "type", "bridge")
        run("ip", "addr", "add", "10.77.0.1/24", "dev", "br0")
        run("ip", "link", "set", "br0", "up")
        for number, name in enumerate(self.names):
            run("ip", "netns", "add", name)
            run("ip", "link", "add", f"v{number}", "type", "veth", "peer", "name", "eth0", "netns", name)
            run("ip", "link", "set", f"v{number}", "master", "br0", "up")
            run("ip", "-n", name, "addr", "add", f"{self.host(name)}/24", "dev", "eth0")
            run("ip", "-n", name, "link", "set", "eth0", "up")
            run("ip", "-n", name, "link", "set", "lo", "up")

    def host(self, name):
        return f"10.77.0.{10 + self.names.index(name)}"

    def inside(self, name):
        return ["ip", "netns", "exec", name]

    def cut(self, one, others):
        """Nothing that one machine and each of the others send each other arrives any more."""
        for other in others:
            for here, there in ((one, other), (other, one)):
                run("ip", "-n", here, "neigh", "replace", self.host(there), "lladdr", NOWHERE, "dev", "eth0", "nud", "permanent")

    def heal(self, one, others):
        for other in others:
            for here, there in ((one, other), (other, one)):
                run("ip", "-n", here, "neigh", "del", self.host(there), "dev", "eth0")
