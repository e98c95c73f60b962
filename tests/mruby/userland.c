// SPDX-License-Identifier: GPL-2.0
/*
 * Runs images in the kernel's configuration of mruby over this machine's libc:
 *
 *	userland IMAGE...
 *
 * Each gets a VM of its own, with print, which mruby lacks without stdio, with starve, which
 * makes memory fail, the clock that Time asks, and the C halves of mruby's own tests.
 */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <mruby.h>
#include <mruby/dump.h>
#include <mruby/string.h>

void mrb_init_test_vformat(mrb_state *mrb);
void mrb_mruby_error_gem_test(mrb_state *mrb);
void mrb_mruby_fiber_gem_test(mrb_state *mrb);
void mrb_mruby_proc_ext_gem_test(mrb_state *mrb);

static mrb_value print(mrb_state *mrb, mrb_value self)
{
	const mrb_value *argv;
	mrb_int argc;

	mrb_get_args(mrb, "*", &argv, &argc);
	for (mrb_int i = 0; i < argc; i++) {
		mrb_value text = mrb_obj_as_string(mrb, argv[i]);

		fwrite(RSTRING_PTR(text), 1, RSTRING_LEN(text), stdout);
	}
	return mrb_nil_value();
}

static mrb_int to_meet, to_refuse;

static void *allocate(mrb_state *mrb, void *block, size_t size, void *data)
{
	if (!size) {
		free(block);
		return NULL;
	}
	if (size > 1 << 30)	/* a heap has a cap */
		return NULL;
	if (to_refuse && (!block || size > malloc_usable_size(block)) && to_meet-- <= 0) {
		to_refuse--;
		return NULL;
	}
	return realloc(block, size);
}

/* starve(meet, refuse): that many requests for memory are met, then that many are not. */
static mrb_value starve(mrb_state *mrb, mrb_value self)
{
	mrb_get_args(mrb, "ii", &to_meet, &to_refuse);
	return mrb_nil_value();
}

static mrb_value realtime(mrb_state *mrb, mrb_value self)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return mrb_int_value(mrb, now.tv_sec * 1000000000 + now.tv_nsec);
}

static int run(const char *path)
{
	mrb_state *mrb = mrb_open_allocf(allocate, NULL);
	FILE *file = fopen(path, "rb");
	static char image[16 << 20];
	size_t size;
	int failed = 0;

	if (!mrb || !file) {
		fprintf(stderr, "userland: cannot run %s\n", path);
		exit(2);
	}
	size = fread(image, 1, sizeof(image), file);
	fclose(file);
	mrb_define_method(mrb, mrb->kernel_module, "print", print, MRB_ARGS_ANY());
	mrb_define_method(mrb, mrb->kernel_module, "starve", starve, MRB_ARGS_REQ(2));
	mrb_define_class_method(mrb, mrb_define_module(mrb, "Linux"), "realtime", realtime,
				MRB_ARGS_NONE());
	mrb_init_test_vformat(mrb);
	mrb_mruby_error_gem_test(mrb);
	mrb_mruby_fiber_gem_test(mrb);
	mrb_mruby_proc_ext_gem_test(mrb);
	mrb_load_irep_buf(mrb, image, size);
	if (mrb->exc) {
		mrb_value text = mrb_inspect(mrb, mrb_obj_value(mrb->exc));

		fprintf(stderr, "%s: %s\n", path, RSTRING_PTR(text));
		failed = 1;
	}
	fflush(stdout);
	mrb_close(mrb);
	return failed;
}

int main(int argc, char **argv)
{
	int failed = 0;

	for (int i = 1; i < argc; i++)
		failed |= run(argv[i]);
	return failed;
}
