// SPDX-License-Identifier: MIT
// A shared object that is no module.
int ppo_test_tableless(void);

int ppo_test_tableless(void)
{
    return 1;
}
