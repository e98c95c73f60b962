// SPDX-License-Identifier: GPL-2.0
/*
 * One run from its start to its outcome:
 *
 *	open, queue it, print what it prints until there is no more, ask how it ended
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "control.h"
#include "device.h"
#include "hint.h"
#include "output.h"
#include "plain.h"
#include "progress.h"
#include "run.h"
#include "say.h"
#include "session.h"
#include "vms.h"

/* A run is forgotten once it was told, so a text that does not fit is not to be had later. */
#define TEXT_MAX	(1U << 20)
#define BUSY_MS		1000

/* $0 and ARGV, each ended by a NUL. */
static int join_args(const struct kmctl_program *program, struct kmctl_bytes *args)
{
	size_t size = strlen(program->name) + 1;
	char *at;
	int i;

	for (i = 0; i < program->argc; i++)
		size += strlen(program->argv[i]) + 1;
	if (size > KMVM_ARGS_MAX) {
		kmctl_say("%s: %zu bytes of arguments, %u at most", program->name, size,
			  KMVM_ARGS_MAX);
		return KMCTL_USAGE;
	}
	args->at = malloc(size);
	if (!args->at) {
		kmctl_say("no memory for the arguments");
		return KMCTL_SYSTEM;
	}
	args->size = size;
	at = stpcpy(args->at, program->name) + 1;
	for (i = 0; i < program->argc; i++)
		at = stpcpy(at, program->argv[i]) + 1;
	return KMCTL_OK;
}

static int queue(int fd, const struct kmctl_program *program, const struct kmctl_bytes *args,
		 uint64_t *id)
{
	struct kmvm_run_args run = {
		.size = sizeof(run),
		.flags = KMVM_RUN_ASYNC,
		.image = (uintptr_t)program->image.at,
		.image_size = program->image.size,
		.args = (uintptr_t)args->at,
		.args_size = args->size,
		.parameters = (uintptr_t)program->parameters.at,
		.parameters_size = program->parameters.size,
		.columns = kmctl_columns(STDOUT_FILENO),
		.timeout_ns = program->limits.timeout_ns,
		.heap_max = program->limits.heap_max,
		.steps_max = program->limits.steps_max,
	};
	int ret;

	strcpy(run.vm, program->vm);
	if (program->inspect)
		run.flags |= KMVM_RUN_INSPECT;
	if (program->follow)
		run.flags |= KMVM_RUN_FOLLOW;
	ret = kmctl_ioctl(fd, KMVM_IOC_RUN, &run);
	if (ret == -ENOENT)
		return kmctl_say_no_vm(program->vm);
	if (ret == -EBUSY) {
		kmctl_say("%s: is a thread of another VM, and runs nothing but its block", program->vm);
		return KMCTL_EXISTS;
	}
	if (ret)
		return kmctl_explain(program->name, -ret);
	*id = run.id;
	kmctl_tell("%s: run %llu, in the VM %s", program->name, (unsigned long long)run.id, program->vm);
	return KMCTL_OK;
}

/* Once, or at a terminal as long as it is so. */
#define WAITING(...)	(kmctl_progress_shows() ? kmctl_progress(__VA_ARGS__) : kmctl_note(__VA_ARGS__))

/* Somebody who waits wants to know for whom. Returns whether that may change. */
static bool say_who_holds(int fd, const struct kmctl_program *program)
{
	struct kmvm_info info = { .size = sizeof(info) };

	strcpy(info.vm, program->vm);
	if (kmctl_ioctl(fd, KMVM_IOC_INFO, &info))
		return false;
	info.owner_comm[sizeof(info.owner_comm) - 1] = '\0';
	kmctl_plain(info.owner_comm);
	if (info.owner_pid == getpid())
		kmctl_progress("%s: running", program->name);
	else if (info.owner_pid)
		WAITING("waiting: the VM is held by %s (pid %d)", info.owner_comm, info.owner_pid);
	else if (info.waiting)
		WAITING("waiting: the VM is held by a process that is not visible from here");
	else
		kmctl_progress("%s: staying for what it has started", program->name);
	return kmctl_progress_shows();
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* What print_all() waits for beside the two ends: who holds the VM, a reader that sleeps. */
struct clock {
	const struct kmctl_program *program;
	bool asked;		/* who holds the VM, for the last time */
	int64_t started;	/* or when that was asked before */
	int64_t progress;	/* the last time that output was not stuck */
};

static int time_left(const struct clock *clock, bool hurry)
{
	int64_t until = !clock->asked ? clock->started + BUSY_MS
				      : clock->progress + KMCTL_PATIENCE_MS;
	int64_t left = until - now_ms();

	if (clock->asked && !hurry)
		return -1;
	return left > 0 ? left : 0;
}

static void time_up(struct clock *clock, struct kmctl_session *session)
{
	if (clock->asked)
		session->output_error = ETIMEDOUT;
	else
		clock->asked = !say_who_holds(session->fd, clock->program);
	clock->started = now_ms();
}

/* Who looks on at a terminal and stops it wants no more of what is still to be shown, which may take minutes. */
static bool is_watched(void)
{
	return isatty(STDOUT_FILENO) && isatty(STDERR_FILENO);
}

/*
 * Prints until no run is in flight and nothing is left. Returns 0 or -errno. After a signal what is there
 * already may be dropped; what ensure blocks print comes later.
 */
static int print_all(struct kmctl_session *session, const struct kmctl_program *program)
{
	struct clock clock = { .program = program, .started = now_ms(), .progress = now_ms() };
	struct kmctl_output output = { 0 };
	bool ended = false, dropping = false;
	int signals = session->signals;
	size_t dropped = 0;
	int ret = 0;
	int to;

	kmctl_progress("%s: running", program->name);
	while ((to = kmctl_output_next(&output, session)) >= 0 || !ended) {
		if (signals != session->signals)
			dropping = is_watched();
		signals = session->signals;
		if (dropping) {
			dropped += kmctl_output_drop(&output);
			to = -1;
			if (ended)
				break;
		}

		bool take = !ended && kmctl_output_has_room(&output);
		struct pollfd fds[] = {
			{ .fd = take ? session->fd : -1, .events = POLLIN },
			{ .fd = to, .events = POLLOUT },
		};

		ret = kmctl_wait(session, fds, 2, dropping ? 0 : time_left(&clock, to >= 0 && session->stops));
		if (to < 0 || ret < 0 || fds[1].revents)
			clock.progress = now_ms();
		if (ret < 0)
			continue;
		if (!ret && !dropping)
			time_up(&clock, session);
		if (!ret)
			dropping = false;
		if (fds[1].revents)
			kmctl_output_write(&output, session);
		if (!fds[0].revents)
			continue;
		ret = kmctl_output_read(&output, session);
		if (ret < 0 && ret != -EINTR && ret != -EAGAIN)
			break;
		/* What prints is not waiting for the VM. */
		clock.asked |= ret > 0;
		ended = !ret;
		ret = 0;
	}
	kmctl_progress_end();
	kmctl_output_free(&output);
	if (dropped)
		kmctl_note("%zu bytes were printed and are not shown", dropped);
	return ret < 0 && ret != -EINTR ? ret : 0;
}

/* The program's own text, as Ruby prints it. */
static void put_error(struct kmctl_session *session, const char *error)
{
	size_t size = strlen(error);

	if (!size)
		return;
	kmctl_put(session, STDERR_FILENO, error, size);
	if (error[size - 1] != '\n')
		kmctl_put(session, STDERR_FILENO, "\n", 1);
}

static int end_interrupted(struct kmctl_session *session, const struct kmctl_program *program, const char *error)
{
	int signal = kmctl_caught_signal();

	if (session->output_error)
		return KMCTL_IO;
	put_error(session, error);
	if (signal && program->prompt)
		return KMCTL_CUT;
	if (signal) {
		kmctl_say("stopped by SIG%s", sigabbrev_np(signal));
		kmctl_die_of(signal);
	}
	kmctl_say("the run was stopped, and not from here");
	return KMCTL_CUT;
}

static int end(struct kmctl_session *session, const struct kmctl_program *program,
	       const struct kmvm_result *result, const char *value, const char *error)
{
	switch (result->outcome) {
	case KMVM_DONE:
		if (program->inspect) {
			if (program->prompt)
				kmctl_put(session, STDOUT_FILENO, "=> ", 3);
			kmctl_put(session, STDOUT_FILENO, value, strlen(value));
			kmctl_put(session, STDOUT_FILENO, "\n", 1);
		}
		return KMCTL_OK;
	case KMVM_EXITED:
		return result->status & 0xff;
	case KMVM_RAISED:
		put_error(session, error);
		if (kmctl_hint(error))
			kmctl_note("%s", kmctl_hint(error));
		return KMCTL_RAISED;
	case KMVM_REFUSED:
		kmctl_say("%s: %.*s", program->name, (int)strcspn(error, "\n"), error);
		return KMCTL_DATA;
	case KMVM_SPENT:
		kmctl_say_limit(program->name, &program->limits, result);
		put_error(session, error);
		return KMCTL_LIMIT;
	case KMVM_INTERRUPTED:
		return end_interrupted(session, program, error);
	default:
		kmctl_say("%s: the module reports outcome %u, which this kmctl does not know",
			  program->name, result->outcome);
		return KMCTL_NODEVICE;
	}
}

/* What went wrong on the way, beside the outcome. */
static int end_output(const struct kmctl_session *session, const struct kmvm_result *result,
		      int status)
{
	if (result->lost_bytes && !session->output_error)
		kmctl_say("%llu bytes of output are lost: they came faster than they were taken",
			  (unsigned long long)result->lost_bytes);
	if (result->value_size > TEXT_MAX || result->error_size > TEXT_MAX)
		kmctl_say("the text above is cut after %u bytes", TEXT_MAX - 1);
	if (!session->output_error)
		return status;
	/* The reader has seen enough, and knows it. */
	if (session->output_error == EPIPE)
		kmctl_die_of(SIGPIPE);
	if (kmctl_caught_signal())
		kmctl_die_of(kmctl_caught_signal());
	kmctl_say("output cannot be written: %s", strerror(session->output_error));
	return KMCTL_IO;
}

/* A program that has called exit is over, and its VM with it. */
static int keep(struct kmctl_session *session, const struct kmctl_program *program,
		const struct kmvm_result *result)
{
	struct kmvm_keep_args keep = { .size = sizeof(keep) };
	int ret;

	if (result->outcome == KMVM_EXITED && !result->status)
		kmctl_say("%s: it has called exit, so it does not stay", program->name);
	if (result->outcome != KMVM_DONE)
		return KMCTL_OK;
	ret = kmctl_ioctl(session->fd, KMVM_IOC_KEEP, &keep);
	if (!ret)
		kmctl_tell("%s: the VM stays", program->vm);
	if (ret != -ENOENT)
		return ret ? kmctl_explain(program->vm, -ret) : KMCTL_OK;
	kmctl_say("%s: somebody has unloaded it meanwhile", program->vm);
	return KMCTL_CUT;
}

static void tell_end(const struct kmctl_program *program, const struct kmvm_result *result)
{
	static const char *const words[] = {
		[KMVM_DONE] = "came to its end", [KMVM_RAISED] = "raised", [KMVM_REFUSED] = "was refused",
		[KMVM_SPENT] = "met a limit", [KMVM_INTERRUPTED] = "was stopped", [KMVM_EXITED] = "called exit",
	};
	char time[KMCTL_SHORT], cpu[KMCTL_SHORT], heap[KMCTL_SHORT];

	if (result->outcome < sizeof(words) / sizeof(words[0]) && words[result->outcome])
		kmctl_tell("%s: %s after %s, %s of processor, %llu steps, heap %s at most", program->name,
			   words[result->outcome], kmctl_short_time(time, result->time_ns),
			   kmctl_short_time(cpu, result->cpu_ns), (unsigned long long)result->steps,
			   kmctl_short_size(heap, result->heap_peak));
}

static int ask(struct kmctl_session *session, const struct kmctl_program *program, uint64_t id)
{
	char *texts = calloc(2, TEXT_MAX);
	struct kmvm_wait_args wait = {
		.size = sizeof(wait),
		.id = id,
		.result.value = (uintptr_t)texts,
		.result.error = (uintptr_t)texts + TEXT_MAX,
		.result.value_size = TEXT_MAX,
		.result.error_size = TEXT_MAX,
	};
	int ret;

	if (!texts) {
		kmctl_say("no memory for the result");
		return KMCTL_SYSTEM;
	}
	ret = kmctl_ioctl(session->fd, KMVM_IOC_WAIT, &wait);
	if (ret) {
		ret = kmctl_explain(program->name, -ret);
	} else {
		session->outcome = wait.result.outcome;
		tell_end(program, &wait.result);
		ret = end(session, program, &wait.result, texts, texts + TEXT_MAX);
		ret = end_output(session, &wait.result, ret);
		if (program->load && !ret)
			ret = keep(session, program, &wait.result);
	}
	free(texts);
	return ret;
}

static int run_session(struct kmctl_session *session, const struct kmctl_program *program,
		       const struct kmctl_bytes *args)
{
	uint64_t id = 0;
	int ret;

	ret = kmctl_provide_libraries(session->fd, &program->libraries);
	if (ret)
		return ret;
	if (program->load) {
		ret = kmctl_load(session->fd, program->vm);
		if (ret)
			return ret;
	}
	ret = queue(session->fd, program, args, &id);
	if (ret)
		return ret;
	ret = print_all(session, program);
	if (ret)
		return kmctl_explain(program->name, -ret);
	return ask(session, program, id);
}

int kmctl_run_in(struct kmctl_session *session, const struct kmctl_program *program)
{
	struct kmctl_bytes args;
	int ret;

	ret = join_args(program, &args);
	if (ret)
		return ret;
	ret = run_session(session, program, &args);
	free(args.at);
	return ret;
}

int kmctl_run(const struct kmctl_program *program)
{
	struct kmctl_session session = { 0 };
	struct kmctl_bytes args;
	int ret;

	ret = join_args(program, &args);
	if (ret)
		return ret;
	ret = kmctl_open_device(&session.fd, NULL);
	if (!ret) {
		kmctl_catch_signals();
		ret = run_session(&session, program, &args);
		close(session.fd);
	}
	free(args.at);
	return ret;
}
