/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the tests of /dev/kmvm are made of.
 *
 * A test is a function that asserts. It runs in a process group of its own, which is
 * killed when the test is over or takes too long; then the VM must become idle. A failed
 * assertion is reported and the test goes on.
 */
#ifndef TEST_H
#define TEST_H

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "kmvm.h"

typedef __u32 u32;
typedef __u64 u64;

#define COUNT(array)	(sizeof(array) / sizeof((array)[0]))
#define DEVICE		"/dev/kmvm"
#define SECOND		1000000000ULL

struct test {
	const char *name;
	void (*body)(const void *data);
	const void *data;
	bool fresh;		/* the module is loaded anew before and after it */
	bool once;		/* not repeated on one processor */
};

struct suite {
	const char *name;
	const struct test *tests;
	size_t count;
	bool apart;		/* runs only when it is asked for by name */
};

#define SUITE(name_)	\
	const struct suite name_##_suite = { #name_, name_##_tests, COUNT(name_##_tests) }
#define SUITE_APART(name_)	\
	const struct suite name_##_suite = { #name_, name_##_tests, COUNT(name_##_tests), true }

/* Assertions; what they say is a format. */
#define is(got, want, ...)	assert_is(__FILE__, __LINE__, got, want, __VA_ARGS__)
#define is_errno(got, want, ...) assert_errno(__FILE__, __LINE__, got, want, __VA_ARGS__)
#define is_text(got, want, ...)	assert_text(__FILE__, __LINE__, got, want, __VA_ARGS__)
#define contains(text, part, ...) assert_contains(__FILE__, __LINE__, text, part, __VA_ARGS__)
#define holds(condition, ...)	assert_holds(__FILE__, __LINE__, condition, __VA_ARGS__)

void assert_is(const char *file, int line, long long got, long long want, const char *what, ...)
	__attribute__((format(printf, 5, 6)));
/* As is(); and notes that this errno was provoked. */
void assert_errno(const char *file, int line, int got, int want, const char *what, ...)
	__attribute__((format(printf, 5, 6)));
void assert_text(const char *file, int line, const char *got, const char *want,
		 const char *what, ...) __attribute__((format(printf, 5, 6)));
void assert_contains(const char *file, int line, const char *text, const char *part,
		     const char *what, ...) __attribute__((format(printf, 5, 6)));
void assert_holds(const char *file, int line, bool condition, const char *what, ...)
	__attribute__((format(printf, 4, 5)));

/* Ends the test at once: as failed, or as one that cannot run here. */
_Noreturn void give_up(const char *what, ...) __attribute__((format(printf, 1, 2)));
_Noreturn void skip(const char *why);
/* Shown to whoever runs the tests. */
void summary(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Seconds this test may take from now on. */
void allow(unsigned int seconds);
/* A number from the environment. */
unsigned long setting(const char *name, unsigned long otherwise);

/* Waits for a state, but not for ever: seconds. A slow kernel is given more. */
#define PATIENCE	setting("KMVM_PATIENCE", 15)
/* What nothing may take longer than on a quick kernel, in this one's time. */
#define at_most(ns)	((ns) * PATIENCE / 15)
#define until(condition)							\
	({									\
		u64 until_ = now() + PATIENCE * SECOND;				\
		bool so_;							\
										\
		while (!(so_ = (condition)) && now() < until_)			\
			nap();							\
		holds(so_, "waited in vain for: %s", #condition);		\
		so_;								\
	})

u64 now(void);		/* ns, monotonic */
void nap(void);		/* about a millisecond */
bool is_uml(void);	/* this kernel is User-Mode Linux */

/* Bytes that grow; always with a NUL behind them. */
struct buffer {
	char *bytes;
	size_t size;
	size_t room;
};

void append(struct buffer *buffer, const void *bytes, size_t size);
void clear(struct buffer *buffer);
void slurp(const char *path, struct buffer *buffer);

/* Ruby to an image. */
struct image {
	unsigned char *bytes;
	size_t size;
};

void compiler_open(void);
struct image ruby(const char *format, ...) __attribute__((format(printf, 1, 2)));
struct image ruby_text(const char *text);

/* The device; what can fail returns 0 or an errno, and gives up where nobody expects it. */
int session(int flags);
int session_read_write(void);

struct outcome {
	struct kmvm_result result;
	u64 id;
	char value[4096];
	char error[8192];
};

int run_image(int fd, u32 flags, const struct image *image, struct outcome *outcome);
int run(int fd, u32 flags, struct outcome *outcome, const char *text);
u64 start(int fd, u32 flags, const char *text);
int wait_run(int fd, u64 id, struct outcome *outcome);
int stop_run(int fd, u64 id, u32 flags);
/* Steps that the largest piece of work in C is worth which is not divided: docs/limits.md. */
u64 piece_of(const struct outcome *outcome);
struct kmvm_info info_of(int fd);	/* of main */
/* The same when nothing is left of what ran before: its VM lets go of a run a little behind its end. */
struct kmvm_info info_at_rest(int fd);
/* Runs in that session and asserts how it ends. */
void expect(int fd, const char *text, u32 outcome, const char *value);
/* The same in a session of its own. */
void expect_value(const char *text, const char *value);

/* What was read: each stream, and how often each kind of thing came. */
struct output {
	struct buffer out;
	struct buffer err;
	struct buffer both;
	unsigned int records;
	u64 run;		/* of the last record */
};

/* VMs by name, "" for main. */
int vm_load(int fd, const char *name);
int vm_keep(int fd);
int vm_unload(int fd, const char *name);
int vm_reset(int fd, const char *name);
int vm_kill(int fd, u32 flags, const char *name, struct kmvm_kill_args *args);
int vm_info(int fd, const char *name, struct kmvm_info *info);
bool vm_there(int fd, const char *name);
/* The VM loaded after *info, or the first one where that is zeroes; false after the last. */
bool vm_next(int fd, struct kmvm_info *info);
unsigned int vm_count(int fd);
/* Runs there; outcome may be NULL. */
int vm_run(int fd, const char *vm, u32 flags, const char *text, struct outcome *outcome);
int vm_start(int fd, const char *vm, const char *text, u64 *id);

/* Forgets what was read. */
void drop(struct output *output);
/* One read() of that size, taken apart; returns what read() returned or -errno. */
ssize_t read_some(int fd, size_t size, struct output *output);
/* All until read() returns 0. */
void read_all(int fd, struct output *output);
/* Reads until the text was printed. */
bool read_until(int fd, struct output *output, const char *text);

/* Writes all; -errno, or bytes when it was short. */
ssize_t put(int fd, const void *bytes, size_t size);

/* Processes. */
pid_t fork_child(void);			/* 0 in the child, which dies with the test */
_Noreturn void child_ends(int status);
int reap(pid_t pid);			/* its exit status, or 256 + signal */
void kill_child(pid_t pid);		/* SIGKILL, and reap */
bool sleeps(pid_t pid);
pid_t thread_of(const char *vm);	/* the kernel's, 0 without one */
pid_t thread_of_vm(void);		/* that of main */
u64 address_of(const char *symbol);
void needs_steady_code(void);		/* skips where code that is run cannot be changed */
char state_of(pid_t pid);		/* R, S, D, I ...; 0: not there */

/* The module. */
int module_load(const char *parameters);
int module_unload(void);
bool module_loaded(void);
void module_fresh(void);
void set_parameter(const char *name, long value);

/* The kernel log from now on. */
int log_follow(void);
void log_say(const char *line);
void log_read(int fd, struct buffer *lines);
unsigned int count_of(const char *text, const char *part);

/* kB of a line of /proc/meminfo. */
long memory(const char *name);
/* kB of slab, without what was freed and is only kept: by KASAN, and as empty slabs. */
long slab_held(void);
/* How much it grew. Tasks that have ended give theirs back in their time: looks until it is less than that. */
long slab_grown(long before, long bound);

/* The VM is idle, and nobody's timers live. */
bool vm_idle(int fd);

#endif /* TEST_H */
