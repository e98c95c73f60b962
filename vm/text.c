// SPDX-License-Identifier: GPL-2.0
/* The text of a piece of output is put together before any of it is printed. */
#include <linux/kernel.h>

#include <mruby.h>
#include <mruby/array.h>
#include <mruby/string.h>

#include "guard.h"
#include "text.h"

/* puts flattens arrays; one that holds itself ends somewhere. */
#define NESTING_MAX	16

static void add_line(mrb_state *mrb, mrb_value text, mrb_value object, unsigned int nesting)
{
	mrb_value line;
	mrb_int i;

	MRB_GUARD_DOOR(mrb);
	if (mrb_array_p(object) && nesting < NESTING_MAX) {
		for (i = 0; i < RARRAY_LEN(object); i++)
			add_line(mrb, text, RARRAY_PTR(object)[i], nesting + 1);
		return;
	}
	line = mrb_obj_as_string(mrb, object);
	mrb_str_cat_str(mrb, text, line);
	if (!RSTRING_LEN(line) || RSTRING_END(line)[-1] != '\n')
		mrb_str_cat_lit(mrb, text, "\n");
}

mrb_value kmvm_text_lines(mrb_state *mrb, const mrb_value *objects, mrb_int count)
{
	mrb_value text = mrb_str_new(mrb, NULL, 0);
	mrb_int i;

	for (i = 0; i < count; i++)
		add_line(mrb, text, objects[i], 0);
	if (!count)
		mrb_str_cat_lit(mrb, text, "\n");
	return text;
}

mrb_value kmvm_text_joined(mrb_state *mrb, const mrb_value *objects, mrb_int count)
{
	mrb_value text = mrb_str_new(mrb, NULL, 0);
	mrb_int i;

	for (i = 0; i < count; i++) {
		MRB_GUARD_STEP(mrb);
		mrb_str_cat_str(mrb, text, mrb_obj_as_string(mrb, objects[i]));
	}
	return text;
}

mrb_value kmvm_text_formatted(mrb_state *mrb, const mrb_value *arguments, mrb_int count)
{
	if (!count)
		return mrb_str_new(mrb, NULL, 0);
	return mrb_obj_as_string(mrb, mrb_funcall_argv(mrb, mrb_top_self(mrb),
						       mrb_intern_lit(mrb, "format"), count,
						       arguments));
}
