// SPDX-License-Identifier: GPL-2.0
/*
 * The folder is watched and not the file: editors put a new file in the old one's place. A terminal's
 * Ctrl-C reaches the process that works by itself, any other signal is handed on.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <libgen.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "say.h"
#include "session.h"
#include "watch.h"

#define GRACE_MS	2000	/* from the first signal to the second */

struct watch {
	const char *name;	/* of the file, in its folder */
	int inotify;
	pid_t pid;		/* of the process that works; 0: none */
	int pidfd;
	sigset_t outside;
};

static volatile sig_atomic_t caught;

static void note(int number)
{
	caught = number;
}

/* Signals come in ppoll() alone. */
static void catch_signals(struct watch *watch)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction action = { .sa_handler = note };
	sigset_t blocked;
	size_t i;

	sigemptyset(&blocked);
	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		sigaction(numbers[i], &action, NULL);
		sigaddset(&blocked, numbers[i]);
	}
	sigprocmask(SIG_BLOCK, &blocked, &watch->outside);
}

static int begin(struct watch *watch, int (*work)(void *data), void *data)
{
	fflush(NULL);
	watch->pid = fork();
	if (!watch->pid) {
		signal(SIGINT, SIG_DFL);
		signal(SIGTERM, SIG_DFL);
		signal(SIGHUP, SIG_DFL);
		sigprocmask(SIG_SETMASK, &watch->outside, NULL);
		close(watch->inotify);
		exit(work(data));
	}
	watch->pidfd = watch->pid < 0 ? -1 : syscall(SYS_pidfd_open, watch->pid, 0);
	if (watch->pidfd >= 0)
		return KMCTL_OK;
	kmctl_say("no process can be started: %m");
	return KMCTL_SYSTEM;
}

static void reap(struct watch *watch)
{
	waitpid(watch->pid, NULL, 0);
	close(watch->pidfd);
	watch->pid = 0;
}

/* Was the file saved? Takes all events there are. */
static bool saved(struct watch *watch)
{
	char buffer[4096] __attribute__((aligned(__alignof__(struct inotify_event))));
	ssize_t size = read(watch->inotify, buffer, sizeof(buffer));
	bool found = false;
	ssize_t at = 0;

	while (at < size) {
		const struct inotify_event *event = (const void *)(buffer + at);

		if (event->len && !strcmp(event->name, watch->name))
			found = true;
		at += sizeof(*event) + event->len;
	}
	return found;
}

/* Who looks on at a terminal is told why nothing happens any more. */
static void tell_to_save(const struct watch *watch)
{
	if (isatty(STDERR_FILENO) && !caught)
		kmctl_note("%s: has ended, and runs again when it is saved; Ctrl-C leaves", watch->name);
}

/* Sleeps until something happens; returns whether the file was saved. */
static bool wait_any(struct watch *watch)
{
	bool again;

	struct pollfd fds[] = {
		{ .fd = watch->inotify, .events = POLLIN },
		{ .fd = watch->pid ? watch->pidfd : -1, .events = POLLIN },
	};

	if (ppoll(fds, 2, NULL, &watch->outside) <= 0)
		return false;
	again = fds[0].revents && saved(watch);
	if (fds[1].revents) {
		reap(watch);
		if (!again)
			tell_to_save(watch);
	}
	return again;
}

/* Asks the process to end, more firmly when it does not. */
static void end(struct watch *watch, int number)
{
	struct pollfd over = { .fd = watch->pidfd, .events = POLLIN };

	while (watch->pid) {
		kill(watch->pid, number);
		if (poll(&over, 1, GRACE_MS) > 0)
			reap(watch);
	}
}

int kmctl_watch(const char *file, int (*work)(void *data), void *data)
{
	char *path = strdup(file), *also = strdup(file);
	struct watch watch = { 0 };
	int ret = KMCTL_SYSTEM;

	if (!path || !also) {
		kmctl_say("%m");
		goto out_free;
	}
	watch.name = basename(path);
	watch.inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (watch.inotify < 0 ||
	    inotify_add_watch(watch.inotify, dirname(also), IN_CLOSE_WRITE | IN_MOVED_TO) < 0) {
		kmctl_say("%s: cannot be watched: %m", file);
		goto out_free;
	}
	catch_signals(&watch);
	for (;;) {
		ret = begin(&watch, work, data);
		if (ret)
			break;
		while (!wait_any(&watch) && !caught)
			;
		if (caught) {
			end(&watch, caught);
			kmctl_die_of(caught);
		}
		end(&watch, SIGINT);
		kmctl_note("%s: saved, and run again", file);
	}
out_free:
	free(also);
	free(path);
	return ret;
}
