#!/bin/sh
# SPDX-License-Identifier: MIT
# Commands that only tell: envs, info, eval, hash, help.
. "$(dirname "$0")/support/check.sh"

run 0 "$ppo" --version
prints '^ppo [0-9]+\.[0-9]+\.[0-9]+$'
run 0 "$ppo" --help
prints 'Commands'
for command in train eval envs info doctor bench hash help; do
    run 0 "$ppo" help $command
    prints '^Usage'
    cp "$out" page
    run 0 "$ppo" $command --help
    cmp -s page "$out" || fail "'help $command' and '$command --help' differ"
    [ "$(awk '{ if (length > n) n = length } END { print n }' page)" -le 100 ] ||
        fail "'help $command' has lines of more than 100 columns"
done
run 0 "$ppo" train --help-all
prints '--clip-coef number'
prints 'clip-range'
run 0 "$ppo" help --man
prints '^\.TH PPO 1'
prints '^\.SH EXIT STATUS'
prints '^\.B 130'
if command -v groff >/dev/null 2>&1; then
    cp "$out" ppo.1
    wants 'warnings of groff' "$(groff -man -Tascii -ww -z ppo.1 2>&1)" ''
fi
run 0 "$ppo" help --completion bash
prints 'complete .*ppo'
cp "$out" completion.bash
twice=$(sed -n 's/^ *[a-z]*) words="\(.*\)" ;;$/\1/p' completion.bash |
    while read -r line; do printf '%s\n' $line | sort | uniq -d; done)
wants 'words that are offered twice' "$twice" ''
if command -v bash >/dev/null 2>&1; then
    wants 'completion of an environment' "$(bash -c '. ./completion.bash
        COMP_WORDS=(ppo train Cart) COMP_CWORD=2; _ppo; echo "${COMPREPLY[*]}"')" \
        'CartPole-v1 CartPole-v0 CartPoleNoVel-v1'
    wants 'completion of a choice' "$(bash -c '. ./completion.bash
        COMP_WORDS=(ppo train CartPole-v1 --activation "") COMP_CWORD=4; _ppo
        echo "${COMPREPLY[*]}"')" 'tanh relu'
fi
run 0 "$ppo" help --completion zsh
prints '^#compdef ppo'
run 0 "$ppo" help --completion fish
prints '^complete -c ppo'
run 0 "$ppo" help --options-markdown
prints '^\| .clip_coef.'

run 0 "$ppo" envs
prints '^CartPole-v1 .*Box\(4\).*Discrete\(2\).*500.*475.*yes'
run 0 "$ppo" envs --json
is_json
has_fields id observations actions max_episode_steps reward_threshold preset summary cartridge
# Every id of a game with what it says: frames of a step, sticky actions, the action set, modes.
for row in \
    '"id":"PongNoFrameskip-v4","game":"Pong",.*"action_set":\[0,1,3,4,11,12\],.*"frame_skip":null,"sticky_action_prob":0,"modes":\[0,1\],"default_mode":0,"difficulties":\[0,1,2,3\]' \
    '"id":"Pong-v0",.*"frame_skip":\[2,4\],"sticky_action_prob":0.25' \
    '"id":"PongDeterministic-v4",.*"frame_skip":\[4,4\],"sticky_action_prob":0,' \
    '"id":"ALE/Centipede-v5",.*"sticky_action_prob":0.25,"modes":\[22,86\],"default_mode":22' \
    '"id":"SkiingNoFrameskip-v4",.*"num_legal_actions":9'; do
    sed 's/{"id"/\n{"id"/g' "$out" | grep -qE "^\{$row" || fail "no $row"
done
wants 'ids of Pong' "$(grep -o '"game":"Pong"' "$out" | wc -l | tr -d ' ')" 7
wants 'ids of Surround' "$(grep -o '"game":"Surround"' "$out" | wc -l | tr -d ' ')" 2

# In a terminal of 80 columns no line wraps, and there are few enough of them.
if command -v script >/dev/null 2>&1; then
    NO_COLOR=1 script -qc "stty cols 80 && '$ppo' envs" /dev/null </dev/null | tr -d '\r' >narrow
    if [ "$(wc -l <narrow)" -gt 30 ]; then # else there is no terminal to be had
        wants 'lines that are too wide' "$(awk 'length($0) > 80' narrow)" ''
        wants 'more lines than a screen has' "$(awk 'NR == 49' narrow)" ''
    fi
fi

# Cartridges: none of this machine's is used.
export HOME="$work/home" PPO_ROM_DIR="$work/roms"
unset XDG_DATA_HOME VIRTUAL_ENV CONDA_PREFIX
mkdir -p "$HOME" "$PPO_ROM_DIR/below"
head -c 2048 /dev/zero >"$PPO_ROM_DIR/below/zeros.bin"
run 0 "$ppo" envs
prints '^No cartridge found: XNoFrameskip-v4, ALE/X-v5'
prints ' Phoenix Pitfall Pong$'
prints '^Rally .*Discrete\(4\).*(built in|not in this build)'
run 0 "$ppo" doctor
prints '^  compiler: '
prints "^  $work/roms +searched"
prints "^  $work/home/.local/share/ppo/roms +does not exist"
prints '\(unknown cartridge\) +[0-9a-f]{32}  .*zeros.bin'
prints '^  CartPole-v1'
run 0 "$ppo" doctor --json
is_json
has_fields machine build places cartridges presets game md5 listed built_in path
run 3 "$ppo" train PongNoFrameskip-v4 --total-timesteps 100
says 'the cartridge of Pong was not found.*60e0ea3cbe0913d39803477945e9e5ec'
says "PPO_ROM_DIR=$work/roms"
run 3 "$ppo" train PongNoFrameskip-v4 --rom-dir /nowhere --total-timesteps 100
says '/nowhere'
run 3 "$ppo" train PongNoFramskip-v4
says 'PongNoFrameskip-v4'

run 0 "$ppo" info
prints '^compiler: '
run 0 "$ppo" info --json
is_json
has_fields version
run 0 "$ppo" info --memory CartPole-v1 --num-envs 16
prints '^total [0-9]+ bytes'
run 0 "$ppo" info --memory CartPole-v1 --json
is_json
has_fields buffers name shape bytes owner total_bytes

run 0 "$ppo" train CartPole-v1 --total-timesteps 4096 --run-dir run --eval-every 0 \
    --eval-episodes 3 --json
hash=$(field hash)
run 0 "$ppo" info run
prints '^environment +CartPole-v1, seed 1'
prints '^progress +4096 of 4096 steps'
prints "$hash"
run 0 "$ppo" info run --json
is_json
has_fields run_dir env seed steps hash evaluation best config
wants 'steps' "$(field steps)" 4096

run 0 "$ppo" eval run --episodes 5 --json
is_json
has_fields return_mean return_std return_min return_max length_mean episodes
wants 'episodes' "$(field episodes)" 5
mean=$(field return_mean)
run 0 "$ppo" eval run --episodes 5 --json
wants 'the same evaluation again' "$(field return_mean)" "$mean"
run 0 "$ppo" eval run/best.safetensors --episodes 5 --seed 10000 --json
run 0 "$ppo" eval run --episodes 5 --stochastic
prints '^return .*\+-'
run 2 "$ppo" eval run --episodes 0
says 'episodes.*\[1,'
run 0 "$ppo" hash run
prints '^[0-9a-f]{16}$'
wants 'lines of ppo hash' "$(wc -l <"$out" | tr -d ' ')" 1
run 0 "$ppo" hash run/checkpoint.safetensors
wants 'hash of the file' "$(cat "$out")" "$hash"
finish
