// SPDX-License-Identifier: MIT
// The table of games: cartridge, controllers, actions, start of an episode. The facts are those of
// the Arcade Learning Environment 0.12 and its cartridges; the free games come first. A new game is
// a new row; its rules are in rules_*.c, the choice of its modes in game_modes.c.
//
// Workload: some hundred rows, searched a few times per run.
#include "atari/free_cartridges.h"
#include "atari/game_modes.h"
#include "atari/rules.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

// clang-format off
#define ACTIONS(count, ...)   .num_actions = (count), .action = {__VA_ARGS__}
#define ALL_ACTIONS           ACTIONS(18, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17)
#define MODES(name, its_list) .modes = (its_list), .choice = &ppo_modes_##name

static const ppo_game_info games[] = {
    // --- the free games ---
    {.name = "Bricks", .rules = &ppo_rules_bricks, .traits = {.paddles = {true, false}},
     ACTIONS(4, 0, 1, 3, 4)},
    {.name = "Rally", .rules = &ppo_rules_rally, ACTIONS(4, 0, 1, 2, 5),
     .difficulties = "0-1"},

    // --- the 57 games of the literature ---
    {.name = "Alien", .md5 = "f1a0a23e6464d954e3a9579c4ccd01c8", .rules = &ppo_rules_alien,
     ALL_ACTIONS, MODES(alien, "0-3"), .difficulties = "0-3"},
    {.name = "Amidar", .md5 = "acb7750b4d0c4bd34969802a7deb2990", .rules = &ppo_rules_amidar,
     ACTIONS(10, 0, 1, 2, 3, 4, 5, 10, 11, 12, 13), .difficulties = "0 3"},
    {.name = "Assault", .md5 = "de78b3a064d374390ac0710f95edde92", .rules = &ppo_rules_assault,
     ACTIONS(7, 0, 1, 2, 3, 4, 11, 12)},
    {.name = "Asterix", .md5 = "89a68746eff7f266bbf08de2483abe55", .rules = &ppo_rules_asterix,
     ACTIONS(9, 0, 2, 3, 4, 5, 6, 7, 8, 9), .start = {{PPO_ATARI_FIRE, 1}}},
    {.name = "Asteroids", .md5 = "ccbd36746ed4525821a8083b0d6d2c2c",
     .rules = &ppo_rules_asteroids, ACTIONS(14, 0, 1, 2, 3, 4, 5, 6, 7, 10, 11, 12, 13, 14, 15),
     MODES(asteroids, "0-31 128"), .difficulties = "0 3", .traits = {.no_hmove_blanks = true}},
    {.name = "Atlantis", .md5 = "9ad36e699ef6f45d9eb6c4cf90475c9f",
     .rules = &ppo_rules_atlantis, ACTIONS(4, 0, 1, 11, 12), MODES(atlantis, "0-3")},
    {.name = "BankHeist", .md5 = "00ce0bdd43aed84a983bef38fe7f5ee3",
     .rules = &ppo_rules_bank_heist, ALL_ACTIONS, MODES(bank_heist, "0-28/4"),
     .difficulties = "0-3"},
    {.name = "BattleZone", .md5 = "41f252a66c6301f1e8ab3612c19bc5d4",
     .rules = &ppo_rules_battle_zone, ALL_ACTIONS, MODES(battle_zone, "1 2 3"),
     .traits = {.no_hmove_blanks = true}},
    {.name = "BeamRider", .md5 = "79ab4123a83dc11d468fb2108ea09e2e",
     .rules = &ppo_rules_beam_rider, ACTIONS(9, 0, 1, 2, 3, 4, 6, 7, 11, 12),
     .start = {{PPO_ATARI_RIGHT, 1}}, .difficulties = "0-1"},
    {.name = "Berzerk", .md5 = "136f75c4dd02c29283752b7e5799f978", .rules = &ppo_rules_berzerk,
     ALL_ACTIONS, MODES(berzerk, "1-9 16 17 18")},
    {.name = "Bowling", .md5 = "c9b7afad3bfd922e006a6bfc1d4f3fe7", .rules = &ppo_rules_bowling,
     ACTIONS(6, 0, 1, 2, 5, 10, 13), MODES(bowling, "0 2 4"), .difficulties = "0-1"},
    {.name = "Boxing", .md5 = "c3ef5c4653212088eda54dc91d787870", .rules = &ppo_rules_boxing,
     ALL_ACTIONS, .difficulties = "0-3"},
    {.name = "Breakout", .md5 = "f34f08e5eb96e500e851a80be3277a56",
     .rules = &ppo_rules_breakout, ACTIONS(4, 0, 1, 3, 4), MODES(breakout, "0-44/4"),
     .difficulties = "0-1", .traits = {.paddles = {true, false}}},
    {.name = "Centipede", .md5 = "91c2098e88a6b13f977af8c003e0bca5",
     .rules = &ppo_rules_centipede, ALL_ACTIONS, MODES(centipede, "22 86")},
    {.name = "ChopperCommand", .md5 = "c1cb228470a87beb5f36e90ac745da26",
     .rules = &ppo_rules_chopper_command, ALL_ACTIONS, MODES(chopper_command, "0 2"),
     .difficulties = "0-1"},
    {.name = "CrazyClimber", .md5 = "55ef7b65066428367844342ed59f956c",
     .rules = &ppo_rules_crazy_climber, ACTIONS(9, 0, 2, 3, 4, 5, 6, 7, 8, 9),
     MODES(crazy_climber, "0-3"), .difficulties = "0-1"},
    {.name = "Defender", .md5 = "0f643c34e40e3f1daafd9c524d3ffe64",
     .rules = &ppo_rules_defender, ALL_ACTIONS, MODES(defender, "1-9 16"),
     .difficulties = "0-1"},
    {.name = "DemonAttack", .md5 = "f0e0addc07971561ab80d9abe1b8d333",
     .rules = &ppo_rules_demon_attack, ACTIONS(6, 0, 1, 3, 4, 11, 12),
     MODES(demon_attack, "1-7/2"), .difficulties = "0-1"},
    {.name = "DoubleDunk", .md5 = "368d88a6c071caba60b4f778615aae94",
     .rules = &ppo_rules_double_dunk, ALL_ACTIONS, .start = {{PPO_ATARI_UPFIRE, 1}},
     MODES(double_dunk, "0-15")},
    {.name = "Enduro", .md5 = "94b92a882f6dbaa6993a46e2dcc58402", .rules = &ppo_rules_enduro,
     ACTIONS(9, 0, 1, 3, 4, 5, 8, 9, 11, 12), .start = {{PPO_ATARI_FIRE, 1}}},
    {.name = "FishingDerby", .md5 = "b8865f05676e64f3bec72b9defdacfa7",
     .rules = &ppo_rules_fishing_derby, ALL_ACTIONS, .difficulties = "0-3"},
    {.name = "Freeway", .md5 = "8e0ab801b1705a740b476b7f588c6d16", .rules = &ppo_rules_freeway,
     ACTIONS(3, 0, 2, 5), MODES(freeway, "0-7"), .difficulties = "0-1"},
    {.name = "Frostbite", .md5 = "4ca73eb959299471788f0b685c3ba0b5",
     .rules = &ppo_rules_frostbite, ALL_ACTIONS, MODES(frostbite, "0 2")},
    {.name = "Gopher", .md5 = "c16c79aad6272baffb8aae9a7fff0864", .rules = &ppo_rules_gopher,
     ACTIONS(8, 0, 1, 2, 3, 4, 10, 11, 12), .start = {{PPO_ATARI_FIRE, 1}},
     MODES(gopher, "0 2"), .difficulties = "0-1"},
    {.name = "Gravitar", .md5 = "8ac18076d01a6b63acf6e2cab4968940",
     .rules = &ppo_rules_gravitar, ALL_ACTIONS, .start = {{PPO_ATARI_FIRE, 16}},
     MODES(gravitar, "0-4")},
    {.name = "Hero", .md5 = "fca4a5be1251927027f2c24774a02160", .rules = &ppo_rules_hero,
     ALL_ACTIONS, MODES(hero, "0-4")},
    {.name = "IceHockey", .md5 = "a4c08c4994eb9d24fb78be1793e82e26",
     .rules = &ppo_rules_ice_hockey, ALL_ACTIONS, MODES(ice_hockey, "0 2"),
     .difficulties = "0-3"},
    {.name = "Jamesbond", .md5 = "e51030251e440cffaab1ac63438b44ae",
     .rules = &ppo_rules_jamesbond, ALL_ACTIONS, MODES(jamesbond, "0 1")},
    {.name = "Kangaroo", .md5 = "4326edb70ff20d0ee5ba58fa5cb09d60",
     .rules = &ppo_rules_kangaroo, ALL_ACTIONS, MODES(kangaroo, "0 1")},
    {.name = "Krull", .md5 = "4baada22435320d185c95b7dd2bcdb24", .rules = &ppo_rules_krull,
     ALL_ACTIONS},
    {.name = "KungFuMaster", .md5 = "5b92a93b23523ff16e2789b820e2a4c5",
     .rules = &ppo_rules_kung_fu_master,
     ACTIONS(14, 0, 2, 3, 4, 5, 8, 9, 11, 12, 13, 14, 15, 16, 17)},
    {.name = "MontezumaRevenge", .md5 = "3347a6dd59049b15a38394aa2dafa585",
     .rules = &ppo_rules_montezuma_revenge, ALL_ACTIONS},
    {.name = "MsPacman", .md5 = "87e79cd41ce136fd4f72cc6e2c161bee",
     .rules = &ppo_rules_ms_pacman, ACTIONS(9, 0, 2, 3, 4, 5, 6, 7, 8, 9),
     MODES(ms_pacman, "0-3"), .traits = {.no_hmove_blanks = true}},
    {.name = "NameThisGame", .md5 = "36306070f0c90a72461551a7a4f3a209",
     .rules = &ppo_rules_name_this_game, ACTIONS(6, 0, 1, 3, 4, 11, 12),
     MODES(name_this_game, "8 24 40"), .difficulties = "0-1"},
    {.name = "Phoenix", .md5 = "7e52a95074a66640fcfde124fffd491a", .rules = &ppo_rules_phoenix,
     ACTIONS(8, 0, 1, 3, 4, 5, 11, 12, 13)},
    {.name = "Pitfall", .md5 = "3e90cf23106f2e08b2781e41299de556", .rules = &ppo_rules_pitfall,
     ALL_ACTIONS, .start = {{PPO_ATARI_UP, 1}}},
    {.name = "Pong", .md5 = "60e0ea3cbe0913d39803477945e9e5ec", .rules = &ppo_rules_pong,
     ACTIONS(6, 0, 1, 3, 4, 11, 12), MODES(pong, "0 1"), .difficulties = "0-3",
     .traits = {.paddles = {true, true}, .swap_paddles = true}},
    {.name = "PrivateEye", .md5 = "ef3a4f64b6494ba770862768caf04b86",
     .rules = &ppo_rules_private_eye, ALL_ACTIONS, .start = {{PPO_ATARI_UP, 1}},
     MODES(private_eye, "0-4"), .difficulties = "0-3"},
    {.name = "Qbert", .md5 = "484b0076816a104875e00467d431c2d2", .rules = &ppo_rules_qbert,
     ACTIONS(6, 0, 1, 2, 3, 4, 5), .difficulties = "0-1", .traits = {.first_line = 40}},
    {.name = "Riverraid", .md5 = "393948436d1f4cc3192410bb918f9724",
     .rules = &ppo_rules_riverraid, ALL_ACTIONS, .difficulties = "0-1"},
    {.name = "RoadRunner", .md5 = "ce5cc62608be2cd3ed8abd844efb8919",
     .rules = &ppo_rules_road_runner, ALL_ACTIONS},
    {.name = "Robotank", .md5 = "4f618c2429138e0280969193ed6c107e",
     .rules = &ppo_rules_robotank, ALL_ACTIONS},
    {.name = "Seaquest", .md5 = "240bfbac5163af4df5ae713985386f92",
     .rules = &ppo_rules_seaquest, ALL_ACTIONS, .difficulties = "0-1"},
    {.name = "Skiing", .md5 = "b76fbadc8ffb1f83e2ca08b6fb4d6c9f", .rules = &ppo_rules_skiing,
     ACTIONS(3, 0, 3, 4), .start = {{PPO_ATARI_DOWN, 16}}, .no_fire = true},
    {.name = "Solaris", .md5 = "e72eb8d4410152bdcb69e7fba327b420", .rules = &ppo_rules_solaris,
     ALL_ACTIONS},
    {.name = "SpaceInvaders", .md5 = "72ffbef6504b75e69ee1045af9075f66",
     .rules = &ppo_rules_space_invaders, ACTIONS(6, 0, 1, 3, 4, 11, 12),
     MODES(space_invaders, "0-15"), .difficulties = "0-1"},
    {.name = "StarGunner", .md5 = "a3c1c70024d7aabb41381adbfb6d3b25",
     .rules = &ppo_rules_star_gunner, ALL_ACTIONS, MODES(star_gunner, "0-3")},
    {.name = "Surround", .md5 = "4d7517ae69f95cfbc053be01312b7dba",
     .rules = &ppo_rules_surround, ACTIONS(5, 0, 2, 3, 4, 5), MODES(surround, "0 2"),
     .difficulties = "0-3", .swap_ports = true, .v5_only = true},
    {.name = "Tennis", .md5 = "42cdd6a9e42a3639e190722b8ea3fc51", .rules = &ppo_rules_tennis,
     ALL_ACTIONS, MODES(tennis, "0 2"), .difficulties = "0-3"},
    {.name = "TimePilot", .md5 = "fc2104dd2dadf9a6176c1c1c8f87ced9",
     .rules = &ppo_rules_time_pilot, ACTIONS(10, 0, 1, 2, 3, 4, 5, 10, 11, 12, 13),
     .difficulties = "0-2"},
    {.name = "Tutankham", .md5 = "085322bae40d904f53bdcc56df0593fc",
     .rules = &ppo_rules_tutankham, ACTIONS(8, 0, 2, 3, 4, 5, 10, 11, 12),
     MODES(tutankham, "0-12/4")},
    {.name = "UpNDown", .md5 = "a499d720e7ee35c62424de882a3351b6",
     .rules = &ppo_rules_up_n_down, ACTIONS(6, 0, 1, 2, 5, 10, 13),
     .start = {{PPO_ATARI_FIRE, 1}}, .difficulties = "0-3", .traits = {.first_line = 30}},
    {.name = "Venture", .md5 = "3e899eba0ca8cd2972da1ae5479b4f0d", .rules = &ppo_rules_venture,
     ALL_ACTIONS, .difficulties = "0-3"},
    {.name = "VideoPinball", .md5 = "107cc025334211e6d29da0b6be46aec7",
     .rules = &ppo_rules_video_pinball, ACTIONS(9, 0, 1, 2, 3, 4, 5, 10, 11, 12),
     MODES(video_pinball, "0 2"), .difficulties = "0-1"},
    {.name = "WizardOfWor", .md5 = "7e8aa18bc9502eb57daaf5e7c1e94da7",
     .rules = &ppo_rules_wizard_of_wor, ACTIONS(10, 0, 1, 2, 3, 4, 5, 10, 11, 12, 13),
     .difficulties = "0-1", .swap_ports = true},
    {.name = "YarsRevenge", .md5 = "c5930d0e8cdae3e037349bfa08e871be",
     .rules = &ppo_rules_yars_revenge, ALL_ACTIONS, .start = {{PPO_ATARI_FIRE, 1}},
     MODES(yars_revenge, "0-96/32"), .difficulties = "0-1"},
    {.name = "Zaxxon", .md5 = "eea0da9b987d661264cce69a7c13c3bd", .rules = &ppo_rules_zaxxon,
     ALL_ACTIONS, MODES(zaxxon, "0-24/8")},
    // --- six more with ids of v0 and v4 ---
    {.name = "Adventure", .md5 = "4b27f5397c442d25f0c418ccdacf1926",
     .rules = &ppo_rules_adventure, ALL_ACTIONS, MODES(adventure, "0 1 2"),
     .difficulties = "0-3"},
    {.name = "AirRaid", .md5 = "35be55426c1fec32dfb503b4f0651572", .rules = &ppo_rules_air_raid,
     ACTIONS(6, 0, 1, 3, 4, 11, 12), .start = {{PPO_ATARI_FIRE, 1}}, MODES(air_raid, "1-8")},
    {.name = "Carnival", .md5 = "028024fb8e5e5f18ea586652f9799c96",
     .rules = &ppo_rules_carnival, ACTIONS(6, 0, 1, 3, 4, 11, 12),
     .traits = {.first_line = 26, .height = 214}},
    {.name = "ElevatorAction", .md5 = "71f8bacfbdca019113f3f0801849057e",
     .rules = &ppo_rules_elevator_action, ALL_ACTIONS, .start = {{PPO_ATARI_FIRE, 16}}},
    {.name = "JourneyEscape", .md5 = "718ae62c70af4e5fd8e932fee216948a",
     .rules = &ppo_rules_journey_escape,
     ACTIONS(16, 0, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 16, 17),
     .start = {{PPO_ATARI_FIRE, 1}}, .difficulties = "0-1", .traits = {.height = 230}},
    {.name = "Pooyan", .md5 = "4799a40b6e889370b7ee55c17ba65141", .rules = &ppo_rules_pooyan,
     ACTIONS(6, 0, 1, 2, 5, 10, 13), MODES(pooyan, "10-70/20"),
     .traits = {.first_line = 26, .height = 220}},
    // --- ids of v5 only ---
    {.name = "Atlantis2", .md5 = "826481f6fc53ea47c9f272f7050eedf7",
     .rules = &ppo_rules_atlantis2, ACTIONS(4, 0, 1, 11, 12), .v5_only = true},
    {.name = "Backgammon", .md5 = "8556b42aa05f94bc29ff39c39b11bff4",
     .rules = &ppo_rules_backgammon, ACTIONS(3, 1, 3, 4), MODES(backgammon, "0"),
     .difficulties = "3", .traits = {.paddles = {true, false}}, .paddle_max_ohm = 1000000,
     .v5_only = true},
    {.name = "BasicMath", .md5 = "819aeeb9a2e11deb54e6de334f843894",
     .rules = &ppo_rules_basic_math, ACTIONS(6, 0, 1, 2, 3, 4, 5), MODES(basic_math, "5-8"),
     .difficulties = "0 2 3", .v5_only = true},
    {.name = "Blackjack", .md5 = "0a981c03204ac2b278ba392674682560",
     .rules = &ppo_rules_blackjack, ACTIONS(4, 0, 1, 2, 5), .difficulties = "0-3",
     .traits = {.paddles = {true, false}}, .paddle_max_ohm = 795000, .v5_only = true},
    {.name = "Casino", .md5 = "b816296311019ab69a21cb9e9e235d12", .rules = &ppo_rules_casino,
     ACTIONS(4, 0, 1, 2, 5), .start = {{PPO_ATARI_NOOP, 60}, {PPO_ATARI_FIRE, 2}},
     MODES(casino, "0 2 3"), .difficulties = "0-3", .traits = {.paddles = {true, false}},
     .v5_only = true},
    {.name = "Crossbow", .md5 = "8cd26dcf249456fe4aeb8db42d49df74",
     .rules = &ppo_rules_crossbow, ALL_ACTIONS, MODES(crossbow, "0-6/2"), .difficulties = "0-1",
     .v5_only = true},
    {.name = "Darkchambers", .md5 = "106855474c69d08c8ffa308d47337269",
     .rules = &ppo_rules_darkchambers, ALL_ACTIONS, .start = {{PPO_ATARI_NOOP, 486}},
     .traits = {.no_hmove_blanks = true}, .v5_only = true},
    {.name = "DonkeyKong", .md5 = "36b20c427975760cb9cf4a47e41369e4",
     .rules = &ppo_rules_donkey_kong, ALL_ACTIONS, .v5_only = true},
    {.name = "Earthworld", .md5 = "5aea9974b975a6a844e6df10d2b861c4",
     .rules = &ppo_rules_earthworld, ALL_ACTIONS, .v5_only = true},
    {.name = "Entombed", .md5 = "6b683be69f92958abe0e2a9945157ad5",
     .rules = &ppo_rules_entombed, ALL_ACTIONS,
     .start = {{PPO_ATARI_FIRE, 1}, {PPO_ATARI_NOOP, 5}}, .difficulties = "0 2",
     .v5_only = true},
    {.name = "Et", .md5 = "615a3bf251a38eb6638cdc7ffbde5480", .rules = &ppo_rules_et,
     ALL_ACTIONS, MODES(et, "0 1 2"), .difficulties = "0-3", .v5_only = true},
    {.name = "FlagCapture", .md5 = "30512e0e83903fc05541d2f6a6a62654",
     .rules = &ppo_rules_flag_capture, ALL_ACTIONS, MODES(flag_capture, "8 9 10"),
     .v5_only = true},
    {.name = "Frogger", .md5 = "081e2c114c9c20b61acf25fc95c71bf4", .rules = &ppo_rules_frogger,
     ACTIONS(5, 0, 2, 3, 4, 5), MODES(frogger, "0 1 2"), .difficulties = "0-1",
     .v5_only = true},
    {.name = "Galaxian", .md5 = "211774f4c5739042618be8ff67351177",
     .rules = &ppo_rules_galaxian, ACTIONS(6, 0, 1, 3, 4, 11, 12), MODES(galaxian, "1-9"),
     .difficulties = "0-1", .v5_only = true},
    {.name = "Hangman", .md5 = "f16c709df0a6c52f47ff52b9d95b7d8d", .rules = &ppo_rules_hangman,
     ALL_ACTIONS, MODES(hangman, "0-3"), .difficulties = "0-1", .v5_only = true},
    {.name = "HauntedHouse", .md5 = "f0a6e99f5875891246c3dbecbf2d2cea",
     .rules = &ppo_rules_haunted_house, ALL_ACTIONS, MODES(haunted_house, "0-8"),
     .difficulties = "0-1", .v5_only = true},
    {.name = "HumanCannonball", .md5 = "7972e5101fa548b952d852db24ad6060",
     .rules = &ppo_rules_human_cannonball, ALL_ACTIONS, MODES(human_cannonball, "0-7"),
     .difficulties = "0-1", .v5_only = true},
    {.name = "Kaboom", .md5 = "5428cdfada281c569c74c7308c7f2c26", .rules = &ppo_rules_kaboom,
     ACTIONS(4, 0, 1, 3, 4), .start = {{PPO_ATARI_FIRE, 1}},
     .traits = {.paddles = {true, false}}, .v5_only = true},
    {.name = "KeystoneKapers", .md5 = "6c1f3f2e359dbf55df462ccbcdd2f6bf",
     .rules = &ppo_rules_keystone_kapers,
     ACTIONS(14, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13), .start = {{PPO_ATARI_RESET, 1}},
     .v5_only = true},
    {.name = "KingKong", .md5 = "0dd4c69b5f9a7ae96a7a08329496779a",
     .rules = &ppo_rules_king_kong, ACTIONS(6, 0, 1, 2, 3, 4, 5), MODES(king_kong, "0-3"),
     .v5_only = true},
    {.name = "Klax", .md5 = "eed9eaf1a0b6a2b9bc4c8032cb43e3fb", .rules = &ppo_rules_klax,
     ALL_ACTIONS, .start = {{PPO_ATARI_FIRE, 1}, {PPO_ATARI_NOOP, 1}}, MODES(klax, "0 1 2"),
     .v5_only = true},
    {.name = "Koolaid", .md5 = "534e23210dd1993c828d944c6ac4d9fb", .rules = &ppo_rules_koolaid,
     ACTIONS(9, 0, 2, 3, 4, 5, 6, 7, 8, 9), .v5_only = true},
    {.name = "LaserGates", .md5 = "8e4cd60d93fcde8065c1a2b972a26377",
     .rules = &ppo_rules_laser_gates, ALL_ACTIONS, .start = {{PPO_ATARI_RESET, 1}},
     .v5_only = true},
    {.name = "LostLuggage", .md5 = "2d76c5d1aad506442b9e9fb67765e051",
     .rules = &ppo_rules_lost_luggage, ACTIONS(9, 0, 2, 3, 4, 5, 6, 7, 8, 9),
     .start = {{PPO_ATARI_FIRE, 1}}, MODES(lost_luggage, "0 1"), .difficulties = "0-1",
     .no_fire = true, .v5_only = true},
    {.name = "MarioBros", .md5 = "e908611d99890733be31733a979c62d8",
     .rules = &ppo_rules_mario_bros, ALL_ACTIONS,
     .start = {{PPO_ATARI_NOOP, 10}, {PPO_ATARI_FIRE, 7}}, MODES(mario_bros, "0-6/2"),
     .v5_only = true},
    {.name = "MiniatureGolf", .md5 = "df62a658496ac98a3aa4a6ee5719c251",
     .rules = &ppo_rules_miniature_golf, ALL_ACTIONS, .difficulties = "0-1", .v5_only = true},
    {.name = "MrDo", .md5 = "aa7bb54d2c189a31bb1fa20099e42859", .rules = &ppo_rules_mr_do,
     ACTIONS(10, 0, 1, 2, 3, 4, 5, 10, 11, 12, 13), .start = {{PPO_ATARI_FIRE, 1}},
     MODES(mr_do, "0-3"), .v5_only = true},
    {.name = "Othello", .md5 = "113cd09c9771ac278544b7e90efe7df2", .rules = &ppo_rules_othello,
     ACTIONS(10, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9), MODES(othello, "0 1 2"), .difficulties = "0 2",
     .v5_only = true},
    {.name = "Pacman", .md5 = "fc2233fc116faef0d3c31541717ca2db", .rules = &ppo_rules_pacman,
     ACTIONS(5, 0, 2, 3, 4, 5), MODES(pacman, "0-7"), .difficulties = "0-1", .v5_only = true},
    {.name = "Pitfall2", .md5 = "6d842c96d5a01967be9680080dd5be54",
     .rules = &ppo_rules_pitfall2, ALL_ACTIONS, .start = {{PPO_ATARI_UP, 1}}, .v5_only = true},
    {.name = "SirLancelot", .md5 = "dd0cbe5351551a538414fb9e37fc56e8",
     .rules = &ppo_rules_sir_lancelot, ACTIONS(6, 0, 1, 3, 4, 11, 12),
     .start = {{PPO_ATARI_RESET, 1}, {PPO_ATARI_LEFT, 1}}, .v5_only = true},
    {.name = "SpaceWar", .md5 = "b702641d698c60bcdc922dbd8c9dd49c",
     .rules = &ppo_rules_space_war, ALL_ACTIONS, MODES(space_war, "6-17"), .v5_only = true},
    {.name = "Superman", .md5 = "a9531c763077464307086ec9a1fd057d",
     .rules = &ppo_rules_superman, ALL_ACTIONS, .difficulties = "0-3", .v5_only = true},
    {.name = "Tetris", .md5 = "b0e1ee07fbc73493eac5651a52f90f00", .rules = &ppo_rules_tetris,
     ACTIONS(5, 0, 1, 3, 4, 5), .v5_only = true},
    {.name = "TicTacToe3D", .md5 = "0db4f4150fecf77e4ce72ca4d04c052f",
     .rules = &ppo_rules_tic_tac_toe_3d, ACTIONS(10, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
     MODES(tic_tac_toe_3d, "0-8"), .difficulties = "0 2", .v5_only = true},
    {.name = "Trondead", .md5 = "fb27afe896e7c928089307b32e5642ee",
     .rules = &ppo_rules_trondead, ALL_ACTIONS, .difficulties = "0-1", .v5_only = true},
    {.name = "Turmoil", .md5 = "7a5463545dfb2dcfdafa6074b2f2c15e", .rules = &ppo_rules_turmoil,
     ACTIONS(12, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12), .start = {{PPO_ATARI_FIRE, 1}},
     MODES(turmoil, "0-8"), .v5_only = true},
    {.name = "VideoCheckers", .md5 = "539d26b6e9df0da8e7465f0f5ad863b7",
     .rules = &ppo_rules_video_checkers, ACTIONS(5, 1, 6, 7, 8, 9),
     MODES(video_checkers, "1-9 11-19"), .v5_only = true},
    {.name = "VideoChess", .md5 = "f0b7db930ca0e548c41a97160b9f6275",
     .rules = &ppo_rules_video_chess, ACTIONS(10, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
     MODES(video_chess, "0-4"), .v5_only = true},
    {.name = "VideoCube", .md5 = "3f540a30fdee0b20aed7288e4a5ea528",
     .rules = &ppo_rules_video_cube, ALL_ACTIONS,
     .start = {{PPO_ATARI_NOOP, 61}, {PPO_ATARI_FIRE, 1}, {PPO_ATARI_NOOP, 2}},
     MODES(video_cube, "0-5000/100 1-5001/100 2-5002/100"), .difficulties = "0-1",
     .v5_only = true},
    {.name = "WordZapper", .md5 = "ec3beb6d8b5689e867bafb5d5f507491",
     .rules = &ppo_rules_word_zapper, ALL_ACTIONS,
     .start = {{PPO_ATARI_NOOP, 486}, {PPO_ATARI_FIRE, 1}, {PPO_ATARI_NOOP, 2}},
     MODES(word_zapper, "0-23"), .difficulties = "0-3", .v5_only = true},
};

static const ppo_game_info generic = {.name = "(unknown cartridge)", ALL_ACTIONS};
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

// --- lists of numbers --------------------------------------------------------------------------

bool ppo_game_list_has(const char *list, uint32_t number)
{
    if (!list)
        return number == 0;
    for (const char *at = list; *at;) {
        char *end;
        unsigned long first = strtoul(at, &end, 10), last = first, step = 1;
        if (*end == '-')
            last = strtoul(end + 1, &end, 10);
        if (*end == '/')
            step = strtoul(end + 1, &end, 10);
        if (number >= first && number <= last && (number - first) % step == 0)
            return true;
        at = end + (*end == ' ');
    }
    return false;
}

uint32_t ppo_game_default_mode(const ppo_game_info *info)
{
    return info->modes ? (uint32_t)strtoul(info->modes, NULL, 10) : 0;
}
