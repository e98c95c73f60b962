/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An image taken apart, so that it can be changed and put together again: sizes, offsets of
 * jumps and tables then fit what was changed, unless they are made wrong on purpose.
 *
 * All lies in one arena that lives until the next program is read.
 */
#ifndef PROGRAM_H
#define PROGRAM_H

#include <stdbool.h>
#include <stddef.h>

#include "../../vm/opcode.h"

#define IMAGE_MAX	65536	/* bytes of an image that is read or written */
#define IREPS_MAX	512

/* A place in the code: the instruction of that number, or (raw) that very byte. */
struct place {
	u32 at;
	bool raw;
};

/* An instruction; or (raw) one byte of code that is none. */
struct insn {
	struct kmvm_insn code;
	struct place target;	/* of a jump; raw: what the operand says */
	bool raw;
};

struct handler {
	u8 kind;
	struct place begin, end, target;
};

/* Bytes of the image, or of the arena. */
struct bytes {
	const u8 *at;
	u32 size;
};

struct pool_entry {
	u8 kind;
	struct bytes bytes;	/* as they stand in the image, behind the kind */
};

struct lines {
	u32 begin;
	u16 file;
	u8 kind;
	struct bytes bytes;
};

#define LIST(type)	struct { type *at; u32 count, room; }

struct irep {
	u16 nlocals, nregs;
	LIST(struct insn) insns;
	LIST(struct handler) handlers;
	LIST(struct pool_entry) pool;
	LIST(struct bytes) symbols;
	LIST(struct irep *) children;
	LIST(struct lines) lines;
	LIST(u16) locals;	/* numbers of their names; nlocals - 1 are written */
	u32 size_wrong;		/* added to what the record says of its size */
	u32 ilen_wrong;		/* added to what it says of its code */
};

struct program {
	struct irep *top;
	bool has_lines, has_locals;
	LIST(struct bytes) files;
	LIST(struct bytes) names;
};

void *arena(size_t size);	/* zeroed; NULL when it is used up */

#define add(list, item)								\
	({									\
		__typeof__(list) list_ = (list);				\
		__typeof__(*list_->at) item_ = (item);				\
		bool room_ = list_->count < list_->room;			\
										\
		if (!room_) {							\
			u32 more_ = 2 * list_->room + 8;			\
			void *moved_ = arena(more_ * sizeof(item_));		\
										\
			if (moved_ && list_->count)				\
				memcpy(moved_, list_->at, list_->count * sizeof(item_)); \
			if (moved_) {						\
				list_->at = moved_;				\
				list_->room = more_;				\
				room_ = true;					\
			}							\
		}								\
		if (room_)							\
			list_->at[list_->count++] = item_;			\
		room_;								\
	})

/* false: it is not to be read as an image. The program points into the bytes. */
bool read_program(struct program *program, const u8 *bytes, size_t size);
/* The same, and those that were read before stay. */
bool read_another(struct program *program, const u8 *bytes, size_t size);

/* Bytes written, 0 when there is not room enough. */
size_t write_program(const struct program *program, u8 *bytes, size_t room);

/* The operand of a jump that tells where to; NULL for what is no jump. */
enum jump { NO_JUMP, JUMP_A, JUMP_B };
enum jump jump_of(u8 op);

#endif /* PROGRAM_H */
