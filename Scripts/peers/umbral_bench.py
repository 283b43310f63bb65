#!/usr/bin/env python3
"""Times the published Umbral wheels on the operations of our own benchmark.

    python umbral_bench.py [--seconds S]      one JSON object on standard output

    {"umbral_pre": {"version": "0.11.0", "operations": {"encrypt_32": {"median_us": 247.1, "p5_us": 245.0, "count": 900}, …}}, …}

Exits 77 where neither wheel is installed; its report is then empty. Operations and names are those of `Benchmarks --json`. Each runs for S seconds and at least 20 times. The collector is off while
timing; a call's cost includes the binding's conversion of its arguments and results, as for any user of the wheel.
"""

import argparse
import gc
import json
import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import umbral_wheels  # noqa: E402

MEBIBYTE = 1 << 20
FEWEST = 20
NO_PEER = 77  # neither 1 nor 2, with which Python itself ends when something is wrong


def timed(seconds, operation):
    """Median and 5th percentile in microseconds of many calls of `operation`."""
    for _ in range(3):
        operation()
    clock, samples = time.perf_counter_ns, []
    gc.collect()
    gc.disable()
    try:
        end = clock() + int(seconds * 1e9)
        while len(samples) < FEWEST or clock() < end:
            start = clock()
            operation()
            samples.append(clock() - start)
    finally:
        gc.enable()
    samples.sort()
    return {
        "median_us": samples[len(samples) // 2] / 1000,
        "p5_us": samples[len(samples) * 5 // 100] / 1000,
        "count": len(samples),
    }


def operations(peer):
    """{name: a function without arguments} over one wheel."""
    u = peer.umbral
    owner, receiver, signing = u.SecretKey.random(), u.SecretKey.random(), u.SecretKey.random()
    signer = u.Signer(signing)
    owner_pk, receiver_pk, verifying_pk = owner.public_key(), receiver.public_key(), signer.verifying_key()
    message = bytes(range(32))
    capsule_octets, ciphertext = peer.encrypt(owner_pk, message)
    capsule = u.Capsule.from_bytes(capsule_octets)
    grant = {
        "delegating_sk": owner,
        "receiving_pk": receiver_pk,
        "signer": signer,
        "threshold": 2,
        "shares": 3,
        "sign_delegating_key": True,
        "sign_receiving_key": True,
    }
    verified_kfrags = u.generate_kfrags(**grant)
    kfrags = [kfrag.unverify() for kfrag in verified_kfrags]
    cfrags = [bytes(u.reencrypt(capsule, kfrag)) for kfrag in verified_kfrags[:2]]

    def parse_and_verify(octets):
        return u.CapsuleFrag.from_bytes(octets).verify(capsule, verifying_pk, owner_pk, receiver_pk)

    encrypt, decrypt, reopen = whole_message(peer, owner, owner_pk, receiver, message, (capsule_octets, ciphertext))

    def open_two():
        if bytes(reopen([parse_and_verify(octets) for octets in cfrags])) != message:
            raise RuntimeError("the peer did not open its own message")

    return {
        "encrypt_32": encrypt,
        "capsule_parse": lambda: u.Capsule.from_bytes(capsule_octets),
        "kfrags_2_of_3": lambda: u.generate_kfrags(**grant),
        "kfrag_verify": lambda: kfrags[0].verify(verifying_pk, owner_pk, receiver_pk),
        "reencrypt": lambda: u.reencrypt(capsule, verified_kfrags[0]),
        "cfrag_parse_verify": lambda: parse_and_verify(cfrags[0]),
        "decrypt_original_32": decrypt,
        "open_2_of_3": open_two,
    }


def whole_message(peer, owner, owner_pk, receiver, message, sealed=None):
    """Functions that encrypt and decrypt one message by the wheel's own shortest way."""
    if peer.name == "nucypher_core":
        if sealed is None:
            kit = peer.MessageKit(owner_pk, message, None)
        else:
            kit = peer.MessageKit.from_bytes(umbral_wheels.message_kit(*sealed))
        return (
            lambda: peer.MessageKit(owner_pk, message, None),
            lambda: kit.decrypt(owner),
            lambda verified: kit.decrypt_reencrypted(receiver, owner_pk, verified),
        )
    u = peer.umbral
    octets, ciphertext = sealed or peer.encrypt(owner_pk, message)
    capsule = u.Capsule.from_bytes(octets)
    return (
        lambda: u.encrypt(owner_pk, message),
        lambda: u.decrypt_original(owner, capsule, ciphertext),
        lambda verified: u.decrypt_reencrypted(receiver, owner_pk, capsule, verified, ciphertext),
    )


def throughput(peer, mebibytes):
    """{name: function} of sealing and opening one message of this size."""
    owner, receiver = peer.umbral.SecretKey.random(), peer.umbral.SecretKey.random()
    message = os.urandom(mebibytes * MEBIBYTE)
    encrypt, decrypt, _ = whole_message(peer, owner, owner.public_key(), receiver, message)
    return {f"seal_{mebibytes}_mib": encrypt, f"open_{mebibytes}_mib": decrypt}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=1.0)
    options = parser.parse_args()
    report = {}
    for name, peer in umbral_wheels.installed().items():
        results = {}
        for todo in (operations(peer), throughput(peer, 1), throughput(peer, 64)):
            for operation, call in todo.items():
                results[operation] = timed(options.seconds, call)
        report[name] = {"version": peer.version, "operations": results}
    json.dump(report, sys.stdout)
    print()
    return 0 if report else NO_PEER


if __name__ == "__main__":
    sys.exit(main())
