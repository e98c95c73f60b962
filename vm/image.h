/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How an image is read: by a cursor that cannot leave its range.
 *
 * Numbers are big endian, nothing is aligned. A read past the end gives zero and is remembered,
 * so a reader may take several fields before it asks whether they were there.
 */
#ifndef KMVM_IMAGE_H
#define KMVM_IMAGE_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int16_t s16;
#endif

/* What mruby's include/mruby/dump.h and irep.h call by other names. */
#define KMVM_SECTION_HEADER_SIZE	8	/* ident, size */
#define KMVM_CATCH_SIZE			13	/* kind, begin, end, target */
#define KMVM_NO_NAME			0xffff	/* as length of a symbol, as name of a local */

enum kmvm_pool_kind {
	KMVM_POOL_STRING	= 0,
	KMVM_POOL_INT32		= 1,
	KMVM_POOL_INT64		= 3,
	KMVM_POOL_FLOAT		= 5,
	KMVM_POOL_BIGINT	= 7,
};

/**
 * struct kmvm_cursor - a place in a range of an image
 * @image:	first byte of the image
 * @at:		offset of the next byte to read
 * @end:	offset past the last byte of the range
 * @cut:	a read would have passed @end; @at stays before it
 */
struct kmvm_cursor {
	const u8 *image;
	size_t at;
	size_t end;
	bool cut;
};

/**
 * struct kmvm_irep - where the parts of an irep record lie
 * @at:		offset of the record in the image
 * @size:	bytes of the record, children not counted
 * @code:	offset of its instructions, @ilen bytes; the catch handlers follow them
 * @nlocals:	locals, self included
 * @nregs:	registers, locals included
 * @rlen:	children
 * @clen:	catch handlers
 * @ilen:	bytes of instructions
 */
struct kmvm_irep {
	size_t at;
	size_t code;
	u32 size;
	u32 ilen;
	u16 nlocals;
	u16 nregs;
	u16 rlen;
	u16 clen;
};

static inline size_t kmvm_left(const struct kmvm_cursor *cursor)
{
	return cursor->end - cursor->at;
}

/* Returns the next n bytes and steps over them, or NULL. */
static inline const u8 *kmvm_take(struct kmvm_cursor *cursor, size_t n)
{
	const u8 *bytes = cursor->image + cursor->at;

	if (cursor->cut || n > kmvm_left(cursor)) {
		cursor->cut = true;
		return NULL;
	}
	cursor->at += n;
	return bytes;
}

static inline u32 kmvm_u32(const u8 *bytes)
{
	return (u32)bytes[0] << 24 | (u32)bytes[1] << 16 | (u32)bytes[2] << 8 | bytes[3];
}

static inline u8 kmvm_take_u8(struct kmvm_cursor *cursor)
{
	const u8 *bytes = kmvm_take(cursor, 1);

	return bytes ? bytes[0] : 0;
}

static inline u16 kmvm_take_u16(struct kmvm_cursor *cursor)
{
	const u8 *bytes = kmvm_take(cursor, 2);

	return bytes ? bytes[0] << 8 | bytes[1] : 0;
}

static inline u32 kmvm_take_u32(struct kmvm_cursor *cursor)
{
	const u8 *bytes = kmvm_take(cursor, 4);

	return bytes ? kmvm_u32(bytes) : 0;
}

/* Reads the fixed part of an irep record, up to its first instruction. */
static inline void kmvm_take_irep_head(struct kmvm_cursor *cursor, struct kmvm_irep *irep)
{
	irep->at = cursor->at;
	irep->size = kmvm_take_u32(cursor);
	irep->nlocals = kmvm_take_u16(cursor);
	irep->nregs = kmvm_take_u16(cursor);
	irep->rlen = kmvm_take_u16(cursor);
	irep->clen = kmvm_take_u16(cursor);
	irep->ilen = kmvm_take_u32(cursor);
	irep->code = cursor->at;
}

#endif /* KMVM_IMAGE_H */
