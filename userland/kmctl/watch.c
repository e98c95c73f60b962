// SPDX-License-Identifier: GPL-2.0
/*
 * The folder is watched and not the file: editors put a new file in the old one's place. Of a link it
 * is that and the one where the file itself lies; a folder that goes may come again. A terminal's Ctrl-C reaches the process that works by itself, any other signal is handed on.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "say.h"
#include "session.h"
#include "watch.h"

#define GRACE_MS	2000	/* from the first signal to the second */

#define AGAIN_MS	500	/* between two looks for a folder that is gone */

/* Where events of the file come from: a folder, and the name in it. */
struct place {
	int folder;		/* as inotify calls it; -1: not there */
	char name[NAME_MAX + 1];
};

struct watch {
	const char *file;
	struct place itself, real;
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

static void follow_path(struct watch *watch, struct place *place, const char *path)
{
	char folder[PATH_MAX], name[PATH_MAX];

	place->folder = -1;
	if (strlen(path) >= PATH_MAX) {
		errno = ENAMETOOLONG;
		return;
	}
	snprintf(place->name, sizeof(place->name), "%s", basename(strcpy(name, path)));
	place->folder = inotify_add_watch(watch->inotify, dirname(strcpy(folder, path)), IN_CLOSE_WRITE | IN_MOVED_TO);
}

/* To be told of the file, wherever it lies by now. Returns whether its folder is there. */
static bool follow(struct watch *watch)
{
	char *real = realpath(watch->file, NULL);

	watch->real.folder = -1;
	if (real)
		follow_path(watch, &watch->real, real);
	free(real);
	follow_path(watch, &watch->itself, watch->file);
	return watch->itself.folder >= 0;
}

static bool is_of(const struct inotify_event *event, const struct place *place)
{
	return event->len && event->wd == place->folder && !strcmp(event->name, place->name);
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

		if (is_of(event, &watch->itself) || is_of(event, &watch->real))
			found = true;
		if (event->mask & IN_IGNORED && event->wd == watch->itself.folder)
			watch->itself.folder = -1;
		at += sizeof(*event) + event->len;
	}
	return found;
}

/* Who looks on at a terminal is told why nothing happens any more. */
static void tell_to_save(const struct watch *watch)
{
	if (isatty(STDERR_FILENO) && !caught)
		kmctl_note("%s: has ended, and runs again when it is saved; Ctrl-C leaves", watch->file);
}

/* Sleeps until something happens; returns whether the file was saved. */
static bool wait_any(struct watch *watch)
{
	struct pollfd fds[] = {
		{ .fd = watch->inotify, .events = POLLIN },
		{ .fd = watch->pid ? watch->pidfd : -1, .events = POLLIN },
	};
	const struct timespec again = { .tv_nsec = AGAIN_MS * 1000000L };
	bool lost = watch->itself.folder < 0, is_saved;
	int ret = ppoll(fds, 2, lost ? &again : NULL, &watch->outside);

	/* The file may have come with its folder. */
	if (!ret)
		return follow(watch) && !access(watch->file, F_OK);
	if (ret < 0)
		return false;
	is_saved = fds[0].revents && saved(watch);
	if (fds[1].revents) {
		reap(watch);
		if (!is_saved)
			tell_to_save(watch);
	}
	return is_saved;
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
	struct watch watch = { .file = file };
	int ret;

	watch.inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (watch.inotify < 0 || !follow(&watch)) {
		kmctl_say("%s: cannot be watched: %m", file);
		return KMCTL_SYSTEM;
	}
	catch_signals(&watch);
	for (;;) {
		/* A link may point elsewhere now. */
		follow(&watch);
		ret = begin(&watch, work, data);
		if (ret)
			return ret;
		while (!wait_any(&watch) && !caught)
			;
		if (caught) {
			end(&watch, caught);
			kmctl_die_of(caught);
		}
		end(&watch, SIGINT);
		kmctl_note("%s: saved, and run again", file);
	}
}
