// SPDX-License-Identifier: MIT
// The rare kinds of cartridges: those with RAM in the window (CV, 3E, E7), those that are switched
// by accesses to other addresses than their own (3F, 3E, UA), and that with a chip (DPC). None of
// them has a copy of the processor's loop (cpu.c): each of their accesses comes here.
//
//   kind  image     window of 4K                                   switched by
//   CV    2K        1K RAM read, 1K RAM written, 2K ROM            nothing
//   3F    8K, 16K   2K of ROM, the last 2K                         a write to $00-$3F: the bank
//   3E    8K, 16K   2K of ROM or 1K RAM read and 1K RAM written,   a write to $3F: bank of ROM,
//                   the last 2K                                    to $3E: of 32 banks of RAM
//   UA    8K        4K                                             access to $220: first, $240:
//                                                                  second bank
//   E7    16K       2K of ROM or 1K RAM written and 1K RAM read,   $FE0-$FE6: bank, $FE7: RAM;
//                   256 B RAM written, 256 B RAM read, the last    $FE8-$FEB: of four banks of
//                   1.5K                                           256 B
//   DPC   10K       128 B of registers (dpc.h), ROM                $FF8, $FF9, as F8
//
// From Kevin Horton's description of the cartridges; reads where RAM is written give the ROM behind
// it, as in Stella 2.
#ifndef PPO_ATARI_BOARD_H
#define PPO_ATARI_BOARD_H

#include "atari/machine.h"

// The window, `at` in [0, 4096); `cycle` of the frame.
uint8_t ppo_board_read(ppo_console *console, const ppo_cartridge *cartridge, uint32_t at,
                       uint32_t cycle);
void ppo_board_write(ppo_console *console, const ppo_cartridge *cartridge, uint32_t at,
                     uint8_t value);

// Notes an access to an address of the console's own, which takes place as well.
void ppo_board_note_read(ppo_console *console, const ppo_cartridge *cartridge, uint32_t address);
void ppo_board_note_write(ppo_console *console, const ppo_cartridge *cartridge, uint32_t address,
                          uint8_t value);

// Whether bytes from elsewhere are the switches of such a cartridge.
bool ppo_board_is_valid(const ppo_board *board, const ppo_cartridge *cartridge);

#endif
