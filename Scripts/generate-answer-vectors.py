#!/usr/bin/env python3
"""Writes Vectors/answers.json from Protocols/answers.md alone: sealed answers, and what must not open.

    Scripts/generate-answer-vectors.py OUTPUT

The same bytes every time. Needs the PyPI package cryptography.
"""


from independent import hpke
from independent.generating import Stream, output, write
from independent.vectors import bound

stream = Stream("answers.json")
# 64 records with at most 512 bytes for each.
LONGEST = 64 * 512
TAG = b"parasol-answer-key/v1\x00"
# RFC 9180, A.2.1, which is for this suite: shared secret, key and base nonce.
RFC_KEY = "ad2744de8e17f4ebba575b3f5f5a8fa1f69c2a07f6e7500bc60ca6e3e3ec1c91"
RFC_BASE_NONCE = "5c4d98150661b848853b547f"
RFC_SHARED = "0bbe78490412b4bbea4812666f7916932b828bba79942424abb65244930d69a7"


def info(origin, request, transformer):
    name = origin.encode()
    return b"parasol-answer/v1\x00" + len(name).to_bytes(2, "big") + name + request + transformer


def case(number, origin, length):
    secret, request, transformer = (stream(f"{part} {number}", size) for part, size in
                                    (("secret", 32), ("request", 16), ("transformer", 16)))
    derived = hpke.expand(hpke.extract(b"", secret), TAG + request, 32)
    key = hpke.private_key(derived)
    ephemeral = hpke.private_key(stream(f"ephemeral {number}", 32))
    answer = stream(f"answer {number}", length)
    enc, ciphertext = hpke.seal(ephemeral, hpke.public(key), info(origin, request, transformer), answer)
    assert hpke.open_(key, enc, info(origin, request, transformer), ciphertext) == answer
    return {
        "origin": origin,
        "secret": secret.hex(),
        "request": request.hex(),
        "transformer": transformer.hex(),
        "answer_key": hpke.public(key).hex(),
        "answer": answer.hex(),
        "sealed": (enc + ciphertext).hex(),
    }


def changed(good, **changes):
    bad = {name: good[name] for name in ("origin", "secret", "request", "transformer", "sealed")}
    return {**bad, **changes}


def flipped(text, byte):
    data = bytearray.fromhex(text)
    data[byte] ^= 1
    return data.hex()


def check_schedule():
    """The key schedule against RFC 9180's own numbers for this suite, where the labels are all that could be wrong."""
    psk_id = hpke.labeled_extract(hpke.SUITE, b"", b"psk_id_hash", b"")
    info_hash = hpke.labeled_extract(hpke.SUITE, b"", b"info_hash", bytes.fromhex("4f6465206f6e2061204772656369616e2055726e"))
    prk = hpke.labeled_extract(hpke.SUITE, bytes.fromhex(RFC_SHARED), b"secret", b"")
    schedule = b"\x00" + psk_id + info_hash
    assert hpke.labeled_expand(hpke.SUITE, prk, b"key", schedule, 32).hex() == RFC_KEY
    assert hpke.labeled_expand(hpke.SUITE, prk, b"base_nonce", schedule, 12).hex() == RFC_BASE_NONCE


def main():
    path = output(__doc__)
    check_schedule()
    cases = [case(1, "ledger.parasol.test", 359), case(2, "ledger.parasol.test", 97), case(3, "log.example.org/ecg", 1),
             case(4, "log.example.org/ecg", 512), case(5, "ledger.parasol.test", 2 * 359),
             case(6, "log.example.org/ecg", LONGEST)]
    good, other = cases[0], cases[1]
    refused = [
        {"what": "another ledger", **changed(good, origin="ledger.parasol.tesu")},
        {"what": "another request", **changed(good, request=other["request"])},
        {"what": "another transformer", **changed(good, transformer=other["transformer"])},
        {"what": "another requester", **changed(good, secret=other["secret"])},
        {"what": "a changed encapsulated key", **changed(good, sealed=flipped(good["sealed"], 0))},
        {"what": "a changed ciphertext", **changed(good, sealed=flipped(good["sealed"], 40))},
        {"what": "a changed tag", **changed(good, sealed=flipped(good["sealed"], -1))},
        {"what": "cut by a byte", **changed(good, sealed=good["sealed"][:-2])},
        {"what": "no answer in it", **changed(good, sealed=good["sealed"][:96])},
        {"what": "longer than any answer", **changed(good, sealed=cases[5]["sealed"] + "00")},
        {"what": "an encapsulated key of small order", **changed(good, sealed="00" * 32 + good["sealed"][64:])},
    ]
    refused = [bound(item) for item in refused]
    write(path, {"answers": {"cases": cases, "refused": refused}}, indent=2)
    print(f"{path}: {len(cases)} answers, {len(refused)} that must not open")


if __name__ == "__main__":
    main()
