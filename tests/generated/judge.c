// SPDX-License-Identifier: GPL-2.0
/*
 * judge [-l] <PROGRAMS: compiles programs that end in a NUL byte each, judges what mruby's
 * compiler made of them, and counts which instructions were met. KTAP on stdout.
 *
 * A program that begins with "# refused" must be refused by the compiler, any other must not,
 * unless it needs more registers than the compiler has. Each is judged with lines, without lines,
 * and without the names of its locals.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <mruby.h>
#include <mruby/compile.h>
#include <mruby/dump.h>
#include <mruby/internal.h>
#include <mruby/irep.h>
#include <mruby/proc.h>

#include "../../vm/opcode.h"
#include "../../vm/verify.h"

#define CULPRIT		"culprit.rb"	/* the first program that made a test fail */
#define COMPLAINTS	"complaints.log"	/* what the code generator says */
#define TOO_COMPLEX	"too complex expression"
#define TOO_COMPLEX_MOST	1000		/* one program in so many, at most */
#define PROGRAMS_PER_VM	200		/* symbols are never freed: start afresh */
#define TO_BE_REFUSED	"# refused"
#define EXTS		4		/* none, OP_EXT1, OP_EXT2, OP_EXT3 */

struct bytes {
	char *at;
	size_t size;
};

static unsigned long compiled, refused, images, image_bytes;
static unsigned long met[KMVM_OPCODES][EXTS];
static unsigned long tried, too_complex, not_compiled, not_refused, not_accepted;
static struct bytes current;	/* program */
static int results, failures;

/*
 * Which forms of an instruction the compiler writes; bit 0 the short one, bit 1 that behind
 * OP_EXT1, and so on. No form is left out because the programs have none of it.
 */
static unsigned int forms_written(u8 op)
{
	switch (op) {
	/* Special variables are globals to it. Elements are assigned by OP_SETIDX or a call. */
	case OP_GETSV:
	case OP_SETSV:
	case OP_ASET:
	/* Its own filler, an instruction for the VM's inside, and one that was never used. */
	case OP_NOP:
	case OP_CALL:
	case OP_DEBUG:
	/* They are counted with what stands behind them. */
	case OP_EXT1:
	case OP_EXT2:
	case OP_EXT3:
		return 0;
	/* No operand can grow: a jump has two bytes, OP_ENTER three. */
	case OP_JMP:
	case OP_JMPUW:
	case OP_ENTER:
	case OP_KEYEND:
	case OP_STOP:
		return 1;
	/* Keywords are locals, and a byte numbers those; their names are symbols like any. */
	case OP_KEY_P:
	case OP_KARG:
		return 1 | 1 << 2;
	/* Its registers are neighbours, the second of which is rarely the first to pass 255. */
	case OP_RESCUE:
		return 1 | 1 << 3;
	/* Of a low register, from high ones. */
	case OP_ARRAY2:
	case OP_AREF:
		return 1 | 1 << 2 | 1 << 3;
	/* 64 elements at most are collected at once, more than 255 where there are more locals. */
	case OP_ARRAY:
		return 1 | 1 << 1 | 1 << 2;
	/* Both operands are free: registers, symbols, pool entries, children. */
	case OP_MOVE:
	case OP_LOADL:
	case OP_LOADSYM:
	case OP_GETGV:
	case OP_SETGV:
	case OP_GETIV:
	case OP_SETIV:
	case OP_GETCV:
	case OP_SETCV:
	case OP_GETCONST:
	case OP_SETCONST:
	case OP_GETMCNST:
	case OP_SETMCNST:
	case OP_SSEND:
	case OP_SSENDB:
	case OP_SEND:
	case OP_SENDB:
	case OP_SYMBOL:
	case OP_STRING:
	case OP_LAMBDA:
	case OP_BLOCK:
	case OP_METHOD:
	case OP_CLASS:
	case OP_MODULE:
	case OP_EXEC:
	case OP_DEF:
	case OP_ALIAS:
		return 1 | 1 << 1 | 1 << 2 | 1 << 3;
	/* The first is a register, a pool entry or a symbol; what follows fits a byte, or has two. */
	default:
		return 1 | 1 << 1;
	}
}

/* Some that it writes too, but so rarely that no number of programs is sure to have one. */
static bool rarely_written(u8 op, unsigned int ext)
{
	return op != OP_NOP && forms_written(op) && ext;
}

static void note(const char *format, ...)
{
	va_list args;

	printf("# ");
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
}

static void result(bool passed, const char *what)
{
	printf("%s %d - %s\n", passed ? "ok" : "not ok", ++results, what);
	failures += !passed;
}

/* May be called by a handler of signals. */
static void keep_culprit(void)
{
	int fd = open(CULPRIT, O_WRONLY | O_CREAT | O_EXCL, 0666);

	if (fd < 0)
		return;
	if (write(fd, current.at, current.size) < 0)
		_exit(2);
	close(fd);
}

static void on_crash(int signal)
{
	static const char text[] = "Bail out! the compiler crashed, on " CULPRIT "\n";

	keep_culprit();
	if (write(STDOUT_FILENO, text, sizeof(text) - 1) < 0)
		_exit(2);
	_exit(128 + signal);
}

static void count_code(const u8 *code, u32 size)
{
	struct kmvm_insn insn;
	u32 pc = 0;

	while (pc < size && kmvm_decode(code + pc, size - pc, &insn) == KMVM_DECODED) {
		met[insn.op][insn.ext]++;
		pc += insn.size;
	}
}

static void count_instructions(const struct mrb_irep *irep)
{
	int i;

	count_code(irep->iseq, irep->ilen);
	for (i = 0; i < irep->rlen; i++)
		count_instructions(irep->reps[i]);
}

static bool judge_image(mrb_state *mrb, const struct mrb_irep *irep, uint8_t flags)
{
	struct kmvm_verdict verdict;
	uint8_t *image = NULL;
	bool accepted;
	size_t size;

	if (mrb_dump_irep(mrb, irep, flags, &image, &size) != MRB_DUMP_OK) {
		note("cannot be written as an image");
		not_compiled++;
		return false;
	}
	images++;
	image_bytes += size;
	accepted = !kmvm_verify(image, size, &verdict);
	mrb_free(mrb, image);
	if (accepted)
		return true;
	if (not_accepted++ < 10)
		note("program %lu: refused: %s (byte %zu)", tried, verdict.text, verdict.offset);
	keep_culprit();
	return false;
}

/* An irep whose proc is about to go: names of locals are only taken away. */
static void judge_all(mrb_state *mrb, struct mrb_irep *irep)
{
	count_instructions(irep);
	if (!judge_image(mrb, irep, MRB_DUMP_DEBUG_INFO) || !judge_image(mrb, irep, 0))
		return;
	mrb_irep_remove_lv(mrb, irep);
	judge_image(mrb, irep, 0);
}

static const char *line_of_current(int line, int *length)
{
	const char *at = current.at;

	while (--line > 0 && strchr(at, '\n'))
		at = strchr(at, '\n') + 1;
	*length = strcspn(at, "\n");
	return at;
}

/* Did the code generator say so, in what it wrote since then? */
static bool complained_of(const char *what, off_t since)
{
	char text[200];
	ssize_t size = pread(STDERR_FILENO, text, sizeof(text) - 1, since);

	text[size > 0 ? size : 0] = '\0';
	return strstr(text, what);
}

static struct RProc *compile(mrb_state *mrb, mrb_ccontext *context, char *why, size_t room)
{
	struct mrb_parser_state *parser;
	struct RProc *proc = NULL;

	parser = mrb_parse_nstring(mrb, current.at, current.size, context);
	if (!parser)
		return NULL;
	snprintf(why, room, "the code generator refuses it");
	if (parser->nerr) {
		int length;
		const char *line = line_of_current(parser->error_buffer[0].lineno, &length);

		snprintf(why, room, "%s: %.*s", parser->error_buffer[0].message, length, line);
	}
	if (!parser->nerr && parser->tree) {
		off_t said = lseek(STDERR_FILENO, 0, SEEK_END);

		proc = mrb_generate_code(mrb, parser);
		if (!proc && complained_of(TOO_COMPLEX, said))
			snprintf(why, room, TOO_COMPLEX);
	}
	mrb_parser_free(parser);
	return proc;
}

static void try_program(mrb_state *mrb)
{
	bool wanted = strncmp(current.at, TO_BE_REFUSED, strlen(TO_BE_REFUSED));
	mrb_ccontext *context = mrb_ccontext_new(mrb);
	int arena = mrb_gc_arena_save(mrb);
	struct RProc *proc;
	char why[400];

	mrb_ccontext_filename(mrb, context, "generated.rb");
	context->capture_errors = TRUE;
	context->no_exec = TRUE;
	proc = compile(mrb, context, why, sizeof(why));
	if (proc) {
		compiled++;
		judge_all(mrb, (struct mrb_irep *)proc->body.irep);
	} else {
		refused++;
	}
	if (wanted && !proc && !strcmp(why, TOO_COMPLEX)) {
		too_complex++;
	} else if (wanted && !proc) {
		if (not_compiled++ < 10)
			note("program %lu: %s", tried, why);
		keep_culprit();
	}
	if (!wanted && proc) {
		if (not_refused++ < 10)
			note("compiled: %.60s", current.at + strlen(TO_BE_REFUSED) + 1);
		keep_culprit();
	}
	mrb_ccontext_free(mrb, context);
	mrb_gc_arena_restore(mrb, arena);
}

static struct bytes read_all(void)
{
	struct bytes bytes = { NULL, 0 };
	size_t room = 0;
	ssize_t n;

	do {
		if (room - bytes.size < 2) {
			room = room ? room * 2 : 1 << 20;
			bytes.at = realloc(bytes.at, room);
			if (!bytes.at)
				exit(2);
		}
		n = read(STDIN_FILENO, bytes.at + bytes.size, room - bytes.size - 1);
		bytes.size += n > 0 ? n : 0;
	} while (n > 0);
	return bytes;
}

static void try_all(const struct bytes *programs)
{
	mrb_state *mrb = NULL;
	char *end;

	current.at = programs->at;
	while (current.at < programs->at + programs->size) {
		end = memchr(current.at, '\0', programs->at + programs->size - current.at);
		if (!end)
			break;
		current.size = end - current.at;
		if (tried++ % PROGRAMS_PER_VM == 0) {
			mrb_close(mrb);
			mrb = mrb_open_core(NULL, NULL);
		}
		try_program(mrb);
		current.at = end + 1;
	}
	mrb_close(mrb);
}

static bool forms_met(void)
{
	static const char *const exts[EXTS] = { "", "EXT1 ", "EXT2 ", "EXT3 " };
	unsigned int opcodes = 0, forms = 0;
	bool passed = true;
	unsigned int op, ext;

	for (op = 0; op < KMVM_OPCODES; op++) {
		bool any = false;

		for (ext = 0; ext < EXTS; ext++) {
			bool wanted = forms_written(op) >> ext & 1;

			any |= met[op][ext];
			forms += !!met[op][ext];
			if (wanted == !!met[op][ext] || (!wanted && rarely_written(op, ext)))
				continue;
			note("%sOP_%s: %s", exts[ext], kmvm_opcode_name(op),
			     wanted ? "never met" : "met, and it is not said to be written");
			passed = false;
		}
		opcodes += any;
	}
	note("%u of %u opcodes met, %u forms with each OP_EXT", opcodes, KMVM_OPCODES, forms);
	return passed;
}

static void list_forms(void)
{
	unsigned int op;

	for (op = 0; op < KMVM_OPCODES; op++)
		note("OP_%-10s %8lu %6lu %6lu %6lu", kmvm_opcode_name(op), met[op][0], met[op][1],
		     met[op][2], met[op][3]);
}

int main(int argc, char **argv)
{
	static const int crashes[] = { SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL };
	struct bytes programs = read_all();
	size_t i;

	/* The code generator complains there, of programs that it is to refuse. */
	if (!freopen(COMPLAINTS, "w+", stderr))
		return 2;
	for (i = 0; i < sizeof(crashes) / sizeof(crashes[0]); i++)
		signal(crashes[i], on_crash);
	unlink(CULPRIT);
	setvbuf(stderr, NULL, _IONBF, 0);
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("KTAP version 1\n1..4\n");

	try_all(&programs);
	note("%lu programs compiled, %lu refused, %lu of them as too complex; %lu images, %lu kB",
	     compiled, refused, too_complex, images, image_bytes >> 10);
	result(compiled && !not_compiled && too_complex * TOO_COMPLEX_MOST <= tried,
	       "lawful programs compile");
	result(refused && !not_refused, "others are refused by the compiler");
	result(images && !not_accepted, "every image that the compiler made is accepted");
	result(forms_met(), "every form of every instruction that the compiler writes was among them");
	if (argc > 1 && !strcmp(argv[1], "-l"))
		list_forms();
	free(programs.at);
	return failures;
}
