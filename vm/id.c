// SPDX-License-Identifier: GPL-2.0
/*
 * Four rounds of a Feistel network over what tells addresses apart: whatever the rounds are made of, no two
 * addresses become one number.
 *
 *	address		[the same for all  7][        27][        27][  3]
 *	number		[0                 7][      left][     right][  0]
 *
 * 57 bits: a positive Integer that is no big one, and no immediate's object_id.
 */
#include <linux/bits.h>
#include <linux/cache.h>
#include <linux/init.h>
#include <linux/random.h>
#include <linux/siphash.h>
#include <linux/types.h>

#include <mruby.h>

#include "id.h"

#define ALIGNED	3	/* bits */
#define HALF	27
#define ROUNDS	4

static hsiphash_key_t key __ro_after_init;

void __init kmvm_ids_open(void)
{
	get_random_bytes(&key, sizeof(key));
}

uint64_t kmvm_guard_id(const void *address)
{
	u64 place = (unsigned long)address >> ALIGNED;
	u32 left = place >> HALF & GENMASK(HALF - 1, 0);
	u32 right = place & GENMASK(HALF - 1, 0);
	u32 round, mixed;

	for (round = 0; round < ROUNDS; round++) {
		mixed = left ^ (hsiphash_2u32(right, round, &key) & GENMASK(HALF - 1, 0));
		left = right;
		right = mixed;
	}
	return ((u64)left << HALF | right) << ALIGNED;
}
