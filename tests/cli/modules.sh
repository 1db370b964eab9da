#!/bin/sh
# SPDX-License-Identifier: MIT
# Heavy libraries are loaded when they are needed, not at the start: what command and library are
# linked with, what a short run loads, where modules are found, and what is said where they are not.
. "$(dirname "$0")/support/check.sh"

MAX_AT_LAUNCH=30 # shared libraries; 12 on Debian 12, and a sanitiser brings its own
heavy='lib(av|sw|SDL|cairo|X11|dnnl|gomp)[a-zA-Z0-9.-]*\.so'

short_run() {
    "$ppo" train CartPole-v1 --num-envs 1 --num-steps 2 --total-timesteps 2 --minibatch-size 2 \
        --run-dir short --restart --quiet
}

# --- what is linked ------------------------------------------------------------------------------
for file in "$ppo" "$(dirname "$ppo")/libppo.so"; do
    [ -e "$file" ] || continue
    if command -v readelf >/dev/null; then
        run 0 readelf -d "$file"
        grep -E "NEEDED.*$heavy" "$out" && fail "$file is linked with a heavy library"
    fi
    if command -v ldd >/dev/null; then
        run 0 ldd "$file"
        grep -E "$heavy" "$out" && fail "$file brings a heavy library along"
        count=$(wc -l <"$out")
        [ "$count" -le $MAX_AT_LAUNCH ] || fail "$file brings $count shared libraries along"
    fi
done

# --- what is loaded ------------------------------------------------------------------------------
run 0 "$ppo" info
for part in pictures films 'learning curves' windows 'terminal graphics'; do
    prints "^$part: "
done
grep -q '^films: absent' "$out" && have_films=false || have_films=true
grep -q '^pictures: absent' "$out" && have_pictures=false || have_pictures=true

# The C library tells what it loads, if it is GNU's.
LD_DEBUG=files "$ppo" info >"$out" 2>"$err"
if grep -q 'calling init: ' "$err"; then
    $have_films && says 'calling init: .*/film\.so'
    (
        export LD_DEBUG=files
        short_run
    ) >"$out" 2>"$err" || fail 'the short run failed'
    grep -E "calling init: .*($heavy|/ppo/[a-z]*\.so)" "$err" && fail 'a short run loads a module'
fi

# --- where modules are found ---------------------------------------------------------------------
# From a folder that is not the program's, by a name without a folder.
films=$("$ppo" info | grep '^films: ')
wants 'films by PATH' "$(PATH=$(dirname "$ppo"):$PATH ppo info | grep '^films: ')" "$films"
ln -s "$ppo" linked
wants 'films by a link' "$(./linked info | grep '^films: ')" "$films"

PPO_MODULE_DIR=$work
export PPO_MODULE_DIR
run 0 short_run
run 0 "$ppo" doctor
prints "^  films: absent: films need the module film.so, which is not in $work, the folder that"
prints '^  windows: absent: .*window.so'
run 10 "$ppo" plot short -o a.png --metric return_mean
says 'learning curves need the module plot.so'
if $have_pictures; then
    run 10 "$ppo" eval short --episodes 1 --video a.gif
    says 'CartPole-v1 can.t be drawn: pictures need the module canvas.so'
fi
echo 'no shared object' >film.so
run 0 "$ppo" info
prints "^films: absent: films need the module $work/film.so, which can't be loaded .*libavcodec"
finish
