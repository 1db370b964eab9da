// SPDX-License-Identifier: MIT
// The table of games: cartridge, controllers, start of an episode, actions. The facts are those of
// the Arcade Learning Environment 0.12; MD5s are those of the cartridges that it lists. A new game
// is a new row; its rules are in rules.c.
//
// Workload: some seventy rows, searched a few times per run.
#include "atari/free_cartridges.h"
#include "atari/rules.h"

#include <string.h>
#include <strings.h>

// clang-format off
#define ACTIONS(count, ...) .num_actions = (count), .action = {__VA_ARGS__}
#define ALL_ACTIONS         ACTIONS(18, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17)
#define STARTS_WITH(name, frames) .start_action = PPO_ATARI_##name, .start_frames = (frames)
#define ONE_MODE            .num_modes = 1, .mode_stride = 1
#define MODES(ram_address, count, stride, frames_of_select)                     \
    .has_modes = true, .mode_address = (ram_address), .num_modes = (count),     \
    .mode_stride = (stride), .select_frames = (frames_of_select)
#define DIFFICULTIES(count) .num_difficulties = (count)

// A game without rules here: it runs, without score, lives and end.
#define UNSCORED(its_name, its_md5)                                             \
    .name = (its_name), .md5 = (its_md5), ALL_ACTIONS, ONE_MODE, DIFFICULTIES(1)
#define HAS_MODES .has_modes = true

static const ppo_game_info games[] = {
    {.name = "BeamRider", .md5 = "79ab4123a83dc11d468fb2108ea09e2e",
     .rules = &ppo_rules_beam_rider, ACTIONS(9, 0, 1, 2, 3, 4, 6, 7, 11, 12),
     STARTS_WITH(RIGHT, 1), ONE_MODE, DIFFICULTIES(2)},
    {.name = "Boxing", .md5 = "c3ef5c4653212088eda54dc91d787870",
     .rules = &ppo_rules_boxing, ALL_ACTIONS, ONE_MODE, DIFFICULTIES(4)},
    {.name = "Breakout", .md5 = "f34f08e5eb96e500e851a80be3277a56",
     .rules = &ppo_rules_breakout, .traits = {.paddles = {true, false}},
     ACTIONS(4, 0, 1, 3, 4), MODES(50, 12, 4, 1), DIFFICULTIES(2)},
    {.name = "Bricks", .rules = &ppo_rules_bricks, .traits = {.paddles = {true, false}},
     ACTIONS(4, 0, 1, 3, 4), ONE_MODE, DIFFICULTIES(1)},
    {.name = "Enduro", .md5 = "94b92a882f6dbaa6993a46e2dcc58402",
     .rules = &ppo_rules_enduro, ACTIONS(9, 0, 1, 3, 4, 5, 8, 9, 11, 12),
     STARTS_WITH(FIRE, 1), ONE_MODE, DIFFICULTIES(1)},
    {.name = "Freeway", .md5 = "8e0ab801b1705a740b476b7f588c6d16",
     .rules = &ppo_rules_freeway, ACTIONS(3, 0, 2, 5), MODES(0, 8, 1, 1), DIFFICULTIES(2)},
    {.name = "MsPacman", .md5 = "87e79cd41ce136fd4f72cc6e2c161bee",
     .rules = &ppo_rules_ms_pacman, .traits = {.no_hmove_blanks = true},
     ACTIONS(9, 0, 2, 3, 4, 5, 6, 7, 8, 9), MODES(25, 1, 1, 10), DIFFICULTIES(1)},
    {.name = "Pong", .md5 = "60e0ea3cbe0913d39803477945e9e5ec",
     .rules = &ppo_rules_pong, .traits = {.paddles = {true, true}, .swap_paddles = true},
     ACTIONS(6, 0, 1, 3, 4, 11, 12), MODES(22, 2, 1, 2), DIFFICULTIES(4)},
    {.name = "Qbert", .md5 = "484b0076816a104875e00467d431c2d2",
     .rules = &ppo_rules_qbert, .traits = {.first_line = 40},
     ACTIONS(6, 0, 1, 2, 3, 4, 5), ONE_MODE, DIFFICULTIES(2)},
    {.name = "Rally", .rules = &ppo_rules_rally,
     ACTIONS(4, 0, 1, 2, 5), ONE_MODE, DIFFICULTIES(1)},
    {.name = "Seaquest", .md5 = "240bfbac5163af4df5ae713985386f92",
     .rules = &ppo_rules_seaquest, ALL_ACTIONS, ONE_MODE, DIFFICULTIES(2)},
    {.name = "SpaceInvaders", .md5 = "72ffbef6504b75e69ee1045af9075f66",
     .rules = &ppo_rules_space_invaders, ACTIONS(6, 0, 1, 3, 4, 11, 12), MODES(92, 16, 1, 2),
     DIFFICULTIES(2)},
    {.name = "Tetris", .md5 = "b0e1ee07fbc73493eac5651a52f90f00",
     .rules = &ppo_rules_tetris, ACTIONS(5, 0, 1, 3, 4, 5), ONE_MODE, DIFFICULTIES(1)},

    {UNSCORED("Adventure", "4b27f5397c442d25f0c418ccdacf1926"), HAS_MODES},
    {UNSCORED("AirRaid", "35be55426c1fec32dfb503b4f0651572"), STARTS_WITH(FIRE, 1), HAS_MODES},
    {UNSCORED("Alien", "f1a0a23e6464d954e3a9579c4ccd01c8"), HAS_MODES},
    {UNSCORED("Amidar", "acb7750b4d0c4bd34969802a7deb2990")},
    {UNSCORED("Assault", "de78b3a064d374390ac0710f95edde92")},
    {UNSCORED("Asterix", "89a68746eff7f266bbf08de2483abe55"), STARTS_WITH(FIRE, 1)},
    {UNSCORED("Asteroids", "ccbd36746ed4525821a8083b0d6d2c2c"),
     .traits = {.no_hmove_blanks = true}, HAS_MODES},
    {UNSCORED("Atlantis", "9ad36e699ef6f45d9eb6c4cf90475c9f"), HAS_MODES},
    {UNSCORED("BankHeist", "00ce0bdd43aed84a983bef38fe7f5ee3"), HAS_MODES},
    {UNSCORED("BattleZone", "41f252a66c6301f1e8ab3612c19bc5d4"),
     .traits = {.no_hmove_blanks = true}, HAS_MODES},
    {UNSCORED("Berzerk", "136f75c4dd02c29283752b7e5799f978"), HAS_MODES},
    {UNSCORED("Bowling", "c9b7afad3bfd922e006a6bfc1d4f3fe7"), HAS_MODES},
    {UNSCORED("Carnival", "028024fb8e5e5f18ea586652f9799c96"),
     .traits = {.first_line = 26, .height = 214}},
    {UNSCORED("Centipede", "91c2098e88a6b13f977af8c003e0bca5"), HAS_MODES},
    {UNSCORED("ChopperCommand", "c1cb228470a87beb5f36e90ac745da26"), HAS_MODES},
    {UNSCORED("CrazyClimber", "55ef7b65066428367844342ed59f956c"), HAS_MODES},
    {UNSCORED("Defender", "0f643c34e40e3f1daafd9c524d3ffe64"), HAS_MODES},
    {UNSCORED("DemonAttack", "f0e0addc07971561ab80d9abe1b8d333"), HAS_MODES},
    {UNSCORED("DoubleDunk", "368d88a6c071caba60b4f778615aae94"),
     STARTS_WITH(UPFIRE, 1), HAS_MODES},
    {UNSCORED("ElevatorAction", "71f8bacfbdca019113f3f0801849057e"), STARTS_WITH(FIRE, 16)},
    {UNSCORED("FishingDerby", "b8865f05676e64f3bec72b9defdacfa7")},
    {UNSCORED("Frostbite", "4ca73eb959299471788f0b685c3ba0b5"), HAS_MODES},
    {UNSCORED("Gopher", "c16c79aad6272baffb8aae9a7fff0864"), STARTS_WITH(FIRE, 1), HAS_MODES},
    {UNSCORED("Gravitar", "8ac18076d01a6b63acf6e2cab4968940"), STARTS_WITH(FIRE, 16), HAS_MODES},
    {UNSCORED("Hero", "fca4a5be1251927027f2c24774a02160"), HAS_MODES},
    {UNSCORED("IceHockey", "a4c08c4994eb9d24fb78be1793e82e26"), HAS_MODES},
    {UNSCORED("Jamesbond", "e51030251e440cffaab1ac63438b44ae"), HAS_MODES},
    {UNSCORED("JourneyEscape", "718ae62c70af4e5fd8e932fee216948a"),
     .traits = {.height = 230}, STARTS_WITH(FIRE, 1)},
    {UNSCORED("Kaboom", "5428cdfada281c569c74c7308c7f2c26"),
     .traits = {.paddles = {true, false}}},
    {UNSCORED("Kangaroo", "4326edb70ff20d0ee5ba58fa5cb09d60"), HAS_MODES},
    {UNSCORED("Krull", "4baada22435320d185c95b7dd2bcdb24")},
    {UNSCORED("KungFuMaster", "5b92a93b23523ff16e2789b820e2a4c5")},
    {UNSCORED("MontezumaRevenge", "3347a6dd59049b15a38394aa2dafa585")},
    {UNSCORED("NameThisGame", "36306070f0c90a72461551a7a4f3a209"), HAS_MODES},
    {UNSCORED("Phoenix", "7e52a95074a66640fcfde124fffd491a")},
    {UNSCORED("Pitfall", "3e90cf23106f2e08b2781e41299de556"), STARTS_WITH(UP, 1)},
    {UNSCORED("Pooyan", "4799a40b6e889370b7ee55c17ba65141"),
     .traits = {.first_line = 26, .height = 220}, HAS_MODES},
    {UNSCORED("PrivateEye", "ef3a4f64b6494ba770862768caf04b86"), STARTS_WITH(UP, 1), HAS_MODES},
    {UNSCORED("Riverraid", "393948436d1f4cc3192410bb918f9724")},
    {UNSCORED("RoadRunner", "ce5cc62608be2cd3ed8abd844efb8919")},
    {UNSCORED("Robotank", "4f618c2429138e0280969193ed6c107e")},
    {UNSCORED("Skiing", "b76fbadc8ffb1f83e2ca08b6fb4d6c9f"), STARTS_WITH(DOWN, 16)},
    {UNSCORED("Solaris", "e72eb8d4410152bdcb69e7fba327b420")},
    {UNSCORED("StarGunner", "a3c1c70024d7aabb41381adbfb6d3b25"), HAS_MODES},
    {UNSCORED("Tennis", "42cdd6a9e42a3639e190722b8ea3fc51"), HAS_MODES},
    {UNSCORED("TimePilot", "fc2104dd2dadf9a6176c1c1c8f87ced9")},
    {UNSCORED("Tutankham", "085322bae40d904f53bdcc56df0593fc"), HAS_MODES},
    {UNSCORED("UpNDown", "a499d720e7ee35c62424de882a3351b6"),
     .traits = {.first_line = 30}, STARTS_WITH(FIRE, 1)},
    {UNSCORED("Venture", "3e899eba0ca8cd2972da1ae5479b4f0d")},
    {UNSCORED("VideoPinball", "107cc025334211e6d29da0b6be46aec7"), HAS_MODES},
    {UNSCORED("WizardOfWor", "7e8aa18bc9502eb57daaf5e7c1e94da7")},
    {UNSCORED("YarsRevenge", "c5930d0e8cdae3e037349bfa08e871be"),
     STARTS_WITH(FIRE, 1), HAS_MODES},
    {UNSCORED("Zaxxon", "eea0da9b987d661264cce69a7c13c3bd"), HAS_MODES},
};

static const ppo_game_info generic = {UNSCORED("(unknown cartridge)", NULL)};
// clang-format on

size_t ppo_game_count(void)
{
    return sizeof games / sizeof games[0];
}

const ppo_game_info *ppo_game_at(size_t index)
{
    return index < ppo_game_count() ? &games[index] : NULL;
}

const ppo_game_info *ppo_game_find(const char *name)
{
    for (size_t i = 0; i < ppo_game_count(); i++)
        if (strcmp(games[i].name, name) == 0)
            return &games[i];
    return NULL;
}

const ppo_game_info *ppo_game_find_md5(const char *md5)
{
    for (size_t i = 0; i < ppo_game_count(); i++)
        if (games[i].md5 && strcmp(games[i].md5, md5) == 0)
            return &games[i];
    return NULL;
}

const void *ppo_game_cartridge(const ppo_game_info *info, size_t *size)
{
    *size = 0;
    for (size_t i = 0; !info->md5 && i < ppo_num_free_cartridges; i++)
        if (strcasecmp(ppo_free_cartridges[i].name, info->name) == 0) {
            *size = ppo_free_cartridges[i].size;
            return ppo_free_cartridges[i].bytes;
        }
    return NULL;
}

const ppo_game_info *ppo_game_generic(void)
{
    return &generic;
}
