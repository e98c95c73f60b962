// SPDX-License-Identifier: GPL-2.0
/*
 * Allocations that fail, each in turn, by the kernel's own fault injection. These tests run
 * only when they are asked for by name: device-test injected.
 *
 * Two ways to fail:
 *
 *	once	/proc/PID/fail-nth: the n-th allocation of a task, whatever it is
 *	all	failslab or fail_page_alloc for tasks that make-it-fail marks, from the
 *		moment when so many bytes, or pages, were given, until the call is over
 *
 * A walk begins where nothing has been given yet and goes on until the call meets no fault.
 * In between it is done again from the start, in KMVM_FAULT_STEPS steps (80); 0 leaves none
 * out. A kernel whose every block is a kmalloc() (KASAN) walks through those of mruby too.
 */
#include <sys/stat.h>

#include "test.h"

#define SLAB	"/sys/kernel/debug/failslab"
#define PAGES	"/sys/kernel/debug/fail_page_alloc"
#define FOREVER	1000000000L
#define KTHREADD 2

/* Files that stay open: open() needs memory, and is wanted when there is none. */
static int knob(const char *folder, const char *name)
{
	static struct {
		char path[100];
		int fd;
	} known[32];
	char path[100];
	int i;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	for (i = 0; known[i].fd; i++)
		if (!strcmp(known[i].path, path))
			return known[i].fd;
	strcpy(known[i].path, path);
	known[i].fd = open(path, O_RDWR | O_CLOEXEC);
	if (known[i].fd < 0)
		give_up("%s: %m", path);
	return known[i].fd;
}

static void set(const char *folder, const char *name, long value)
{
	char text[30];
	int size = snprintf(text, sizeof(text), "%ld", value);

	if (write(knob(folder, name), text, size) != size)
		give_up("%s/%s: %m", folder, name);
}

static long get(const char *folder, const char *name)
{
	struct buffer text = { 0 };
	char path[100];
	long value;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	slurp(path, &text);
	value = strtol(text.bytes, NULL, 10);
	clear(&text);
	return value;
}

static void prepare(void)
{
	static const char *const folders[] = { SLAB, PAGES };

	if (access(SLAB, F_OK) || access(PAGES, F_OK) || access("/proc/self/fail-nth", F_OK))
		skip("this kernel cannot make allocations fail");
	for (int i = 0; i < 2; i++) {
		set(folders[i], "probability", 0);
		set(folders[i], "verbose", 0);
		set(folders[i], "interval", 1);
		set(folders[i], "ignore-gfp-wait", 0);
	}
	set(SLAB, "task-filter", 1);
	set(PAGES, "task-filter", 1);
	set(PAGES, "min-order", 0);
	/* scripts/lib/kernel_log.rb knows this line: a kernel that is refused memory says so. */
	log_say("allocations are made to fail from here on");
}

/* How and for whom allocations fail. */
struct fault {
	const char *folder;	/* NULL: once, by fail-nth */
	pid_t task;
	long last;		/* a walk ends here: this many meet no fault */
	long met;		/* calls that met a fault */
	long walked;
	long failed;		/* calls that answered that there is no memory */
	bool none;		/* they need not allocate anything */
};

static void fault_on(struct fault *fault, long number)
{
	char task[40];

	snprintf(task, sizeof(task), "/proc/%d", fault->task);
	knob(task, "make-it-fail");
	knob(task, "fail-nth");
	if (!fault->folder) {
		set(task, "fail-nth", number + 1);
		return;
	}
	set(fault->folder, "times", FOREVER);
	set(fault->folder, "space", number);
	set(fault->folder, "probability", 100);
	set(task, "make-it-fail", 1);
}

/* Nothing fails any more. How many more would have been given before one failed? */
static long fault_off(struct fault *fault)
{
	char task[40];

	snprintf(task, sizeof(task), "/proc/%d", fault->task);
	if (!fault->folder) {
		char text[30] = "";

		if (pread(knob(task, "fail-nth"), text, sizeof(text) - 1, 0) < 0)
			give_up("%s/fail-nth: %m", task);
		set(task, "fail-nth", 0);
		return strtol(text, NULL, 10) - 1;
	}
	set(task, "make-it-fail", 0);
	set(fault->folder, "probability", 0);
	return get(fault->folder, "times") == FOREVER ? get(fault->folder, "space") : -1;
}

/*
 * One call of what is walked through. Does what must not fail before and after, and between
 * fault_on() and fault_off() what may. Answers an errno; ENOMEM, or whatever else it takes
 * for the same, is an answer too.
 */
typedef int call(struct fault *fault, long number, const void *data);

static call load, loads;

static long steps(void)
{
	return setting("KMVM_FAULT_STEPS", 80);
}

static void walk(const char *what, struct fault *fault, call *body, const void *data)
{
	long most = fault->folder ? FOREVER : 10000000, all, stride, number;
	bool through = false;
	int ret;

	/* How much there is to walk through. */
	ret = body(fault, most, data);
	is(ret, 0, "%s: errno when nothing fails", what);
	all = most - fault->last;
	stride = steps() && all > steps() ? all / steps() : 1;
	/* Bytes are given a few at least at a time. */
	if (fault->folder && !strcmp(fault->folder, SLAB) && stride < 8)
		stride = 8;
	for (number = 0; (number < all || !through) && number < 4 * all + 1000; number += stride) {
		ret = body(fault, number, data);
		through = fault->last >= 0;
		fault->walked++;
		fault->met += !through;
		fault->failed += ret == ENOMEM;
		if (through)
			is(ret, 0, "%s: errno when no fault was met", what);
		/* What the kernel itself answers when it gets no thread, or no minor number. */
		else if (ret && !((body == load || (body == loads && fault->task == KTHREADD)) && ret == EAGAIN) && !(body == load && ret == EBUSY))
			is(ret, ENOMEM, "%s: errno with fault %ld", what, number);
	}
	holds(through, "%s: no end at %ld", what, number);
	/* Whether a page is needed depends on what lies around free. */
	holds(fault->met || fault->none || (fault->folder && !strcmp(fault->folder, PAGES)), "%s: no fault was met", what);
	summary("%s: %ld %s, %ld faults met, %ld without memory", what, all,
		!fault->folder ? "allocations" : strcmp(fault->folder, PAGES) ? "bytes" : "pages",
		fault->met, fault->failed);
}

/* The three ways, one after the other, for the same body. */
static void walk_ways(const char *what, pid_t task, call *body, const void *data)
{
	struct fault once = { .task = task };
	struct fault slab = { .folder = SLAB, .task = task }, pages = { .folder = PAGES, .task = task };
	char name[100];

	snprintf(name, sizeof(name), "%s, once", what);
	walk(name, &once, body, data);
	snprintf(name, sizeof(name), "%s, all blocks from one on", what);
	walk(name, &slab, body, data);
	snprintf(name, sizeof(name), "%s, all pages from one on", what);
	walk(name, &pages, body, data);
}

/* Loading the module, and using it where that went well. */
static int load(struct fault *fault, long number, const void *data)
{
	int ret, fd;

	if (module_loaded())
		until(!module_unload());
	fault_on(fault, number);
	ret = module_load("");
	fault->last = fault_off(fault);
	is(module_loaded(), !ret, "is the module there (%s)?", strerror(ret));
	if (!ret) {
		fd = open(DEVICE, O_RDWR | O_CLOEXEC);
		if (fd < 0)
			is(errno, 0, "errno of opening the device");
		else
			expect(fd, "[1, 2].map { |i| i.to_s }", KMVM_DONE, "[\"1\", \"2\"]");
		close(fd);
	}
	return ret;
}

static void loading(const void *data)
{
	allow(setting("KMVM_FAULT_SECONDS", 300));
	prepare();
	walk_ways("insmod", getpid(), load, NULL);
}

/* The VM's thread has the mark of the kernel's own thread that makes threads. */
static void opening_vm(const void *data)
{
	struct fault slab = { .folder = SLAB, .task = KTHREADD }, pages = { .folder = PAGES, .task = KTHREADD };

	allow(setting("KMVM_FAULT_SECONDS", 300));
	prepare();
	walk("the VM opens, all blocks from one on", &slab, load, NULL);
	walk("the VM opens, all pages from one on", &pages, load, NULL);
}

static int open_session(struct fault *fault, long number, const void *data)
{
	int fd, ret;

	fault_on(fault, number);
	fd = open(DEVICE, O_RDWR | O_CLOEXEC);
	ret = fd < 0 ? errno : 0;
	fault->last = fault_off(fault);
	if (!ret)
		expect(fd, "6 * 7", KMVM_DONE, "42");
	close(fd);
	return ret;
}

static void opening(const void *data)
{
	allow(setting("KMVM_FAULT_SECONDS", 300));
	prepare();
	walk_ways("open()", getpid(), open_session, NULL);
}

/* A program, and how it is run. */
struct program {
	const char *ruby;
	const char *printed;	/* all it prints, when nothing fails */
	u32 outcome;		/* then */
	u32 flags;
	bool write;		/* by write() */
	unsigned int goes_on;	/* for so many microseconds, when it is followed (20000) */
	const char *library;	/* what it may require as "injected"; %ld: another one each time */
};

#define ARGUMENTS	"-e\0one\0two\0"

static int by_ioctl(int fd, const struct program *program, const struct image *image, struct outcome *got)
{
	struct kmvm_run_args args = {
		.size = sizeof(args),
		.flags = program->flags,
		.image = (uintptr_t)image->bytes,
		.image_size = image->size,
		.args = (uintptr_t)ARGUMENTS,
		.args_size = sizeof(ARGUMENTS) - 1,
		.result = {
			.value = (uintptr_t)got->value, .value_size = sizeof(got->value),
			.error = (uintptr_t)got->error, .error_size = sizeof(got->error),
		},
	};

	if (ioctl(fd, KMVM_IOC_RUN, &args))
		return errno;
	got->result = args.result;
	got->id = args.id;
	return 0;
}

/* In two pieces, so that the first one's room has to grow. */
static int by_write(int fd, const struct image *image)
{
	ssize_t ret = put(fd, image->bytes, 100);

	if (ret == 100)
		ret = put(fd, image->bytes + 100, image->size - 100);
	return ret < 0 ? -ret : ret == (ssize_t)image->size - 100 ? 0 : EIO;
}

static int provide(int fd, const struct image *image)
{
	struct kmvm_provide_args args = {
		.size = sizeof(args), .name = "injected",
		.image = (uintptr_t)image->bytes, .image_size = image->size,
	};

	return ioctl(fd, KMVM_IOC_PROVIDE, &args) ? errno : 0;
}

/* Runs it while allocations of the caller, or of the VM's thread, fail. */
static int run_program(struct fault *fault, long number, const void *data)
{
	const struct program *program = data;
	struct image image = ruby_text(program->ruby), library = { 0 };
	struct output output = { 0 };
	static struct outcome got;
	int fd = session_read_write(), ret = 0;
	static long round;

	memset(&got, 0, sizeof(got));
	append(&output.both, "", 0);
	if (program->library)
		library = ruby(program->library, ++round);
	if (program->library && fault->task != getpid())
		is(provide(fd, &library), 0, "errno of providing");
	fault_on(fault, number);
	if (program->library && fault->task == getpid())
		ret = provide(fd, &library);
	if (ret)
		;
	else if (program->write)
		ret = by_write(fd, &image);
	else
		ret = by_ioctl(fd, program, &image, &got);
	/* Timers of a followed run go on, and find no memory for a while either. */
	if (!ret && program->flags & KMVM_RUN_ASYNC)
		usleep(program->goes_on ?: 20000);
	fault->last = fault_off(fault);
	read_all(fd, &output);
	if (!ret && program->flags & KMVM_RUN_ASYNC)
		is(wait_run(fd, got.id, &got), 0, "errno of the wait with fault %ld", number);

	if (!ret && !program->write && got.result.outcome != program->outcome) {
		is(got.result.outcome, KMVM_SPENT, "outcome with fault %ld (%s)", number, got.error);
		if (*got.error)
			contains(got.error, "NoMemoryError", "error with fault %ld", number);
		ret = ENOMEM;
	}
	if (!ret && fault->last >= 0)
		is_text(output.both.bytes, program->printed, "what is printed without a fault");
	/* The same session goes on. */
	expect(fd, "[6 * 7, Class.new { def x = 1 }.new.x]", KMVM_DONE, "[42, 1]");
	until(vm_idle(fd));
	close(fd);
	clear(&output.out);
	clear(&output.err);
	clear(&output.both);
	free(image.bytes);
	free(library.bytes);
	return ret;
}

static void caller(const void *data)
{
	const struct program *program = data;

	allow(setting("KMVM_FAULT_SECONDS", 300));
	prepare();
	walk_ways(program->write ? "write()" : "ioctl()", getpid(), run_program, program);
}

static void executed(const void *data)
{
	allow(setting("KMVM_FAULT_SECONDS", 300));
	prepare();
	walk_ways("the VM", thread_of_vm(), run_program, data);
}

/* A run that is stopped, from its start to the end of the wait. */
static int start_and_stop(struct fault *fault, long number, const void *data)
{
	struct image image = ruby_text("puts 1; sleep");
	struct program program = { .flags = KMVM_RUN_ASYNC };
	int fd = session_read_write(), ret;
	struct output output = { 0 };
	static struct outcome got;

	memset(&got, 0, sizeof(got));
	append(&output.both, "", 0);
	fault_on(fault, number);
	ret = by_ioctl(fd, &program, &image, &got);
	if (!ret) {
		u64 id = got.id;

		while (!strchr(output.both.bytes, '1') && read_some(fd, 1 << 16, &output) > 0)
			;
		is(stop_run(fd, id, 0), 0, "errno of the stop with fault %ld", number);
		is(wait_run(fd, id, &got), 0, "errno of the wait with fault %ld", number);
		info_of(fd);
	}
	fault->last = fault_off(fault);
	if (!ret && got.result.outcome != KMVM_INTERRUPTED) {
		is(got.result.outcome, KMVM_SPENT, "outcome with fault %ld (%s)", number, got.error);
		ret = ENOMEM;
	}
	until(vm_idle(fd));
	expect(fd, "6 * 7", KMVM_DONE, "42");
	close(fd);
	clear(&output.out);
	clear(&output.both);
	free(image.bytes);
	return ret;
}

static void stopped(const void *data)
{
	allow(setting("KMVM_FAULT_SECONDS", 300));
	prepare();
	walk_ways("start, read, stop, wait", getpid(), start_and_stop, NULL);
	walk_ways("a stop in the VM", thread_of_vm(), start_and_stop, NULL);
}

/* Whoever closes and unloads must not need memory for that. */
static int close_and_unload(struct fault *fault, long number, const void *data)
{
	int fd, ret, closed;

	if (!module_loaded())
		is(module_load(""), 0, "errno of loading the module");
	fd = session_read_write();
	expect(fd, "$kept = Array.new(100) { |i| i.to_s * 100 }; Linux::Timer.every(ms: 1) { $n = $n.to_i + 1 }; 1",
	       KMVM_DONE, "1");
	start(fd, 0, "loop { }");
	put(fd, "RITE", 4);
	fault_on(fault, number);
	closed = close(fd) ? errno : 0;
	while ((ret = module_unload()) == EAGAIN)
		nap();
	fault->last = fault_off(fault);
	/* An image cut short is told by the last close. */
	is(closed, EBADMSG, "errno of close() with fault %ld", number);
	is(ret, 0, "errno of unloading with fault %ld", number);
	return ret;
}

static void closing(const void *data)
{
	struct fault once = { .task = getpid() }, slab = { .folder = SLAB, .task = getpid() };

	allow(setting("KMVM_FAULT_SECONDS", 300));
	prepare();
	walk("close() and rmmod, once", &once, close_and_unload, NULL);
	walk("close() and rmmod, all blocks from one on", &slab, close_and_unload, NULL);
	holds(!once.failed && !slab.failed, "they answered that there is no memory");
	module_fresh();
}

/* A VM that could not be loaded has left nothing, not even its name. */
static int loads(struct fault *fault, long number, const void *data)
{
	int fd = session_read_write(), ret;

	fault_on(fault, number);
	ret = vm_load(fd, "injected");
	fault->last = fault_off(fault);
	if (ret)
		is(vm_load(fd, "injected"), 0, "errno of loading once more");
	is(vm_unload(fd, "injected"), 0, "errno of unloading what was loaded with fault %ld", number);
	close(fd);
	return ret;
}

static void loading_beside(const void *data)
{
	struct fault slab = { .folder = SLAB, .task = KTHREADD }, pages = { .folder = PAGES, .task = KTHREADD };

	allow(setting("KMVM_FAULT_SECONDS", 300));
	prepare();
	walk_ways("a VM is loaded", getpid(), loads, NULL);
	walk("its thread opens it, all blocks from one on", &slab, loads, NULL);
	walk("its thread opens it, all pages from one on", &pages, loads, NULL);
}

/* Neither wants memory: what was loaded can be kept, and what was kept can be unloaded. */
static int keeps_and_unloads(struct fault *fault, long number, const void *data)
{
	int fd = session_read_write(), kept, unloaded;

	is(vm_load(fd, "injected"), 0, "errno of loading");
	fault_on(fault, number);
	kept = vm_keep(fd);
	unloaded = vm_unload(fd, "injected");
	fault->last = fault_off(fault);
	close(fd);
	return kept ?: unloaded;
}

static void keeping_and_unloading(const void *data)
{
	struct fault once = { .task = getpid(), .none = true };
	struct fault slab = { .folder = SLAB, .task = getpid(), .none = true };

	allow(setting("KMVM_FAULT_SECONDS", 300));
	prepare();
	walk("a VM is kept and unloaded, once", &once, keeps_and_unloads, NULL);
	walk("a VM is kept and unloaded, all blocks from one on", &slab, keeps_and_unloads, NULL);
	holds(!once.failed && !slab.failed, "they answered that there is no memory");
}

static int reads_log(struct fault *fault, long number, const void *data)
{
	static char bytes[1 << 16];
	struct kmvm_log_args args = { .size = sizeof(args), .buffer = (uintptr_t)bytes, .buffer_size = sizeof(bytes) };
	int fd = session_read_write(), ret;

	fault_on(fault, number);
	ret = ioctl(fd, KMVM_IOC_LOG, &args) ? errno : 0;
	fault->last = fault_off(fault);
	holds(ret || args.filled, "the log is empty");
	close(fd);
	return ret;
}

static void reading_log(const void *data)
{
	struct fault once = { .task = getpid(), .none = true };
	struct fault slab = { .folder = SLAB, .task = getpid(), .none = true };
	struct image image = ruby("100.times { |i| puts 'a line' * i }");
	int fd = session(O_WRONLY);

	allow(setting("KMVM_FAULT_SECONDS", 300));
	prepare();
	is(put(fd, image.bytes, image.size), image.size, "bytes written");
	close(fd);
	free(image.bytes);
	walk("a log is read, once", &once, reads_log, NULL);
	walk("a log is read, all blocks from one on", &slab, reads_log, NULL);
}

#define BESIDE	"/tmp/injected.mrb"

/* The VM's thread asks for another one; whatever fails, neither is left behind. */
static void loading_from_ruby(const void *data)
{
	struct image image = ruby("Linux::Timer.every(us: 100) { $n = 1 }");
	int fd = open(BESIDE, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	is(write(fd, image.bytes, image.size), image.size, "bytes of " BESIDE);
	close(fd);
	free(image.bytes);
	executed(data);
}

/* Who reads or writes a file that a VM answers for. */
static int uses_file(struct fault *fault, long number, const void *data)
{
	char text[100] = "";
	int fd, ret = 0;

	fault_on(fault, number);
	fd = open("/proc/kmvm/injected", O_RDWR | O_CLOEXEC);
	if (fd < 0 || read(fd, text, sizeof(text)) < 0 || write(fd, "what is written", 15) < 0)
		ret = errno;
	fault->last = fault_off(fault);
	if (!ret)
		is_text(text, "what is read\n", "what is read with fault %ld", number);
	close(fd);
	return ret;
}

static void using_file(const void *data)
{
	int fd = session_read_write();

	allow(setting("KMVM_FAULT_SECONDS", 300));
	prepare();
	expect(fd, "$f = Linux::ProcFile.new('injected', mode: 0600, write: ->(text) { $n = text }) { |o| o.puts 'what is read' }; 1",
	       KMVM_DONE, "1");
	walk_ways("a file is read and written", getpid(), uses_file, NULL);
	walk_ways("the VM answers for it", thread_of_vm(), uses_file, NULL);
	expect(fd, "$f.close", KMVM_DONE, "true");
}

static void executed_with_probes(const void *data)
{
	needs_steady_code();
	executed(data);
}

#define CALLER(what, ...)	\
	{ "injected: " what, caller, &(const struct program) { __VA_ARGS__ } }
#define EXECUTED(what, ...)	\
	{ "injected: the VM runs " what, executed, &(const struct program) { __VA_ARGS__ } }

static const struct test injected_tests[] = {
	{ "injected: insmod ends with ENOMEM, or loads, whatever allocation of it fails", loading, .fresh = true },
	{ "injected: insmod ends with ENOMEM, or loads, whatever its VM cannot get", opening_vm, .fresh = true },
	{ "injected: open() answers ENOMEM", opening },
	CALLER("an ioctl() answers ENOMEM", "p ARGV; 1", "[\"one\", \"two\"]\n", KMVM_DONE, KMVM_RUN_INSPECT),
	CALLER("a write() answers ENOMEM", "puts 'written' + ('x' * 10)", "writtenxxxxxxxxxx\n", KMVM_DONE, .write = true),
	CALLER("a library that is provided, and required, answers ENOMEM", "puts require('injected')", "true\n",
	       KMVM_DONE, .library = "$injected = %ld"),
	{ "injected: a run that is stopped ends, whatever fails", stopped },
	EXECUTED("classes, blocks and strings",
		 "class Point; attr_reader :x; def initialize(x) = @x = x; def to_s = \"<#{@x}>\"; end\n"
		 "a = (1..20).map { |i| Point.new(i) }\n"
		 "h = {}; a.each { |q| h[q.x.to_s] = q }\n"
		 "f = Fiber.new { 3.times { |i| Fiber.yield i }; :done }\n"
		 "s = a.join; 4.times { s << f.resume.to_s }\n"
		 "puts s.size, h.size, (2**100).to_s, format('%x %s', 2**70, :y)\n"
		 "[a.size, a.sort_by { |q| -q.x }.first.to_s]",
		 "78\n20\n1267650600228229401496703205376\n400000000000000000 y\n", KMVM_DONE, KMVM_RUN_INSPECT),
	EXECUTED("tracepoints",
		 "a = %w[sched_switch sched:sched_waking].map { |n| Linux::Tracepoint.new(n, ring: 4, strings: 0) { } }\n"
		 "puts a.map(&:cancel).inspect", "[true, true]\n", KMVM_DONE, 0),
	/* Of lib/, which ftrace does not know: the kernel warns where that finds no memory to take a probe away. */
	{ "injected: the VM runs what is registered with the kernel's probes", executed_with_probes,
	  &(const struct program) {
		"begin\n"
		"  a = %i[new return].map { |w| Linux::Probe.send(w, 'match_token', ring: 4, strings: 0) { } }\n"
		"  puts a.map(&:cancel).inspect\n"
		"rescue Errno::EOPNOTSUPP\n"
		"  puts '[true, true]'\n"
		"end", "[true, true]\n", KMVM_DONE } },
	EXECUTED("an error that nobody rescues",
		 "def deep(n) = n == 0 ? raise(ArgumentError, 'deep ' * 10) : [1].each { deep(n - 1) }\ndeep(5)",
		 "", KMVM_RAISED, 0),
	EXECUTED("something that rescues",
		 "n = 0\n"
		 "20.times { begin; n += ('x' * 300).size; rescue NoMemoryError; n += 300; end }\nputs n",
		 "6000\n", KMVM_DONE, 0),
	EXECUTED("timers, which a followed run waits for",
		 "n = 0\nLinux::Timer.every(ms: 1) { |_, t| n += [1, 'x' * 50].size; t.cancel if n >= 6 }\n"
		 "t = Linux::Timer.after(s: 100) { }; t.cancel; Linux.debug('a line'); usleep 100; puts 'set'",
		 "set\n", KMVM_DONE, KMVM_RUN_FOLLOW | KMVM_RUN_ASYNC),
	{ "injected: loading a VM answers ENOMEM, and leaves nothing", loading_beside },
	{ "injected: keeping and unloading a VM need no memory", keeping_and_unloading },
	{ "injected: reading a log answers ENOMEM, or needs none", reading_log },
	{ "injected: the VM loads and unloads another one", loading_from_ruby,
	  &(const struct program) {
		"def unload\n  vm = Linux::VM.find('injected')\n  vm.unload if vm\nrescue Linux::LimitError\nend\n"
		"unload\n"
		"begin; Linux::VM.load('" BESIDE "', args: ['one'], parameters: { two: 'three' })\n"
		"rescue Linux::LimitError, RuntimeError; end\n"
		"unload\n"
		"puts Linux::VM.list.size", "1\n", KMVM_DONE } },
	/* A thread that found no memory has an end of its own: Linux::ThreadError. */
	EXECUTED("a thread",
		 "t = Linux::Thread.new([1, 'x' * 300, { a: 2**70 }], 1..3) { |list, range| puts list[1].size; [list, range] }\n"
		 "list, range = begin; t.value; rescue Linux::ThreadError; [[1, 2, 3], 1..3]; end; puts list.size, range.last",
		 "300\n3\n3\n", KMVM_DONE, 0),
	EXECUTED("a thread that raises",
		 "begin; Linux::Thread.new { |x| raise ArgumentError, 'wrong' }.join; rescue ArgumentError => e; puts e.message; rescue Linux::ThreadError; puts 'wrong'; end",
		 "wrong\n", KMVM_DONE, 0),
	EXECUTED("a thread that nobody joins",
		 "Linux::Thread.new { [1] * 300 }; puts 'begun'",
		 "begun\n", KMVM_DONE, KMVM_RUN_FOLLOW | KMVM_RUN_ASYNC, .goes_on = 150000),
	EXECUTED("notifiers",
		 "a = [Linux::Notifier.module { }, Linux::Notifier.reboot { }]; puts a.map(&:cancel).size, Linux::Kmalloc.stats[:vms].size",
		 "2\n1\n", KMVM_DONE, 0),
	EXECUTED("queues",
		 "q = Linux::Queue.new(3); r = Linux::Queue.open('injected'); q << [1, 'x' * 300] << { a: :b }\n"
		 "t = Linux::Thread.new(q) { |from| from.pop; from.pop[:a] }; a = begin; t.value; rescue Linux::ThreadError; :b; end; puts a; r << 1; puts r.pop",
		 "b\n1\n", KMVM_DONE, 0),
	EXECUTED("files that it answers for",
		 "f = Linux::ProcFile.new('injected', write: ->(x) { }) { |o| o.puts 'x' * 300 }; g = Linux::ProcFile.new('another') { }\n"
		 "t = Linux::Thread.new { Linux::File.read('/proc/kmvm/injected').size }\n"
		 "n = begin; t.value; rescue Linux::ThreadError, SystemCallError; 301; end; puts n, f.close, g.close",
		 "301\ntrue\ntrue\n", KMVM_DONE, 0),
	{ "injected: reading and writing a file that the VM answers for", using_file },
	EXECUTED("a library that it requires",
		 "puts require('injected'), $injected.size, $up.call",
		 "true\n302\n7\n", KMVM_DONE, 0,
		 .library = "class Injected; def list = ['x' * 300] + [1] * 301; end; n = 4; $injected = Injected.new.list\n"
			    "[1, 2].each { |i| n += i }; $up = -> { n }; $round = %ld"),
	{ "injected: close() and rmmod need no memory", closing, .fresh = true },
};

SUITE_APART(injected);
