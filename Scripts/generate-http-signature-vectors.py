#!/usr/bin/env python3
"""Writes Vectors/http-message-signatures.json from RFC 9421, RFC 9530 and Protocols/http.md alone.

    Scripts/generate-http-signature-vectors.py OUTPUT

The RFC's own examples whose algorithm is ours (its key test-key-ecc-p256), requests of the profile, and what must be refused. The
same bytes every time; nothing but Python is needed.
"""

import base64
import hashlib

from independent import p256
from independent.generating import output, write
from independent.vectors import bound

RFC_KEY = "03a885586552c2acf6471878cfd7b0935b4ffe0fd2dfc341248ea17bc41e058af0"
HELLO = '{"hello": "world"}'
HELLO_DIGEST = "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:"
BUSY_DIGEST = "sha-512=:0Y6iCBzGg5rZtoXS95Ijz03mslf6KAMCloESHObfwnHJDbkkWWQz6PhhU9kxsTbARtY2PTBOzq24uJFpHsMuAg==:"
CLIENT_CERTIFICATE = (
    ":MIIBqDCCAU6gAwIBAgIBBzAKBggqhkjOPQQDAjA6MRswGQYDVQQKDBJMZXQncyBBdXRoZW50aWNhdGUxGzAZBgNVBAMMEkxBIEludGVybWVkaWF0ZSBDQTAe"
    "Fw0yMDAxMTQyMjU1MzNaFw0yMTAxMjMyMjU1MzNaMA0xCzAJBgNVBAMMAkJDMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE8YnXXfaUgmnMtOXU/IncWalRhebr"
    "XmckC8vdgJ1p5Be5F/3YC8OthxM4+k1M6aEAEFcGzkJiNy6J84y7uzo9M6NyMHAwCQYDVR0TBAIwADAfBgNVHSMEGDAWgBRm3WjLa38lbEYCuiCPct0ZaSED2DAO"
    "BgNVHQ8BAf8EBAMCBsAwEwYDVR0lBAwwCgYIKwYBBQUHAwIwHQYDVR0RAQH/BBMwEYEPYmRjQGV4YW1wbGUuY29tMAoGCCqGSM49BAMCA0gAMEUCIBHda/r1vaL6"
    "G3VliL4/Di6YK0Q6bMjeSkC3dFCOOB8TAiEAx/kHSB4urmiZ0NX5r5XarmPk0wmuydBVoU4hBVZ1yhk=:")

SECRET = int.from_bytes(hashlib.sha256(b"http-message-signatures.json key").digest(), "big") % p256.ORDER
KEY = p256.public(SECRET).hex()
KEY_ID = "6f1d0a5c2b7e4938a1c0d2e3f4b5a697"
TAG = "parasol-http/1"
NOW = 1_790_000_000


def request(method, authority, target, *fields):
    return {"method": method, "scheme": "https", "authority": authority, "target": target,
            "fields": [list(field) for field in fields]}


def combined(fields, name):
    values = [value.strip(" \t") for found, value in fields if found.lower() == name]
    assert values, name
    return ", ".join(values)


def value(component, message):
    """RFC 9421, section 2, of a component without its parameters."""
    if not component.startswith("@"):
        return combined(message["fields"], component)
    if component == "@status":
        return str(message["status"])
    path, mark, query = message["target"].partition("?")
    default = {"https": ":443", "http": ":80"}[message["scheme"]]
    authority = message["authority"].lower()
    return {
        "@method": message["method"],
        "@scheme": message["scheme"],
        "@authority": authority.removesuffix(default),
        "@request-target": message["target"],
        "@target-uri": message["scheme"] + "://" + message["authority"] + message["target"],
        "@path": path or "/",
        "@query": "?" + query,
    }[component]


def named(component):
    """The identifier as it is written: `@method` or `@method;req`."""
    name, mark, parameter = component.partition(";")
    return f'"{name}"{mark}{parameter}'


def base(components, parameters, message, asked=None):
    """RFC 9421, section 2.5."""
    lines = []
    for component in components:
        name, _, parameter = component.partition(";")
        lines.append(f"{named(component)}: {value(name, asked if parameter == 'req' else message)}")
    return "\n".join([*lines, f'"@signature-params": {listed(components, parameters)}'])


def listed(components, parameters):
    return f"({' '.join(named(component) for component in components)}){parameters}"


def with_signature(message, label, input_value, signature):
    encoded = base64.b64encode(signature).decode()
    return {**message, "fields": message["fields"] + [["Signature-Input", f"{label}={input_value}"],
                                                      ["Signature", f"{label}=:{encoded}:"]]}


def published(what, label, components, parameters, signature, asked, answer=None):
    """An example of the RFC, whose signature must verify here too."""
    message = answer or asked
    text = base(components, parameters, message, asked)
    raw = base64.b64decode(signature)
    assert p256.verifies(bytes.fromhex(RFC_KEY), text.encode(), raw), what
    signed = with_signature(message, label, listed(components, parameters), raw)
    return bound({"what": what, "key": RFC_KEY, "label": label, "base": text,
                  **({"request": asked, "response": signed} if answer else {"request": signed})})


def published_cases():
    post = request("POST", "example.com", "/foo?param=Value&Pet=dog", ("Host", "example.com"),
                   ("Date", "Tue, 20 Apr 2021 02:07:55 GMT"), ("Content-Type", "application/json"),
                   ("Content-Digest", HELLO_DIGEST), ("Content-Length", "18"))
    busy = {"status": 503, "fields": [["Date", "Tue, 20 Apr 2021 02:07:56 GMT"], ["Content-Type", "application/json"],
                                      ["Content-Length", "62"], ["Content-Digest", BUSY_DIGEST]]}
    bound_components = ["@status", "content-digest", "content-type", "@authority;req", "@method;req", "@path;req"]
    yield published(
        "RFC 9421, section 2.4: a response bound to its request", "reqres", [*bound_components, "content-digest;req"],
        ';created=1618884479;keyid="test-key-ecc-p256"',
        "dMT/A/76ehrdBTD/2Xx8QuKV6FoyzEP/I9hdzKN8LQJLNgzU4W767HK05rx1i8meNQQgQPgQp8wq2ive3tV5Ag==", post, busy)
    yield published(
        "RFC 9421, section 2.4: a response bound to all of its request", "reqres",
        [*bound_components, "@query;req", "content-digest;req", "content-type;req", "content-length;req"],
        ';created=1618884479;keyid="test-key-ecc-p256"',
        "C73J41GVKc+TYXbSobvZf0CmNcptRiWN+NY1Or0A36ISg6ymdRN6ZgR2QfrtopFNzqAyv+CeWrMsNbcV2Ojsgg==", post, busy)
    yield published(
        "RFC 9421, section 4.3: a request as a proxy received it", "sig1",
        ["@method", "@authority", "@path", "content-digest", "content-type", "content-length"],
        ';created=1618884475;keyid="test-key-ecc-p256"',
        "X5spyd6CFnAG5QnDyHfqoSNICd+BUP4LYMz2Q0JXlb//4Ijpzp+kve2w4NIyqeAuM7jTDX+sNalzA8ESSaHD3A==", post)
    yield published(
        "RFC 9421, B.2.4: a response", "sig-b24", ["@status", "content-type", "content-digest", "content-length"],
        ';created=1618884473;keyid="test-key-ecc-p256"',
        "wNmSUAhwb5LxtOtOpNa6W5xj067m5hFrj0XQ4fvpaCLx0NKocgPquLgyahnzDnDAUy5eCdlYUEkLIj+32oiasw==", post,
        {"status": 200, "fields": [
            ["Date", "Tue, 20 Apr 2021 02:07:56 GMT"], ["Content-Type", "application/json"],
            ["Content-Digest", "sha-512=:mEWXIS7MaLRuGgxOBdODa3xqM1XdEvxoYhvlCFJ41QJgJc4GTsPp29l5oGX69wWdXymyU0rjJuahq4l5aGgfLQ==:"],
            ["Content-Length", "23"]]})
    yield published(
        "RFC 9421, B.3: a request from a proxy that ended TLS", "ttrp",
        ["@path", "@query", "@method", "@authority", "client-cert"], ';created=1618884473;keyid="test-key-ecc-p256"',
        "xVMHVpawaAC/0SbHrKRs9i8I3eOs5RtTMGCWXm/9nvZzoHsIg6Mce9315T6xoklyy0yzhD9ah4JHRwMLOgmizw==",
        request("POST", "service.internal.example", "/foo?param=Value&Pet=dog", ("Host", "service.internal.example"),
                ("Date", "Tue, 20 Apr 2021 02:07:55 GMT"), ("Content-Type", "application/json"),
                ("Content-Length", "18"), ("Client-Cert", CLIENT_CERTIFICATE)))


def digest(content, algorithm="sha256"):
    name = {"sha256": "sha-256", "sha512": "sha-512"}[algorithm]
    return f"{name}=:{base64.b64encode(hashlib.new(algorithm, content).digest()).decode()}:"


COVERED = ["@method", "@authority", "@path", "@query"]
PARAMETERS = f';created={NOW};nonce="AAECAwQFBgcICQoLDA0ODw==";keyid="{KEY_ID}";tag="{TAG}"'
CONTENT = b"the exact bytes of a transaction"


def posted(content=CONTENT):
    return request("POST", "ledger.example:8443", "/v1/transactions", ("Content-Type", "application/octet-stream"),
                   ("Content-Digest", digest(content)))


def profiled(message, components=None, parameters=PARAMETERS, label="sig", key=SECRET, change=None):
    """The message signed as Protocols/http.md says, or with what is given here."""
    if components is None:
        names = {name.lower() for name, _ in message["fields"]}
        components = COVERED + [name for name in ("content-digest", "content-type", "upload-offset", "range") if name in names]
    text = base(components, parameters, message)
    signature = p256.sign(key, text.encode())
    assert p256.verifies(p256.public(key), text.encode(), signature)
    return with_signature(message, label, listed(components, parameters), change(signature) if change else signature), text


def own_cases():
    for what, message in [
        ("a read", request("GET", "ledger.example:8443", "/v1/entries?from=0&to=256")),
        ("a read without a query, on the port that https has anyway", request("GET", "Ledger.Example:443", "/livez")),
        ("a submission", posted()),
        ("lines of one field are joined, and their blanks are not signed",
         request("PATCH", "vault.example", "/v1/uploads/00", ("Upload-Offset", " 0\t"), ("Range", "bytes=0-9"),
                 ("Range", " bytes=20-29 "))),
        ("an empty path", request("GET", "vault.example", "")),
    ]:
        signed, text = profiled(message)
        yield bound({"what": what, "key": KEY, "label": "sig", "base": text, "request": signed})


def moved(message, **changes):
    return {**message, **changes}


def refusals():
    good, _ = profiled(posted())
    fields = good["fields"]

    def replaced(name, new):
        return moved(good, fields=[[found, new(text) if found == name else text] for found, text in fields])

    def signed(**options):
        return profiled(posted(), **options)[0]

    yield "another method", "invalid-signature", moved(good, method="PUT")
    yield "another authority", "invalid-signature", moved(good, authority="proxy.example:8443")
    yield "another path", "invalid-signature", moved(good, target="/v1/transactionz")
    yield "another query", "invalid-signature", moved(good, target="/v1/transactions?a")
    yield "another content type", "invalid-signature", replaced("Content-Type", lambda _: "text/plain")
    yield "another digest", "invalid-signature", replaced("Content-Digest", lambda _: digest(b"other"))
    yield "another key", "invalid-signature", signed(key=SECRET + 1)
    yield "a flipped bit", "invalid-signature", signed(change=lambda raw: raw[:-1] + bytes([raw[-1] ^ 1]))
    yield "r of zero", "invalid-signature", signed(change=lambda raw: bytes(32) + raw[32:])
    yield "s of the order", "invalid-signature", signed(change=lambda raw: raw[:32] + p256.ORDER.to_bytes(32, "big"))
    yield "a signature cut by a byte", "malformed-signature", signed(change=lambda raw: raw[:-1])
    yield "a signature with a byte more", "malformed-signature", signed(change=lambda raw: raw + b"\0")
    yield "base64 with loose bits", "malformed-field", replaced("Signature", lambda text: text[:-4] + {
        "A": "B", "Q": "R", "g": "h", "w": "x"}[text[-4]] + "==:")
    yield "no signature", "missing-field", posted()
    yield "signed before the last minute", "too-old", signed(parameters=PARAMETERS.replace(f"{NOW}", f"{NOW - 61}"))
    yield "signed in the future", "created-in-future", signed(parameters=PARAMETERS.replace(f"{NOW}", f"{NOW + 11}"))
    yield "expired", "expired", signed(parameters=PARAMETERS.replace(
        f"created={NOW}", f"created={NOW - 50};expires={NOW - 11}"))
    yield "without a nonce", "missing-parameter", signed(parameters=f';created={NOW};keyid="{KEY_ID}";tag="{TAG}"')
    yield "without a time", "missing-parameter", signed(parameters=f';nonce="n";keyid="{KEY_ID}";tag="{TAG}"')
    yield "without a key", "missing-parameter", signed(parameters=f';created={NOW};nonce="n";tag="{TAG}"')
    yield "a nonce that is a number", "malformed-parameter", signed(parameters=PARAMETERS.replace(
        '"AAECAwQFBgcICQoLDA0ODw=="', "7"))
    yield "another algorithm", "unsupported-algorithm", signed(parameters=PARAMETERS + ';alg="hmac-sha256"')
    yield "for another application", "none-tagged", signed(parameters=PARAMETERS.replace(TAG, "other"))
    yield "two signatures for this application", "several-tagged", profiled(good, COVERED + [
        "content-digest", "content-type"], label="more")[0]
    yield "the query not covered", "uncovered-component", signed(components=[
        "@method", "@authority", "@path", "content-digest", "content-type"])
    yield "the digest not covered", "uncovered-component", signed(components=COVERED + ["content-type"])
    yield "a component covered twice", "repeated-component", signed(components=COVERED + [
        "content-digest", "content-type", "@path"])
    more, _ = profiled(moved(posted(), fields=posted()["fields"] + [["X-A", "1"]]), COVERED + [
        "content-digest", "content-type", "x-a"])
    yield "a covered field is gone", "missing-component", moved(
        more, fields=[field for field in more["fields"] if field[0] != "X-A"])
    yield "a component in upper case", "unsupported-component", replaced(
        "Signature-Input", lambda text: text.replace("content-type", "Content-Type"))
    yield "a component with a parameter", "unsupported-component", replaced(
        "Signature-Input", lambda text: text.replace('"content-type"', '"content-type";bs'))
    yield "five signatures", "too-many-signatures", replaced(
        "Signature-Input", lambda text: ", ".join(f"{text.replace('sig=', f's{index}=')}" for index in range(5)))
    yield "a field longer than any", "field-too-long", replaced("Signature-Input", lambda text: text + ";x=" + "1" * 4000)
    yield "no structured field", "malformed-field", replaced("Signature-Input", lambda text: text.replace(")", ""))
    yield "other content", "digest-mismatch", profiled(posted(b"other content"))[0]
    yield "a digest of an unknown kind", "no-known-digest", profiled(request(
        "POST", "ledger.example:8443", "/v1/transactions", ("Content-Digest", "md5=:AAAA:")))[0]


def main():
    path = output(__doc__)
    cases = [*published_cases(), *own_cases()]
    refused = [bound({"what": what, "error": error, "key": KEY, "now": NOW, "content": CONTENT.hex(), "request": message})
               for what, error, message in refusals()]
    write(path, {"http-message-signatures": {"cases": cases, "refused": refused}}, indent=1)
    print(f"{path}: {len(cases)} signed messages, {len(refused)} that must be refused")


if __name__ == "__main__":
    main()
