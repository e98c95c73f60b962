// SPDX-License-Identifier: GPL-2.0
/*
 * mrb_dump_irep() would do, but for its memory, which is the VM's and lost when there is not
 * enough of it; for its time, which grows with the square of the names; and for its recursion.
 * Here tables of names are written as they come, a name that follows itself once.
 */
#include <linux/errno.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <mruby.h>
#include <mruby/debug.h>
#include <mruby/dump.h>
#include <mruby/internal.h>
#include <mruby/irep.h>
#include <mruby/opcode.h>
#include <mruby/proc.h>

#include "dump.h"
#include "image.h"
#include "stack.h"
#include "verify.h"

struct level {
	const mrb_irep *irep;
	u16 next;		/* of those within it */
};

struct dump {
	mrb_state *mrb;
	const mrb_irep *block;
	bool strict;			/* the block is a lambda */
	struct kmvm_bytes *image;

	bool lines;			/* each irep has them */
	bool locals;			/* one of them has their names */
	size_t names;			/* in all tables */
	u32 listed;			/* of those in the table that is written */
	mrb_sym last;			/* file that was listed, or 0 */

	unsigned int depth;
	struct level path[KMVM_IREP_DEPTH_MAX];
};

typedef void (*visit)(struct dump *dump, const mrb_irep *irep);

/* The block and all within it, in the order of an image. */
static void each(struct dump *dump, visit visit)
{
	struct level *level = dump->path;

	*level = (struct level) { dump->block };
	visit(dump, dump->block);
	for (;;) {
		if (level->next == level->irep->rlen) {
			if (level == dump->path)
				return;
			level--;
			continue;
		}
		level[1] = (struct level) { level->irep->reps[level->next++] };
		level++;
		visit(dump, level->irep);
		cond_resched();
	}
}

static void add_symbol(struct dump *dump, mrb_sym symbol)
{
	mrb_int size;
	const char *name = mrb_sym_name_len(dump->mrb, symbol, &size);

	kmvm_bytes_add_be16(dump->image, size);
	kmvm_bytes_add(dump->image, name, size);
}

/* The size of what begins at @at and ends here, written there. */
static void set_size(struct dump *dump, size_t at, size_t offset)
{
	__be32 size = cpu_to_be32(dump->image->fill - at);

	if (!dump->image->failed)
		memcpy(dump->image->at + at + offset, &size, sizeof(size));
}

static size_t begin_section(struct dump *dump, const char *ident)
{
	size_t at = dump->image->fill;

	kmvm_bytes_add(dump->image, ident, 4);
	kmvm_bytes_add_be32(dump->image, 0);
	return at;
}

static void end_section(struct dump *dump, size_t at)
{
	set_size(dump, at, 4);
}

/* Ireps. */

static void add_constant(struct dump *dump, const mrb_pool_value *value)
{
	struct kmvm_bytes *image = dump->image;

	switch (value->tt) {
	case IREP_TT_INT32:
		kmvm_bytes_add_u8(image, IREP_TT_INT32);
		kmvm_bytes_add_be32(image, value->u.i32);
		break;
	case IREP_TT_INT64:
		kmvm_bytes_add_u8(image, IREP_TT_INT64);
		kmvm_bytes_add_be32(image, (u64)value->u.i64 >> 32);
		kmvm_bytes_add_be32(image, value->u.i64);
		break;
	case IREP_TT_BIGINT:
		kmvm_bytes_add_u8(image, IREP_TT_BIGINT);
		kmvm_bytes_add(image, value->u.str, (u8)value->u.str[0] + 2);
		break;
	default:
		kmvm_bytes_add_u8(image, IREP_TT_STR);
		kmvm_bytes_add_be16(image, value->tt >> 2);
		kmvm_bytes_add(image, value->u.str, value->tt >> 2);
		kmvm_bytes_add_u8(image, 0);
		break;
	}
}

static void add_irep(struct dump *dump, const mrb_irep *irep)
{
	struct kmvm_bytes *image = dump->image;
	size_t at = image->fill;
	unsigned int i;

	kmvm_bytes_add_be32(image, 0);
	kmvm_bytes_add_be16(image, irep->nlocals);
	kmvm_bytes_add_be16(image, irep->nregs);
	kmvm_bytes_add_be16(image, irep->rlen);
	kmvm_bytes_add_be16(image, irep->clen);
	kmvm_bytes_add_be32(image, irep->ilen);
	kmvm_bytes_add(image, irep->iseq, irep->ilen + irep->clen * KMVM_CATCH_SIZE);
	kmvm_bytes_add_be16(image, irep->plen);
	for (i = 0; i < irep->plen; i++)
		add_constant(dump, &irep->pool[i]);
	kmvm_bytes_add_be16(image, irep->slen);
	for (i = 0; i < irep->slen; i++) {
		if (irep->syms[i]) {
			add_symbol(dump, irep->syms[i]);
			kmvm_bytes_add_u8(image, 0);
		} else {
			kmvm_bytes_add_be16(image, KMVM_NO_NAME);
		}
	}
	set_size(dump, at, 0);
}

static const u8 program[] = { OP_BLOCK, 1, 0, OP_RETURN, 1, OP_STOP };

static void add_ireps(struct dump *dump)
{
	size_t section = begin_section(dump, RITE_SECTION_IREP_IDENT);
	u8 code[sizeof(program)];
	mrb_irep outer = {
		.nlocals = 1, .nregs = 3, .rlen = 1, .iseq = code, .ilen = sizeof(code),
	};

	memcpy(code, program, sizeof(code));
	if (dump->strict)
		code[0] = OP_LAMBDA;
	kmvm_bytes_add(dump->image, RITE_VM_VER, 4);
	add_irep(dump, &outer);
	each(dump, add_irep);
	end_section(dump, section);
}

/* Lines. A file that follows itself is listed once. */

static void list_file(struct dump *dump, mrb_sym file, bool write)
{
	if (dump->listed && dump->last == file)
		return;
	dump->last = file;
	dump->listed++;
	if (write)
		add_symbol(dump, file);
}

static void count_files(struct dump *dump, const mrb_irep *irep)
{
	unsigned int i;

	for (i = 0; i < irep->debug_info->flen; i++)
		list_file(dump, irep->debug_info->files[i]->filename_sym, false);
}

static void add_files(struct dump *dump, const mrb_irep *irep)
{
	unsigned int i;

	for (i = 0; i < irep->debug_info->flen; i++)
		list_file(dump, irep->debug_info->files[i]->filename_sym, true);
}

static void add_entries(struct kmvm_bytes *image, const mrb_irep_debug_info_file *file)
{
	u32 i;

	switch (file->line_type) {
	case mrb_debug_line_ary:
		for (i = 0; i < file->line_entry_count; i++)
			kmvm_bytes_add_be16(image, file->lines.ary[i]);
		break;
	case mrb_debug_line_flat_map:
		for (i = 0; i < file->line_entry_count; i++) {
			kmvm_bytes_add_be32(image, file->lines.flat_map[i].start_pos);
			kmvm_bytes_add_be16(image, file->lines.flat_map[i].line);
		}
		break;
	case mrb_debug_line_packed_map:
		kmvm_bytes_add(image, file->lines.packed_map, file->line_entry_count);
		break;
	}
}

static void add_lines(struct dump *dump, const mrb_irep *irep)
{
	const mrb_irep_debug_info *info = irep->debug_info;
	struct kmvm_bytes *image = dump->image;
	size_t at = image->fill;
	unsigned int i;

	kmvm_bytes_add_be32(image, 0);
	kmvm_bytes_add_be16(image, info->flen);
	for (i = 0; i < info->flen; i++) {
		const mrb_irep_debug_info_file *file = info->files[i];

		list_file(dump, file->filename_sym, false);
		kmvm_bytes_add_be32(image, file->start_pos);
		kmvm_bytes_add_be16(image, dump->listed - 1);
		kmvm_bytes_add_be32(image, file->line_entry_count);
		kmvm_bytes_add_u8(image, file->line_type);
		add_entries(image, file);
	}
	set_size(dump, at, 0);
}

/* The two instructions around the block are where it begins. */
static void add_outer_lines(struct dump *dump)
{
	int line = max(mrb_debug_get_line(dump->mrb, dump->block, 0), 1);
	u8 packed[8] = { 0 };		/* from byte 0 on it is that line */
	size_t size = 1 + mrb_packed_int_encode(line, packed + 1);
	struct mrb_irep_debug_info_file file = {
		.filename_sym = dump->block->debug_info->files[0]->filename_sym,
		.line_entry_count = size,
		.line_type = mrb_debug_line_packed_map,
		.lines.packed_map = packed,
	};
	struct mrb_irep_debug_info_file *files = &file;
	struct mrb_irep_debug_info info = { .flen = 1, .files = &files };
	mrb_irep outer = { .debug_info = &info };

	add_lines(dump, &outer);
}

static void add_debug(struct dump *dump)
{
	size_t section = begin_section(dump, RITE_SECTION_DEBUG_IDENT);

	dump->listed = 0;
	each(dump, count_files);
	kmvm_bytes_add_be16(dump->image, dump->listed);
	dump->listed = 0;
	each(dump, add_files);
	dump->listed = 0;
	add_outer_lines(dump);
	each(dump, add_lines);
	end_section(dump, section);
}

/* Names of locals, each as often as it is one. */

static void list_locals(struct dump *dump, const mrb_irep *irep)
{
	int i;

	for (i = 0; irep->lv && i + 1 < irep->nlocals; i++)
		if (irep->lv[i])
			add_symbol(dump, irep->lv[i]);
}

static void add_names(struct dump *dump, const mrb_irep *irep)
{
	int i;

	for (i = 0; i + 1 < irep->nlocals; i++)
		kmvm_bytes_add_be16(dump->image, irep->lv && irep->lv[i] ? dump->listed++
									 : KMVM_NO_NAME);
}

static void count_locals(struct dump *dump, const mrb_irep *irep)
{
	int i;

	for (i = 0; irep->lv && i + 1 < irep->nlocals; i++)
		dump->listed += !!irep->lv[i];
}

static void add_locals(struct dump *dump)
{
	size_t section = begin_section(dump, RITE_SECTION_LV_IDENT);

	dump->listed = 0;
	each(dump, count_locals);
	kmvm_bytes_add_be32(dump->image, dump->listed);
	each(dump, list_locals);
	dump->listed = 0;
	each(dump, add_names);
	end_section(dump, section);
}

/* The whole. */

static void find_out(struct dump *dump, const mrb_irep *irep)
{
	dump->lines &= irep->debug_info && irep->debug_info->flen;
	dump->locals |= irep->lv && irep->nlocals > 1;
	dump->names += irep->slen;
	if (irep->lv)
		dump->names += irep->nlocals;
	if (irep->debug_info)
		dump->names += irep->debug_info->flen;
}

static void add_image(struct dump *dump)
{
	static const char head[] = RITE_BINARY_IDENT RITE_BINARY_MAJOR_VER RITE_BINARY_MINOR_VER;

	kmvm_bytes_add(dump->image, head, 8);
	kmvm_bytes_add_be32(dump->image, 0);
	kmvm_bytes_add(dump->image, RITE_COMPILER_NAME RITE_COMPILER_VERSION, 8);
	add_ireps(dump);
	if (dump->lines)
		add_debug(dump);
	if (dump->locals)
		add_locals(dump);
	end_section(dump, begin_section(dump, RITE_BINARY_EOF));
	set_size(dump, 0, 8);
}

int kmvm_dump(mrb_state *mrb, mrb_value block, struct kmvm_bytes *image)
{
	const struct RProc *proc = mrb_proc_ptr(block);
	struct dump *dump = kzalloc(sizeof(*dump), kmvm_gfp());

	if (!dump)
		return -ENOMEM;
	dump->mrb = mrb;
	dump->block = proc->body.irep;
	dump->strict = MRB_PROC_STRICT_P(proc);
	dump->image = image;
	dump->lines = true;
	each(dump, find_out);
	/* So many that the judge would refuse it: its symbols are what it needs. */
	if (dump->names > KMVM_IMAGE_NAMES_MAX / 2)
		dump->locals = false;
	add_image(dump);
	kfree(dump);
	return image->failed ? -ENOMEM : 0;
}
