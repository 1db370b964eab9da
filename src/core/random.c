// SPDX-License-Identifier: MIT
// NumPy's default generator: SeedSequence (O'Neill's seed_seq_fe128, as NumPy uses it) feeding
// PCG64, that is PCG XSL-RR 128/64 (O'Neill 2014, section 6.3). Equal to np.random.default_rng bit
// for bit, so that an episode starts where Gymnasium's would.
//
// Workload: a few draws per episode, a few dozen per terrain. Keeps no state. Not here: the numbers
// that training itself draws (rng.h).
#include "ppo/random.h"

#define POOL_WORDS 4

__extension__ typedef unsigned __int128 u128;

static u128 join(const uint64_t word[2])
{
    return (u128)word[1] << 64 | word[0];
}

static void split(uint64_t word[2], u128 value)
{
    word[0] = (uint64_t)value;
    word[1] = (uint64_t)(value >> 64);
}

// One hash step of SeedSequence, which also advances `constant`.
static uint32_t hash_mix(uint32_t value, uint32_t *constant, uint32_t multiplier)
{
    value ^= *constant;
    *constant *= multiplier;
    value *= *constant;
    return value ^ value >> 16;
}

static uint32_t mix(uint32_t x, uint32_t y)
{
    const uint32_t result = 0xCA01F9DDu * x - 0x4973F715u * y;
    return result ^ result >> 16;
}

// SeedSequence.mix_entropy. A seed of one word is padded with a zero word, which NumPy does too.
static void seed_pool(uint32_t pool[POOL_WORDS], uint64_t seed)
{
    const uint32_t multiplier = 0x931E8875u;
    const uint32_t entropy[POOL_WORDS] = {(uint32_t)seed, (uint32_t)(seed >> 32)};
    uint32_t constant = 0x43B0D7E5u;
    for (int i = 0; i < POOL_WORDS; i++)
        pool[i] = hash_mix(entropy[i], &constant, multiplier);
    for (int source = 0; source < POOL_WORDS; source++)
        for (int target = 0; target < POOL_WORDS; target++)
            if (source != target)
                pool[target] = mix(pool[target], hash_mix(pool[source], &constant, multiplier));
}

// SeedSequence.generate_state(4, np.uint64).
static void seed_words(uint64_t words[4], const uint32_t pool[POOL_WORDS])
{
    uint32_t constant = 0x8B51F9DDu;
    for (int i = 0; i < 4; i++) {
        const uint64_t low = hash_mix(pool[2 * i % POOL_WORDS], &constant, 0x58F38DEDu);
        const uint64_t high = hash_mix(pool[(2 * i + 1) % POOL_WORDS], &constant, 0x58F38DEDu);
        words[i] = high << 32 | low;
    }
}

static u128 advance(u128 state, u128 increment)
{
    const u128 multiplier = (u128)0x2360ED051FC65DA4u << 64 | 0x4385DF649FCCF645u;
    return state * multiplier + increment;
}

void ppo_random_seed(ppo_random *random, uint64_t seed)
{
    uint32_t pool[POOL_WORDS];
    uint64_t words[4];
    seed_pool(pool, seed);
    seed_words(words, pool);
    const u128 start = (u128)words[0] << 64 | words[1];
    const u128 stream = (u128)words[2] << 64 | words[3];
    const u128 increment = stream << 1 | 1; // odd, as a full period needs
    *random = (ppo_random){.kept = 0, .has_kept = 0};
    split(random->increment, increment);
    split(random->state, advance(advance(0, increment) + start, increment));
}

uint64_t ppo_random_u64(ppo_random *random)
{
    const u128 state = advance(join(random->state), join(random->increment));
    split(random->state, state);
    const uint64_t folded = (uint64_t)(state >> 64) ^ (uint64_t)state;
    const unsigned rotation = (unsigned)(state >> 122);
    return folded >> rotation | folded << (-rotation & 63);
}

double ppo_random_double(ppo_random *random)
{
    return (double)(ppo_random_u64(random) >> 11) * 0x1p-53;
}

double ppo_random_uniform(ppo_random *random, double low, double high)
{
    return low + (high - low) * ppo_random_double(random);
}

// The halves of a 64-bit draw, the low one first, as NumPy's next_uint32 returns them.
static uint32_t next_u32(ppo_random *random)
{
    if (random->has_kept) {
        const uint32_t kept = random->kept;
        random->kept = 0;
        random->has_kept = 0;
        return kept;
    }
    const uint64_t drawn = ppo_random_u64(random);
    random->kept = (uint32_t)(drawn >> 32);
    random->has_kept = 1;
    return (uint32_t)drawn;
}

// Lemire 2019, "Fast random integer generation in an interval", on 32 bits. An interval of one
// value draws nothing.
int64_t ppo_random_integers(ppo_random *random, int64_t low, int64_t high)
{
    const uint32_t count = (uint32_t)((uint64_t)high - (uint64_t)low);
    if (count <= 1)
        return low;
    uint64_t product = (uint64_t)next_u32(random) * count;
    if ((uint32_t)product < count) {
        const uint32_t threshold = (uint32_t)(-count) % count;
        while ((uint32_t)product < threshold)
            product = (uint64_t)next_u32(random) * count;
    }
    return low + (int64_t)(product >> 32);
}
