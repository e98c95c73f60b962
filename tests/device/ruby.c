// SPDX-License-Identifier: GPL-2.0
/* The compiler that kmctl has, opened once; the processes of the tests inherit it. */
#include <stdarg.h>

#include <mruby.h>
#include <mruby/compile.h>
#include <mruby/dump.h>
#include <mruby/proc.h>

#include "test.h"

static mrb_state *mrb;

void compiler_open(void)
{
	mrb = mrb_open_core(NULL, NULL);
	if (!mrb)
		give_up("the compiler cannot start");
}

struct image ruby_text(const char *text)
{
	mrb_ccontext *context = mrb_ccontext_new(mrb);
	struct mrb_parser_state *parser;
	struct RProc *proc = NULL;
	char *bytes = NULL;
	FILE *file;
	struct image image = { 0 };

	mrb_ccontext_filename(mrb, context, "t.rb");
	context->no_exec = 1;
	context->capture_errors = 1;
	parser = mrb_parse_string(mrb, text, context);
	if (parser && parser->tree && !parser->nerr)
		proc = mrb_generate_code(mrb, parser);
	if (!proc)
		give_up("this does not compile: %s: %s", parser && parser->nerr ?
			parser->error_buffer[0].message : "", text);
	file = open_memstream(&bytes, &image.size);
	if (!file || mrb_dump_irep_binary(mrb, proc->body.irep, MRB_DUMP_DEBUG_INFO, file) ||
	    fclose(file))
		give_up("no memory for an image");
	image.bytes = (unsigned char *)bytes;
	mrb_parser_free(parser);
	mrb_ccontext_free(mrb, context);
	return image;
}

struct image ruby(const char *format, ...)
{
	struct image image;
	va_list args;
	char *text;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		give_up("no memory");
	va_end(args);
	image = ruby_text(text);
	free(text);
	return image;
}
