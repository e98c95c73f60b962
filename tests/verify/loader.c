// SPDX-License-Identifier: GPL-2.0
/*
 * Loads images with mruby's own loader, core only, and touches everything it made: whatever
 * the verifier let through and the loader got wrong is then seen by the address sanitizer.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <mruby.h>
#include <mruby/debug.h>
#include <mruby/dump.h>
#include <mruby/error.h>
#include <mruby/internal.h>
#include <mruby/irep.h>
#include <mruby/string.h>

#include "../../vm/lines.h"
#include "loader.h"

#define IMAGES_PER_VM	500	/* symbols are never freed: start afresh before it gets slow */

void mrb_init_mrblib(mrb_state *mrb);
void mrb_init_mrbgems(mrb_state *mrb);

/* No Ruby runs here, so its library is not needed. */
void mrb_init_mrblib(mrb_state *mrb)
{
	(void)mrb;
}

void mrb_init_mrbgems(mrb_state *mrb)
{
	(void)mrb;
}

struct job {
	const void *image;
	size_t size;
	mrb_irep *irep;
	const char *complaint;
	struct kmvm_lines lines;
	uint8_t *again;
	size_t again_size;
	bool dumpable;
};

static unsigned long touched;

static void touch(const void *bytes, size_t count)
{
	const unsigned char *byte = bytes;

	while (count--)
		touched += *byte++;
}

static void touch_name(mrb_state *mrb, mrb_sym name)
{
	mrb_int length;
	const char *text = mrb_sym_name_len(mrb, name, &length);

	if (text)
		touch(text, length + 1);
}

/* The place of an instruction: vm/lines.c must find the one that mruby finds. */
static void touch_place(mrb_state *mrb, const mrb_irep *irep, uint32_t pc, struct job *job)
{
	static char name[8192];
	struct kmvm_place place;
	const char *file;
	int32_t line;

	if (!mrb_debug_get_position(mrb, irep, pc, &line, &file)) {
		if (kmvm_lines_at(&job->lines, pc, &place))
			job->complaint = "a line is found where mruby finds none";
		return;
	}
	touch(file, strlen(file));
	if (!kmvm_lines_at(&job->lines, pc, &place) || place.line != (uint32_t)line) {
		job->complaint = "another line is found than mruby's";
		return;
	}
	kmvm_file_name(&job->lines, place.file, name, sizeof(name));
	/* '?' stands for what a sentence should not hold, a NUL among it, where mruby's ends. */
	if (strchr(name, '?'))
		return;
	if (strcmp(file, name))
		job->complaint = "another file is found than mruby's";
}

static void touch_lines(mrb_state *mrb, const mrb_irep *irep, struct job *job)
{
	uint32_t step = irep->ilen > 256 ? irep->ilen / 64 : 1;
	uint32_t pc;

	if (!kmvm_lines_next(&job->lines)) {
		job->complaint = "no lines are found for an irep";
		return;
	}
	for (pc = 0; pc < irep->ilen; pc += step)
		touch_place(mrb, irep, pc, job);
	if (irep->ilen)
		touch_place(mrb, irep, irep->ilen - 1, job);
}

static void touch_pool(mrb_state *mrb, const mrb_irep *irep, struct job *job)
{
	int i;

	for (i = 0; i < irep->plen; i++) {
		const mrb_pool_value *value = &irep->pool[i];

		switch (value->tt) {
		case IREP_TT_INT32:
		case IREP_TT_INT64:
			touch(&value->u, sizeof(value->u.i64));
			break;
		case IREP_TT_BIGINT: {
			const char *text = value->u.str;
			mrb_value big = mrb_bint_new_str(mrb, text + 2, (uint8_t)text[0], text[1]);

			touch(RSTRING_PTR(mrb_bint_to_s(mrb, big, 16)), 1);
			mrb_bint_add(mrb, big, mrb_bint_div(mrb, mrb_bint_mul(mrb, big, big), big));
			/* mruby 3.3.0 cannot write one of over 127 digits. */
			if (text[0] < 0)
				job->dumpable = false;
			break;
		}
		default:
			touch(value->u.str, (value->tt >> 2) + 1);
		}
	}
}

static void touch_irep(mrb_state *mrb, const mrb_irep *irep, struct job *job)
{
	int arena = mrb_gc_arena_save(mrb);
	int i;

	touch(irep->iseq, irep->ilen + irep->clen * sizeof(struct mrb_irep_catch_handler));
	touch_pool(mrb, irep, job);
	for (i = 0; i < irep->slen; i++)
		touch_name(mrb, irep->syms[i]);
	if (irep->lv)
		for (i = 0; i + 1 < irep->nlocals; i++)
			touch_name(mrb, irep->lv[i]);
	if (irep->debug_info)
		touch_lines(mrb, irep, job);
	mrb_gc_arena_restore(mrb, arena);
	for (i = 0; i < irep->rlen; i++)
		touch_irep(mrb, irep->reps[i], job);
}

/* The loader gives each irep a register more than its image says (vm/patches/0173). */
static void take_spare_registers(mrb_irep *irep)
{
	int i;

	irep->nregs--;
	for (i = 0; i < irep->rlen; i++)
		take_spare_registers((mrb_irep *)irep->reps[i]);
}

static mrb_value do_job(mrb_state *mrb, void *data)
{
	struct job *job = data;

	job->irep = mrb_read_irep_buf(mrb, job->image, job->size);
	if (!job->irep) {
		job->complaint = "the loader refuses it";
		return mrb_nil_value();
	}
	job->dumpable = true;
	kmvm_lines_open(&job->lines, job->image, job->size);
	touch_irep(mrb, job->irep, job);
	take_spare_registers(job->irep);
	if (job->dumpable &&
	    mrb_dump_irep(mrb, job->irep, job->irep->debug_info ? MRB_DUMP_DEBUG_INFO : 0,
			  &job->again, &job->again_size) != MRB_DUMP_OK)
		job->complaint = "it cannot be written again";
	return mrb_nil_value();
}

static mrb_state *fresh_vm(void)
{
	static mrb_state *mrb;
	static int images;

	if (images++ % IMAGES_PER_VM == 0) {
		mrb_close(mrb);
		mrb = mrb_open_core(mrb_default_allocf, NULL);
	}
	return mrb;
}

const char *load_image(const void *image, size_t size, unsigned char **again, size_t *again_size)
{
	mrb_state *mrb = fresh_vm();
	int arena = mrb_gc_arena_save(mrb);
	struct job job = { .size = size };
	mrb_bool raised = FALSE;
	/* A copy of the very size, so that one byte too far is seen. */
	void *copy = malloc(size);

	memcpy(copy, image, size);
	job.image = copy;
	mrb_protect_error(mrb, do_job, &job, &raised);
	if (raised)
		job.complaint = "the loader raises";
	if (job.irep)
		mrb_irep_decref(mrb, job.irep);
	mrb_gc_arena_restore(mrb, arena);
	free(copy);

	if (again && job.again) {
		*again = malloc(job.again_size);
		memcpy(*again, job.again, job.again_size);
		*again_size = job.again_size;
	}
	mrb_free(mrb, job.again);
	return job.complaint;
}
