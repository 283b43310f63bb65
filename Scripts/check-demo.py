#!/usr/bin/env python3
"""Check what `parasol demo --keep FOLDER --json` printed and left behind.

usage: check-demo.py REPORT.json FOLDER [RECORD.hea]

The report must be one JSON object that lists every step of the demonstration, in order and all held, says for each
property what attacked it, and has the ledger's trail without a gap. FOLDER must hold the drawing, the ledger's database, a
copy of the log as C2SP tlog-tiles, the policy and the log's key to audit it by, and the exported record. With RECORD.hea,
every file of the export must equal, byte for byte, its namesake beside it.

Exit status: 0 all of it, 1 not (what is wrong is printed).
"""

import json
import pathlib
import sys
import xml.etree.ElementTree

# Each step with the properties that it attacks.
STEPS = {
    "found": [],
    "enrol": [],
    "folder": [],
    "deposit": [],
    "grant": [],
    "doctor-b": ["P1"],
    "key-service": ["P1"],
    "key-service-grants": ["P2"],
    "vault": ["P1"],
    "too-few-proxies": ["P1"],
    "unlogged": ["P3"],
    "open": [],
    "draw": [],
    "liar": ["P4"],
    "convict": ["P4"],
    "export": [],
    "who-looked": [],
    "revoke": [],
    "refused": ["P6"],
    "refused-anew": ["P6"],
    "grant-again": [],
    "erase": ["P8"],
    "unreadable": ["P8"],
    "audit": [],
    "ledger-reader": ["P7"],
    "tamper": ["P5"],
    "too-few-witnesses": ["P5"],
}
# What the trail of a whole demonstration cannot lack.
KINDS = {
    "LedgerFounded", "IdentityEnrolled", "FolderOpened", "RecordDeposited", "ConsentGranted", "KeysIssued",
    "AccessRequested", "Transformed", "RecordOpened", "RecordExported", "FragmentDisputed", "ConsentRevoked",
    "FragmentsDestroyed", "FolderErased",
}  # fmt: skip


def faults_of_report(report):
    if report.get("held") is not True or report.get("failure") is not None:
        yield f"not held: {report.get('failure')}"
    steps = report.get("steps", [])
    names = [step["name"] for step in steps]
    if names != list(STEPS):
        yield f"steps {names}, expected {list(STEPS)}"
    for step in steps:
        if step["held"] is not True:
            yield f"step {step['name']} did not hold: {step['detail']}"
        if step["attacks"] != STEPS.get(step["name"]):
            yield f"step {step['name']} attacks {step['attacks']}, expected {STEPS.get(step['name'])}"
        if not step["summary"] or not step["detail"]:
            yield f"step {step['name']} does not say what came of it"
    trail = report.get("trail", [])
    if not trail or [line["index"] for line in trail] != list(range(len(trail))):
        yield f"the trail of {len(trail)} leaves has gaps"
    missing = KINDS - {line["kind"] for line in trail}
    if missing:
        yield f"the trail lacks {sorted(missing)}"


def faults_of_log(folder, size):
    """Whether the published log has every tile of a tree of `size` leaves, and keys to audit it by."""
    checkpoint, policy, key = folder / "log/checkpoint", folder / "policy", folder / "log.vkey"
    if not (checkpoint.is_file() and policy.is_file() and key.is_file()):
        return
    if checkpoint.read_text(encoding="utf-8").split("\n")[1] != str(size):
        yield f"log/checkpoint is not of the trail's {size} leaves"
    if f"log {key.read_text(encoding='utf-8').strip()}" not in policy.read_text(encoding="utf-8").split("\n"):
        yield "log.vkey is not the log of the policy"
    level, count = 0, size
    while count:
        for kind in (str(level), "entries") if level == 0 else (str(level),):
            for index in range((count + 255) // 256):
                path, rest = f"{index % 1000:03}", index // 1000
                while rest:
                    path, rest = f"x{rest % 1000:03}/{path}", rest // 1000
                width = min(256, count - 256 * index)
                path = f"log/tile/{kind}/{path}" + ("" if width == 256 else f".p/{width}")
                tile = folder / path
                if not tile.is_file():
                    yield f"{path} is missing"
                elif kind != "entries" and tile.stat().st_size != 32 * width:
                    yield f"{path} does not have {width} hashes"
        level, count = level + 1, count // 256


def faults_of_folder(report, folder, source):
    drawing = folder / "ecg.svg"
    if not drawing.is_file():
        yield "ecg.svg is missing"
    elif not xml.etree.ElementTree.parse(drawing).getroot().tag.endswith("svg"):
        yield "ecg.svg is not a drawing"
    for needed in ("ledger/ledger.sqlite", "log/checkpoint", "log/tile", "policy", "log.vkey"):
        if not (folder / needed).exists():
            yield f"{needed} is missing"
    yield from faults_of_log(folder, len(report.get("trail", [])))
    for what, path in report.get("files", {}).items():
        if not pathlib.Path(path).exists():
            yield f"the report names the {what} at {path}, where nothing is"
    exported = sorted((folder / "records").glob("*"))
    if not any(file.suffix == ".hea" for file in exported):
        yield "records/ holds no header"
    for file in exported if source else []:
        original = source.parent / file.name
        if not original.is_file() or original.read_bytes() != file.read_bytes():
            yield f"records/{file.name} is not {original}"


def main():
    if len(sys.argv) not in (3, 4):
        print(__doc__, file=sys.stderr)
        return 64
    with open(sys.argv[1], encoding="utf-8") as file:
        try:
            report = json.load(file)
        except ValueError as error:
            print(f"the report is not JSON: {error}")
            return 1
    source = pathlib.Path(sys.argv[3]) if len(sys.argv) == 4 else None
    faults = [*faults_of_report(report), *faults_of_folder(report, pathlib.Path(sys.argv[2]), source)]
    for fault in faults:
        print(fault)
    attacks = sum(len(step["attacks"]) for step in report.get("steps", []))
    print(f"{len(report.get('steps', []))} steps, {attacks} attacks, {len(report.get('trail', []))} leaves, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
