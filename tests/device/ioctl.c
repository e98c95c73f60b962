// SPDX-License-Identifier: GPL-2.0
/* Each ioctl: what it refuses, and what it tells. */
#include <pthread.h>
#include <sys/mman.h>

#include "test.h"

/* One field set to one value, and what comes of it. */
struct wrong {
	const char *what;
	size_t offset;
	size_t size;
	u64 value;
	int errno_;
};

#define FIELD(type, field, value, errno_)	\
	{ #field " " #value, offsetof(type, field), sizeof(((type *)0)->field), value, errno_ }

static void try(int fd, unsigned long command, const void *good, size_t size,
		const struct wrong *wrong, size_t count)
{
	unsigned char args[1024];

	for (size_t i = 0; i < count; i++) {
		memcpy(args, good, size);
		memcpy(args + wrong[i].offset, &wrong[i].value, wrong[i].size);
		is_errno(ioctl(fd, command, args) ? errno : 0, wrong[i].errno_, "%s", wrong[i].what);
	}
}

/* Each bit of a word that means nothing. */
static void try_bits(int fd, unsigned long command, const void *good, size_t size, size_t offset,
		     u32 known)
{
	unsigned char args[1024];

	for (unsigned int bit = 0; bit < 32; bit++) {
		u32 flags = 1U << bit;

		if (flags & known)
			continue;
		memcpy(args, good, size);
		memcpy(args + offset, &flags, sizeof(flags));
		is_errno(ioctl(fd, command, args) ? errno : 0, EINVAL, "flag 1 << %u", bit);
	}
}

/* Every byte of reserved fields. */
static void try_reserved(int fd, unsigned long command, const void *good, size_t size,
			 size_t offset, size_t bytes)
{
	unsigned char args[1024];

	for (size_t i = 0; i < bytes; i++) {
		memcpy(args, good, size);
		args[offset + i] = 1;
		is_errno(ioctl(fd, command, args) ? errno : 0, EINVAL, "reserved byte %zu", i);
	}
}

static void bad_addresses(int fd, unsigned long command, size_t size)
{
	long page = sysconf(_SC_PAGESIZE);
	char *two = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	munmap(two + page, page);
	is_errno(ioctl(fd, command, NULL) ? errno : 0, EFAULT, "NULL");
	is_errno(ioctl(fd, command, 8) ? errno : 0, EFAULT, "an address nobody has");
	is_errno(ioctl(fd, command, 0xffff888000000000) ? errno : 0, EFAULT, "one of the kernel");
	is_errno(ioctl(fd, command, two + page - size + 1) ? errno : 0, EFAULT, "one byte short");
}

static void sizes(int fd, unsigned long command, const void *good, size_t size)
{
	const struct wrong wrong[] = {
		{ "size 0", 0, 4, 0, EINVAL },
		{ "one less", 0, 4, size - 1, EINVAL },
		{ "one more", 0, 4, size + 1, EINVAL },
		{ "eight less", 0, 4, size - 8, EINVAL },
		{ "all ones", 0, 4, 0xffffffff, EINVAL },
	};

	try(fd, command, good, size, wrong, COUNT(wrong));
}

static void version(const void *data)
{
	struct kmvm_version good = { .size = sizeof(good) }, got = good;
	int fd = session_read_write();

	memset(got.module, 'x', sizeof(got.module));
	is(ioctl(fd, KMVM_IOC_VERSION, &got), 0, "ioctl()");
	is(got.abi, KMVM_ABI, "abi");
	is_text(got.mruby, "3.3.0", "mruby");
	is_text(got.rite, "0300", "rite");
	holds(strnlen(got.module, sizeof(got.module)) < sizeof(got.module), "module has no end");
	sizes(fd, KMVM_IOC_VERSION, &good, sizeof(good));
	try_reserved(fd, KMVM_IOC_VERSION, &good, sizeof(good),
		     offsetof(struct kmvm_version, reserved), sizeof(good.reserved));
	bad_addresses(fd, KMVM_IOC_VERSION, sizeof(good));
}

static struct kmvm_run_args good_run(void)
{
	static struct image image;

	if (!image.size)
		image = ruby("$was_run = true; 7");
	return (struct kmvm_run_args) {
		.size = sizeof(struct kmvm_run_args),
		.image = (uintptr_t)image.bytes,
		.image_size = image.size,
	};
}

static void run_fields(const void *data)
{
	struct kmvm_run_args good = good_run();
	static char args[KMVM_ARGS_MAX + 1], unterminated[] = "two words";
	const struct wrong wrong[] = {
		FIELD(struct kmvm_run_args, flags, KMVM_RUN_KEEP_LOCALS, EOPNOTSUPP),
		FIELD(struct kmvm_run_args, flags, KMVM_RUN_VERIFY, EOPNOTSUPP),
		FIELD(struct kmvm_run_args, flags, KMVM_RUN_VERIFY | KMVM_RUN_ASYNC, EOPNOTSUPP),
		FIELD(struct kmvm_run_args, flags, KMVM_RUN_VERIFY | 1U << 31, EINVAL),
		FIELD(struct kmvm_run_args, result.reserved0, 1, EINVAL),
		FIELD(struct kmvm_run_args, reserved0, 1, EINVAL),
		FIELD(struct kmvm_run_args, image, 0, EINVAL),
		FIELD(struct kmvm_run_args, image_size, 0, EINVAL),
		FIELD(struct kmvm_run_args, image_size, KMVM_IMAGE_MAX + 1ULL, E2BIG),
		FIELD(struct kmvm_run_args, image_size, 1ULL << 31, E2BIG),
		FIELD(struct kmvm_run_args, image_size, 1ULL << 32, E2BIG),
		FIELD(struct kmvm_run_args, image_size, ~0ULL, E2BIG),
		FIELD(struct kmvm_run_args, image, 8, EFAULT),
		FIELD(struct kmvm_run_args, image, 0xffff888000000000, EFAULT),
		FIELD(struct kmvm_run_args, args, 8, EINVAL),
		FIELD(struct kmvm_run_args, args_size, 8, EINVAL),
		FIELD(struct kmvm_run_args, parameters, 8, EINVAL),
		FIELD(struct kmvm_run_args, parameters_size, 8, EINVAL),
		FIELD(struct kmvm_run_args, columns, 65536, EINVAL),
		FIELD(struct kmvm_run_args, result.value, 8, EINVAL),
		FIELD(struct kmvm_run_args, result.value_size, 8, EINVAL),
		FIELD(struct kmvm_run_args, result.error, 8, EINVAL),
		FIELD(struct kmvm_run_args, result.error_size, 8, EINVAL),
	};
	const struct wrong with_args[] = {
		FIELD(struct kmvm_run_args, args_size, KMVM_ARGS_MAX + 1, E2BIG),
		FIELD(struct kmvm_run_args, args_size, ~0U, E2BIG),
		FIELD(struct kmvm_run_args, args, 8, EFAULT),
	};
	int fd = session_read_write();

	expect(fd, "$was_run = false", KMVM_DONE, "false");
	sizes(fd, KMVM_IOC_RUN, &good, sizeof(good));
	try(fd, KMVM_IOC_RUN, &good, sizeof(good), wrong, COUNT(wrong));
	try_bits(fd, KMVM_IOC_RUN, &good, sizeof(good), offsetof(struct kmvm_run_args, flags), 0x1f);
	try_reserved(fd, KMVM_IOC_RUN, &good, sizeof(good), offsetof(struct kmvm_run_args, reserved),
		     sizeof(good.reserved));
	try_reserved(fd, KMVM_IOC_RUN, &good, sizeof(good),
		     offsetof(struct kmvm_run_args, result.reserved), sizeof(good.result.reserved));
	bad_addresses(fd, KMVM_IOC_RUN, sizeof(good));
	good.args = (uintptr_t)args;
	good.args_size = 10;
	try(fd, KMVM_IOC_RUN, &good, sizeof(good), with_args, COUNT(with_args));
	good.args = (uintptr_t)unterminated;
	good.args_size = sizeof(unterminated) - 1;
	is_errno(ioctl(fd, KMVM_IOC_RUN, &good) ? errno : 0, EINVAL, "arguments without an end");
	expect(fd, "$was_run", KMVM_DONE, "false");
}

static void vm_names(const void *data)
{
	struct kmvm_run_args good = good_run(), args = good;
	struct kmvm_info info = { .size = sizeof(info) };
	int fd = session_read_write();

	memset(args.vm, 'm', sizeof(args.vm));
	is_errno(ioctl(fd, KMVM_IOC_RUN, &args) ? errno : 0, EINVAL, "a name without an end");
	args = good;
	strcpy(args.vm, "other");
	is_errno(ioctl(fd, KMVM_IOC_RUN, &args) ? errno : 0, ENOENT, "a name nobody has");
	strcpy(args.vm, "mai");
	is_errno(ioctl(fd, KMVM_IOC_RUN, &args) ? errno : 0, ENOENT, "a part of a name");
	strcpy(args.vm, "main");
	is(ioctl(fd, KMVM_IOC_RUN, &args), 0, "main");
	is(args.result.outcome, KMVM_DONE, "outcome");

	memset(info.vm, 'm', sizeof(info.vm));
	is_errno(ioctl(fd, KMVM_IOC_INFO, &info) ? errno : 0, EINVAL, "info of a name without an end");
	info = (struct kmvm_info) { .size = sizeof(info), .vm = "other" };
	is_errno(ioctl(fd, KMVM_IOC_INFO, &info) ? errno : 0, ENOENT, "info of nobody");
	info = (struct kmvm_info) { .size = sizeof(info), .vm = "main" };
	is(ioctl(fd, KMVM_IOC_INFO, &info), 0, "info of main");
	is_text(info.vm, "main", "its name");
}

static void arguments(const void *data)
{
	static const struct {
		const char *args;
		size_t size;
		const char *value;
	} cases[] = {
		{ "", 0, "[\"-\", []]" },
		{ "a.rb", 5, "[\"a.rb\", []]" },
		{ "a.rb\0one\0two words\0", 19, "[\"a.rb\", [\"one\", \"two words\"]]" },
		{ "\0\0\0", 3, "[\"\", [\"\", \"\"]]" },
		{ "\xff\0\n\0", 4, "[\"\\xff\", [\"\\n\"]]" },
	};
	struct image image = ruby("[$0, ARGV]");
	char value[200], *many = calloc(1, KMVM_ARGS_MAX);
	struct kmvm_run_args args = {
		.size = sizeof(args), .flags = KMVM_RUN_INSPECT,
		.image = (uintptr_t)image.bytes, .image_size = image.size,
	};
	int fd = session_read_write();

	for (size_t i = 0; i < COUNT(cases); i++) {
		args.args = cases[i].size ? (uintptr_t)cases[i].args : 0;
		args.args_size = cases[i].size;
		args.result = (struct kmvm_result) {
			.value = (uintptr_t)value, .value_size = sizeof(value),
		};
		is(ioctl(fd, KMVM_IOC_RUN, &args), 0, "ioctl()");
		is_text(value, cases[i].value, "$0 and ARGV");
	}
	image = ruby("[$0.size, ARGV.size]");
	args.image = (uintptr_t)image.bytes;
	args.image_size = image.size;
	args.args = (uintptr_t)many;
	args.args_size = KMVM_ARGS_MAX;
	args.result = (struct kmvm_result) { .value = (uintptr_t)value, .value_size = sizeof(value) };
	is(ioctl(fd, KMVM_IOC_RUN, &args), 0, "ioctl()");
	is_text(value, "[0, 65535]", "64 KiB of empty arguments");
	memset(many, 'a', KMVM_ARGS_MAX - 1);
	args.result = (struct kmvm_result) { .value = (uintptr_t)value, .value_size = sizeof(value) };
	is(ioctl(fd, KMVM_IOC_RUN, &args), 0, "ioctl()");
	is_text(value, "[65535, 0]", "64 KiB of one argument");
}

static void parameters(const void *data)
{
	static const struct {
		const char *text;
		size_t size;
		const char *value;	/* NULL: EINVAL */
	} cases[] = {
		{ "", 0, "{}" },
		{ "a\0i5\0", 5, "{:a=>5}" },
		{ "a\0i-9223372036854775808\0b\0i007\0", 31, "{:a=>-9223372036854775808, :b=>7}" },
		{ "a\0s\0b\0s \xff\n\0c d\0btrue\0e\0bfalse\0", 30,
		  "{:a=>\"\", :b=>\" \\xff\\n\", :\"c d\"=>true, :e=>false}" },
		{ "a\0i1\0a\0i2\0", 10, "{:a=>2}" },
		{ "a\0i5", 4 },
		{ "a\0", 2 },
		{ "\0i5\0", 4 },
		{ "a\0\0", 3 },
		{ "a\0i\0", 4 },
		{ "a\0i-\0", 5 },
		{ "a\0i5x\0", 6 },
		{ "a\0i 5\0", 6 },
		{ "a\0i123456789012345678901\0", 25 },
		{ "a\0b1\0", 5 },
		{ "a\0x1\0", 5 },
	};
	struct image image = ruby("PARAMETERS");
	char value[300], *many = calloc(1, KMVM_ARGS_MAX + 1);
	struct kmvm_run_args args = {
		.size = sizeof(args), .flags = KMVM_RUN_INSPECT,
		.image = (uintptr_t)image.bytes, .image_size = image.size,
	};
	int fd = session_read_write();

	for (size_t i = 0; i < COUNT(cases); i++) {
		args.parameters = cases[i].size ? (uintptr_t)cases[i].text : 0;
		args.parameters_size = cases[i].size;
		args.result = (struct kmvm_result) { .value = (uintptr_t)value, .value_size = sizeof(value) };
		is_errno(ioctl(fd, KMVM_IOC_RUN, &args) ? errno : 0, cases[i].value ? 0 : EINVAL, "case %zu", i);
		if (cases[i].value)
			is_text(value, cases[i].value, "PARAMETERS of case %zu", i);
	}
	args.parameters = 8;
	is_errno(ioctl(fd, KMVM_IOC_RUN, &args) ? errno : 0, EFAULT, "a bad address");
	/* As many as there can be. */
	for (size_t i = 0; i < KMVM_ARGS_MAX; i += 4)
		memcpy(many + i, "n\0s", 4);
	args.parameters = (uintptr_t)many;
	args.parameters_size = KMVM_ARGS_MAX;
	args.result = (struct kmvm_result) { .value = (uintptr_t)value, .value_size = sizeof(value) };
	is(ioctl(fd, KMVM_IOC_RUN, &args), 0, "16384 of them");
	is_text(value, "{:n=>\"\"}", "16384 of one name");
	args.parameters_size++;
	is_errno(ioctl(fd, KMVM_IOC_RUN, &args) ? errno : 0, E2BIG, "one byte more");
	free(image.bytes);
	free(many);
}

static void columns(const void *data)
{
	static const struct {
		const char *text;
		u32 columns, flags;
		const char *value;
	} cases[] = {
		{ "Linux.columns", 0, 0, "nil" },
		{ "Linux.columns", 100, 0, "100" },
		{ "Linux.columns", 65535, 0, "65535" },
		{ "Linux::Table.new('A').add('a' * 100).to_s", 20, 0, "\"A\\naaaaaaaaaaaaaaaaa...\\n\"" },
		{ "Linux::Thread.new { Linux.columns }.value", 80, 0, "80" },
		{ "Linux::Timer.after(ms: 1) { $followed = [Linux.columns] }; nil", 90, KMVM_RUN_FOLLOW, "nil" },
		{ "$followed", 0, 0, "[90]" },
		{ "Linux::Timer.after(ms: 20) { $left = [Linux.columns] }; nil", 90, 0, "nil" },
		{ "usleep 1000 until $left; $left", 70, 0, "[nil]" },
	};
	int fd = session_read_write();

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct image image = ruby_text(cases[i].text);
		char value[100] = "";
		struct kmvm_run_args args = {
			.size = sizeof(args), .flags = KMVM_RUN_INSPECT | cases[i].flags,
			.image = (uintptr_t)image.bytes, .image_size = image.size, .columns = cases[i].columns,
			.result = { .value = (uintptr_t)value, .value_size = sizeof(value) },
		};

		is(ioctl(fd, KMVM_IOC_RUN, &args), 0, "%s", cases[i].text);
		is_text(value, cases[i].value, "%s", cases[i].text);
		free(image.bytes);
	}
}

static void outcomes(const void *data)
{
	static const struct {
		const char *ruby;
		u32 outcome;
		int status;
		const char *value;
		const char *error;
	} cases[] = {
		{ "40 + 2", KMVM_DONE, 0, "42", "" },
		{ "'a' * 3", KMVM_DONE, 0, "\"aaa\"", "" },
		{ "", KMVM_DONE, 0, "nil", "" },
		{ "raise 'oh'", KMVM_RAISED, 1, "", "t.rb:1: oh (RuntimeError)\n" },
		{ "def f\n raise ArgumentError, 'no'\nend\nf", KMVM_RAISED, 1, "",
		  "t.rb:2:in f: no (ArgumentError)\n\tfrom t.rb:4\n" },
		{ "exit", KMVM_EXITED, 0, "", "" },
		{ "exit 3", KMVM_EXITED, 3, "", "" },
		{ "exit 256 + 7", KMVM_EXITED, 7, "", "" },
		{ "exit(-1)", KMVM_EXITED, 255, "", "" },
		{ "exit false", KMVM_EXITED, 1, "", "" },
		{ "abort", KMVM_EXITED, 1, "", "" },
		{ "def f; f; end; f", KMVM_RAISED, 1, "", NULL },
	};
	struct outcome got;
	int fd = session_read_write();

	for (size_t i = 0; i < COUNT(cases); i++) {
		is(run(fd, KMVM_RUN_INSPECT, &got, cases[i].ruby), 0, "errno");
		is(got.result.outcome, cases[i].outcome, "outcome of %s", cases[i].ruby);
		is(got.result.status, cases[i].status, "status of %s", cases[i].ruby);
		is_text(got.value, cases[i].value, "value of %s", cases[i].ruby);
		if (cases[i].error)
			is_text(got.error, cases[i].error, "error of %s", cases[i].ruby);
		is(got.result.value_size, *got.value ? strlen(got.value) + 1 : 0, "value_size");
		is(got.result.error_size, *got.error ? strlen(got.error) + 1 : 0, "error_size");
		is(got.result.lost_bytes, 0, "lost_bytes");
		holds(got.result.time_ns && got.result.time_ns < 60 * SECOND, "time_ns is %llu",
		      got.result.time_ns);
		holds(got.result.heap_bytes <= got.result.heap_peak, "more heap than its peak");
	}
	is(run(fd, 0, &got, "40 + 2"), 0, "errno");
	is(got.result.value_size, 0, "value_size without KMVM_RUN_INSPECT");
	is(run(fd, 0, &got, "usleep 50_000"), 0, "errno");
	holds(got.result.time_ns >= 50000000, "50 ms asleep are %llu ns",
	      got.result.time_ns);
	is(run(fd, 0, &got, "i = 0; while i < 100_000; i += 1; end"), 0, "errno");
	holds(got.result.steps >= 100000 && got.result.steps < 110000, "100 000 turns are %llu steps",
	      got.result.steps);
}

static void refused(const void *data)
{
	struct image good = ruby("$was_run = true"), image = good;
	struct outcome got;
	int fd = session_read_write();
	u64 runs = info_of(fd).runs;

	for (size_t size = 1; size < good.size; size += 3) {
		image.size = size;
		is(run_image(fd, 0, &image, &got), 0, "errno of %zu bytes", size);
		is(got.result.outcome, KMVM_REFUSED, "outcome of %zu bytes", size);
		is(got.result.status, 1, "status");
		is(got.result.steps, 0, "steps");
		contains(got.error, "refused: ", "error");
	}
	holds(info_of(fd).runs > runs, "they are counted");
	is(run_image(fd, KMVM_RUN_ASYNC, &image, &got), 0, "errno, async");
	is(wait_run(fd, got.id, &got), 0, "errno of the wait");
	is(got.result.outcome, KMVM_REFUSED, "outcome, async");
}

static void texts_cut(const void *data)
{
	struct image value = ruby("'0123456789'"), error = ruby("raise '0123456789'");
	const char *whole = "\"0123456789\"", *message = "t.rb:1: 0123456789 (RuntimeError)\n";
	int fd = session_read_write();

	for (u32 size = 1; size < 50; size++) {
		char got[64];
		struct kmvm_run_args args = {
			.size = sizeof(args), .flags = KMVM_RUN_INSPECT,
			.image = (uintptr_t)value.bytes, .image_size = value.size,
			.result = { .value = (uintptr_t)got, .value_size = size },
		};

		memset(got, '#', sizeof(got));
		is(ioctl(fd, KMVM_IOC_RUN, &args), 0, "ioctl()");
		is(args.result.value_size, strlen(whole) + 1, "value_size, %u bytes of room", size);
		is(args.result.error_size, 0, "error_size");
		is(strnlen(got, sizeof(got)), size - 1 < strlen(whole) ? size - 1 : strlen(whole),
		   "length in %u bytes", size);
		is(strncmp(got, whole, strlen(got)), 0, "text in %u bytes", size);
		is(got[size], '#', "the byte behind %u", size);

		args.image = (uintptr_t)error.bytes;
		args.image_size = error.size;
		args.result = (struct kmvm_result) { .error = (uintptr_t)got, .error_size = size };
		memset(got, '#', sizeof(got));
		is(ioctl(fd, KMVM_IOC_RUN, &args), 0, "ioctl()");
		is(args.result.error_size, strlen(message) + 1, "error_size, %u bytes of room", size);
		is(strnlen(got, sizeof(got)), size - 1 < strlen(message) ? size - 1 : strlen(message),
		   "length in %u bytes", size);
		is(got[size], '#', "the byte behind %u", size);
	}
	/* No buffer at all. */
	for (int i = 0; i < 2; i++) {
		struct kmvm_run_args args = {
			.size = sizeof(args), .flags = KMVM_RUN_INSPECT,
			.image = (uintptr_t)(i ? error : value).bytes,
			.image_size = (i ? error : value).size,
		};

		is(ioctl(fd, KMVM_IOC_RUN, &args), 0, "ioctl() without buffers");
		is(i ? args.result.error_size : args.result.value_size,
		   strlen(i ? message : whole) + 1, "size without buffers");
	}
}

static void texts_huge(const void *data)
{
	static char text[1 << 20];
	struct image value = ruby("'x' * 500_000"), error = ruby("raise 'x' * 500_000");
	struct kmvm_run_args args = {
		.size = sizeof(args), .flags = KMVM_RUN_INSPECT,
		.image = (uintptr_t)value.bytes, .image_size = value.size,
		.result = { .value = (uintptr_t)text, .value_size = sizeof(text) },
	};
	int fd = session_read_write();

	is(ioctl(fd, KMVM_IOC_RUN, &args), 0, "ioctl()");
	is(args.result.outcome, KMVM_DONE, "outcome");
	is(args.result.value_size, strlen(text) + 1, "value_size");
	holds(args.result.value_size >= 1000 && args.result.value_size <= 65536, "value_size is %u",
	      args.result.value_size);
	args.image = (uintptr_t)error.bytes;
	args.image_size = error.size;
	args.result = (struct kmvm_result) { .error = (uintptr_t)text, .error_size = sizeof(text) };
	is(ioctl(fd, KMVM_IOC_RUN, &args), 0, "ioctl()");
	is(args.result.outcome, KMVM_RAISED, "outcome");
	is(args.result.error_size, strlen(text) + 1, "error_size");
}

static void bad_buffers(const void *data)
{
	struct image image = ruby("'value'");
	struct kmvm_run_args args = {
		.size = sizeof(args), .flags = KMVM_RUN_INSPECT,
		.image = (uintptr_t)image.bytes, .image_size = image.size,
		.result = { .value = 8, .value_size = 100 },
	};
	struct kmvm_wait_args wait = { .size = sizeof(wait) };
	struct outcome got;
	int fd = session_read_write();

	is_errno(ioctl(fd, KMVM_IOC_RUN, &args) ? errno : 0, EFAULT, "value at a bad address");
	image = ruby("raise 'error'");
	args.image = (uintptr_t)image.bytes;
	args.image_size = image.size;
	args.result = (struct kmvm_result) { .error = 8, .error_size = 100 };
	is_errno(ioctl(fd, KMVM_IOC_RUN, &args) ? errno : 0, EFAULT, "error at a bad address");

	wait.id = start(fd, KMVM_RUN_INSPECT, "'still there'");
	wait.result.value = 8;
	wait.result.value_size = 100;
	is_errno(ioctl(fd, KMVM_IOC_WAIT, &wait) ? errno : 0, EFAULT, "wait, value at a bad address");
	is(wait_run(fd, wait.id, &got), 0, "errno of a wait at a good one");
	is_text(got.value, "\"still there\"", "value");
}

/* A struct whose page may be read only: the id cannot be told, so nothing may run. */
static void read_only_struct(const void *data)
{
	struct kmvm_run_args good = good_run();
	long page = sysconf(_SC_PAGESIZE);
	void *at = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int fd = session_read_write();

	expect(fd, "$was_run = false", KMVM_DONE, "false");
	memcpy(at, &good, sizeof(good));
	mprotect(at, page, PROT_READ);
	for (int i = 0; i < 2 * KMVM_RUNS_MAX; i++)
		is_errno(ioctl(fd, KMVM_IOC_RUN, at) ? errno : 0, EFAULT, "a struct that cannot be written");
	expect(fd, "$was_run", KMVM_DONE, "false");
}

static void too_many(const void *data)
{
	struct outcome got;
	u64 ids[KMVM_RUNS_MAX];
	int fd = session_read_write();

	for (unsigned int i = 0; i < KMVM_RUNS_MAX; i++)
		ids[i] = start(fd, 0, "loop { }");
	is_errno(run(fd, KMVM_RUN_ASYNC, &got, "1"), EBUSY, "one more, async");
	is_errno(run(fd, 0, &got, "1"), EBUSY, "one more, waited for");
	until(info_of(fd).waiting == KMVM_RUNS_MAX - 1);
	is(stop_run(fd, 0, 0), 0, "errno of the stop of all");
	is_errno(run(fd, KMVM_RUN_ASYNC, &got, "1"), EBUSY, "one more while none was asked for");
	is(wait_run(fd, ids[5], &got), 0, "errno of a wait");
	is(got.result.outcome, KMVM_INTERRUPTED, "outcome");
	expect(fd, "5", KMVM_DONE, "5");
	for (unsigned int i = 0; i < KMVM_RUNS_MAX; i++)
		if (i != 5)
			is(wait_run(fd, ids[i], &got), 0, "errno of the wait for %u", i);
}

static void wait_once(const void *data)
{
	struct kmvm_wait_args good = { .size = sizeof(good) };
	int fd = session_read_write(), other = session_read_write();
	struct outcome got;
	u64 id;

	is_errno(wait_run(fd, 0, &got), ENOENT, "run 0");
	is_errno(wait_run(fd, 1, &got), ENOENT, "a run that never was");
	is_errno(wait_run(fd, ~0ULL, &got), ENOENT, "the last number");
	id = start(fd, KMVM_RUN_INSPECT, "'mine'");
	is_errno(wait_run(other, id, &got), ENOENT, "from another session");
	is_errno(stop_run(other, id, 0), ENOENT, "a stop from another session");
	is(wait_run(fd, id, &got), 0, "errno of the first wait");
	is_text(got.value, "\"mine\"", "value");
	is_errno(wait_run(fd, id, &got), ENOENT, "the second wait");
	is_errno(stop_run(fd, id, 0), ENOENT, "a stop of what was told");
	is(run(fd, 0, &got, "1"), 0, "errno");
	is_errno(wait_run(fd, got.id, &got), ENOENT, "a wait for what KMVM_IOC_RUN told");

	good.id = start(fd, 0, "1");
	sizes(fd, KMVM_IOC_WAIT, &good, sizeof(good));
	try_bits(fd, KMVM_IOC_WAIT, &good, sizeof(good), offsetof(struct kmvm_wait_args, flags), 0);
	try_reserved(fd, KMVM_IOC_WAIT, &good, sizeof(good),
		     offsetof(struct kmvm_wait_args, reserved), sizeof(good.reserved));
	try_reserved(fd, KMVM_IOC_WAIT, &good, sizeof(good),
		     offsetof(struct kmvm_wait_args, result.reserved), sizeof(good.result.reserved));
	bad_addresses(fd, KMVM_IOC_WAIT, sizeof(good));
	is(wait_run(fd, good.id, &got), 0, "errno of the wait after all that");
}

static void stop_fields(const void *data)
{
	struct kmvm_stop_args good = { .size = sizeof(good) };
	int fd = session_read_write();

	sizes(fd, KMVM_IOC_STOP, &good, sizeof(good));
	try_bits(fd, KMVM_IOC_STOP, &good, sizeof(good), offsetof(struct kmvm_stop_args, flags),
		 KMVM_STOP_NOW);
	try_reserved(fd, KMVM_IOC_STOP, &good, sizeof(good),
		     offsetof(struct kmvm_stop_args, reserved), sizeof(good.reserved));
	bad_addresses(fd, KMVM_IOC_STOP, sizeof(good));
	is(stop_run(fd, 0, 0), 0, "errno of a stop of all, when there is none");
	is_errno(stop_run(fd, 1, 0), ENOENT, "a run that never was");
}

static void info_fields(const void *data)
{
	struct kmvm_info good = { .size = sizeof(good) }, before, after;
	int fd = session_read_write();
	struct outcome got;

	sizes(fd, KMVM_IOC_INFO, &good, sizeof(good));
	try_bits(fd, KMVM_IOC_INFO, &good, sizeof(good), offsetof(struct kmvm_info, flags), KMVM_INFO_NEXT);
	try_reserved(fd, KMVM_IOC_INFO, &good, sizeof(good), offsetof(struct kmvm_info, parent),
		     sizeof(good.parent));
	bad_addresses(fd, KMVM_IOC_INFO, sizeof(good));
	before = info_of(fd);
	is(before.size, sizeof(before), "size");
	is_text(before.vm, "main", "vm");
	is(before.owner_pid, 0, "owner_pid of an idle VM");
	is_text(before.owner_comm, "", "owner_comm of an idle VM");
	/* User-Mode Linux counts processor time in hundredths of a second. */
	is(run(fd, 0, &got, "Linux::Timer.after(s: 100) { }; 1000.times { 'a' * 100 }\n"
	       "over = Linux.ktime + 50_000_000; nil while Linux.ktime < over"), 0, "errno");
	is(run(fd, 0, &got, "raise 'x'"), 0, "errno");
	after = info_of(fd);
	is(after.runs, before.runs + 2, "runs");
	is(after.errors, before.errors + 1, "errors");
	is(after.handles, before.handles + 1, "handles");
	holds(after.age_ns > before.age_ns, "its age does not grow");
	holds(after.cpu_ns > before.cpu_ns, "its processor time does not grow");
	holds(after.allocations > before.allocations + 1000, "allocations do not grow");
	holds(after.frees >= before.frees && after.frees < after.allocations, "frees are odd");
	start(fd, 0, "loop { }");
	start(fd, 0, "1");
	start(fd, 0, "2");
	until(info_of(fd).owner_pid == getpid());
	is_text(info_of(fd).owner_comm, "device-test", "owner_comm");
	is(info_of(fd).waiting, 2, "waiting");
	stop_run(fd, 0, 0);
	until(!info_of(fd).owner_pid);
	expect(fd, "ObjectSpace.each_object(Linux::Timer, &:cancel)", KMVM_DONE, NULL);
	is(info_of(fd).handles, 0, "handles when it was cancelled");
}

static void unknown(const void *data)
{
	static const unsigned int commands[] = {
		0, 1, ~0U, _IO(KMVM_IOC_MAGIC, 0), _IO(KMVM_IOC_MAGIC, 1),
		_IOC(_IOC_READ | _IOC_WRITE, KMVM_IOC_MAGIC, 1, sizeof(struct kmvm_run_args) + 8),
		_IOC(_IOC_WRITE, KMVM_IOC_MAGIC, 1, sizeof(struct kmvm_run_args)),
		_IOC(_IOC_READ | _IOC_WRITE, KMVM_IOC_MAGIC, 5, 8),
		_IOC(_IOC_READ | _IOC_WRITE, KMVM_IOC_MAGIC, 255, 8),
		_IOC(_IOC_READ | _IOC_WRITE, 0xBC, 0, sizeof(struct kmvm_version)),
		0x5401, 0x541b,		/* TCGETS, FIONREAD */
	};
	struct kmvm_run_args args = good_run();
	int fd = session_read_write();

	for (size_t i = 0; i < COUNT(commands); i++)
		is_errno(ioctl(fd, commands[i], &args) ? errno : 0, ENOTTY, "ioctl %#x", commands[i]);
}

static void nonblocking(const void *data)
{
	int holder = session_read_write(), fd = session(O_RDWR | O_NONBLOCK);
	struct output output = { 0 };
	struct outcome got;
	u64 id, held = start(holder, 0, "puts 'held'; loop { }");

	read_until(holder, &output, "held");
	is_errno(run(fd, 0, &got, "1"), EAGAIN, "a run that would have to wait its turn");
	id = start(fd, KMVM_RUN_INSPECT, "puts 'late'; 'value'");
	is_errno(wait_run(fd, id, &got), EAGAIN, "a wait for what has not ended");
	is_errno(-read_some(fd, 100, &output), EAGAIN, "a read() of what was not printed yet");
	is(stop_run(holder, held, 0), 0, "errno of the stop");
	until(wait_run(fd, id, &got) == 0);
	is(got.result.outcome, KMVM_DONE, "outcome");
	is_text(got.value, "\"value\"", "value");
	clear(&output.out);
	is(read_some(fd, 100, &output), sizeof(struct kmvm_record) + 5, "read()");
	read_all(fd, &output);
	is_text(output.out.bytes, "late\n", "stdout");
}

struct waiter {
	int fd;
	u64 id;
	int ret;
	struct outcome got;
};

static void *waits(void *data)
{
	struct waiter *waiter = data;

	waiter->ret = wait_run(waiter->fd, waiter->id, &waiter->got);
	return NULL;
}

static void two_waiters(const void *data)
{
	static struct waiter waiters[2];
	pthread_t threads[2];
	int fd = session_read_write();

	for (int i = 0; i < 50; i++) {
		u64 id = start(fd, KMVM_RUN_INSPECT, "usleep 1000; 9");

		for (int k = 0; k < 2; k++) {
			waiters[k] = (struct waiter) { .fd = fd, .id = id };
			pthread_create(&threads[k], NULL, waits, &waiters[k]);
		}
		for (int k = 0; k < 2; k++) {
			pthread_join(threads[k], NULL);
			holds(!waiters[k].ret || waiters[k].ret == ENOENT, "errno %d", waiters[k].ret);
			if (!waiters[k].ret)
				is_text(waiters[k].got.value, "9", "value");
		}
		holds(!waiters[0].ret || !waiters[1].ret, "nobody was told");
	}
}

/* The system calls of a 32-bit process, made from this one. */
static long compat_ioctl(int fd, unsigned int command, void *argument)
{
	long ret;

	__asm__ volatile("int $0x80" : "=a"(ret)
			 : "a"(54), "b"((long)fd), "c"((long)command), "d"(argument)
			 : "memory", "r8", "r9", "r10", "r11");
	return (int)ret;
}

static void compat(const void *data)
{
	struct image image = ruby("6 * 7");
	unsigned char *low = mmap(NULL, 1 << 16, PROT_READ | PROT_WRITE,
				  MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	struct kmvm_run_args *args = (void *)low;
	struct kmvm_version *version = (void *)low;
	int fd = session_read_write();
	pid_t pid;

	if (low == MAP_FAILED)
		skip("no memory below 4 GB");
	version->size = sizeof(*version);
	pid = fork_child();
	if (!pid)
		child_ends(compat_ioctl(fd, KMVM_IOC_VERSION, version) == -ENOSYS);
	if (reap(pid))
		skip("this kernel has no 32-bit system calls");
	is(compat_ioctl(fd, KMVM_IOC_VERSION, version), 0, "version");
	is(version->abi, KMVM_ABI, "abi");
	memcpy(low + 4096, image.bytes, image.size);
	*args = (struct kmvm_run_args) {
		.size = sizeof(*args), .flags = KMVM_RUN_INSPECT,
		.image = (uintptr_t)low + 4096, .image_size = image.size,
		.result = { .value = (uintptr_t)low + 2048, .value_size = 100 },
	};
	is(compat_ioctl(fd, KMVM_IOC_RUN, args), 0, "run");
	is_text((char *)low + 2048, "42", "value");
	is_errno(-compat_ioctl(fd, 1, args), ENOTTY, "an unknown one");
}

static const struct test ioctl_tests[] = {
	{ "ioctl: version tells its three, and checks size, reserved fields and addresses", version },
	{ "ioctl: run refuses each wrong field with its errno, and runs nothing", run_fields },
	{ "ioctl: names of VMs: without an end EINVAL, unknown ENOENT", vm_names },
	{ "ioctl: $0 and ARGV arrive as they were given, up to 64 KiB", arguments },
	{ "ioctl: parameters come as they were sent, or none of them does", parameters },
	{ "ioctl: the width of a terminal is the run's, its blocks' and its threads' as long as it goes on", columns },
	{ "ioctl: each outcome with its status, value, error and figures", outcomes },
	{ "ioctl: what is no image is KMVM_REFUSED, in words", refused },
	{ "ioctl: texts are cut to their buffers, end in a NUL, and tell their whole size", texts_cut },
	{ "ioctl: texts of half a megabyte are bounded", texts_huge },
	{ "ioctl: text buffers at bad addresses: EFAULT, and a wait can be tried again", bad_buffers },
	{ "ioctl: a struct that cannot be written: EFAULT, and nothing runs", read_only_struct },
	{ "ioctl: one run more than KMVM_RUNS_MAX is EBUSY until one was asked for", too_many },
	{ "ioctl: a result is told once, and only in its own session", wait_once },
	{ "ioctl: stop checks its fields, and unknown runs are ENOENT", stop_fields },
	{ "ioctl: info checks its fields and counts runs, errors, handles, time and memory", info_fields },
	{ "ioctl: whatever else is asked is ENOTTY", unknown },
	{ "ioctl: with O_NONBLOCK no call waits", nonblocking },
	{ "ioctl: two threads may wait for one run", two_waiters },
	{ "ioctl: a 32-bit process is served", compat },
};

SUITE(ioctl);
