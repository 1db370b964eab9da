#!/bin/sh
# SPDX-License-Identifier: MIT
# What the tests of the command share; sourced by each. PPO_BIN names the command (default: the
# release build's). A test works in a folder of its own, says each thing that is wrong, and exits
# with 1 if there was any.
#
#   run CODE COMMAND...   runs it, keeps its output, and wants this exit code
#   says PATTERN          the last command's stderr has a line like this (extended regex)
#   prints PATTERN        its stdout has
#   quiet                 its stderr is empty
#   field NAME            the first value of that name in its JSON
#   wants TEXT A B        A and B are the same text
#   survives_kills WORD... a training killed after each of $moments goes on to the same end
#   finish                the last line of every test
set -u

PPO_BIN=${PPO_BIN:-$(dirname "$0")/../../build/release/ppo}
# shellcheck disable=SC2034 # the tests use it
ppo=$(cd "$(dirname "$PPO_BIN")" && pwd)/$(basename "$PPO_BIN")
work=$(mktemp -d)
trap '[ "$failures" -eq 0 ] && rm -rf "$work" || echo "left in $work" >&2' EXIT
cd "$work" || exit 1
out=$work/.out
err=$work/.err
failures=0
last=

fail() {
    failures=$((failures + 1))
    echo "FAIL: $*" >&2
}

run() {
    wanted=$1
    shift
    last=$*
    "$@" >"$out" 2>"$err" </dev/null
    code=$?
    if [ "$code" -ne "$wanted" ]; then
        fail "exit code $code, not $wanted: $last"
        sed 's/^/    /' "$err" >&2
    fi
}

says() {
    grep -qE -- "$1" "$err" && return
    fail "no /$1/ in the messages of: $last"
    sed 's/^/    /' "$err" >&2
}

prints() {
    grep -qE -- "$1" "$out" && return
    fail "no /$1/ in the output of: $last"
    sed 's/^/    /' "$out" | head -n 30 >&2
}

quiet() {
    [ -s "$err" ] || return 0
    fail "unwanted messages of: $last"
    sed 's/^/    /' "$err" >&2
}

field() {
    grep -o "\"$1\":[^,}]*" "$out" | head -n 1 | cut -d : -f 2- | tr -d '"'
}

wants() {
    [ "$2" = "$3" ] || fail "$1: '$2' is not '$3'"
}

# One JSON object on one line, checked in full where jq is at hand.
is_json() {
    wants "lines of JSON of $last" "$(wc -l <"$out" | tr -d ' ')" 1
    prints '^\{.*\}$'
    if command -v jq >/dev/null 2>&1; then
        jq -e 'type == "object"' "$out" >/dev/null || fail "no JSON object: $last"
    fi
}

has_fields() {
    for wanted_field; do
        grep -q "\"$wanted_field\":" "$out" || fail "no \"$wanted_field\" in the JSON of: $last"
    done
}

# Waits until a file has more than so many lines, at most about 20 seconds.
wait_for_lines() {
    tries=0
    while [ "$(wc -l 2>/dev/null <"$1" || echo 0)" -le "$2" ]; do
        tries=$((tries + 1))
        if [ $tries -gt 1000 ]; then
            fail "$1 does not grow"
            return
        fi
        sleep 0.02
    done
}

# The processes whose parent is $1, a line each, where the system tells
# ([ -r "/proc/$$/task/$$/children" ]).
children() {
    tr ' ' '\n' <"/proc/$1/task/$1/children" | grep . || true
}

# Waits until a process is gone, or nothing but an entry that its parent has not read.
wait_for_end() {
    tries=0
    while [ -e "/proc/$1/status" ] && ! grep -q '^State:.Z' "/proc/$1/status" 2>/dev/null; do
        tries=$((tries + 1))
        if [ $tries -gt 250 ]; then
            fail "process $1 is still there"
            return
        fi
        sleep 0.02
    done
}

# The training, in two run directories: once in one go, once killed after each of $moments seconds.
survives_kills() {
    run 0 "$ppo" train "$@" --run-dir whole
    whole_hash=$(field hash)
    for moment in $moments; do
        "$ppo" train "$@" --run-dir torn >/dev/null 2>&1 &
        pid=$!
        sleep "$moment"
        kill -KILL $pid 2>/dev/null || true
        wait $pid 2>/dev/null
    done
    run 0 "$ppo" train "$@" --run-dir torn
    wants 'hash after kills' "$(field hash)" "$whole_hash"
    cmp -s whole/progress.csv torn/progress.csv || fail 'progress.csv differs after kills'
}

finish() {
    [ "$failures" -eq 0 ] && exit 0
    echo "$failures checks failed in $0" >&2
    exit 1
}
