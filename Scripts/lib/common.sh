# shellcheck shell=bash
# What every script here shares: where the repository is, how progress is told, which Swift is meant, and the Python
# environment with the peers we test against. Sourced, never run.

set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
readonly ROOT
cd "$ROOT"

readonly SWIFT_MINIMUM=6.2
readonly VENV=$ROOT/.venv
readonly REQUIREMENTS=$ROOT/Scripts/requirements.txt

if [[ -t 1 && -z ${NO_COLOR:-} ]]; then
    readonly BOLD=$'\e[1m' DIM=$'\e[2m' RED=$'\e[31m' GREEN=$'\e[32m' YELLOW=$'\e[33m' PLAIN=$'\e[0m'
else
    readonly BOLD='' DIM='' RED='' GREEN='' YELLOW='' PLAIN=''
fi

# step WHAT: what begins now, with the seconds since the script began.
step() { printf '%s==> %s%s %s(%d s)%s\n' "$BOLD" "$1" "$PLAIN" "$DIM" "$SECONDS" "$PLAIN"; }
# note WHAT: something the reader should know and need not act on.
note() { printf '%s    %s%s\n' "$YELLOW" "$1" "$PLAIN"; }
# good WHAT: something that held.
good() { printf '%s    %s%s\n' "$GREEN" "$1" "$PLAIN"; }
# fail WHAT...: each argument a line; ends the script.
fail() {
    printf '%s%s%s\n' "$RED" "$1" "$PLAIN" >&2
    shift
    for line in "$@"; do printf '%s\n' "$line" >&2; done
    exit 1
}

# swift_version PROGRAM: its version where it is the Swift compiler (python3-swiftclient also installs a `swift`).
swift_version() {
    timeout 60 "$1" --version 2>/dev/null </dev/null | sed -nE 's/.*Swift version ([0-9]+(\.[0-9]+)*).*/\1/p' | head -n 1
}

# at_least A B: version A is B or later.
at_least() { [[ $(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1) == "$2" ]]; }

# use_swift: puts a toolchain that is new enough first on PATH, or says what to do.
use_swift() {
    local candidate version seen='' directory
    local -a candidates=()
    [[ -n ${SWIFT:-} ]] && candidates+=("$SWIFT")
    mapfile -t -O "${#candidates[@]}" candidates < <(type -aP swift || true)
    candidates+=(
        /opt/swift/usr/bin/swift "$HOME/.local/share/swiftly/bin/swift" "$HOME/.swiftly/bin/swift"
        /usr/share/swift/usr/bin/swift /usr/libexec/swift/bin/swift
    )
    for candidate in "${candidates[@]}"; do
        [[ -x $candidate ]] || continue
        version=$(swift_version "$candidate" || true)
        if [[ -z $version ]]; then
            seen+="  $candidate is not the Swift compiler"$'\n'
        elif ! at_least "$version" "$SWIFT_MINIMUM"; then
            seen+="  $candidate is Swift $version"$'\n'
        else
            directory=$(cd "$(dirname "$candidate")" && pwd)
            export PATH="$directory:$PATH"
            return 0
        fi
    done
    fail "Parasol needs a Swift toolchain, $SWIFT_MINIMUM or later; none was found." "${seen}Install one from \
https://www.swift.org/install/linux/ and put it on PATH, or name it: SWIFT=/path/to/swift make test"
}

# swift ARGUMENT...: the toolchain's, with a folder of its own for what it leaves behind: every call leaves some, and so do tests
# that are killed.
swift() {
    local scratch status=0
    scratch=$(mktemp -d)
    TMPDIR=$scratch command swift "$@" || status=$?
    rm -rf "$scratch"
    return "$status"
}

# parasol_build ARGUMENT...: swift build, with the flag that holds every target to its declared dependencies.
parasol_build() { swift build --explicit-target-dependency-import-check error "$@"; }

# swift_libraries PROGRAM: which of the toolchain's libraries it needs beside it at run time.
swift_libraries() { ldd "$1" | sed -nE 's/^\s*(lib_?(swift|Foundation|dispatch|BlocksRuntime)\S*) .*/\1/p'; }

# written_swift: every Swift file that is not generated, each ended by a zero byte.
written_swift() { find Package.swift Sources Tests -name '*.swift' -not -name '*.pb.swift' -print0; }

# system_python: a Python 3 that can make virtual environments, or nothing.
system_python() {
    local candidate
    for candidate in "${PYTHON:-python3}" /usr/bin/python3; do
        if "$candidate" -c 'import ensurepip, venv' >/dev/null 2>&1; then
            printf '%s\n' "$candidate"
            return 0
        fi
    done
    return 1
}

# python_environment: makes .venv with the peers in Scripts/requirements.txt. Where pip reaches nothing it says so and
# answers 1: the tests that need a peer then skip, and say that they do.
python_environment() {
    local stamp=$VENV/.requirements python requirement missing=''
    if [[ -x $VENV/bin/python ]] && cmp -s "$REQUIREMENTS" "$stamp"; then return 0; fi
    if ! python=$(system_python); then
        note "No Python with the venv module: comparisons with other implementations are skipped."
        return 1
    fi
    step "Python environment .venv (peers to test against)"
    "$python" -m venv "$VENV"
    local -a install=("$VENV/bin/python" -m pip install --quiet --no-input --disable-pip-version-check --timeout 30 --retries 1)
    if "${install[@]}" -r "$REQUIREMENTS" >"$VENV/pip.log" 2>&1; then
        cp "$REQUIREMENTS" "$stamp"
        return 0
    fi
    while read -r requirement; do
        [[ -z $requirement || $requirement == \#* ]] && continue
        "${install[@]}" "$requirement" >>"$VENV/pip.log" 2>&1 || missing+=" $requirement"
    done <"$REQUIREMENTS"
    [[ -z $missing ]] && return 0
    note "pip could not install:$missing (see .venv/pip.log); the comparisons that need them are skipped."
    return 1
}

# any_python: the environment's Python where there is one, else the system's.
any_python() { if [[ -x $VENV/bin/python ]]; then printf '%s\n' "$VENV/bin/python"; else command -v python3; fi; }
