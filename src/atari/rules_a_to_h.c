// SPDX-License-Identifier: MIT
// The rules of ALE's games, A to H, a function each: see rules_define.h. R[i] is byte i of the
// console's RAM (processor address $80 + i), C[i] of the cartridge's; t keeps its values from frame
// to frame.
#include "atari/rules_define.h"

RULES(adventure, .report = PPO_LIVES_ALWAYS, .lives = 1)
{
    const int32_t won = R[57] == 0x12;
    if (won)
        t->reward = 1;
    t->is_over = R[96] == 2 || won;
}

RULES(air_raid, .report = PPO_LIVES_ONE)
{
    gain(t, bcd3(R[42], R[41], R[40]));
    t->is_over = R[39] == 255;
}

static int32_t alien_digit(uint8_t byte)
{
    return byte == 0x80 ? 0 : byte >> 3;
}

RULES(alien, .report = PPO_LIVES_ALWAYS, .lives = 3)
{
    gain(t, 10 * (alien_digit(R[11]) + 10 * alien_digit(R[9]) + 100 * alien_digit(R[7]) +
                  1000 * alien_digit(R[5]) + 10000 * alien_digit(R[3])));
    t->lives = R[64] & 15;
    t->is_over = t->lives == 0;
}

RULES(amidar, .report = PPO_LIVES_UNTIL_OVER, .lives = 3)
{
    gain(t, bcd3(R[89], R[90], R[91]));
    t->is_over = R[86] == 0x80;
    t->lives = R[86] & 15;
}

RULES(assault, .report = PPO_LIVES_UNTIL_OVER, .lives = 4)
{
    gain(t, bcd3(R[2], R[1], R[0]));
    t->lives = R[101];
    t->is_over = t->lives == 0;
}

RULES(asterix, .report = PPO_LIVES_UNTIL_OVER, .lives = 3)
{
    gain(t, bcd3(R[96], R[95], R[94]));
    t->lives = R[83] & 15;
    t->is_over = R[71] == 1 && t->lives == 1;
}

RULES(asteroids, .report = PPO_LIVES_UNTIL_OVER, .lives = 4)
{
    gain(t, 10 * bcd2(R[62], R[61]));
    if (t->reward < 0)
        t->reward += 100000;
    t->lives = R[60] >> 4;
    t->is_over = t->lives == 0;
}

RULES(atlantis, .report = PPO_LIVES_UNTIL_OVER, .lives = 6)
{
    t->lives = R[113];
    t->is_over = t->lives == 255;
    if (t->is_over)
        t->reward = 0;
    else
        gain(t, 100 * bcd3(R[34], R[35], R[33]));
}

RULES(atlantis2, .report = PPO_LIVES_UNTIL_OVER, .keeps_lives = true)
{
    t->lives = R[113];
    t->is_over = t->lives == 255;
    if (t->is_over)
        t->reward = 0;
    else
        gain(t, bcd3(R[33], R[34], R[35]));
}

RULES(backgammon, .report = PPO_LIVES_ONE)
{
    // Points 1 to 13 and 15 to 27: positive are the opponent's pieces, negative the player's. All
    // sums are bytes.
    int32_t mine_in = 0, theirs_in = 0;
    for (int i = 1; i < 28; i++) {
        const int32_t pieces = i == 14 ? 0 : s8(R[i]);
        theirs_in += pieces > 0 ? pieces : 0;
        mine_in -= pieces < 0 ? pieces : 0;
    }
    const int32_t mine_out = s8(-s8(R[0])), theirs_out = s8(R[14]);
    const bool is_valid = s8(theirs_in) + theirs_out == 15 && s8(mine_in) + mine_out == 15;
    if (is_valid && mine_out == 15) {
        t->is_over = 1;
        t->reward = 1;
    } else if (is_valid && theirs_out == 15) {
        t->is_over = 1;
        t->reward = -1;
    }
}

RULES(bank_heist, .report = PPO_LIVES_UNTIL_OVER, .lives = 5)
{
    gain(t, bcd3(R[90], R[89], R[88]));
    t->lives = R[85];
    t->is_over = R[78] == 1 && t->lives == 0;
}

RULES(basic_math, .report = PPO_LIVES_ONE)
{
    gain(t, dec(R[4]));
    t->is_over = R[6] != 0;
}

RULES(battle_zone, .report = PPO_LIVES_UNTIL_OVER, .lives = 5)
{
    gain(t, 1000 * (zero10(R[29] >> 4) + 10 * zero10(R[30] & 15) + 100 * zero10(R[30] >> 4)));
    t->lives = R[58] & 15;
    t->is_over = t->lives == 0;
}

RULES(beam_rider, .report = PPO_LIVES_UNTIL_OVER, .lives = 3)
{
    gain(t, bcd3(R[9], R[10], R[11]));
    const int32_t n = R[5] + 1;
    if (n != t->lives - 1 || R[12] == 1)
        t->lives = n;
    t->is_over = R[5] == 255;
}

RULES(berzerk, .report = PPO_LIVES_UNTIL_OVER, .lives = 3)
{
    gain(t, bcd3(R[95], R[94], R[93]));
    t->is_over = R[90] == 255;
    t->lives = R[90] + 1;
}

RULES(blackjack, .report = PPO_LIVES_ONE)
{
    const int32_t bust = R[6] == 0x0B && R[9] == 0xBB;
    gain(t, bust ? 0 : bcd2(R[9], R[6]));
    t->is_over = bust || t->score >= 1000;
}

RULES(bowling, .report = PPO_LIVES_ZERO)
{
    gain(t, bcd2(R[33], R[38]));
    t->is_over = R[36] > 16;
}

RULES(boxing, .report = PPO_LIVES_ZERO)
{
    const int32_t a = R[18] == 0xC0 ? 100 : dec(R[18]);
    const int32_t b = R[19] == 0xC0 ? 100 : dec(R[19]);
    gain(t, a - b);
    t->is_over = a == 100 || b == 100 || (R[16] >> 4 == 0 && R[17] == 0);
}

RULES(breakout, .report = PPO_LIVES_UNTIL_OVER, .lives = 5)
{
    int32_t *const started = &t->own[0];
    gain(t, dec(R[77]) + 100 * (R[76] & 15));
    t->lives = R[57];
    *started = *started || t->lives == 5;
    t->is_over = *started && t->lives == 0;
}

RULES(carnival, .report = PPO_LIVES_ZERO)
{
    gain(t, 10 * bcd2(R[46], R[45]));
    t->is_over = R[3] == 0;
}

RULES(casino, .report = PPO_LIVES_ONE)
{
    const int32_t x = bcd2(R[21], R[12]);
    const int32_t closed = R[83] >= 128;
    if (R[84] == 3 || !closed)
        t->reward = x - t->score;
    t->is_over = R[84] == 3 ? x > 0 && R[30] == 0xAA : x == 0 || (R[30] != 0 && closed);
    t->score = x;
}

RULES(centipede, .report = PPO_LIVES_UNTIL_OVER, .lives = 3)
{
    gain(t, bcd3(R[118], R[117], R[116]));
    t->reward = larger(t->reward, 0);
    t->lives = ((R[109] >> 4) & 7) + 1;
    t->is_over = (R[38] & 0x40) != 0;
}

RULES(chopper_command, .report = PPO_LIVES_ALWAYS, .lives = 3)
{
    int32_t *const started = &t->own[0];
    gain(t, 100 * bcd2(R[110], R[108]));
    t->lives = R[100] & 15;
    *started = *started || (R[66] & 1) == 1;
    t->is_over = *started && t->lives == 0;
}

RULES(crazy_climber, .report = PPO_LIVES_UNTIL_OVER, .lives = 5)
{
    gain(t, 100 * (R[2] + 10 * R[3] + 100 * R[4] + 1000 * R[5]));
    t->reward = larger(t->reward, 0);
    t->lives = R[42];
    t->is_over = t->lives == 0;
}

RULES(crossbow, .report = PPO_LIVES_ONE)
{
    gain(t, bcd3(R[13], R[12], R[11]));
    t->is_over = R[103] == 0x82;
}

RULES(darkchambers, .report = PPO_LIVES_ONE)
{
    int32_t *const level = &t->own[0];
    t->reward = 0;
    if (R[85] < *level) {
        t->is_over = 1;
    } else {
        *level = R[85];
        const int32_t x = 10 * bcd2(R[76], R[79]);
        if (x < t->score)
            t->is_over = 1;
        else
            gain(t, x);
        if ((R[74] & 31) == 0)
            t->is_over = 1;
    }
}

RULES(defender, .report = PPO_LIVES_UNTIL_OVER, .lives = 3)
{
    gain(t, digits(R + 28, 6));
    t->lives = R[66];
    t->is_over = t->lives == 0;
}

RULES(demon_attack, .report = PPO_LIVES_UNTIL_OVER, .lives = 4)
{
    int32_t *const changed = &t->own[0];
    gain(t, R[1] == 0xAB && R[3] == 0xCD && R[5] == 0xEA ? 0 : bcd3(R[5], R[3], R[1]));
    t->is_over = R[114] == 0 && R[113] == 0xBD && !*changed;
    t->lives = R[114] + 1;
    *changed = 0;
}

RULES(donkey_kong, .report = PPO_LIVES_UNTIL_OVER, .lives = 2)
{
    gain(t, 100 * bcd2(R[8], R[7]));
    t->lives = R[35];
    t->is_over = t->lives == 0 && R[15] == 3 && R[11] == 0x1F;
}

RULES(double_dunk, .report = PPO_LIVES_ZERO)
{
    const int32_t a = dec(R[118]);
    const int32_t b = dec(R[119]);
    gain(t, a - b);
    t->is_over = (a >= 24 || b >= 24) && R[126] == 0xE7;
}

RULES(earthworld, .report = PPO_LIVES_ONE)
{
    gain(t, dec(R[39]));
    t->is_over = t->score == 10;
}

RULES(elevator_action, .report = PPO_LIVES_UNTIL_OVER, .lives = 4)
{
    gain(t, bcd3(R[9], R[8], R[7]));
    t->lives = R[3];
    t->is_over = t->lives == 0 && R[1] != 0;
}

RULES(enduro, .report = PPO_LIVES_ZERO)
{
    const int32_t day = R[45];
    const int32_t left = bcd2(R[43], R[44]);
    gain(t, day == 0 ? 0 : day == 1 ? 200 - left : 200 + 300 * (day - 2) + 300 - left);
    t->is_over = R[47] == 255;
}

RULES(entombed, .report = PPO_LIVES_ONE)
{
    gain(t, R[99]);
    t->is_over = (R[71] & 3) == 0;
}

RULES(et, .report = PPO_LIVES_UNTIL_OVER, .lives = 0)
{
    gain(t, bcd3(R[97], R[96], R[95]));
    t->lives = s8(R[101] + 1);
    t->is_over = t->lives == 0 && R[0] == 8;
}

RULES(fishing_derby, .report = PPO_LIVES_ZERO)
{
    gain(t, dec(R[61]) - dec(R[62]));
    t->is_over = R[61] == 0x99 || R[62] == 0x99;
}

RULES(flag_capture, .report = PPO_LIVES_ONE)
{
    gain(t, dec(R[106]));
    t->is_over = R[107] == 0;
}

RULES(freeway, .report = PPO_LIVES_ZERO)
{
    gain(t, dec(R[103]));
    t->reward = smaller(larger(t->reward, 0), 1);
    t->is_over = R[22] == 1;
}

RULES(frogger, .report = PPO_LIVES_UNTIL_OVER, .lives = 4)
{
    gain(t, bcd2(R[78], R[76]));
    t->lives = R[80];
    t->is_over = t->lives == 255;
}

RULES(frostbite, .report = PPO_LIVES_UNTIL_OVER, .lives = 4)
{
    gain(t, bcd3(R[74], R[73], R[72]));
    const int32_t n = R[76] & 15;
    t->is_over = n == 0 && R[113] >= 128;
    t->lives = n + 1;
}

RULES(galaxian, .report = PPO_LIVES_UNTIL_OVER, .lives = 3)
{
    gain(t, bcd3(R[46], R[45], R[44]));
    if (t->reward < 0)
        t->reward += 1000000;
    t->is_over = R[63] >= 128;
    t->lives = t->is_over ? 0 : R[57] + 1;
}

RULES(gopher, .report = PPO_LIVES_UNTIL_OVER, .lives = 3)
{
    gain(t, bcd3(R[50], R[49], R[48]));
    t->lives = ones(R[52] & 7);
    t->is_over = t->lives == 0;
}

RULES(gravitar, .report = PPO_LIVES_UNTIL_OVER, .lives = 6)
{
    gain(t, bcd3(R[9], R[8], R[7]));
    t->is_over = R[1] == 1;
    t->lives = R[1] == 0 ? 6 : R[4] + 1;
}

RULES(hangman, .report = PPO_LIVES_ONE, .own = {0, 0, -1})
{
    int32_t *const mine = &t->own[0];
    int32_t *const theirs = &t->own[1];
    int32_t *const timer = &t->own[2];
    const int32_t a = dec(R[107]);
    const int32_t b = dec(R[108]);
    t->reward = a - *mine - (b - *theirs);
    *mine = a;
    *theirs = b;
    t->is_over = t->reward != 0 || (R[113] == 0 && *timer == 255);
    *timer = R[113];
}

RULES(haunted_house, .report = PPO_LIVES_UNTIL_OVER, .lives = 9)
{
    int32_t *const matches = &t->own[0];
    const int32_t m = dec(R[2]);
    const int32_t urn = R[25] == 0x44;
    t->reward = (urn ? 100 : 0) - (m != *matches ? 1 : 0);
    *matches = m;
    t->lives = R[22];
    t->is_over = t->lives == 0 || urn;
}

RULES(hero, .report = PPO_LIVES_UNTIL_OVER, .lives = 4)
{
    gain(t, bcd3(R[57], R[56], R[55]));
    t->lives = R[51];
    t->is_over = t->lives == 0;
}

RULES(human_cannonball, .report = PPO_LIVES_ONE)
{
    gain(t, dec(R[54]));
    t->is_over = t->score == 7 || dec(R[55]) == 7;
}
