"""The self-test of Scripts/check-layers: a small tree that holds, and one planted violation of each rule."""

import os
import tempfile

CLEAN_TARGETS = {
    "systemLibraries": [("CLibcrypto", "system", []), ("CSecp256k1", "system", []), ("CGMP", "system", [])],
    "ground": [("Octets", "regular", [])],
    "cryptography": [("Ciphers", "regular", ["Octets", "CLibcrypto"]), ("Umbral", "regular", ["Octets", "Ciphers", "+Crypto"])],
    "formats": [],
    "rules": [("SharingContracts", "regular", ["Octets", "Umbral"])],
    "stores": [("Persistence", "regular", ["Octets", "+GRDB"])],
    "services": [("KeyService", "regular", ["Persistence"]), ("ProxyService", "regular", ["Persistence"])],
    "transport": [],
    "agents": [],
    "programs": [("parasol", "executable", ["Octets", "KeyService"])],
    "instruments": [],
    "checks": [("UmbralTests", "test", ["Umbral"])],
}
CLEAN_FILES = {
    "Sources/Octets/A.swift": '// A comment may say try! and import GRDB.\nlet a = "fatalError(" + #"as! "quoted" "#\n/* /* as! */ try! */\n',
    "Sources/Umbral/A.swift": "package import Ciphers\nimport struct Crypto.SHA256\nfunc task() {}\n",
    "Sources/SharingContracts/A.swift": "#if canImport(FoundationEssentials)\n    import FoundationEssentials\n#else\n    import Foundation\n#endif\n"
    "import Octets\nfunc random(using g: inout G) -> Int { .random(in: 0...9, using: &g) }\nlet description = \"\"\"\n  Task.sleep\n  \"\"\"\n",
    "Sources/Persistence/A.swift": "internal import GRDB\nimport Foundation\n",
    "Sources/KeyService/A.swift": "import Persistence\n",
    "Sources/parasol/A.swift": "import KeyService\nprint(1)\n",
    "Tests/UmbralTests/A.swift": "import Testing\n@testable import Umbral\nlet b = try! c()\n",
    "README.md": "See ../notes and /usr/include and $HOME/srv/x.\n",
}
PLANTED = [
    ("Sources/Octets/B.swift", "import Umbral\n", "does not declare"),
    ("Sources/Octets/B.swift", "import Foundation\n", "from the layer formats up"),
    ("Sources/Octets/B.swift", "import Dispatch\n", "from the layer stores up"),
    ("Sources/Umbral/B.swift", "@preconcurrency package import CLibcrypto\n", "only Ciphers, P256Verification may import"),
    ("Sources/Umbral/B.swift", "import func CGMP.mpz_init\n", "only P256Verification, Secp256k1 may import"),
    ("Sources/KeyService/B.swift", "import GRDB\n", "only Persistence may import"),
    ("Sources/KeyService/B.swift", "import ProxyService\n", "does not declare"),
    ("Sources/SharingContracts/B.swift", "import Foundation\n", "is pure"),
    ("Sources/SharingContracts/B.swift", "import Glibc\n", "is pure"),
    ("Sources/SharingContracts/B.swift", "let h = FileHandle.standardInput\n", "looks outside"),
    ("Sources/SharingContracts/B.swift", "let c = Calendar.current\n", "machine's settings"),
    ("Sources/SharingContracts/B.swift", "let r = list.shuffled()\n", "draws randomness"),
    ("Sources/SharingContracts/B.swift", "let t = Date()\n", "reads a clock"),
    ("Sources/SharingContracts/B.swift", "let t = ContinuousClock().now\n", "reads a clock"),
    ("Sources/SharingContracts/B.swift", "let r = UInt64.random(in: 0...9)\n", "draws randomness"),
    ("Sources/SharingContracts/B.swift", "let k = P256.Signing.PrivateKey()\n", "draws randomness"),
    ("Sources/SharingContracts/B.swift", "func f() async {}\n", "is asynchronous"),
    ("Sources/Octets/B.swift", "final class C: @unchecked Sendable {}\n", "hides a data race"),
    ("Sources/Octets/B.swift", "let x = try! f()\n", "try! ends"),
    ("Sources/Octets/B.swift", "let x = y as! Z\n", "as! ends"),
    ("Sources/Octets/B.swift", 'fatalError("no")\n', "fatalError ends"),
    ("Sources/Octets/B.swift", 'print("x")\n', "does not print"),
    ("Sources/Octets/B.swift", "// TODO: later\n", "unfinished"),
    ("Sources/Octets/B.swift", 'let s = "//" + f(\n  try! g())\n', "try! ends"),
    ("Tests/UmbralTests/B.swift", "import Octets\n", "does not declare"),
    ("Docs/a.md", "Look in /" + "home/somebody/notes.\n", "path of one machine"),
    ("Scripts/b", "cd '/" + "srv/somebody'\n", "path of one machine"),
]
MANIFESTS = [
    ("ground", ("Octets", "regular", ["Umbral"]), "may not depend on Umbral"),
    ("cryptography", ("Ciphers", "regular", ["Umbral"]), "may not depend on Umbral"),
    ("services", ("ProxyService", "regular", ["KeyService"]), "meet through ServiceProtocols"),
    ("services", ("KeyService", "regular", ["+GRDB"]), "only Persistence may"),
]


def tree(root, layers, groups, files):
    """Writes a small package; what `swift package dump-package` would say of it."""
    lines, dumped = [], []
    for layer in layers:
        lines.append(f"let {layer}: [Target] = [")
        for name, kind, dependencies in groups[layer]:
            lines.append(f'    tests("{name[:-5]}", []),' if kind == "test" else f'    library("{name}", []),')
            dumped.append(
                {
                    "name": name,
                    "type": kind,
                    "dependencies": [
                        {"product": [d[1:], None, None, None]} if d.startswith("+") else {"byName": [d, None]}
                        for d in dependencies
                    ],
                }
            )
        lines.append("]\n")
    for path, text in {**files, "Package.swift": "\n".join(lines)}.items():
        full = os.path.join(root, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w", encoding="utf-8") as file:
            file.write(text)
    return {"targets": dumped}


def run(check, layers):
    """Ends the process, saying why, where `check` misses a planted violation or refuses the clean tree."""

    def violations(groups, files):
        with tempfile.TemporaryDirectory() as root:
            return check(root, tree(root, layers, groups, files))

    def expect(condition, message):
        if not condition:
            raise SystemExit(f"check-layers --self-test: {message}")

    found = violations(CLEAN_TARGETS, CLEAN_FILES)
    expect(not found, f"the clean tree is refused: {found}")
    for path, text, reason in PLANTED:
        found = violations(CLEAN_TARGETS, {**CLEAN_FILES, path: text})
        expect(len(found) >= 1 and all(path in line for line in found), f"{path} {text!r}: {found}")
        expect(any(reason in line for line in found), f"{path} {text!r}: not for the reason {reason!r}: {found}")
    for layer, replacement, reason in MANIFESTS:
        members = [replacement if member[0] == replacement[0] else member for member in CLEAN_TARGETS[layer]]
        found = violations({**CLEAN_TARGETS, layer: members}, {})
        expect(any(reason in line for line in found), f"{replacement}: not for the reason {reason!r}: {found}")
    print(f"    check-layers finds each of {len(PLANTED) + len(MANIFESTS)} planted violations")
