"""What Scripts/check-http.py has schemathesis do: send binary contents, and sign requests as Protocols/http.md says.

PARASOL_SIGNER names the folder of an enrolled signer (IDENTITY, identity.key); without it requests are not signed.
"""

import base64
import hashlib
import os
import pathlib
import time
import urllib.parse

import requests
import schemathesis

from independent import p256

BINARY = [
    "application/vnd.parasol." + name for name in (
        "signed-transaction", "transaction", "share-opening", "issuance-request", "access-proof", "fragment-delivery",
        "checkpoint-with-entries", "invitation-terms", "enrolment")
] + ["application/partial-upload"]
COVERED_FIELDS = ("content-digest", "content-type", "upload-offset", "range", "if-none-match", "last-event-id")


@schemathesis.serializer(*BINARY)
def binary(context, value):
    """Octets as they are."""
    return value if isinstance(value, bytes) else str(value).encode()


class MessageSignature(requests.auth.AuthBase):
    """RFC 9421 by an enrolled key, on the request as it leaves."""

    def __init__(self, folder):
        folder = pathlib.Path(folder)
        self.identity = (folder / "IDENTITY").read_text(encoding="ascii").strip()
        self.key = int.from_bytes((folder / "identity.key").read_bytes(), "big")

    def __call__(self, request):
        content = request.body or b""
        if isinstance(content, str):
            content = content.encode()
        if content:
            digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
            request.headers["Content-Digest"] = f"sha-256=:{digest}:"
        target = urllib.parse.urlsplit(request.url)
        values = {"@method": request.method, "@authority": target.netloc.lower(), "@path": target.path or "/",
                  "@query": "?" + target.query}
        for name in COVERED_FIELDS:
            if name in request.headers:
                field = request.headers[name]
                values[name] = (field.decode("latin-1") if isinstance(field, bytes) else field).strip(" \t")
        nonce = base64.b64encode(os.urandom(16)).decode()
        listed = " ".join(f'"{name}"' for name in values)
        parameters = (f'({listed});created={int(time.time())};nonce="{nonce}";keyid="{self.identity}"'
                      ';tag="parasol-http/1"')
        lines = [f'"{name}": {value}' for name, value in values.items()] + [f'"@signature-params": {parameters}']
        signature = p256.sign(self.key, "\n".join(lines).encode("latin-1", "replace"))
        request.headers["Signature-Input"] = "sig=" + parameters
        request.headers["Signature"] = f"sig=:{base64.b64encode(signature).decode()}:"
        return request


if os.environ.get("PARASOL_SIGNER"):
    schemathesis.auth.set_from_requests(MessageSignature(os.environ["PARASOL_SIGNER"]))
