#!/bin/sh
# SPDX-License-Identifier: MIT
# `ppo eval --video`: a film of Rally, and what is refused.
. "$(dirname "$0")/support/check.sh"

# CartPole draws no pictures (today); its agent is quick to have.
run 0 "$ppo" train CartPole-v1 --total-timesteps 1024 --run-dir poles --eval-every 0 --quiet
run 2 "$ppo" eval poles --video-steps 5
says '--video-steps goes with --video'
run 2 "$ppo" eval poles --video a.gif --video-steps 0
says 'video-steps.*\[1,'
run 2 "$ppo" eval poles --video a.gif --video-fps fast
says "'fast' is not a number"
run 10 "$ppo" eval poles --video a.gif
says 'CartPole-v1 draws no pictures'
[ ! -e a.gif ] || fail 'a film of nothing'

run 0 "$ppo" info
if grep -q '^films: absent' "$out"; then
    have_films=false
else
    have_films=true
fi
"$ppo" envs | grep -q '^Rally ' || exit 77 # a build without the free games
"$ppo" doctor | grep -q 'Rally.*not in this build' && exit 77
run 0 "$ppo" train Rally --total-timesteps 64 --num-envs 2 --num-steps 16 --num-minibatches 1 \
    --update-epochs 1 --eval-every 0 --eval-episodes 1 --run-dir rally --quiet
if ! $have_films; then
    run 10 "$ppo" eval rally --episodes 1 --video a.gif
    says 'makes no films'
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
says 'film.avi: what kind of film\? A name that ends in .mp4 or .gif'
run 2 "$ppo" eval rally --video a.gif --video-fps 60
says 'at most 50'
run 4 "$ppo" eval rally --video nowhere/a.mp4
says 'nowhere/a.mp4: No such file'
wants 'what is left' "$(find . -name '*.tmp')" ''
finish
