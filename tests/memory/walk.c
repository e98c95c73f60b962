// SPDX-License-Identifier: GPL-2.0
/*
 * Runs Ruby in the kernel's configuration of mruby while its allocations fail, each in turn:
 *
 *	walk [-v] MODE STATE STRIDE IMAGE...
 *	walk [-v] MODE open STRIDE
 *
 * MODE says what fails of the n-th allocation, for n = 1, 2, 3 ... until the program is through
 * without having met it:
 *
 *	gc	itself, once: mruby collects garbage, tries again, and nothing is to be seen
 *	one	itself and the second try: NoMemoryError, and memory again right after
 *	rest	it and all that follow, until the run is over and its error was told
 *
 * STATE is fresh (each n finds a VM that has just been opened) or used (all n of a program meet
 * the same VM, which must go on working). `open` opens a VM instead of running a program.
 * A program runs as vm/run.c runs it, from reading the image to the text of the error.
 *
 * A run must end well, with what it prints when nothing fails, or in NoMemoryError; then the VM
 * is as before: it runs another program, collects, closes, and all memory is back. Each n runs
 * in a process that may die of it. What is wrong goes to stderr, and to stdout for each image
 *
 *	NAME mode=MODE state=STATE walked=N nomem=N wrong=N
 */
#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <mruby.h>
#include <mruby/array.h>
#include <mruby/class.h>
#include <mruby/dump.h>
#include <mruby/error.h>
#include <mruby/internal.h>
#include <mruby/irep.h>
#include <mruby/proc.h>
#include <mruby/string.h>
#include <mruby/throw.h>
#include <mruby/variable.h>

extern long guard_quanta;

#define PATIENCE	20	/* seconds for one n */

enum mode { GC, ONE, REST };
static const char *const mode_names[] = { "gc", "one", "rest" };

/* Shared with the processes that walk. */
static struct {
	volatile long number;	/* the allocation that fails */
	volatile long nomem;	/* runs that ended in NoMemoryError */
	volatile long wrong;
	volatile bool through;	/* a run that the fault did not meet */
} *shared;

static enum mode mode;
static const char *name, *state_name;
static bool verbose;

/* The allocator. */
static struct {
	long count;		/* allocations since armed */
	long first, last;	/* those that fail */
	bool armed;
	long blocks;		/* given and not taken back */
} memory;

static void *allocate(mrb_state *mrb, void *block, size_t size, void *data)
{
	size_t have = block ? malloc_usable_size(block) : 0;
	void *moved;

	if (!size) {
		memory.blocks -= !!block;
		free(block);
		return NULL;
	}
	if (memory.armed && ++memory.count >= memory.first && memory.count <= memory.last)
		/* As the kernel's: what shrinks always may. */
		return size <= have ? block : NULL;
	/* Always moved, so that what still points to the old place is found. */
	moved = malloc(size);
	if (!moved)
		return NULL;
	memory.blocks += !block;
	if (block)
		memcpy(moved, block, size < have ? size : have);
	free(block);
	return moved;
}

static void arm(long number)
{
	memory.count = 0;
	memory.first = number;
	memory.last = mode == GC ? number : mode == ONE ? number + 1 : LONG_MAX;
	memory.armed = true;
}

/* Was an allocation refused? */
static bool disarm(void)
{
	memory.armed = false;
	return memory.count >= memory.first;
}

static void __attribute__((format(printf, 1, 2))) wrong(const char *format, ...)
{
	va_list args;

	shared->wrong++;
	fprintf(stderr, "%s, %s, %s, allocation %ld: ", name, mode_names[mode], state_name, shared->number);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}

/* What programs print. */
struct text {
	size_t size;
	char bytes[1 << 16];
};

static struct text printed, wanted;

static mrb_value print(mrb_state *mrb, mrb_value self)
{
	const mrb_value *argv;
	mrb_int argc;

	mrb_get_args(mrb, "*", &argv, &argc);
	for (mrb_int i = 0; i < argc; i++) {
		mrb_value text = mrb_obj_as_string(mrb, argv[i]);
		size_t size = RSTRING_LEN(text);

		if (size > sizeof(printed.bytes) - 1 - printed.size)
			size = sizeof(printed.bytes) - 1 - printed.size;
		memcpy(printed.bytes + printed.size, RSTRING_PTR(text), size);
		printed.size += size;
		printed.bytes[printed.size] = '\0';
	}
	return mrb_nil_value();
}

/* vm/guard.c's pad. */
static bool enter(mrb_state *mrb, void (*body)(mrb_state *mrb, void *data), void *data, mrb_value *exc)
{
	struct mrb_jmpbuf *outer_jmp = mrb->jmp;
	struct mrb_context *context = mrb->c;
	ptrdiff_t level = context->ci - context->cibase;
	int arena = mrb_gc_arena_save(mrb);
	bool iterating = mrb->gc.iterating;
	bool disabled = mrb->gc.disabled;
	struct mrb_jmpbuf pad;
	volatile bool came_back = false;

	MRB_TRY(&pad) {
		mrb->jmp = &pad;
		body(mrb, data);
		came_back = !mrb->exc;
	} MRB_CATCH(&pad) {
	} MRB_END_EXC(&pad);

	mrb->jmp = outer_jmp;
	if (!came_back) {
		mrb_vm_unwind(mrb, context, level);
		mrb->gc.iterating = iterating;
		mrb->gc.disabled = disabled;
	}
	*exc = mrb->exc ? mrb_obj_value(mrb->exc) : mrb_nil_value();
	mrb_gc_arena_restore(mrb, arena);
	mrb_gc_protect(mrb, *exc);
	mrb->exc = NULL;
	return came_back;
}

struct image {
	const char *name;
	uint8_t *bytes;
	size_t size;
};

static struct image health;

struct execution {
	const struct image *image;
	mrb_value value;
};

static void load_and_run(mrb_state *mrb, void *data)
{
	struct execution *execution = data;
	struct RProc *proc;
	mrb_irep *irep;

	mrb_define_global_const(mrb, "ARGV", mrb_ary_new(mrb));
	proc = mrb_proc_new(mrb, NULL);
	irep = mrb_read_irep_buf(mrb, execution->image->bytes, execution->image->size);
	if (!irep)
		mrb_raise(mrb, E_SCRIPT_ERROR, "the image cannot be loaded");
	proc->body.irep = irep;
	proc->c = NULL;
	execution->value = mrb_top_run(mrb, proc, mrb_top_self(mrb), 0);
}

struct asked {
	mrb_value object, answer;
};

static void ask_backtrace(mrb_state *mrb, void *data)
{
	struct asked *asked = data;

	asked->answer = mrb_exc_backtrace(mrb, asked->object);
}

static void ask_inspect(mrb_state *mrb, void *data)
{
	struct asked *asked = data;

	asked->answer = mrb_inspect(mrb, asked->object);
}

static mrb_value ask(mrb_state *mrb, void (*question)(mrb_state *mrb, void *data), mrb_value object)
{
	struct asked asked = { .object = object, .answer = mrb_nil_value() };
	mrb_value exc;

	if (!enter(mrb, question, &asked, &exc))
		return mrb_nil_value();
	mrb_gc_protect(mrb, asked.answer);
	return asked.answer;
}

static bool is_no_memory(mrb_state *mrb, mrb_value exc)
{
	return mrb_obj_class(mrb, exc) == mrb_obj_class(mrb, mrb_obj_value(mrb->nomem_err));
}

static void show(mrb_state *mrb, mrb_value exc)
{
	mrb_value text = ask(mrb, ask_inspect, exc), frames = ask(mrb, ask_backtrace, exc);

	if (mrb_string_p(text))
		fprintf(stderr, "  %.*s\n", (int)RSTRING_LEN(text), RSTRING_PTR(text));
	for (mrb_int i = 0; mrb_array_p(frames) && i < RARRAY_LEN(frames) && i < 8; i++)
		fprintf(stderr, "    %s\n", RSTRING_PTR(RARRAY_PTR(frames)[i]));
}

/* Runs an image as the VM's thread would; number 0: nothing fails. Was a fault met? */
static bool run(mrb_state *mrb, const struct image *image, long number)
{
	struct execution execution = { .image = image, .value = mrb_nil_value() };
	int arena = mrb_gc_arena_save(mrb);
	bool came_back, met = false;
	mrb_value exc;

	printed.size = 0;
	printed.bytes[0] = '\0';
	mrb->steps_left = 1024;
	guard_quanta = 0;
	mrb->gc.disabled = false;
	if (number)
		arm(number);
	came_back = enter(mrb, load_and_run, &execution, &exc);
	mrb_gc_protect(mrb, execution.value);
	mrb_vm_leave(mrb);
	if (came_back) {
		ask(mrb, ask_inspect, execution.value);
	} else {
		if (is_no_memory(mrb, exc))
			mrb_full_gc(mrb);
		ask(mrb, ask_backtrace, exc);
		ask(mrb, ask_inspect, exc);
	}
	if (number)
		met = disarm();

	if (!came_back && is_no_memory(mrb, exc) && number && mode != GC) {
		shared->nomem++;
	} else if (!came_back) {
		wrong("%s raises", image->name);
		show(mrb, exc);
	} else if (number && strcmp(printed.bytes, wanted.bytes)) {
		wrong("%s prints\n%sinstead of\n%s", image->name, printed.bytes, wanted.bytes);
	}
	if (mrb->c != mrb->root_c || mrb->c->ci != mrb->c->cibase || mrb->jmp || mrb->exc)
		wrong("the VM's context is not as before");
	if (mrb->gc.iterating || (mrb->gc.disabled && image == &health))
		wrong("the collector is not as before");
	mrb_gc_arena_restore(mrb, arena);
	return met;
}

static void check_health(mrb_state *mrb)
{
	run(mrb, &health, 0);
	if (strcmp(printed.bytes, "well\n"))
		wrong("the VM is not well: %s", printed.bytes);
	mrb_full_gc(mrb);
}

static void define_print(mrb_state *mrb, void *data)
{
	mrb_define_method(mrb, mrb->kernel_module, "print", print, MRB_ARGS_ANY());
}

static mrb_state *open_state(void)
{
	mrb_state *mrb = mrb_open_allocf(allocate, NULL);
	mrb_value exc;

	if (!mrb)
		return NULL;
	mrb->steps_left = 1024;
	if (enter(mrb, define_print, NULL, &exc))
		return mrb;
	mrb_close(mrb);
	return NULL;
}

int __lsan_do_recoverable_leak_check(void);

/* Closes, and looks for what was left. */
static void close_state(mrb_state *mrb)
{
	mrb_close(mrb);
	if (!memory.blocks)
		return;
	wrong("%ld blocks are left", memory.blocks);
	if (verbose)
		__lsan_do_recoverable_leak_check();
}

/* What the program prints when nothing fails. */
static void learn(const struct image *image)
{
	mrb_state *mrb = open_state();

	state_name = "nothing fails";
	run(mrb, image, 0);
	wanted = printed;
	run(mrb, image, 0);
	if (strcmp(printed.bytes, wanted.bytes))
		wrong("it prints other things when it runs again:\n%sfirst\n%s", printed.bytes, wanted.bytes);
	if (!wanted.size)
		wrong("it prints nothing");
	check_health(mrb);
	close_state(mrb);
}

/* Runs in a process; answers false when that died. */
static bool apart(void (*body)(const void *data), const void *data)
{
	int status;
	pid_t pid;

	fflush(stdout);
	fflush(stderr);
	pid = fork();
	if (!pid) {
		alarm(PATIENCE);
		body(data);
		fflush(stderr);
		_exit(0);
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (!status)
		return true;
	wrong(WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM ? "it does not end" : "it dies (status %x)", status);
	return false;
}

static mrb_state *mrb;
static long stride;

static void walk_open(const void *data)
{
	mrb_state *opened;

	for (;;) {
		alarm(PATIENCE);
		arm(shared->number);
		opened = open_state();
		if (!disarm()) {
			shared->through = true;
			if (!opened)
				wrong("it cannot be opened");
		} else if (!opened) {
			shared->nomem++;
			/* Without objects there is no garbage yet, and no second try. */
			if (mode == GC && shared->number > 3)
				wrong("it was not opened");
		}
		if (opened) {
			check_health(opened);
			close_state(opened);
		} else if (memory.blocks) {
			wrong("%ld blocks are left", memory.blocks);
			if (verbose)
				__lsan_do_recoverable_leak_check();
		}
		memory.blocks = 0;
		if (shared->through)
			return;
		shared->number += stride;
	}
}

static void walk_used(const void *data)
{
	const struct image *image = data;

	mrb = open_state();
	for (;;) {
		alarm(PATIENCE);
		if (!run(mrb, image, shared->number))
			break;
		check_health(mrb);
		shared->number += stride;
	}
	shared->through = true;
	close_state(mrb);
}

static void walk_once(const void *data)
{
	const struct image *image = data;

	if (!run(mrb, image, shared->number))
		shared->through = true;
	check_health(mrb);
	close_state(mrb);
}

static void walk(const struct image *image, bool used, long first)
{
	long walked;

	name = image ? image->name : "open";
	shared->number = shared->nomem = shared->wrong = 0;
	shared->through = false;
	if (image) {
		learn(image);
		if (shared->wrong)
			goto out;
	}
	state_name = !image ? "open" : used ? "used" : "fresh";
	mrb = NULL;
	memory.blocks = 0;
	if (image && !used)
		mrb = open_state();
	for (shared->number = first; !shared->through; ) {
		if (!image || used) {
			if (!apart(image ? walk_used : walk_open, image))
				shared->number += stride;
		} else {
			apart(walk_once, image);
			shared->number += stride;
		}
	}
	if (mrb)
		mrb_close(mrb);
out:
	walked = shared->number / stride;
	printf("%s mode=%s state=%s walked=%ld nomem=%ld wrong=%ld\n", name, mode_names[mode], state_name,
	       walked, shared->nomem, shared->wrong);
}

static struct image read_image(const char *path)
{
	const char *slash = strrchr(path, '/');
	FILE *file = fopen(path, "rb");
	struct image image = { .name = slash ? slash + 1 : path };

	image.bytes = malloc(1 << 20);
	if (!file || !image.bytes) {
		fprintf(stderr, "walk: cannot read %s\n", path);
		exit(2);
	}
	image.size = fread(image.bytes, 1, 1 << 20, file);
	fclose(file);
	return image;
}

int main(int argc, char **argv)
{
	char *path = NULL;
	bool opens, used;
	long first;

	if (argc > 1 && !strcmp(argv[1], "-v")) {
		verbose = true;
		argc--;
		argv++;
	}
	if (argc < 4)
		return 2;
	for (mode = GC; mode < REST && strcmp(argv[1], mode_names[mode]); mode++)
		;
	opens = !strcmp(argv[2], "open");
	used = !strcmp(argv[2], "used");
	stride = strtol(argv[3], &path, 10);
	/* STRIDE@FIRST, to begin elsewhere */
	first = *path == '@' ? strtol(path + 1, NULL, 10) : stride;
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		return 2;
	asprintf(&path, "%s/health.mrb", getenv("KMVM_WALK_IMAGES") ?: ".");
	health = read_image(path);
	if (opens)
		walk(NULL, false, first);
	for (int i = 4; i < argc; i++) {
		struct image image = read_image(argv[i]);

		walk(&image, used, first);
		free(image.bytes);
	}
	return 0;
}
