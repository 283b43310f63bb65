#!/usr/bin/env python3
"""Tests umbral_peer.py: both wheels, over the published cases and crosswise, through the JSON lines.

    python test_umbral_peer.py VECTORS.json

Exits 1 when an answer is not the expected one.
"""

import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


class Peer:
    """The server as a subprocess."""

    def __init__(self, *options):
        self.process = subprocess.Popen(
            [sys.executable, *options, os.path.join(HERE, "umbral_peer.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.count = 0

    def line(self, text):
        self.process.stdin.write(text + "\n")
        self.process.stdin.flush()
        self.count += 1
        return json.loads(self.process.stdout.readline())

    def ask(self, op, **fields):
        return self.line(json.dumps({"op": op, **fields}))

    def close(self):
        self.process.stdin.close()
        expect(self.process.wait() == 0, "the server did not exit cleanly")

    def must(self, op, **fields):
        reply = self.ask(op, **fields)
        expect(reply["ok"], f"{op}: {reply}")
        return reply


def expect(condition, message):
    if not condition:
        print(f"test_umbral_peer: {message}", file=sys.stderr)
        sys.exit(1)


def check_case(peer, name, case):
    """Everything in a published case is reproduced or accepted by the wheel `name`."""
    keys = {k: case[k] for k in ("delegating_pk", "receiving_pk", "verifying_pk")}
    for role, public in (("delegating", "delegating_pk"), ("receiving", "receiving_pk"), ("signing", "verifying_pk")):
        expect(peer.must("keygen", peer=name, sk=case[role + "_sk"])["pk"] == case[public], f"{role} key differs")
    parsed = peer.must("parse_capsule", peer=name, capsule=case["capsule"])
    expect(parsed["simple"] == case["capsule_simple"], "capsule's simple form differs")
    sealed = {"capsule": case["capsule"], "ciphertext": case["ciphertext"]}
    opened = peer.must("decrypt_original", peer=name, sk=case["delegating_sk"], **sealed)
    expect(opened["plaintext"] == case["plaintext"], "original decryption differs")
    for kfrag in case["kfrags"]:
        peer.must("verify_kfrag", peer=name, kfrag=kfrag, **keys)
    for cfrag in case["cfrags"]:
        peer.must("verify_cfrag", peer=name, cfrag=cfrag, capsule=case["capsule"], **keys)
    chosen = case["cfrags"][: case["threshold"]]
    receiver = {"receiving_sk": case["receiving_sk"], "delegating_pk": case["delegating_pk"]}
    opened = peer.must(
        "decrypt_reencrypted", peer=name, cfrags=chosen, verifying_pk=case["verifying_pk"], **receiver, **sealed
    )
    expect(opened["plaintext"] == case["plaintext"], "decryption of re-encrypted differs")
    evidence = peer.must("evidence", peer=name, capsule=case["capsule"], cfrag=case["cfrags"][0], **keys)
    expect(evidence["evidence"] == case["evidence_cfrag0"], "evidence differs")


def check_crosswise(peer, maker, user, case, size):
    """Values made by one wheel are used by the other."""
    plaintext = bytes(i & 0xFF for i in range(size)).hex()
    keys = {k: case[k] for k in ("delegating_pk", "receiving_pk", "verifying_pk")}
    sealed = peer.must("encrypt", peer=maker, pk=case["delegating_pk"], plaintext=plaintext)
    sealed = {k: sealed[k] for k in ("capsule", "ciphertext")}
    opened = peer.must("decrypt_original", peer=user, sk=case["delegating_sk"], **sealed)
    expect(opened["plaintext"] == plaintext, "crosswise original decryption differs")
    kfrags = peer.must(
        "generate_kfrags",
        peer=maker,
        delegating_sk=case["delegating_sk"],
        receiving_pk=case["receiving_pk"],
        signing_sk=case["signing_sk"],
        threshold=2,
        shares=3,
        sign_delegating_key=True,
        sign_receiving_key=True,
    )["kfrags"]
    for kfrag in kfrags:
        peer.must("verify_kfrag", peer=user, kfrag=kfrag, **keys)
    cfrags = [peer.must("reencrypt", peer=maker, capsule=sealed["capsule"], kfrag=k)["cfrag"] for k in kfrags]
    receiver = {"receiving_sk": case["receiving_sk"], "delegating_pk": case["delegating_pk"]}
    request = {"peer": user, "verifying_pk": case["verifying_pk"], **receiver, **sealed}
    opened = peer.must("decrypt_reencrypted", cfrags=cfrags[1:], **request)
    expect(opened["plaintext"] == plaintext, "crosswise opening differs")
    expect(not peer.ask("decrypt_reencrypted", cfrags=cfrags[:1], **request)["ok"], "one of two fragments opened a record")


def check_without_wheels():
    """Where pip installed nothing, whoever asks learns it from `info`, and nobody waits in vain."""
    peer = Peer("-S")  # without site-packages, and so without wheels
    expect(peer.must("info")["peers"] == {}, "a server without wheels names peers")
    expect("not installed" in peer.ask("keygen", peer="umbral_pre", sk="01" * 32)["error"], "a missing wheel answered")
    peer.close()


def main():
    check_without_wheels()
    with open(sys.argv[1], encoding="utf-8") as file:
        vectors = json.load(file)
    peer = Peer()
    names = list(peer.must("info")["peers"])
    expect(names == ["umbral_pre", "nucypher_core"], f"both wheels are needed, found {names}")
    for name in names:
        for entry in vectors["factory"]:
            made = peer.must("factory", peer=name, seed=entry["seed"], label=entry["label"])
            expect(made["make_key"] == entry["make_key"], "make_key differs")
            expect(made["make_secret"] == entry["make_secret"], "make_secret differs")
            inner = entry["make_factory_then_make_secret_same_label"]
            expect(made["factory_make_secret"] == inner, "make_factory differs")
        for entry in vectors["signatures"]:
            signed = peer.must("sign", peer=name, sk=entry["sk"], message=entry["message"])["signature"]
            for signature in (signed, entry["be"]):
                subject = {"peer": name, "pk": entry["pk"], "signature": signature}
                expect(peer.must("verify", message=entry["message"], **subject)["valid"], "signature refused")
                expect(not peer.must("verify", message=entry["message"] + "00", **subject)["valid"], "forgery accepted")
        for case in vectors["cases"]:
            check_case(peer, name, case)
        for item in vectors.get("robustness", {}).get("items", []):
            result = next((text for key, text in item["result"].items() if key.startswith(name)), None)
            if result is None:
                continue
            if item["type"] == "capsule":
                reply = peer.ask("parse_capsule", peer=name, capsule=item["bytes"])
                expect(reply["ok"] == (result == "accepted"), f"{item['what']}: {reply}")
                if result == "PANIC":
                    expect(reply["error"].startswith("PanicException"), f"{item['what']}: {reply}")
        for other in names:
            for size in (0, 1, 200, 300, 70_000):
                check_crosswise(peer, name, other, vectors["cases"][0], size)
        expect(not peer.ask("keygen", peer=name, sk="00" * 32)["ok"], "secret key 0 accepted")
    for text in ("{", "[]", "{}", '{"op":"__init__","peer":"umbral_pre"}', '{"op":"keygen","peer":"nobody"}'):
        expect(not peer.line(text)["ok"], f"{text} was answered ok")
    peer.close()
    print(f"umbral_peer: {peer.count} requests answered as expected by {', '.join(names)}")


if __name__ == "__main__":
    main()
