// SPDX-License-Identifier: GPL-2.0
/* A buffer doubles, so a byte is copied once or twice whatever its size becomes. */
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "budget.h"
#include "bytes.h"

#define LEAST	256

static bool grow(struct kmvm_bytes *bytes, size_t size)
{
	size_t room = bytes->room ?: LEAST;
	u8 *at;

	while (room - bytes->fill < size)
		if (check_mul_overflow(room, 2, &room))
			return false;
	at = kmvm_budget_data(room, KMVM_GFP_CALLER);
	if (!at)
		return false;
	if (bytes->fill)
		memcpy(at, bytes->at, bytes->fill);
	kmvm_budget_free(bytes->at, bytes->room);
	bytes->at = at;
	bytes->room = room;
	return true;
}

void *kmvm_bytes_extend(struct kmvm_bytes *bytes, size_t size)
{
	void *end;

	if (bytes->failed)
		return NULL;
	if (bytes->room - bytes->fill < size && !grow(bytes, size)) {
		bytes->failed = true;
		return NULL;
	}
	end = bytes->at + bytes->fill;
	bytes->fill += size;
	return end;
}

bool kmvm_bytes_add(struct kmvm_bytes *bytes, const void *from, size_t size)
{
	void *to = kmvm_bytes_extend(bytes, size);

	if (to && size)
		memcpy(to, from, size);
	return to;
}

void kmvm_bytes_add_u8(struct kmvm_bytes *bytes, u8 number)
{
	kmvm_bytes_add(bytes, &number, sizeof(number));
}

void kmvm_bytes_add_be16(struct kmvm_bytes *bytes, u16 number)
{
	__be16 word = cpu_to_be16(number);

	kmvm_bytes_add(bytes, &word, sizeof(word));
}

void kmvm_bytes_add_be32(struct kmvm_bytes *bytes, u32 number)
{
	__be32 word = cpu_to_be32(number);

	kmvm_bytes_add(bytes, &word, sizeof(word));
}

void kmvm_bytes_free(struct kmvm_bytes *bytes)
{
	kmvm_budget_free(bytes->at, bytes->room);
	*bytes = (struct kmvm_bytes) { 0 };
}
