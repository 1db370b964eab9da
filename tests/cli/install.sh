#!/bin/sh
# SPDX-License-Identifier: MIT
# What an installation brings, and that removing it leaves nothing of it behind.
. "$(dirname "$0")/support/check.sh"

build=$(dirname "$ppo")
root=$(cd "$(dirname "$0")/../.." 2>/dev/null && pwd) || root=$OLDPWD
[ -f "$root/scripts/uninstall" ] || root=$OLDPWD
[ -f "$build/cmake_install.cmake" ] || {
    echo 'the command is not in a build folder' >&2
    exit 77
}
run 0 cmake --install "$build" --prefix "$work/prefix"
cp "$build/install_manifest.txt" manifest
doc=$(echo prefix/share/doc/*)
for file in LICENSE README.md docs/options.md docs/python.md examples/train_cartpole.c \
    examples/plugin/Makefile; do
    [ -f "$doc/$file" ] || fail "no $doc/$file"
done
for file in bin/ppo include/ppo/ppo.h share/man/man1/ppo.1; do
    [ -f "prefix/$file" ] || fail "no prefix/$file"
done
wants 'installed version' "$(prefix/bin/ppo --version)" "$("$ppo" --version)"
echo mine >prefix/include/mine.h
run 0 "$root/scripts/uninstall" manifest
prints 'files removed'
wants 'what is left' "$(find prefix -type f -o -type l)" prefix/include/mine.h
[ ! -e prefix/include/ppo ] || fail 'an empty folder of ours is left'
run 1 "$root/scripts/uninstall" "$work/nothing"
says 'nothing was installed'
finish
