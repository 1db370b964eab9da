// SPDX-License-Identifier: MIT
// The rules of ALE's games, I to Z, a function each: see rules_define.h. R[i] is byte i of the
// console's RAM (processor address $80 + i), C[i] of the cartridge's; t keeps its values from frame
// to frame.
#include "atari/rules_define.h"

RULES(ice_hockey, .report = PPO_LIVES_ZERO)
{
    gain(t, dec(R[10]) - dec(R[11]));
    t->reward = smaller(t->reward, 1);
    t->is_over = R[7] == 0 && R[6] == 0;
}

RULES(jamesbond, .report = PPO_LIVES_UNTIL_OVER, .lives = 6)
{
    gain(t, bcd3(R[92], R[93], R[94]));
    const int32_t n = R[6] & 15;
    t->is_over = n == 0 && R[12] == 0x68;
    t->lives = n + 1;
}

RULES(journey_escape, .report = PPO_LIVES_ZERO)
{
    gain(t, bcd3(R[18], R[17], R[16]));
    if (t->reward == 50000)
        t->reward = 0;
    t->is_over = R[21] == 0 && R[22] == 0;
}

RULES(kaboom, .report = PPO_LIVES_ONE)
{
    gain(t, bcd3(R[37], R[36], R[35]));
    t->is_over = R[33] == 0 || t->score == 999999;
}

RULES(kangaroo, .report = PPO_LIVES_UNTIL_OVER, .lives = 3)
{
    gain(t, 100 * bcd2(R[40], R[39]));
    t->is_over = R[45] == 255;
    t->lives = (R[45] & 7) + 1;
}

RULES(keystone_kapers, .report = PPO_LIVES_UNTIL_OVER, .lives = 3)
{
    gain(t, bcd2(R[28], R[27]));
    t->lives = R[22];
    t->is_over = t->lives == 0 && R[8] == 0;
}

RULES(king_kong, .report = PPO_LIVES_UNTIL_OVER, .lives = 3)
{
    gain(t, bcd2(R[3], R[2]));
    t->lives = R[110];
    t->is_over = t->lives == 0;
}

RULES(klax, .report = PPO_LIVES_ONE)
{
    gain(t, bcd3(C[52], C[53], C[54]));
    bool is_full = true;
    for (int i = 51; i < 76; i++)
        is_full = is_full && R[i] != 0 && R[i] != 2 && R[i] != 6 && R[i] != 10 && R[i] != 14;
    t->is_over = (C[105] > 0 && C[110] == C[105]) || (R[40] == 4 && is_full) || C[29] == 0x99;
}

RULES(koolaid, .report = PPO_LIVES_ZERO)
{
    gain(t, 100 * bcd2(R[1], R[0]));
    t->is_over = R[81] == 0x80;
}

RULES(krull, .report = PPO_LIVES_UNTIL_OVER, .lives = 3)
{
    gain(t, bcd3(R[30], R[29], R[28]));
    t->is_over = R[31] == 0 && R[34] == 3 && R[0] == 0x80;
    t->lives = (R[31] & 7) + 1;
}

RULES(kung_fu_master, .report = PPO_LIVES_UNTIL_OVER, .lives = 4)
{
    gain(t, bcd3(R[26], R[25], R[24]));
    t->is_over = R[29] == 255;
    t->lives = (R[29] & 7) + 1;
}

RULES(laser_gates, .report = PPO_LIVES_ZERO)
{
    gain(t, bcd3(R[2], R[1], R[0]));
    t->is_over = R[3] == 0;
}

RULES(lost_luggage, .report = PPO_LIVES_UNTIL_OVER, .lives = 3)
{
    gain(t, bcd3(R[22], R[21], R[20]));
    t->lives = R[74];
    t->is_over = t->lives == 0 && R[72] == 10 && R[37] == 0 && R[41] == 0;
}

RULES(mario_bros, .report = PPO_LIVES_UNTIL_OVER, .lives = 0)
{
    gain(t, 100 * bcd2(R[10], R[9]));
    t->lives = R[7];
    t->is_over = t->lives == 0;
}

RULES(miniature_golf, .report = PPO_LIVES_ONE)
{
    int32_t *const level = &t->own[0];
    int32_t *const par = &t->own[1];
    int32_t *const hits = &t->own[2];
    int32_t *const left = &t->own[3];
    int32_t *const base = &t->own[4];
    t->reward = 0;
    const int32_t lev = dec(R[47]);
    const int32_t a = dec(R[7]);
    const int32_t b = dec(R[8]);
    if (lev != *level) {
        const int32_t used = *left + *hits - *base;
        if (used > 0)
            t->reward = *par - used;
        if (lev == 0)
            t->is_over = 1;
        *level = lev;
        *hits = 0;
        *base = *left;
    }
    if (b != 0) {
        *par = b;
    } else {
        if (a < *left)
            *hits += *left;
        *left = a;
    }
}

RULES(montezuma_revenge, .report = PPO_LIVES_UNTIL_OVER, .lives = 6)
{
    gain(t, bcd3(R[21], R[20], R[19]));
    t->is_over = R[58] == 0 && R[126] == 0x60;
    t->lives = (R[58] & 7) + 1;
}

RULES(mr_do, .report = PPO_LIVES_UNTIL_OVER, .lives = 4)
{
    gain(t, 10 * bcd2(R[2], R[3]));
    t->lives = R[91];
    t->is_over = R[90] == 0x40;
}

RULES(ms_pacman, .report = PPO_LIVES_UNTIL_OVER, .lives = 3)
{
    gain(t, bcd3(R[120], R[121], R[122]));
    t->is_over = (R[123] & 15) == 0 && R[39] == 0x53;
    t->lives = (R[123] & 7) + 1;
}

RULES(name_this_game, .report = PPO_LIVES_UNTIL_OVER, .lives = 3)
{
    gain(t, bcd3(R[70], R[69], R[68]));
    t->lives = R[71] & 7;
    t->is_over = t->lives == 0;
}

RULES(othello, .report = PPO_LIVES_ONE)
{
    int32_t *const idle = &t->own[0];
    gain(t, dec(R[78]) - dec(R[80]));
    *idle = R[64] == 0 ? *idle + 1 : 0;
    t->is_over = *idle > 50;
}

RULES(pacman, .report = PPO_LIVES_UNTIL_OVER, .lives = 4)
{
    gain(t, bcd3(R[76], R[78], R[80]));
    t->lives = R[24] + 1;
    t->is_over = t->lives == 1 && R[100] == 0x3F;
}

RULES(phoenix, .report = PPO_LIVES_UNTIL_OVER, .lives = 5)
{
    gain(t, 10 * (10 * bcd2(R[72], R[73]) + (R[71] >> 4)));
    t->is_over = R[76] == 0x80;
    t->lives = R[75] & 7;
}

RULES(pitfall, .report = PPO_LIVES_UNTIL_OVER, .lives = 3, .score = 2000)
{
    gain(t, bcd3(R[87], R[86], R[85]));
    const int32_t n = R[0] >> 4;
    t->is_over = n == 0 && R[30] != 0;
    t->lives = n == 10 ? 3 : n == 8 ? 2 : 1;
}

RULES(pitfall2, .report = PPO_LIVES_UNTIL_OVER, .lives = 1, .score = 4000)
{
    gain(t, bcd3(R[73], R[72], R[71]));
    t->is_over = t->score == 199000;
    t->lives = 1;
}

RULES(pong, .report = PPO_LIVES_ZERO)
{
    gain(t, R[14] - R[13]);
    t->is_over = R[13] == 21 || R[14] == 21;
}

RULES(pooyan, .report = PPO_LIVES_UNTIL_OVER, .lives = 3)
{
    gain(t, bcd3(R[10], R[9], R[8]));
    t->is_over = R[22] == 0 && R[24] == 5;
    t->lives = (R[22] & 7) + 1;
}

RULES(private_eye, .score = 1000)
{
    gain(t, bcd3(R[74], R[73], R[72]));
    t->is_over = R[66] > 1;
}

RULES(qbert, .report = PPO_LIVES_UNTIL_OVER, .lives = 4, .own = {2})
{
    int32_t *const last = &t->own[0];
    const int32_t n = s8(R[8]);
    t->is_over = R[8] == 0xFE || (R[8] == 2 && *last == -1);
    if (n == *last - 1)
        t->lives -= 1;
    *last = n;
    if (t->is_over)
        t->reward = 0;
    else
        gain(t, bcd3(R[91], R[90], R[89]));
}

static int32_t riverraid_digit(uint8_t byte)
{
    return byte % 8 == 0 && byte <= 72 ? byte / 8 : 0;
}

RULES(riverraid, .report = PPO_LIVES_UNTIL_OVER, .lives = 4, .own = {0x58})
{
    int32_t *const last = &t->own[0];
    gain(t, riverraid_digit(R[87]) + 10 * riverraid_digit(R[85]) + 100 * riverraid_digit(R[83]) +
                1000 * riverraid_digit(R[81]) + 10000 * riverraid_digit(R[79]) +
                100000 * riverraid_digit(R[77]));
    t->is_over = R[64] == 0x58 && *last == 0x59;
    *last = R[64];
    t->lives = *last == 0x58 ? 4 : *last == 0x59 ? 1 : *last / 8 + 1;
}

RULES(road_runner, .report = PPO_LIVES_UNTIL_OVER, .lives = 3)
{
    gain(t, 100 * digits(R + 73, 4));
    const int32_t n = R[68] & 7;
    t->is_over = n == 0 && (R[57] != 0 || R[61] != 0);
    t->lives = n + 1;
}

RULES(robotank, .report = PPO_LIVES_UNTIL_OVER, .lives = 4)
{
    gain(t, 12 * R[54] + R[53]);
    t->is_over = R[40] == 0 && R[52] == 255;
    t->lives = (R[40] & 15) + 1;
}

RULES(seaquest, .report = PPO_LIVES_UNTIL_OVER, .lives = 4)
{
    gain(t, bcd3(R[58], R[57], R[56]));
    t->is_over = R[35] != 0;
    t->lives = R[59] + 1;
}

RULES(sir_lancelot, .report = PPO_LIVES_UNTIL_OVER, .lives = 3)
{
    gain(t, bcd3(R[32], R[31], R[30]));
    t->lives = R[41];
    t->is_over = t->lives == 0 && R[39] == 0xA0;
}

RULES(skiing, .report = PPO_LIVES_ZERO)
{
    const int32_t x = 6000 * R[104] + bcd2(R[106], R[105]);
    t->reward = t->score - x;
    t->score = x;
    t->is_over = R[17] == 255;
}

RULES(solaris, .report = PPO_LIVES_UNTIL_OVER, .lives = 3)
{
    gain(t, 10 * bcd3(R[92], R[93], R[94]));
    t->is_over = R[89] == 0;
    t->lives = R[89] & 15;
}

RULES(space_invaders, .report = PPO_LIVES_UNTIL_OVER, .lives = 3)
{
    gain(t, bcd2(R[104], R[102]));
    if (t->reward < 0)
        t->reward += 10000;
    t->lives = R[73];
    t->is_over = R[24] >= 128 || t->lives == 0;
}

RULES(space_war, .report = PPO_LIVES_ONE)
{
    gain(t, dec(R[39]));
    t->is_over = t->score == 10 || R[0] == 0;
}

RULES(star_gunner, .report = PPO_LIVES_UNTIL_OVER, .lives = 5)
{
    int32_t *const started = &t->own[0];
    gain(t, 100 * digits(R + 3, 4));
    t->is_over = R[7] == 0;
    *started = *started || R[7] == 5;
    t->lives = *started ? R[7] & 15 : 5;
}

RULES(superman, .report = PPO_LIVES_ONE)
{
    t->is_over = (R[31] & 0x40) != 0 && R[0] == 0xAC && R[1] == 0xF2;
    t->reward = t->is_over ? 5999 - (60 * dec(R[99]) + dec(R[98])) : 0;
}

RULES(surround, .report = PPO_LIVES_ONE)
{
    const int32_t a = dec(R[119]);
    const int32_t b = dec(R[118]);
    gain(t, a - b);
    t->is_over = a == 10 || b == 10;
}

RULES(tennis, .report = PPO_LIVES_ZERO)
{
    int32_t *const games = &t->own[0];
    int32_t *const points = &t->own[1];
    const int32_t p = R[69] - R[70];
    const int32_t g = R[71] - R[72];
    t->reward = g != *games ? g - *games : p - *points;
    *games = g;
    *points = p;
    t->is_over = (R[71] >= 6 && g >= 2) || (R[72] >= 6 && g <= -2) || R[71] == 7 || R[72] == 7;
}

RULES(tetris, .report = PPO_LIVES_ZERO)
{
    gain(t, bcd2(R[113], R[114]));
    t->reward = larger(t->reward, 0);
    t->is_over = R[115] >= 128;
    if (t->is_over)
        t->score = 0;
}

RULES(tic_tac_toe_3d, .report = PPO_LIVES_ONE)
{
    t->reward = 0;
    if (R[127] == 0xF3 && R[126] == 0x10) {
        t->is_over = 1;
        t->reward = R[97] == 8 ? 1 : -1;
    }
    bool is_full = true;
    for (int i = 26; i < 90; i++)
        is_full = is_full && R[i] != 0;
    if (is_full)
        t->is_over = 1;
}

RULES(time_pilot, .report = PPO_LIVES_UNTIL_OVER, .lives = 5)
{
    gain(t, 100 * bcd2(R[13], R[15]));
    t->is_over = R[32] != 0;
    if ((R[0] & 15) == 2)
        t->lives = (R[11] & 7) + 1;
}

RULES(trondead, .report = PPO_LIVES_UNTIL_OVER, .lives = 5)
{
    gain(t, bcd3(R[63], R[62], R[61]));
    t->is_over = R[72] == 5;
    t->lives = 5 - R[72];
}

RULES(turmoil, .report = PPO_LIVES_UNTIL_OVER, .lives = 4)
{
    gain(t, 10 * (bcd2(R[9], R[10]) + R[83]));
    t->lives = R[57];
    t->is_over = t->lives == 0 && R[69] == 1;
}

RULES(tutankham, .report = PPO_LIVES_UNTIL_OVER, .lives = 3)
{
    gain(t, bcd2(R[28], R[26]));
    t->is_over = R[30] == 0 && R[1] != 0x84;
    t->lives = R[30] & 3;
}

RULES(up_n_down, .report = PPO_LIVES_UNTIL_OVER, .lives = 5)
{
    gain(t, bcd3(R[2], R[1], R[0]));
    const int32_t n = R[6] & 15;
    t->is_over = R[20] > 0x40 && n == 0;
    t->lives = n + 1;
}

RULES(venture, .report = PPO_LIVES_UNTIL_OVER, .lives = 4)
{
    gain(t, 100 * bcd2(R[72], R[71]));
    t->is_over = R[70] == 0 && R[77] == 255 && R[63] >= 128;
    t->lives = (R[70] & 7) + 1;
}

RULES(video_checkers, .report = PPO_LIVES_ONE, .keeps_own = 1u << 0)
{
    const int32_t *const reverse = &t->own[0]; // set by the choice of modes from 11 on
    int32_t black = 0, white = 0;
    for (int i = 0; i < 36; i++) {
        const bool is_square = i != 8 && i != 17 && i != 26 && i != 35;
        black += is_square && (R[i] == 0x10 || R[i] == 0x20);
        white += is_square && (R[i] == 0x90 || R[i] == 0xA0);
    }
    if (black == 0) {
        t->is_over = 1;
        t->reward = *reverse ? 1 : -1;
    } else if (white == 0) {
        t->is_over = 1;
        t->reward = *reverse ? -1 : 1;
    }
}

RULES(video_chess, .report = PPO_LIVES_ONE)
{
    t->reward = 0;
    if (R[97] == 0x82 && R[110] == 0) {
        t->is_over = 1;
        t->reward = 1;
    }
    if (R[97] == 0x82 && R[110] == 1) {
        t->is_over = 1;
        t->reward = -1;
    }
}

RULES(video_cube, .report = PPO_LIVES_ONE, .keeps_own = 1u << 1)
{
    int32_t *const faces = &t->own[0], *const timer = &t->own[1];
    int32_t n = 0; // faces of one colour
    for (int f = 0; f < 6; f++) {
        bool is_uniform = true;
        for (int k = 1; k < 9; k++)
            is_uniform = is_uniform && R[32 + 9 * f + k] == R[32 + 9 * f];
        n += is_uniform;
    }
    const bool is_late = R[91] == 0 && *timer == 255;
    *timer = R[91];
    t->reward = is_late ? -1 : n - *faces;
    *faces = n;
    t->is_over = is_late || n == 6;
}

RULES(video_pinball, .report = PPO_LIVES_UNTIL_OVER, .lives = 3)
{
    gain(t, bcd3(R[48], R[50], R[52]));
    t->is_over = (R[47] & 1) == 1;
    t->lives = 4 + (R[40] & 1) - (R[25] & 7);
}

RULES(wizard_of_wor, .report = PPO_LIVES_UNTIL_OVER, .lives = 3)
{
    const int32_t x = bcd2(R[6], R[8]);
    gain(t, 100 * (x >= 8000 ? x - 8000 : x));
    t->is_over = (R[13] & 15) == 0 && R[116] == 0xF8;
    if ((R[87] & 1) == 0)
        t->lives = R[13] & 15;
}

RULES(word_zapper, .report = PPO_LIVES_ONE)
{
    if (R[79] != 0) {
        gain(t, 2 - s8(R[92]));
        t->is_over = t->score == 3 || R[94] == 0;
    }
}

RULES(yars_revenge, .report = PPO_LIVES_UNTIL_OVER, .lives = 4)
{
    gain(t, bcd3(R[98], R[97], R[96]));
    t->lives = R[30] >> 4;
    t->is_over = t->lives == 0;
}

RULES(zaxxon, .report = PPO_LIVES_UNTIL_OVER, .lives = 5)
{
    gain(t, 100 * bcd2(R[105], R[104]));
    t->lives = R[106] & 7;
    t->is_over = t->lives == 0;
}
