#!/usr/bin/env python3
"""Symbol graphs of every library, `package` declarations included, for DocC.

    python symbol_graphs.py MODULES DIRECTORY     MODULES: where `swift build` left the modules, such as .build/debug

Writes DIRECTORY/NAME/NAME.symbols.json and prints each NAME. Reads the sources again with the compiler: the extractor that
`swift package` runs is told no package name, so it does not see what our targets import as `package`, and drops whatever
mentions it.
"""

import argparse
import glob
import json
import os
import re
import subprocess
import sys
import tempfile

# Generated code, and what only instruments and tests use.
LEFT_OUT = {"SharingMessages", "TestKit"}


def libraries(description):
    """{name: compiler flags} of the targets that are documented."""
    found = {}
    for target in description["targets"]:
        folder = os.path.join("Sources", target["name"])
        if target["type"] != "regular" or target["name"] in LEFT_OUT or not swift_files(folder):
            continue
        flags = []
        for setting in target["settings"]:
            feature = setting["kind"].get("enableUpcomingFeature")
            if feature:
                flags += ["-enable-upcoming-feature", feature["_0"]]
        found[target["name"]] = flags
    return found


def swift_files(folder):
    return sorted(glob.glob(os.path.join(folder, "**", "*.swift"), recursive=True))


def module_maps(modules):
    """The C modules of the build, as flags."""
    places = (f"{modules}/*.build/module.modulemap", "Sources/*/module.modulemap", ".build/checkouts/*/Sources/**/module.modulemap")
    found = sorted(path for place in places for path in glob.glob(place, recursive=True))
    return [flag for path in found for flag in ("-Xcc", f"-fmodule-map-file={path}")]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("modules")
    parser.add_argument("directory")
    options = parser.parse_args()
    # Only reads the manifest, so it need not wait for a build.
    dumped = subprocess.run(["swift", "package", "--ignore-lock", "dump-package"], stdout=subprocess.PIPE, check=True).stdout
    # As SwiftPM names the package in the modules that it built.
    package = re.sub(r"\W", "_", os.path.basename(os.getcwd()).lower())
    maps = module_maps(options.modules)
    for name, flags in libraries(json.loads(dumped)).items():
        graph = os.path.join(options.directory, name)
        os.makedirs(graph, exist_ok=True)
        with tempfile.TemporaryDirectory() as scratch:
            command = ["swiftc", "-emit-module", "-emit-module-path", os.path.join(scratch, f"{name}.swiftmodule")]
            command += ["-module-name", name, "-package-name", package, "-swift-version", "6", "-parse-as-library"]
            command += ["-I", os.path.join(options.modules, "Modules"), *maps, *flags, "-suppress-warnings"]
            command += ["-emit-symbol-graph", "-emit-symbol-graph-dir", graph]
            command += ["-symbol-graph-minimum-access-level", "package", "-symbol-graph-skip-synthesized-members"]
            subprocess.run([*command, *swift_files(os.path.join("Sources", name))], check=True, stdout=sys.stderr)
        print(name, flush=True)


if __name__ == "__main__":
    main()
