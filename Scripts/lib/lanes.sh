# shellcheck shell=bash
# Checks that mostly wait go on beside each other, each lane one after the other, with its output kept until it is asked for. Sourced
# by Scripts/test, after common.sh.

lanes_folder=$(mktemp -d)
declare -A lanes=()
trap end_lanes EXIT

# beside LANE CHECK…: runs these functions in the background, one after the other, up to the first that fails.
beside() {
    local lane=$1
    shift
    # A process group of its own, so that all of it can be told to end.
    set -m
    (
        set +m
        for check in "$@"; do "$check"; done
    ) </dev/null >"$lanes_folder/$lane" 2>&1 &
    lanes[$lane]=$!
    set +m
}

# await LANE…: waits for each, prints what it printed, and ends the script when all are done if one of them failed.
await() {
    local lane failed=()
    for lane in "$@"; do
        wait "${lanes[$lane]}" || failed+=("$lane")
        unset "lanes[$lane]"
        cat "$lanes_folder/$lane"
    done
    ((${#failed[@]} == 0)) || fail "Failed, and what was found is above: ${failed[*]}"
}

# Whatever is under way when the script ends is told to: a cluster's check takes its processes down.
end_lanes() {
    local lane
    for lane in "${!lanes[@]}"; do kill -INT -- "-${lanes[$lane]}" 2>/dev/null || true; done
    for lane in "${!lanes[@]}"; do wait "${lanes[$lane]}" 2>/dev/null || true; done
    rm -rf "$lanes_folder"
}
