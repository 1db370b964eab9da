// SPDX-License-Identifier: MIT
// Cartridges are found by content, wherever they lie and whatever they are called; what is missing
// is explained.
#include "ppo/rom.h"
#include "unit/env/support/cartridge.h"
#include "unit/atari/support/tiny.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static uint8_t tiny[TINY_SIZE];

// The game whose cartridge the tiny one is.
static ppo_game_info tiny_game(void)
{
    ppo_rom rom;
    static char md5[33];
    assert_int_equal(ppo_rom_read(&rom, cartridge_file("x", tiny, sizeof tiny), NULL), PPO_OK);
    assert_ptr_equal(rom.info, ppo_game_generic());
    remove(rom.path);
    strcpy(md5, rom.md5);
    return (ppo_game_info){.name = "Tiny", .md5 = md5};
}

static int begin(void **state)
{
    (void)state;
    tiny_cartridge(tiny);
    setenv("HOME", cartridge_folder(), 1); // so that nothing of this machine is found
    unsetenv("PPO_ROM_DIR");
    unsetenv("XDG_DATA_HOME");
    unsetenv("VIRTUAL_ENV");
    unsetenv("CONDA_PREFIX");
    return 0;
}

static int end(void **state)
{
    (void)state;
    cartridge_clean();
    return 0;
}

static void test_md5(void **state)
{
    (void)state;
    ppo_rom rom;
    uint8_t zeros[2048] = {0};
    assert_int_equal(ppo_rom_read(&rom, cartridge_file("z", zeros, sizeof zeros), NULL), PPO_OK);
    assert_string_equal(rom.md5, "c99a74c555371a433d121f551d6c6398"); // by md5sum
    assert_int_equal(rom.size, 2048);
    assert_memory_equal(rom.bytes, zeros, sizeof zeros);
    remove(rom.path);
}

// Written to `name`, the cartridge is found there with rom_dir, and with PPO_ROM_DIR as given.
static void expect_found(const char *name, const char *rom_dir, const char *variable)
{
    char path[512];
    ppo_rom rom;
    const ppo_game_info game = tiny_game();
    snprintf(path, sizeof path, "%s", cartridge_file(name, tiny, sizeof tiny));
    if (variable)
        setenv("PPO_ROM_DIR", variable, 1);
    const ppo_status status = ppo_rom_find(&rom, &game, rom_dir, NULL);
    unsetenv("PPO_ROM_DIR");
    remove(path);
    assert_int_equal(status, PPO_OK);
    assert_string_equal(rom.path, path);
    assert_memory_equal(rom.bytes, tiny, sizeof tiny);
}

static void test_places(void **state)
{
    (void)state;
    char folder[256], venv[256];
    snprintf(folder, sizeof folder, "%s/mine", cartridge_folder());
    expect_found("mine/anything at all.rom", folder, NULL);
    expect_found("mine/deep/er/a26", folder, NULL);
    expect_found("mine/x.bin", NULL, folder);
    expect_found("mine/x.bin", "/nowhere", folder);
    expect_found(".local/share/ppo/roms/x.bin", "", NULL);
    expect_found(".local/lib/python3.11/site-packages/ale_py/roms/x.bin", NULL, NULL);
    snprintf(venv, sizeof venv, "%s/venv", cartridge_folder());
    setenv("VIRTUAL_ENV", venv, 1);
    expect_found("venv/lib/python3.12/site-packages/AutoROM/roms/x.bin", NULL, NULL);
    unsetenv("VIRTUAL_ENV");
    setenv("XDG_DATA_HOME", folder, 1);
    expect_found("mine/ppo/roms/x.bin", NULL, NULL);
    unsetenv("XDG_DATA_HOME");
    snprintf(folder, sizeof folder, "%s/file.bin", cartridge_folder());
    expect_found("file.bin", folder, NULL); // rom_dir may be the file itself
}

static void test_not_too_deep(void **state)
{
    (void)state;
    ppo_rom rom;
    const ppo_game_info game = tiny_game();
    cartridge_file("deep/1/2/3/x.bin", tiny, sizeof tiny);
    char folder[256];
    snprintf(folder, sizeof folder, "%s/deep", cartridge_folder());
    assert_int_equal(ppo_rom_find(&rom, &game, folder, NULL), PPO_NOT_FOUND);
}

static void count_files(void *context, const ppo_rom *rom)
{
    (void)rom;
    (*(size_t *)context)++;
}

// A file with the name of a game, but another content, is that game's; the listed one is preferred.
static void test_by_name(void **state)
{
    (void)state;
    ppo_rom rom;
    char folder[256];
    snprintf(folder, sizeof folder, "%s/named", cartridge_folder());
    cartridge_file("named/space_invaders.bin", tiny, sizeof tiny);
    cartridge_file("named/x.bin", tiny, sizeof tiny);
    const ppo_game_info *invaders = ppo_game_find("SpaceInvaders");
    assert_int_equal(ppo_rom_find(&rom, invaders, folder, NULL), PPO_OK);
    assert_ptr_equal(rom.info, invaders);
    assert_false(rom.is_listed);
    const ppo_game_info game = tiny_game();
    assert_int_equal(ppo_rom_find(&rom, &game, folder, NULL), PPO_OK);
    assert_true(rom.is_listed && rom.info == &game);
    assert_int_equal(ppo_rom_find(&rom, ppo_game_find("Pong"), folder, NULL), PPO_NOT_FOUND);
    size_t count = 0;
    ppo_rom_each(folder, count_files, &count);
    assert_true(count >= 2);
}

static void test_missing(void **state)
{
    (void)state;
    ppo_rom rom;
    ppo_error error;
    tiny[0] ^= 1; // another cartridge of the same size does not count
    cartridge_file("other/x.bin", tiny, sizeof tiny);
    tiny[0] ^= 1;
    char folder[256];
    snprintf(folder, sizeof folder, "%s/other", cartridge_folder());
    const ppo_game_info *pong = ppo_game_find("Pong");
    assert_int_equal(ppo_rom_find(&rom, pong, folder, &error), PPO_NOT_FOUND);
    assert_non_null(strstr(error.message, "Pong"));
    assert_non_null(strstr(error.message, pong->md5));
    assert_non_null(strstr(error.message, folder));
    assert_non_null(strstr(error.message, "PPO_ROM_DIR (not set)"));
    assert_non_null(strstr(error.message, "--rom-dir"));
    setenv("PPO_ROM_DIR", "/nowhere/at/all", 1);
    assert_int_equal(ppo_rom_find(&rom, pong, NULL, &error), PPO_NOT_FOUND);
    unsetenv("PPO_ROM_DIR");
    assert_non_null(strstr(error.message, "PPO_ROM_DIR=/nowhere/at/all"));
}

static void test_sizes(void **state)
{
    (void)state;
    ppo_rom rom;
    ppo_error error;
    static uint8_t zeros[16385];
    assert_int_equal(ppo_rom_read(&rom, cartridge_file("a", zeros, 16385), &error), PPO_INVALID);
    assert_non_null(strstr(error.message, "more than 16384 bytes"));
    assert_int_equal(ppo_rom_read(&rom, cartridge_file("a", zeros, 0), &error), PPO_INVALID);
    assert_int_equal(ppo_rom_read(&rom, cartridge_file("a", zeros, 16384), &error), PPO_OK);
    assert_int_equal(ppo_rom_read(&rom, cartridge_folder(), &error), PPO_IO);
    assert_int_equal(ppo_rom_read(&rom, "/nowhere/x", &error), PPO_NOT_FOUND);
}

static void test_free_games(void **state)
{
    (void)state;
    size_t size;
    const ppo_game_info *rally = ppo_game_find("Rally");
    const void *bytes = ppo_game_cartridge(rally, &size);
    ppo_rom rom;
    ppo_error error;
    const ppo_status status = ppo_rom_find(&rom, rally, NULL, &error);
    if (!bytes) {
        assert_int_equal(status, PPO_UNSUPPORTED);
        assert_non_null(strstr(error.message, "dasm"));
        return;
    }
    assert_true(status == PPO_OK && rom.path[0] == '\0' && rom.size == size);
    assert_memory_equal(rom.bytes, bytes, size);
    assert_int_equal(ppo_rom_read(&rom, cartridge_file("r", bytes, size), NULL), PPO_OK);
    assert_ptr_equal(rom.info, rally); // known as a file, too
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_md5),          cmocka_unit_test(test_places),
        cmocka_unit_test(test_not_too_deep), cmocka_unit_test(test_by_name),
        cmocka_unit_test(test_missing),      cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_free_games),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
