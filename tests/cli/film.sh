#!/bin/sh
# SPDX-License-Identifier: MIT
# `ppo eval --video`: a film of Rally, and what is refused.
. "$(dirname "$0")/support/check.sh"

# The size of a PNG file, as eight bytes.
png_size() {
    od -An -tu1 -j16 -N8 "$1" | tr -s ' ' ' '
}

# CartPole is drawn at any size, into a film or into a folder.
films_of_poles() {
    run 0 "$ppo" eval poles --episodes 1 --video poles.gif --video-steps 3 --video-size 90x50
    wants 'size of the GIF' "$(od -An -tu1 -j6 -N4 poles.gif | tr -s ' ' ' ')" ' 90 0 50 0'
    run 0 "$ppo" eval poles --episodes 1 --video some/frames/ --video-steps 5 --json
    prints '"video":\{"file":"some/frames/","return":5,"length":5\}'
    wants 'frames' "$(echo some/frames/*)" "$(printf 'some/frames/%06d.png ' 0 1 2 3 4 5 | sed 's/ $//')"
    wants 'size of a frame' "$(png_size some/frames/000005.png)" ' 0 0 2 88 0 0 1 144'
    cp some/frames/000001.png first.png
    run 0 "$ppo" eval poles --episodes 1 --video some/frames/ --video-steps 2
    wants 'frames of a shorter film' "$(find some/frames -type f | wc -l | tr -d ' ')" 3
    cmp -s first.png some/frames/000001.png || fail 'two films of one episode differ'
    run 0 "$ppo" eval poles --episodes 1 --video over/ --video-steps 2 --video-overlay \
        --video-size 200
    wants 'size of a frame' "$(png_size over/000000.png)" ' 0 0 1 44 0 0 0 200'
    run 0 "$ppo" eval poles --episodes 1 --video plain/ --video-steps 2 --video-size 200
    cmp -s over/000001.png plain/000001.png && fail 'an overlay that does not show'
    cmp -s over/000000.png over/000001.png && fail 'an overlay that stays the same'
    : >file
    run 4 "$ppo" eval poles --video file/frames/
    says 'file'
    grep -q 'called exit' "$err" && fail 'the end of the command is taken for one of the environment'
}

# An agent that is quick to have.
run 0 "$ppo" train CartPole-v1 --total-timesteps 1024 --run-dir poles --eval-every 0 --quiet
run 2 "$ppo" eval poles --video-steps 5
says '--video-steps goes with --video'
run 2 "$ppo" eval poles --video a.gif --video-steps 0
says 'video-steps.*\[1,'
run 2 "$ppo" eval poles --video a.gif --video-fps fast
says "'fast' is not a number"
run 2 "$ppo" eval poles --video-overlay
says '--video-overlay goes with --video'
for size in 0 x 5x 640x 640x480x3 -3 5000 1x4097; do
    run 2 "$ppo" eval poles --video a.gif "--video-size=$size"
    says 'video-size'
done

run 0 "$ppo" info
if grep -q '^films: absent' "$out"; then
    have_films=false
else
    have_films=true
fi
if grep -q '^pictures: absent' "$out"; then
    run 10 "$ppo" eval poles --video a.gif
    says 'pictures need the module canvas.so'
    [ ! -e a.gif ] || fail 'a film of nothing'
elif $have_films; then
    films_of_poles
fi
"$ppo" envs | grep -q '^Rally ' || exit 77 # a build without the free games
"$ppo" doctor | grep -q 'Rally.*not in this build' && exit 77
run 0 "$ppo" train Rally --total-timesteps 64 --num-envs 2 --num-steps 16 --num-minibatches 1 \
    --update-epochs 1 --eval-every 0 --eval-episodes 1 --run-dir rally --quiet
if ! $have_films; then
    run 10 "$ppo" eval rally --episodes 1 --video a.gif
    says 'films need the module film.so'
    finish
fi
run 0 "$ppo" eval rally --episodes 1 --video a.gif --video-steps 8 --json
is_json
has_fields return_mean video file length
prints '"video":\{"file":"a.gif","return":[-0-9.]*,"length":8\}'
quiet
wants 'the beginning of a GIF' "$(head -c 6 a.gif)" GIF89a
# 320 x 210, little-endian
wants 'size of the GIF' "$(od -An -tu1 -j6 -N4 a.gif | tr -s ' ' ' ')" ' 64 1 210 0'
run 0 "$ppo" eval rally --episodes 1 --video b.gif --video-steps 8
prints '^film +b.gif: return .*, length 8$'
cmp -s a.gif b.gif || fail 'two films of one episode differ'
run 0 "$ppo" eval rally --episodes 1 --video a.mp4 --video-steps 8
quiet # libav and x264 like to talk
wants 'the beginning of an MP4' "$(head -c 8 a.mp4 | tail -c 4)" ftyp

run 2 "$ppo" eval rally --video film.avi
says 'film.avi: the name of a film must end in .mp4, .gif or /'
run 2 "$ppo" eval rally --video a.gif --video-fps 60
says 'at most 50'
run 2 "$ppo" eval rally --video a.gif --video-size 300
says 'Rally has pictures of 320 x 210 pixels, which grow by whole factors only'
run 0 "$ppo" eval rally --episodes 1
prints '^normalised   none: papers report no scores of a human for Rally$'
run 0 "$ppo" eval rally --episodes 1 --json
prints '"human_normalised":null'
run 0 "$ppo" eval rally --episodes 1 --video big.gif --video-size 420 --video-steps 2
wants 'size of the GIF' "$(od -An -tu1 -j6 -N4 big.gif | tr -s ' ' ' ')" ' 128 2 164 1'
run 4 "$ppo" eval rally --video nowhere/a.mp4
says 'nowhere/a.mp4: No such file'
wants 'what is left' "$(find . -name '*.tmp')" ''

# A film that is stopped leaves nothing; one that is killed leaves a temporary, which the next film
# of that name removes.
for signal in INT TERM KILL; do
    "$ppo" eval rally --stochastic --video stopped.mp4 >"$out" 2>"$err" &
    pid=$!
    last="eval --video, then kill -$signal"
    waited=0
    while [ -z "$(find . -name 'stopped.mp4.*.tmp' -size +0)" ] && [ $waited -lt 600 ]; do
        sleep 0.05
        waited=$((waited + 1))
    done
    kill -$signal $pid
    wait $pid 2>/dev/null
    code=$?
    [ $signal = KILL ] && break
    wants "exit code after SIG$signal" $code 130
    quiet
    wants 'what is left' "$(find . -name 'stopped*')" ''
done
wants 'what a killed film leaves' "$(find . -name 'stopped*' | wc -l | tr -d ' ')" 1
run 0 "$ppo" eval rally --episodes 1 --video stopped.mp4 --video-steps 2
wants 'what is there' "$(find . -name 'stopped*')" ./stopped.mp4
finish
