#!/bin/sh
# SPDX-License-Identifier: MIT
# The Python package's type hints: mypy, as strict as it can be, finds nothing in the package, and
# of a program that uses it exactly what is wrong there.
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$(dirname "$0")/support/check.sh"
command -v mypy >/dev/null 2>&1 || { echo "no mypy here"; exit 77; }
export MYPYPATH="$root/python" MYPY_CACHE_DIR="$work/cache"
check_types() { # CODE FILE...
    code=$1
    shift
    run "$code" mypy --config-file "$root/python/pyproject.toml" "$@"
}
check_types 0 "$root/python/ppo"
check_types 0 "$root/tests/cli/support/python_types.py"
# The same program without the remarks that say what is wrong in it.
sed 's/ *# type: ignore.*//' "$root/tests/cli/support/python_types.py" >wrong.py
check_types 1 wrong.py
[ "$(grep -c ': error: ' "$out")" -eq "$(grep -c '# type: ignore' "$root/tests/cli/support/python_types.py")" ] ||
    fail "not each remark is about one error: $(cat "$out")"
finish
