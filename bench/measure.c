// SPDX-License-Identifier: GPL-2.0
/*
 * measure list			rows that are no program: name, unit, title
 * measure REPEAT BUILD=FILE... ROW...	measures in a guest, whose clock counts instructions
 *
 * A ROW is a name of that list, or time:NAME or value:NAME for the image NAME.mrb: how long
 * its run took, or its last value; or judge:NAME for the program NAME.rb: how long the module
 * judged its image. Each figure is taken from a module that was just loaded, so it does not
 * depend on which rows came before. Prints, a line a figure:
 *
 *	NAME BUILD NUMBER STEPS		times in ns, which are instructions
 *	NAME BUILD NUMBER WHOLE BYTES	what kmctl took to run NAME.rb, and its image
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "kmvm.h"

#define COUNT(array)	(sizeof(array) / sizeof((array)[0]))
#define DEVICE		"/dev/kmvm"
#define CALLS		100	/* of what is short, of which the mean is the figure */
#define STOPS		100

typedef int64_t s64;

struct build {
	const char *name;
	const char *module;	/* as lsmod names it */
	int fd;
};

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "measure: %s: %m\n", what);
	exit(1);
}

static s64 now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000LL + time.tv_nsec;
}

/* The module. */

static void load(const struct build *build)
{
	/* The one parameter is unknown to the build with its checks. */
	const char *parameters = strstr(build->module, "unguarded") ? "heap_mib=64 unguarded=1"
								     : "heap_mib=64";

	if (syscall(SYS_finit_module, build->fd, parameters, 0))
		die(build->name);
}

static void unload(const struct build *build)
{
	if (syscall(SYS_delete_module, build->module, O_NONBLOCK))
		die("delete_module");
}

/* The first line of a file that begins so, behind that; false without one. */
static bool find_line(const char *path, const char *name, char *text, size_t size)
{
	FILE *file = fopen(path, "re");
	bool found = false;

	if (!file)
		die(path);
	while (!found && fgets(text, size, file))
		found = !strncmp(text, name, strlen(name));
	fclose(file);
	if (found)
		memmove(text, text + strlen(name), strlen(text + strlen(name)) + 1);
	return found;
}

/*
 * Until the kernel has done what it put off: when it booted, and for each module. It would
 * be done in our time otherwise. Where instructions make the time, waiting costs none.
 */
static void settle(void)
{
	struct timespec time = { .tv_nsec = 500000000 };

	nanosleep(&time, NULL);
}

/* kB of a line of /proc/meminfo, once each processor's share is counted in. */
static s64 memory(const char *name)
{
	char text[200];

	settle();
	find_line("/proc/sys/vm/stat_refresh", "", text, sizeof(text));
	if (!find_line("/proc/meminfo", name, text, sizeof(text)))
		die(name);
	return atoll(text);
}

/* Sessions and runs. */

struct image {
	void *at;
	size_t size;
};

static struct image read_image(const char *name)
{
	struct image image;
	struct stat stat;
	char path[300];
	int fd;

	snprintf(path, sizeof(path), "%s.mrb", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &stat))
		die(path);
	image.size = stat.st_size;
	image.at = mmap(NULL, image.size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
	if (image.at == MAP_FAILED)
		die(path);
	close(fd);
	return image;
}

static int open_session(void)
{
	int fd = open(DEVICE, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		die(DEVICE);
	return fd;
}

static struct kmvm_result run(int fd, const struct image *image, __u32 flags, char *value, size_t size)
{
	char error[2000] = "";
	struct kmvm_run_args args = {
		.size = sizeof(args),
		.flags = flags,
		.image = (uintptr_t)image->at,
		.image_size = image->size,
		.result = {
			.value = (uintptr_t)value, .value_size = size,
			.error = (uintptr_t)error, .error_size = sizeof(error),
		},
	};

	if (ioctl(fd, KMVM_IOC_RUN, &args))
		die("KMVM_IOC_RUN");
	if (args.result.outcome != KMVM_DONE) {
		fprintf(stderr, "measure: outcome %u: %s", args.result.outcome, error);
		exit(1);
	}
	return args.result;
}

static struct kmvm_info info(int fd)
{
	struct kmvm_info info = { .size = sizeof(info) };

	if (ioctl(fd, KMVM_IOC_INFO, &info))
		die("KMVM_IOC_INFO");
	return info;
}

/* Rows that are no program. The module is not loaded when they begin, nor when they end. */

static s64 insmod(const struct build *build)
{
	s64 begun, took;

	settle();
	begun = now();
	load(build);
	took = now() - begun;
	unload(build);
	return took;
}

/* The VM's part of it: it notes when it began, and the device comes right after. */
static s64 open_vm(const struct build *build)
{
	s64 loaded, age;
	int fd;

	settle();
	load(build);
	loaded = now();
	fd = open_session();
	age = info(fd).age_ns - (now() - loaded);
	close(fd);
	unload(build);
	return age;
}

static s64 rmmod(const struct build *build)
{
	s64 begun;

	load(build);
	settle();
	begun = now();
	unload(build);
	return now() - begun;
}

static s64 empty_run(const struct build *build)
{
	struct image image = read_image("empty");
	s64 begun, took;
	int fd;

	load(build);
	settle();
	fd = open_session();
	run(fd, &image, 0, NULL, 0);
	begun = now();
	for (int i = 0; i < CALLS; i++)
		run(fd, &image, 0, NULL, 0);
	took = now() - begun;
	close(fd);
	unload(build);
	return took / CALLS;
}

static s64 session(const struct build *build)
{
	struct image image = read_image("empty");
	s64 begun, took;

	load(build);
	settle();
	begun = now();
	for (int i = 0; i < CALLS; i++) {
		int fd = open_session();

		run(fd, &image, 0, NULL, 0);
		close(fd);
	}
	took = now() - begun;
	unload(build);
	return took / CALLS;
}

/* What it prints is dropped. */
static void spawn_kmctl(const char *how, const char *what)
{
	int status;
	pid_t pid = vfork();

	if (!pid) {
		int null = open("/dev/null", O_WRONLY);

		dup2(null, STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
		execl("/bin/kmctl", "kmctl", how, what, NULL);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		die("kmctl");
	if (status) {
		fprintf(stderr, "measure: kmctl %s %s: status %d\n", how, what, WEXITSTATUS(status));
		exit(1);
	}
}

static s64 kmctl(const struct build *build)
{
	s64 begun, took;

	load(build);
	settle();
	spawn_kmctl("-e", "");
	begun = now();
	for (int i = 0; i < CALLS / 10; i++)
		spawn_kmctl("-e", "");
	took = now() - begun;
	unload(build);
	return took / (CALLS / 10);
}

#define PREEMPT	"/sys/kernel/debug/sched/preempt"

static void set_preempt(const char *how)
{
	int fd = open(PREEMPT, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, how, strlen(how)) < 0)
		die(PREEMPT);
	close(fd);
}

/* How this kernel preempts: the word in brackets of all that it could do. */
static void get_preempt(char *how, size_t size)
{
	char text[200] = "";
	char *from, *to;

	if (!find_line(PREEMPT, "", text, sizeof(text)))
		die(PREEMPT);
	from = strchr(text, '(');
	to = strchr(text, ')');
	if (!from || !to)
		die(text);
	snprintf(how, size, "%.*s", (int)(to - from - 1), from + 1);
}

/* From the call that stops a loop to the end of the call that waits for it. */
static s64 stop_once(int fd, const struct image *image, long nap)
{
	struct timespec time = { .tv_nsec = nap };
	struct kmvm_run_args args = {
		.size = sizeof(args),
		.flags = KMVM_RUN_ASYNC,
		.image = (uintptr_t)image->at,
		.image_size = image->size,
	};
	struct kmvm_stop_args stop = { .size = sizeof(stop) };
	struct kmvm_wait_args wait = { .size = sizeof(wait) };
	s64 begun;

	if (ioctl(fd, KMVM_IOC_RUN, &args))
		die("KMVM_IOC_RUN");
	nanosleep(&time, NULL);
	wait.id = args.id;
	begun = now();
	if (ioctl(fd, KMVM_IOC_STOP, &stop))
		die("KMVM_IOC_STOP");
	if (ioctl(fd, KMVM_IOC_WAIT, &wait))
		die("KMVM_IOC_WAIT");
	begun = now() - begun;
	if (wait.result.outcome != KMVM_INTERRUPTED) {
		fprintf(stderr, "measure: a stopped run ended in outcome %u\n", wait.result.outcome);
		exit(1);
	}
	return begun;
}

static s64 stops(const struct build *build, s64 *most)
{
	struct image image = read_image("endless");
	char preempt[40];
	s64 sum = 0;
	int fd;

	/* On one processor a stop could otherwise only come while the VM looks up. */
	get_preempt(preempt, sizeof(preempt));
	set_preempt("full");
	load(build);
	settle();
	fd = open_session();
	*most = 0;
	for (int i = 0; i < STOPS; i++) {
		/* Each at another point of a quantum. */
		s64 took = stop_once(fd, &image, 1000000 + i * 1237);

		sum += took;
		if (took > *most)
			*most = took;
	}
	close(fd);
	unload(build);
	set_preempt(preempt);
	return sum / STOPS;
}

static s64 stop_mean(const struct build *build)
{
	s64 most;

	return stops(build, &most);
}

static s64 stop_most(const struct build *build)
{
	s64 most;

	stops(build, &most);
	return most;
}

/* kB by which loading moves a line of /proc/meminfo. */
static s64 moved(const struct build *build, const char *name)
{
	s64 before, after;

	/* Whatever is made once and kept is there after the first time. */
	load(build);
	unload(build);
	before = memory(name);
	load(build);
	after = memory(name);
	unload(build);
	return after - before;
}

static s64 slab(const struct build *build)
{
	return moved(build, "Slab:");
}

static s64 vmalloc_used(const struct build *build)
{
	return moved(build, "VmallocUsed:");
}

/* VMs beside main. */

#define BESIDE	20	/* loaded and unloaded one after the other */
#define MANY	50	/* there at the same time */

static void load_beside(int fd, int number)
{
	struct kmvm_load_args load = { .size = sizeof(load) };
	struct kmvm_keep_args keep = { .size = sizeof(keep) };

	snprintf(load.vm, sizeof(load.vm), "vm%d", number);
	if (ioctl(fd, KMVM_IOC_LOAD, &load))
		die("KMVM_IOC_LOAD");
	if (ioctl(fd, KMVM_IOC_KEEP, &keep))
		die("KMVM_IOC_KEEP");
}

static void unload_beside(int fd, int number)
{
	struct kmvm_unload_args unload = { .size = sizeof(unload) };

	snprintf(unload.vm, sizeof(unload.vm), "vm%d", number);
	if (ioctl(fd, KMVM_IOC_UNLOAD, &unload))
		die("KMVM_IOC_UNLOAD");
}

static s64 beside(const struct build *build)
{
	s64 begun, took;
	int fd;

	load(build);
	settle();
	fd = open_session();
	load_beside(fd, 0);
	unload_beside(fd, 0);
	begun = now();
	for (int i = 0; i < BESIDE; i++) {
		load_beside(fd, i);
		unload_beside(fd, i);
	}
	took = now() - begun;
	close(fd);
	unload(build);
	return took / BESIDE;
}

/* By what the machine has less: heap, thread, stack, and what the kernel hangs on these. */
static s64 fit(const struct build *build)
{
	s64 before, after;
	int fd;

	load(build);
	fd = open_session();
	load_beside(fd, 0);
	unload_beside(fd, 0);
	before = memory("MemFree:");
	for (int i = 0; i < MANY; i++)
		load_beside(fd, i);
	after = memory("MemFree:");
	for (int i = 0; i < MANY; i++)
		unload_beside(fd, i);
	close(fd);
	unload(build);
	return (64 << 10) * MANY / (before - after);
}

/* Files of procfs, opened, read and closed. */

static s64 read_often(const char *path)
{
	char text[1000];
	s64 begun = 0;

	/* The first one is not counted. */
	for (int i = 0; i <= CALLS; i++) {
		int fd = open(path, O_RDONLY | O_CLOEXEC);

		if (fd < 0)
			die(path);
		while (read(fd, text, sizeof(text)) > 0)
			;
		close(fd);
		if (!i)
			begun = now();
	}
	return (now() - begun) / CALLS;
}

static s64 read_ruby(const struct build *build)
{
	struct image image = read_image("answers");
	s64 took;
	int fd;

	load(build);
	settle();
	fd = open_session();
	run(fd, &image, 0, NULL, 0);
	took = read_often("/proc/kmvm/bench");
	close(fd);
	unload(build);
	return took;
}

static s64 read_bare(const struct build *build)
{
	settle();
	return read_often("/proc/version");
}

#define TRACING	"/sys/kernel/tracing"

static void set_tracing(const char *name, const char *text)
{
	char path[100];
	int fd;

	snprintf(path, sizeof(path), TRACING "/%s", name);
	fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
	if (fd < 0 || (*text && write(fd, text, strlen(text)) < 0))
		die(path);
	close(fd);
}

/*
 * Probes of a system call that does next to nothing. Nobody else runs meanwhile: what a hit costs
 * is what its noting costs, and the blocks run later.
 */

#define PROBED		"__x64_sys_getppid"
#define SYSCALLS	10000	/* fewer than a ring holds */

/* Instructions a call. */
static s64 call_often(void)
{
	struct sched_param first = { .sched_priority = 1 }, none = { 0 };
	s64 took;

	settle();
	if (sched_setscheduler(0, SCHED_FIFO, &first))
		die("SCHED_FIFO");
	took = now();
	for (int i = 0; i < SYSCALLS; i++)
		syscall(SYS_getppid);
	took = now() - took;
	sched_setscheduler(0, SCHED_OTHER, &none);
	return took / SYSCALLS;
}

static s64 probed_by(const struct build *build, const char *name)
{
	s64 bare = call_often(), took;
	struct image image = read_image(name);
	int fd;

	load(build);
	fd = open_session();
	run(fd, &image, 0, NULL, 0);
	took = call_often() - bare;
	close(fd);
	unload(build);
	return took;
}

static s64 probe_hit(const struct build *build)
{
	return probed_by(build, "probe");
}

static s64 probe_return(const struct build *build)
{
	return probed_by(build, "probe_return");
}

static s64 probe_string(const struct build *build)
{
	return probed_by(build, "probe_string");
}

static s64 probe_in_c(const struct build *build)
{
	s64 took = call_often();
	int fd = open("bare_probe.ko", O_RDONLY | O_CLOEXEC);

	if (fd < 0 || syscall(SYS_finit_module, fd, "symbol=" PROBED, 0))
		die("bare_probe.ko");
	close(fd);
	took = call_often() - took;
	if (syscall(SYS_delete_module, "bare_probe", 0))
		die("bare_probe");
	return took;
}

static s64 traced_by(const char *event)
{
	s64 took = call_often();

	set_tracing("kprobe_events", event);
	set_tracing("events/kmvm_bench/enable", "1");
	took = call_often() - took;
	set_tracing("events/kmvm_bench/enable", "0");
	set_tracing("kprobe_events", "");
	return took;
}

static s64 trace_hit(const struct build *build)
{
	return traced_by("p:kmvm_bench/hit " PROBED "\n");
}

static s64 trace_return(const struct build *build)
{
	return traced_by("r:kmvm_bench/back " PROBED "\n");
}

static const struct row {
	const char *name;
	const char *unit;
	bool guarded_only;
	s64 (*measure)(const struct build *build);
	const char *title;
} rows[] = {
	{ "run_empty", "M", false, empty_run, "an empty program through the device" },
	{ "session", "M", false, session, "open the device, run it, close the device" },
	{ "kmctl", "M", false, kmctl, "kmctl -e '' as a process" },
	{ "module_load", "M", false, insmod, "load the module" },
	{ "module_vm", "M", false, open_vm, "open a VM, a part of that" },
	{ "module_unload", "M", false, rmmod, "unload the module, mostly waiting for RCU" },
	{ "vm_load", "M", false, beside, "load a VM beside main, and unload it" },
	{ "vm_fit", "VMs", false, fit, "fresh VMs that fit in 64 MiB, threads and all" },
	{ "stop_mean", "M", true, stop_mean, "stop a loop until it has ended: mean of 100" },
	{ "stop_most", "M", true, stop_most, "stop a loop until it has ended: most of 100" },
	{ "proc_read", "M", false, read_ruby, "a file of /proc made by Ruby: open, read, close" },
	{ "proc_bare", "M", true, read_bare, "the same of /proc/version" },
	{ "probe_hit", "instructions", false, probe_hit, "a hit of a Linux::Probe" },
	{ "probe_return", "instructions", false, probe_return, "a hit of a Linux::Probe.return" },
	{ "probe_string", "instructions", false, probe_string, "a hit with a string" },
	{ "probe_c", "instructions", true, probe_in_c, "a hit of a kprobe in C that counts" },
	{ "probe_trace", "instructions", true, trace_hit, "a hit of tracefs, kprobe_events" },
	{ "probe_traced", "instructions", true, trace_return, "the same at the return" },
	{ "memory_slab", "kB", false, slab, "a loaded module: slab" },
	{ "memory_vmalloc", "kB", false, vmalloc_used, "a loaded module: vmalloc, with its code" },
};

static void list(void)
{
	for (size_t i = 0; i < COUNT(rows); i++)
		printf("%s\t%s\t%s\n", rows[i].name, rows[i].unit, rows[i].title);
}

/* time:NAME and value:NAME. */
static s64 program(const struct build *build, const char *name, bool want_value, __u64 *steps)
{
	struct image image = read_image(name);
	struct kmvm_result result;
	char value[200];
	int fd;

	load(build);
	settle();
	fd = open_session();
	result = run(fd, &image, want_value ? KMVM_RUN_INSPECT : 0, value, sizeof(value));
	close(fd);
	unload(build);
	munmap(image.at, image.size);
	*steps = result.steps;
	return want_value ? atoll(value) : (s64)result.time_ns;
}

/* judge:NAME. The kernel's own probes tell when the judge of images is called, and when it is back. */

#define PROBES	"p:kmvm_bench/judge kmvm:kmvm_verify bytes=%si:u64\nr:kmvm_bench/judged kmvm:kmvm_verify\n"

/* TASK-PID [CPU] FLAGS TIME: EVENT: (PLACE) bytes=BYTES */
static s64 read_probes(s64 *bytes)
{
	FILE *file = fopen(TRACING "/trace", "re");
	s64 begun = -1, took = -1;
	char line[300];

	if (!file)
		die(TRACING);
	while (fgets(line, sizeof(line), file)) {
		char *flags = strstr(line, "] ");
		char *event = flags ? strstr(flags, ": judge") : NULL;

		if (!event || *line == '#')
			continue;
		while (event > line && event[-1] != ' ')
			event--;
		if (strstr(event, ": judge: ")) {
			begun = atoll(event);
			*bytes = atoll(strstr(event, "bytes=") + strlen("bytes="));
		} else if (begun >= 0) {
			took = atoll(event) - begun;
		}
	}
	fclose(file);
	if (took < 0) {
		fputs("measure: the probes saw no image judged\n", stderr);
		exit(1);
	}
	return took;
}

static s64 judge(const struct build *build, const char *name, s64 *whole, s64 *bytes)
{
	s64 least = INT64_MAX, took, run;
	char path[300];

	snprintf(path, sizeof(path), "%s.rb", name);
	load(build);
	spawn_kmctl("-e", "");
	/* Counts in instructions, as the clock does. */
	set_tracing("trace_clock", "x86-tsc");
	set_tracing("kprobe_events", PROBES);
	set_tracing("events/kmvm_bench/enable", "1");
	/* It takes so short a time that an interrupt in it shows: the least is without one. */
	for (int i = 0; i < 5; i++) {
		set_tracing("trace", "");
		settle();
		run = now();
		spawn_kmctl("run", path);
		run = now() - run;
		took = read_probes(bytes);
		if (took >= least)
			continue;
		least = took;
		*whole = run;
	}
	set_tracing("events/kmvm_bench/enable", "0");
	set_tracing("kprobe_events", "");
	set_tracing("trace", "");
	unload(build);
	return least;
}

static void measure(const struct build *build, const char *row)
{
	const char *name = strchr(row, ':');
	__u64 steps = 0;
	s64 figure;

	if (name && *row == 'j') {
		s64 whole = 0, bytes = 0;

		if (strstr(build->module, "unguarded"))
			return;
		figure = judge(build, ++name, &whole, &bytes);
		printf("%s\t%s\t%lld\t%lld\t%lld\n", name, build->name, (long long)figure, (long long)whole,
		       (long long)bytes);
		return;
	}
	if (name) {
		figure = program(build, ++name, *row == 'v', &steps);
		printf("%s\t%s\t%lld\t%llu\n", name, build->name, (long long)figure, (unsigned long long)steps);
		return;
	}
	for (size_t i = 0; i < COUNT(rows); i++) {
		if (strcmp(rows[i].name, row))
			continue;
		if (rows[i].guarded_only && strstr(build->module, "unguarded"))
			return;
		printf("%s\t%s\t%lld\t0\n", row, build->name, (long long)rows[i].measure(build));
		return;
	}
	errno = ENOENT;
	die(row);
}

/* BUILD=FILE, and the module's name is that of its file. */
static void take_build(struct build *build, char *word)
{
	char *path = strchr(word, '='), *slash;

	*path++ = '\0';
	build->name = word;
	build->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (build->fd < 0)
		die(path);
	slash = strrchr(path, '/');
	build->module = slash ? slash + 1 : path;
	*strrchr(path, '.') = '\0';
}

int main(int argc, char **argv)
{
	struct build builds[4];
	size_t count = 0;
	int first;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc == 2 && !strcmp(argv[1], "list")) {
		list();
		return 0;
	}
	for (first = 2; first < argc && strchr(argv[first], '=') && count < COUNT(builds); first++)
		take_build(&builds[count++], argv[first]);
	if (!count || first == argc) {
		fputs("usage: measure list | measure REPEAT BUILD=FILE... ROW...\n", stderr);
		return 2;
	}
	settle();
	for (int row = first; row < argc; row++)
		for (int turn = 0; turn < atoi(argv[1]); turn++)
			for (size_t i = 0; i < count; i++)
				measure(&builds[i], argv[row]);
	return 0;
}
