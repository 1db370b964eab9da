// SPDX-License-Identifier: MIT
// A shared object that can't be loaded: it calls what nobody has.
int ppo_test_missing_symbol(void);
int ppo_test_unbound(void);

int ppo_test_unbound(void)
{
    return ppo_test_missing_symbol();
}
